//! Short-time Fourier transform.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use super::window::hann;

/// Plan for power spectra of frames of `n_fft` samples under a periodic Hann window.
pub struct Stft {
    window: Vec<f32>,
    hop_length: usize,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl Stft {
    /// A plan with frames of `n_fft` samples, `hop_length` samples apart; both at least 1.
    pub fn new(n_fft: usize, hop_length: usize) -> Self {
        Self { window: hann(n_fft), hop_length, fft: RealFftPlanner::new().plan_fft_forward(n_fft) }
    }

    /// Bins of a spectrum, `n_fft / 2 + 1`.
    pub fn n_bins(&self) -> usize {
        self.window.len() / 2 + 1
    }

    /// Frames of a signal of `len` samples: `1 + len / hop_length`, as `librosa.stft(center=True)`.
    pub fn n_frames(&self, len: usize) -> usize {
        1 + len / self.hop_length
    }

    /// Power spectra `|X|^2` of a signal padded by reflection (`librosa.stft(center=True, pad_mode="reflect")`), frame by
    /// frame: `each(frame, power)` with `power` of `n_bins` values. The signal must be finite and not empty.
    pub fn power_frames(&self, samples: &[f32], mut each: impl FnMut(usize, &[f32])) {
        let half = (self.window.len() / 2) as isize;
        let mut frame = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        let mut power = vec![0.0; self.n_bins()];
        for index in 0..self.n_frames(samples.len()) {
            let start = (index * self.hop_length) as isize - half;
            for (n, (slot, weight)) in frame.iter_mut().zip(&self.window).enumerate() {
                *slot = samples[reflect(start + n as isize, samples.len())] * weight;
            }
            if self.fft.process_with_scratch(&mut frame, &mut spectrum, &mut scratch).is_ok() {
                for (p, bin) in power.iter_mut().zip(&spectrum) {
                    *p = bin.norm_sqr();
                }
            }
            each(index, &power);
        }
    }
}

/// Index into a signal of `len` samples continued by reflection about its first and last sample.
fn reflect(index: isize, len: usize) -> usize {
    if len == 1 {
        return 0;
    }
    let period = 2 * (len as isize - 1);
    let folded = index.rem_euclid(period);
    (if folded < len as isize { folded } else { period - folded }) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflection_is_numpys() {
        let got: Vec<usize> = (-3..7).map(|i| reflect(i, 4)).collect();
        assert_eq!(got, [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]);
    }

    #[test]
    fn a_tone_peaks_in_its_bin_with_the_right_power() {
        let samples: Vec<f32> =
            (0..1600).map(|n| (std::f32::consts::TAU * 1000.0 * n as f32 / 16000.0).sin()).collect();
        let stft = Stft::new(400, 160);
        let mut frames = 0;
        stft.power_frames(&samples, |index, power| {
            frames += 1;
            if (3..8).contains(&index) {
                let peak = (0..power.len()).max_by(|a, b| power[*a].total_cmp(&power[*b])).unwrap();
                assert_eq!(peak, 25);
                assert!((power[25] - 100.0f32.powi(2)).abs() < 1.0, "{}", power[25]);
            }
        });
        assert_eq!(frames, 11);
    }
}
