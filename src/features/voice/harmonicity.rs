//! Harmonics-to-noise ratio by cross-correlation.

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

use crate::dsp::sinc::Sinc;
use crate::dsp::statistics::excursion;
use crate::dsp::sum::dot;
use crate::features::table::{TABLE_HOP_LENGTH, table_frames};

const FLOOR_HZ: f64 = 75.0;
const SILENCE_THRESHOLD: f64 = 0.1;
const RATE: f64 = 16_000.0;
const DEPTH: usize = 70;
/// A rise of the correlation within two samples that is none.
const ROUNDING: f64 = 1e-9;

/// Harmonics-to-noise ratio in dB of each frame of the common grid ([`table_frames`]), within -20..=60: how well one longest
/// period (1/75 s) is repeated at the best lag up to another; `None` in silence (Praat's `To Harmonicity (cc)` with its standard
/// settings, but that the best lag is taken among the four highest maxima of the sampled correlation). `samples` are at
/// 16 kHz, frame `k` is centred at sample `160 k`, outside is silence.
pub fn harmonicity(samples: &[f32]) -> Vec<Option<f32>> {
    let mut analysis = Analysis::new(samples);
    (0..table_frames(samples.len())).map(|frame| analysis.frame((frame * TABLE_HOP_LENGTH) as isize)).collect()
}

struct Analysis<'a> {
    samples: &'a [f32],
    scale: f64,
    period: isize,
    length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
    local: Vec<f64>,
    input: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    of_window: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    mirrored: Vec<f64>,
    /// By how many samples they take on either side.
    sincs: Vec<Sinc>,
}

impl<'a> Analysis<'a> {
    fn new(samples: &'a [f32]) -> Self {
        let period = RATE / FLOOR_HZ;
        let length = 2 * (period as usize / 2 - 1);
        let n_fft = (2 * length).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, backward) = (planner.plan_fft_forward(n_fft), planner.plan_fft_inverse(n_fft));
        let scratch = vec![Complex::default(); forward.get_scratch_len().max(backward.get_scratch_len())];
        Self {
            samples,
            scale: excursion(samples),
            period: period as isize,
            length,
            local: vec![0.0; 2 * length],
            input: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            of_window: forward.make_output_vec(),
            scratch,
            mirrored: vec![0.0; 2 * length + 1],
            sincs: (0..=DEPTH).map(Sinc::new).collect(),
            forward,
            backward,
        }
    }

    fn sample(&self, index: isize) -> f64 {
        usize::try_from(index).ok().and_then(|index| self.samples.get(index)).map_or(0.0, |s| f64::from(*s))
    }

    fn frame(&mut self, centre: isize) -> Option<f32> {
        if self.scale == 0.0 {
            return None;
        }
        let length = self.length;
        let around = centre - self.period..centre + self.period;
        let mean = around.map(|i| self.sample(i)).sum::<f64>() / (2 * self.period) as f64;
        let start = (centre as f64 - 0.5 - RATE / FLOOR_HZ).floor() as isize;
        let mut local = std::mem::take(&mut self.local);
        for (n, slot) in local.iter_mut().enumerate() {
            *slot = (self.sample(start + n as isize) - mean) / self.scale;
        }
        let half = (length / 2) as isize;
        let peak = (centre - half..centre + half)
            .fold(0.0f64, |peak, i| peak.max((self.sample(i) - mean).abs() / self.scale))
            .min(1.0);
        let r = self.correlate(&local);
        self.local = local;
        let unvoiced = (2.0 - peak / SILENCE_THRESHOLD).max(0.0);
        (peak > 0.0).then_some(r?).filter(|r| *r > unvoiced).map(|r| ratio_db(r) as f32)
    }

    /// The highest normalised correlation between the first half of `local` and a later stretch of it.
    fn correlate(&mut self, local: &[f64]) -> Option<f64> {
        let length = self.length;
        self.input[..length].copy_from_slice(&local[..length]);
        self.input[length..].fill(0.0);
        let forward = Arc::clone(&self.forward);
        forward.process_with_scratch(&mut self.input, &mut self.of_window, &mut self.scratch).ok()?;
        self.input[..2 * length].copy_from_slice(local);
        self.input[2 * length..].fill(0.0);
        forward.process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch).ok()?;
        for (bin, window) in self.spectrum.iter_mut().zip(&self.of_window) {
            *bin *= window.conj();
        }
        let last = self.spectrum.len() - 1;
        (self.spectrum[0].im, self.spectrum[last].im) = (0.0, 0.0);
        let backward = Arc::clone(&self.backward);
        backward.process_with_scratch(&mut self.spectrum, &mut self.input, &mut self.scratch).ok()?;

        let n_fft = self.input.len() as f64;
        let own = dot(&local[..length], &local[..length]);
        let mut other = own;
        self.mirrored[length] = 1.0;
        for lag in 1..=length {
            let (goes, comes) = (local[lag - 1], local.get(lag + length - 1).copied().unwrap_or(0.0));
            other += comes * comes - goes * goes;
            let product = self.input[lag] / n_fft;
            let scale = (own * other.max(0.0)).sqrt();
            let r = if scale > 1e-30 { product / scale } else { 0.0 };
            (self.mirrored[length - lag], self.mirrored[length + lag]) = (r, r);
        }
        let r = &self.mirrored[length..];
        let mut highest = [0usize; 4];
        let is_maximum =
            |i: &usize| r[*i] > 0.0 && r[*i] > r[i - 1] && r[*i] >= r[i + 1] && r[*i] > r[i - 2] + ROUNDING;
        for lag in (2..length).filter(is_maximum) {
            if let Some(place) = highest.iter().position(|other| *other == 0 || r[lag] > r[*other]) {
                highest[place..].rotate_right(1);
                highest[place] = lag;
            }
        }
        let refined = highest.iter().filter(|lag| **lag > 0).map(|lag| {
            let (_, r) = self.sincs[DEPTH.min(length - lag)].maximum(&self.mirrored, length + lag);
            if r > 1.0 { 1.0 / r } else { r }
        });
        refined.max_by(f64::total_cmp)
    }
}

/// `10 lg(r / (1 - r))` (Boersma 1993, eq. 4) within -20..=60.
fn ratio_db(r: f64) -> f64 {
    let r = r.clamp(0.001, 1.0 - 1e-9);
    (10.0 * (r / (1.0 - r)).log10()).clamp(-20.0, 60.0)
}
