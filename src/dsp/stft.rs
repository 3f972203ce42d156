//! Short-time Fourier transform.

use std::sync::Arc;

use realfft::{FftNum, RealFftPlanner, RealToComplex};

use super::simd::vectorized;
use super::window::{hann, hann_f64};

/// Plan for power spectra of frames of `n_fft` samples under a periodic Hann window, in single or double precision.
pub struct Stft<T: FftNum = f32> {
    window: Vec<T>,
    hop_length: usize,
    fft: Arc<dyn RealToComplex<T>>,
}

impl Stft {
    /// A plan with frames of `n_fft` samples, `hop_length` samples apart; both at least 1.
    pub fn new(n_fft: usize, hop_length: usize) -> Self {
        Self { window: hann(n_fft), hop_length, fft: RealFftPlanner::new().plan_fft_forward(n_fft) }
    }
}

impl Stft<f64> {
    /// [`Stft::new`] in double precision, for what rests on the faint bins beside loud ones.
    pub fn new_f64(n_fft: usize, hop_length: usize) -> Self {
        Self { window: hann_f64(n_fft), hop_length, fft: RealFftPlanner::new().plan_fft_forward(n_fft) }
    }
}

impl<T: FftNum> Stft<T> {
    /// Bins of a spectrum, `n_fft / 2 + 1`.
    pub fn n_bins(&self) -> usize {
        self.window.len() / 2 + 1
    }

    /// Frames of a signal of `len` samples: `1 + len / hop_length`, as `librosa.stft(center=True)`.
    pub fn n_frames(&self, len: usize) -> usize {
        1 + len / self.hop_length
    }

    /// Power spectra `|X|^2` of a signal padded by reflection (`librosa.stft(center=True, pad_mode="reflect")`), frame
    /// by frame: `each(frame, power)` with `power` of `n_bins` values. The signal must be finite; one without samples
    /// is taken as silence.
    pub fn power_frames(&self, samples: &[f32], mut each: impl FnMut(usize, &[T])) {
        let half = (self.window.len() / 2) as isize;
        let mut frame = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        let mut power = vec![T::zero(); self.n_bins()];
        let of = |sample: f32| T::from_f32(sample).unwrap_or_else(T::zero);
        for index in 0..self.n_frames(samples.len()) {
            let start = (index * self.hop_length) as isize - half;
            for_each_reflected(samples, start, &mut frame, |slot, sample| *slot = of(sample));
            let weigh = |(slot, weight): (&mut T, &T)| *slot = *slot * *weight;
            vectorized!(frame.iter_mut().zip(&self.window).for_each(weigh));
            if self.fft.process_with_scratch(&mut frame, &mut spectrum, &mut scratch).is_ok() {
                vectorized!(power.iter_mut().zip(&spectrum).for_each(|(p, bin)| *p = bin.norm_sqr()));
            }
            each(index, &power);
        }
    }
}

/// Calls `each(slot, sample)` for the samples from index `start` on, one a slot of `out`; before its first and behind
/// its last sample the signal is continued by reflection (`numpy.pad(mode="reflect")`), and one without samples is
/// silence.
pub fn for_each_reflected<T>(samples: &[f32], start: isize, out: &mut [T], mut each: impl FnMut(&mut T, f32)) {
    let inside = usize::try_from(start).ok().and_then(|start| samples.get(start..start.checked_add(out.len())?));
    if let Some(inside) = inside {
        out.iter_mut().zip(inside).for_each(|(slot, sample)| each(slot, *sample));
    } else {
        for (n, slot) in out.iter_mut().enumerate() {
            each(slot, samples.get(reflect(start + n as isize, samples.len())).copied().unwrap_or(0.0));
        }
    }
}

/// Index into a signal of `len` samples continued by reflection about its first and last sample.
fn reflect(index: isize, len: usize) -> usize {
    if len < 2 {
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
        let mut silent = [1.0; 3];
        for_each_reflected(&[], -1, &mut silent, |slot, sample| *slot = sample);
        assert_eq!(silent, [0.0; 3]);
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
