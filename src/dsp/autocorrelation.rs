//! Autocorrelation by FFT.

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

/// Plan for autocorrelations of frames of a fixed length, up to `max_lag`.
pub struct Autocorrelation {
    max_lag: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    buffer: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
}

impl Autocorrelation {
    /// A plan for frames of `length` samples and lags `0..=max_lag`.
    pub fn new(length: usize, max_lag: usize) -> Self {
        let n = (length + max_lag + 1).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(n);
        let inverse = planner.plan_fft_inverse(n);
        let (buffer, spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        Self { max_lag, forward, inverse, buffer, spectrum }
    }

    /// `r[lag] = sum_n frame[n] frame[n + lag]`, scaled so that `r[0] = 1`; all zero for a frame without energy.
    /// Returns `max_lag + 1` values.
    pub fn normalized(&mut self, frame: &[f32]) -> &[f32] {
        let used = frame.len().min(self.buffer.len());
        self.buffer[..used].copy_from_slice(&frame[..used]);
        self.buffer[used..].fill(0.0);
        let done = self.forward.process(&mut self.buffer, &mut self.spectrum).is_ok();
        for bin in &mut self.spectrum {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        let done = done && self.inverse.process(&mut self.spectrum, &mut self.buffer).is_ok();
        let energy = self.buffer[0];
        if done && energy > f32::MIN_POSITIVE {
            self.buffer[..=self.max_lag].iter_mut().for_each(|r| *r /= energy);
        } else {
            self.buffer[..=self.max_lag].fill(0.0);
        }
        &self.buffer[..=self.max_lag]
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
