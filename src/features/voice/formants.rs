//! Formants.

use realfft::num_complex::Complex;

use crate::Result;
use crate::audio::Audio;
use crate::dsp::burg::Burg;
use crate::dsp::downsample::downsample;
use crate::dsp::polynomial::roots_into;
use crate::features::table::{TABLE_HOP_LENGTH, TABLE_SAMPLE_RATE, table_frames, table_samples};

const ORDER: usize = 10;
const WINDOW_SECONDS: f64 = 0.05;
const PRE_EMPHASIS_HZ: f64 = 50.0;
const MARGIN_HZ: f64 = 50.0;

/// A resonance of the vocal tract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Formant {
    /// Hz.
    pub hz: f32,
    /// Bandwidth in Hz.
    pub bandwidth_hz: f32,
}

/// The three lowest formants of a frame, rising; `None` where there are fewer.
pub type FormantFrame = [Option<Formant>; 3];

/// Formants of each frame of the common grid ([`table_frames`]) of sound at 16 kHz, from the poles of Burg's linear prediction
/// of order 10 up to `ceiling` Hz, 3000..=8000, a multiple of 100 (Praat's `To Formant (burg)` with five formants, a window of twice 25 ms and
/// pre-emphasis from 50 Hz; 5500 Hz suit a woman, 5000 Hz a man). Frame `k` is centred at sample `160 k`, outside is silence.
///
/// # Errors
/// [`crate::Error::SampleRate`] for sound at another rate.
pub fn formants(audio: &Audio, ceiling: u32) -> Result<Vec<FormantFrame>> {
    let samples = table_samples(audio)?;
    let n_frames = table_frames(samples.len());
    let peak = samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
    if peak == 0.0 {
        return Ok(vec![[None; 3]; n_frames]);
    }
    let hundreds = ceiling.clamp(3000, 8000) / 100;
    let scaled: Vec<f32> = samples.iter().map(|s| (f64::from(*s) / f64::from(peak)) as f32).collect();
    let mut sound = downsample(&scaled, hundreds as usize, TABLE_SAMPLE_RATE as usize / 200);
    let rate = f64::from(200 * hundreds);
    let emphasis = (-std::f64::consts::TAU * PRE_EMPHASIS_HZ / rate).exp() as f32;
    for n in (1..sound.len()).rev() {
        sound[n] -= emphasis * sound[n - 1];
    }

    let half = (WINDOW_SECONDS * rate) as usize / 2;
    let window = gaussian(2 * half);
    let mut burg = Burg::new(2 * half, ORDER);
    let (mut frame, mut polynomial) = (Vec::with_capacity(2 * half), Vec::with_capacity(ORDER + 1));
    let mut poles = Vec::with_capacity(ORDER);
    let hop = TABLE_HOP_LENGTH as f64 * rate / f64::from(audio.sample_rate());
    let mut analyse = |index: usize| {
        let centre = (index as f64 * hop).round() as usize;
        let first = centre.saturating_sub(half).min(sound.len());
        let inside = &sound[first..(centre + half).min(sound.len()).max(first)];
        let weights = &window[(first + half).saturating_sub(centre)..];
        frame.clear();
        frame.extend(inside.iter().zip(weights).map(|(sample, weight)| f64::from(*sample) * weight));
        if frame.len() <= ORDER || frame.iter().all(|s| *s == 0.0) {
            return [None; 3];
        }
        polynomial.clear();
        polynomial.push(1.0);
        polynomial.extend(burg.prediction(&frame).iter().map(|a| -a));
        roots_into(&polynomial, &mut poles);
        lowest(&poles, rate)
    };
    Ok((0..n_frames).map(&mut analyse).collect())
}

/// The three lowest resonances among the poles, those outside the unit circle reflected into it.
fn lowest(poles: &[Complex<f64>], rate: f64) -> FormantFrame {
    let mut found: FormantFrame = [None; 3];
    for pole in poles.iter().filter(|pole| pole.im >= 0.0) {
        let hz = pole.arg() * rate / std::f64::consts::TAU;
        if !(MARGIN_HZ..=0.5 * rate - MARGIN_HZ).contains(&hz) {
            continue;
        }
        let bandwidth = pole.norm().ln().abs() * rate / std::f64::consts::PI;
        let mut own = Some(Formant { hz: hz as f32, bandwidth_hz: bandwidth as f32 });
        for slot in &mut found {
            let lower = match (&own, &slot) {
                (Some(own), Some(other)) => own.hz < other.hz,
                (own, _) => own.is_some(),
            };
            if lower {
                std::mem::swap(&mut own, slot);
            }
        }
    }
    found
}

/// Praat's Gaussian window, `exp(-12)` at its rim, which is taken off.
fn gaussian(length: usize) -> Vec<f64> {
    let (middle, edge) = (0.5 * (length + 1) as f64, (-12.0f64).exp());
    (1..=length)
        .map(|i| {
            let x = (i as f64 - middle) / (length + 1) as f64;
            ((-48.0 * x * x).exp() - edge) / (1.0 - edge)
        })
        .collect()
}
