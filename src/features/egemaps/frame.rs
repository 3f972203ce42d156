//! Frames of the sound and their spectra. openSMILE's `cFramer`, `cWindower`, `cTransformFFT`, `cFFTmagphase`.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Hz of the sound.
pub const SAMPLE_RATE: u32 = 16_000;
/// Samples between the starts of two frames, 10 ms.
pub const HOP: usize = 160;
/// Samples of a short frame, 20 ms: everything but the voice source.
pub const SHORT: usize = 320;
/// Samples of a long frame, 60 ms: pitch, harmonics, harmonics-to-noise ratio.
pub const LONG: usize = 960;

/// Whole frames of `length` samples in a sound of `len` samples; the first begins at the first sample.
pub fn n_frames(len: usize, length: usize) -> usize {
    if len < length { 0 } else { (len - length) / HOP + 1 }
}

/// Symmetric Hamming window.
pub fn hamming(length: usize) -> Vec<f64> {
    let step = TAU / (length as f64 - 1.0);
    (0..length).map(|n| 0.54 - 0.46 * (step * n as f64).cos()).collect()
}

/// Gaussian window whose standard deviation is `sigma` times half its length.
pub fn gauss(length: usize, sigma: f64) -> Vec<f64> {
    let half = (length as f64 - 1.0) / 2.0;
    (0..length).map(|n| (-0.5 * ((n as f64 - half) / (sigma * half)).powi(2)).exp()).collect()
}

/// Plan for spectra of windowed frames, each in the middle of a power of two of zeros. Transformed in double precision, so
/// that what is rounded from it is the same on every machine: pitch and formants hang on single bits here and there.
pub struct Spectrometer {
    window: Vec<f64>,
    pad: usize,
    fft: Arc<dyn RealToComplex<f64>>,
    buffer: Vec<f64>,
    scratch: Vec<Complex<f64>>,
    /// The last frame's spectrum.
    pub spectrum: Vec<Complex<f64>>,
    /// Its power `|X|^2`.
    pub power: Vec<f32>,
    /// Its magnitude `|X|`.
    pub magnitude: Vec<f32>,
    /// Mean square of the windowed frame.
    pub energy: f64,
}

impl Spectrometer {
    pub fn new(window: Vec<f64>) -> Self {
        let n = window.len().next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(n);
        let (buffer, spectrum, scratch) = (fft.make_input_vec(), fft.make_output_vec(), fft.make_scratch_vec());
        let (power, magnitude) = (vec![0.0; spectrum.len()], vec![0.0; spectrum.len()]);
        let pad = (n - window.len()) / 2;
        Self { window, pad, fft, buffer, scratch, spectrum, power, magnitude, energy: 0.0 }
    }

    /// Takes a frame as long as the window.
    pub fn analyse(&mut self, frame: &[f32]) {
        self.buffer.fill(0.0);
        for ((slot, sample), weight) in self.buffer[self.pad..].iter_mut().zip(frame).zip(&self.window) {
            *slot = f64::from(*sample) * weight;
        }
        self.energy = squares(&self.buffer) / self.window.len() as f64;
        if self.fft.process_with_scratch(&mut self.buffer, &mut self.spectrum, &mut self.scratch).is_ok() {
            for ((bin, power), magnitude) in self.spectrum.iter().zip(&mut self.power).zip(&mut self.magnitude) {
                *power = bin.norm_sqr() as f32;
                *magnitude = power.sqrt();
            }
        }
    }
}

/// Sum of squares, in four sums at a time.
fn squares(x: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    for chunk in x.chunks_exact(4) {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x * x;
        }
    }
    sums.iter().sum()
}
