//! DC and rumble.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::{Audio, frames};

/// Frequency at which [`remove_rumble`] takes 6 dB off, in Hz.
pub const RUMBLE_CUTOFF_HZ: f32 = 50.0;
/// Quality factors of the two halves of a Butterworth filter of 4th order, `1 / (2 cos(pi / 8))` and `1 / (2 cos(3 pi / 8))`.
const QUALITY: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_376_5];
/// Continuation at both ends, in which the filter settles.
const SETTLE_SECONDS: f64 = 0.1;
/// No more than this is reported, in dB.
const MOST_DB: f64 = 100.0;

/// What [`remove_rumble`] did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rumble {
    /// Mean of the samples that was taken off, where full scale is 1.
    pub offset: f32,
    /// [`RUMBLE_CUTOFF_HZ`].
    pub cutoff_hz: f32,
    /// Level below the cut-off against the whole sound's, in dB, before; the offset does not count. `None` where nothing
    /// lay there.
    pub level_db: Option<f32>,
    /// dB taken off that, at most 100.
    pub removed_db: f32,
}

/// Takes off the mean and what lies below [`RUMBLE_CUTOFF_HZ`]: a Butterworth high-pass of 4th order, forward and backward
/// (`scipy.signal.sosfiltfilt`), so that nothing is delayed and no phase is turned. 6 dB go at the cut-off, 12 dB more a
/// third of an octave below, 0.2 dB at 80 Hz, under 0.01 dB from 120 Hz on. The length stays.
pub fn remove_rumble(audio: &Audio) -> (Audio, Rumble) {
    let samples = audio.samples();
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample)).sum();
    let offset = sum / samples.len().max(1) as f64;
    let centered: Vec<f64> = samples.iter().map(|sample| f64::from(*sample) - offset).collect();
    let rate = f64::from(audio.sample_rate());
    let high = filtered(&centered, Pass::High, rate);
    let energy = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
    let (before, after) = (energy(&filtered(&centered, Pass::Low, rate)), energy(&filtered(&high, Pass::Low, rate)));
    let whole = energy(&centered);
    let db = |ratio: f64| (10.0 * ratio.log10()).clamp(-MOST_DB, MOST_DB) as f32;
    let there = before > whole * 1e-10 && before > 0.0;
    let report = Rumble {
        offset: frames::finite(offset),
        cutoff_hz: RUMBLE_CUTOFF_HZ,
        level_db: there.then(|| db(before / whole)),
        removed_db: if there { db(before / after).max(0.0) } else { 0.0 },
    };
    let samples = high.into_iter().map(frames::finite).collect();
    (Audio { samples, sample_rate: audio.sample_rate() }, report)
}

#[derive(Clone, Copy)]
enum Pass {
    High,
    Low,
}

/// Forward and backward through both halves, the signal continued by odd reflection.
fn filtered(values: &[f64], pass: Pass, rate: f64) -> Vec<f64> {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return Vec::new() };
    let pad = ((SETTLE_SECONDS * rate) as usize).min(values.len() - 1);
    let before = values[1..=pad].iter().rev().map(|value| 2.0 * first - value);
    let after = values[values.len() - 1 - pad..values.len() - 1].iter().rev().map(|value| 2.0 * last - value);
    let mut padded: Vec<f64> = before.chain(values.iter().copied()).chain(after).collect();
    for _ in 0..2 {
        for quality in QUALITY {
            Section::new(pass, rate, quality).run(&mut padded);
        }
        padded.reverse();
    }
    padded[pad..pad + values.len()].to_vec()
}

/// A filter of 2nd order: the bilinear transform of the analog one, warped to the cut-off.
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

impl Section {
    fn new(pass: Pass, rate: f64, quality: f64) -> Self {
        let angle = TAU * f64::from(RUMBLE_CUTOFF_HZ) / rate;
        let alpha = angle.sin() / (2.0 * quality);
        let cosine = angle.cos();
        let (outer, inner) = match pass {
            Pass::High => ((1.0 + cosine) / 2.0, -(1.0 + cosine)),
            Pass::Low => ((1.0 - cosine) / 2.0, 1.0 - cosine),
        };
        let b = [outer, inner, outer].map(|b| b / (1.0 + alpha));
        Self { b, a: [-2.0 * cosine, 1.0 - alpha].map(|a| a / (1.0 + alpha)) }
    }

    /// Filters in place, begun as if the first value had stood there for ever.
    fn run(&self, values: &mut [f64]) {
        let Some(first) = values.first().copied() else { return };
        let gain = self.b.iter().sum::<f64>() / (1.0 + self.a.iter().sum::<f64>());
        let mut state = [first * (gain - self.b[0]), first * (self.b[2] - self.a[1] * gain)];
        for value in values {
            let output = self.b[0] * *value + state[0];
            state = [self.b[1] * *value - self.a[0] * output + state[1], self.b[2] * *value - self.a[1] * output];
            *value = output;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, rate: u32) -> Vec<f32> {
        (0..rate * 2).map(|n| (0.5 * (TAU * hz * f64::from(n) / f64::from(rate)).sin()) as f32).collect()
    }

    fn gain_db(hz: f64, rate: u32) -> f64 {
        let audio = Audio::new(tone(hz, rate), rate).unwrap();
        let (got, _) = remove_rumble(&audio);
        assert_eq!(got.samples().len(), audio.samples().len());
        let inner = rate as usize / 2..rate as usize * 3 / 2;
        20.0 * (frames::rms(&got.samples()[inner.clone()]) / frames::rms(&audio.samples()[inner])).log10()
    }

    #[test]
    fn takes_off_what_it_says_at_any_rate() {
        for rate in [4000, 8000, 16_000, 48_000, 384_000] {
            let at = |hz| gain_db(hz, rate);
            assert!(at(200.0).abs() < 0.01 && at(120.0).abs() < 0.01, "{rate}: {}", at(120.0));
            assert!(at(1500.0).abs() < 0.01, "{rate}: {}", at(1500.0));
            assert!((at(80.0) + 0.2).abs() < 0.05 && (at(50.0) + 6.02).abs() < 0.05, "{rate}: {}", at(80.0));
            assert!(at(25.0) < -45.0 && at(10.0) < -60.0, "{rate}: {}", at(25.0));
        }
    }

    #[test]
    fn a_tone_keeps_its_phase_to_both_ends() {
        let audio = Audio::new(tone(200.0, 16_000), 16_000).unwrap();
        let (got, report) = remove_rumble(&audio);
        let apart: Vec<f32> = got.samples().iter().zip(audio.samples()).map(|(a, b)| (a - b).abs()).collect();
        let worst = |range: std::ops::Range<usize>| apart[range].iter().copied().fold(0.0, f32::max);
        assert!(worst(800..31_200) < 1e-3 && worst(0..32_000) < 0.05, "{} {}", worst(800..31_200), worst(0..32_000));
        assert!(report.level_db.is_none_or(|db| db < -40.0), "{report:?}");
    }

    #[test]
    fn offset_and_rumble_go_and_are_reported() {
        let rumble = tone(15.0, 16_000);
        let samples = tone(300.0, 16_000).iter().zip(&rumble).map(|(a, b)| 0.5 * a + b + 0.125).collect();
        let (got, report) = remove_rumble(&Audio::new(samples, 16_000).unwrap());
        assert!((report.offset - 0.125).abs() < 1e-4, "{report:?}");
        assert!(report.level_db.is_some_and(|db| (db + 0.97).abs() < 0.2), "{report:?}");
        assert!(report.removed_db > 40.0, "{report:?}");
        let rms = frames::rms(&got.samples()[8000..24_000]);
        assert!((rms - 0.25 * std::f64::consts::FRAC_1_SQRT_2).abs() < 1e-3, "{rms}");
    }

    #[test]
    fn gain_does_not_matter() {
        let samples: Vec<f32> = tone(30.0, 8000).iter().zip(tone(440.0, 8000)).map(|(a, b)| a + b).collect();
        let scaled = samples.iter().map(|sample| sample * 1e-3).collect();
        let (loud, quiet) = (Audio::new(samples, 8000).unwrap(), Audio::new(scaled, 8000).unwrap());
        let ((a, of_a), (b, of_b)) = (remove_rumble(&loud), remove_rumble(&quiet));
        assert!(a.samples().iter().zip(b.samples()).all(|(a, b)| (a - 1e3 * b).abs() < 1e-5));
        assert!((of_a.removed_db - of_b.removed_db).abs() < 0.01);
    }

    #[test]
    fn any_length_and_any_finite_sample() {
        for samples in [vec![], vec![0.3], vec![0.3, -0.3], vec![0.0; 100], vec![0.7; 999], vec![f32::MAX, f32::MIN]] {
            for rate in [4000, 44_100, 384_000] {
                let audio = Audio::new(samples.clone(), rate).unwrap();
                let (got, report) = remove_rumble(&audio);
                assert_eq!(got.samples().len(), samples.len());
                assert!(got.samples().iter().all(|sample| sample.is_finite()));
                assert!(report.offset.is_finite() && report.removed_db.is_finite(), "{report:?}");
            }
        }
        let (got, report) = remove_rumble(&Audio::new(vec![0.7; 999], 8000).unwrap());
        assert!(got.samples().iter().all(|sample| sample.abs() < 1e-6));
        assert_eq!((report.level_db, report.removed_db), (None, 0.0));
    }
}
