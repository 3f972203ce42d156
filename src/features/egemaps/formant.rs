//! Formants of the short frame. openSMILE's `cSpecResample`, `cLpc` and `cFormantLpc`.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner};

use crate::dsp::polynomial::roots_into;

const ORDER: usize = 11;
/// Hz that the frame is resampled to, by an inverse transform of another length.
const RATE: f64 = 11_000.0;
/// Length of that transform, samples that are kept, and bins that are used: as many as half the samples.
const N_INVERSE: usize = 352;
const N_KEPT: usize = 220;
const N_BINS: usize = 110;
const LOWEST_HZ: f64 = 50.0;
const HIGHEST_HZ: f64 = 5450.0;

/// Formants whose descriptors are kept.
pub const N_FORMANTS: usize = 3;

/// A resonance; all 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Formant {
    pub hz: f32,
    pub bandwidth_hz: f32,
}

/// Plan for the formants of frames of 512 samples with zeros around.
pub struct FormantFinder {
    inverse: Arc<dyn ComplexToReal<f64>>,
    spectrum: Vec<Complex<f64>>,
    samples: Vec<f64>,
    scratch: Vec<Complex<f64>>,
    roots: Vec<Complex<f64>>,
    found: Vec<Formant>,
}

impl FormantFinder {
    pub fn new() -> Self {
        let inverse = RealFftPlanner::new().plan_fft_inverse(N_INVERSE);
        let (spectrum, samples, scratch) =
            (inverse.make_input_vec(), inverse.make_output_vec(), inverse.make_scratch_vec());
        Self { inverse, spectrum, samples, scratch, roots: Vec::new(), found: Vec::new() }
    }

    /// The lowest formants, rising, of a frame with this spectrum.
    pub fn find(&mut self, spectrum: &[Complex<f64>]) -> [Formant; N_FORMANTS] {
        self.resample(spectrum);
        let mut polynomial = [0.0; ORDER + 1];
        polynomial[0] = 1.0;
        // openSMILE turns the predictor's sign before it looks for roots, and its formants are known that way.
        for (own, a) in polynomial[1..].iter_mut().zip(predictor(&autocorrelation(&self.samples[..N_KEPT]))) {
            *own = f64::from(-a);
        }
        roots_into(&polynomial, &mut self.roots);
        self.found.clear();
        for root in self.roots.iter().filter(|root| root.im > 0.0) {
            let hz = root.arg() / TAU * RATE;
            if (LOWEST_HZ..=HIGHEST_HZ).contains(&hz) {
                let bandwidth_hz = (root.norm().ln().abs() * RATE / PI) as f32;
                self.found.push(Formant { hz: hz as f32, bandwidth_hz });
            }
        }
        self.found.sort_by(|a, b| a.hz.total_cmp(&b.hz));
        let mut lowest = [Formant::default(); N_FORMANTS];
        lowest.iter_mut().zip(&self.found).for_each(|(slot, own)| *slot = *own);
        lowest
    }

    fn resample(&mut self, spectrum: &[Complex<f64>]) {
        self.spectrum.fill(Complex::new(0.0, 0.0));
        self.spectrum[..N_BINS].copy_from_slice(&spectrum[..N_BINS]);
        self.spectrum[0] = Complex::new(2.0 * spectrum[0].re, 0.0);
        let done = self.inverse.process_with_scratch(&mut self.spectrum, &mut self.samples, &mut self.scratch);
        if done.is_err() {
            self.samples.fill(0.0);
        }
    }
}

// The resampled frame has no energy above 3.4 kHz, so that its predictor hangs on rounding: in openSMILE's precision and order
// the same frames get the same formants more often than in a higher one.

/// Autocorrelation summed sample by sample.
fn autocorrelation(samples: &[f64]) -> [f32; ORDER + 1] {
    let mut r = [0.0; ORDER + 1];
    let mut past = [0.0f32; ORDER + 1];
    for sample in samples {
        let sample = *sample as f32;
        past.copy_within(..ORDER, 1);
        past[0] = sample;
        for (r, past) in r.iter_mut().zip(&past) {
            *r += sample * past;
        }
    }
    r
}

/// Levinson and Durbin: `a` of the error filter `1 + sum a_k z^-k`; all 0 for a frame without energy.
fn predictor(r: &[f32; ORDER + 1]) -> [f32; ORDER] {
    let mut a = [0.0; ORDER];
    let mut error = r[0];
    for m in 0..ORDER {
        if error == 0.0 {
            break;
        }
        let sum = (0..m).fold(r[m + 1], |sum, i| sum + a[i] * r[m - i]);
        let k = -1.0 / error * sum;
        let before = a;
        a[m] = k;
        for i in 0..m {
            a[i] += k * before[m - 1 - i];
        }
        error *= 1.0 - k * k;
    }
    if a.iter().all(|a: &f32| a.is_finite()) { a } else { [0.0; ORDER] }
}
