//! Autocorrelation by FFT.

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

/// Plan for autocorrelations of frames of a fixed length. Computed in double precision, so that what is rounded from it
/// is the same on every machine.
pub struct Autocorrelation {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    buffer: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    correlation: Vec<f32>,
}

impl Autocorrelation {
    /// A plan for frames of `length` samples and lags `0..=max_lag`.
    pub fn new(length: usize, max_lag: usize) -> Self {
        let n = (length + max_lag + 1).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(n);
        let inverse = planner.plan_fft_inverse(n);
        let (buffer, spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        let scratch = vec![Complex::default(); forward.get_scratch_len().max(inverse.get_scratch_len())];
        Self { forward, inverse, buffer, spectrum, scratch, correlation: vec![0.0; max_lag + 1] }
    }

    /// `r[lag] = sum_n frame[n] frame[n + lag]`, scaled so that `r[0] = 1`; all zero for a frame without energy.
    /// Returns `max_lag + 1` values.
    pub fn normalized(&mut self, frame: &[f32]) -> &[f32] {
        self.buffer.fill(0.0);
        self.buffer.iter_mut().zip(frame).for_each(|(slot, sample)| *slot = f64::from(*sample));
        let Self { forward, inverse, buffer, spectrum, scratch, correlation } = self;
        let done = forward.process_with_scratch(buffer, spectrum, scratch).is_ok();
        for bin in spectrum.iter_mut() {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        let done = done && inverse.process_with_scratch(spectrum, buffer, scratch).is_ok();
        let energy = buffer[0];
        if done && energy as f32 > f32::MIN_POSITIVE {
            correlation.iter_mut().zip(buffer).for_each(|(slot, r)| *slot = (*r / energy) as f32);
        } else {
            correlation.fill(0.0);
        }
        correlation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_direct_sum() {
        let frame: Vec<f32> = (0..50).map(|n| ((n * n) as f32 * 0.1).sin()).collect();
        let mut plan = Autocorrelation::new(50, 20);
        let energy: f32 = frame.iter().map(|x| x * x).sum();
        for (lag, r) in plan.normalized(&frame).iter().enumerate() {
            let direct: f32 = frame.iter().zip(&frame[lag..]).map(|(a, b)| a * b).sum();
            assert!((r - direct / energy).abs() < 1e-5);
        }
        assert!(plan.normalized(&[0.0; 50]).iter().all(|r| *r == 0.0));
    }
}
