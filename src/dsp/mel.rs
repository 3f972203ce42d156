//! Mel filter bank.

use super::convert::{hz_to_mel, mel_to_hz};

/// Triangular filters on Slaney's mel scale, each of area 1 (`librosa.filters.mel(htk=False, norm="slaney")`), kept as
/// the non-zero run of each filter.
#[derive(Clone, Debug)]
pub struct MelFilterBank {
    filters: Vec<(usize, Vec<f32>)>,
    centers_hz: Vec<f32>,
}

impl MelFilterBank {
    /// Filters for power spectra of `n_fft / 2 + 1` bins at `sample_rate` Hz, `n_mels` bands from `fmin` to `fmax` Hz.
    pub fn new(sample_rate: u32, n_fft: usize, n_mels: usize, fmin: f32, fmax: f32) -> Self {
        let (low, high) = (hz_to_mel(f64::from(fmin)), hz_to_mel(f64::from(fmax)));
        let edges: Vec<f64> =
            (0..n_mels + 2).map(|i| mel_to_hz(low + (high - low) * i as f64 / (n_mels + 1) as f64)).collect();
        let bin_hz = f64::from(sample_rate) / n_fft as f64;
        let filters = (0..n_mels)
            .map(|m| {
                let (left, center, right) = (edges[m], edges[m + 1], edges[m + 2]);
                let area = 2.0 / (right - left);
                let weights: Vec<f32> = (0..=n_fft / 2)
                    .map(|bin| {
                        let hz = bin as f64 * bin_hz;
                        let rise = (hz - left) / (center - left);
                        let fall = (right - hz) / (right - center);
                        (rise.min(fall).max(0.0) * area) as f32
                    })
                    .collect();
                let first = weights.iter().position(|w| *w > 0.0).unwrap_or(0);
                let last = weights.iter().rposition(|w| *w > 0.0).map_or(first, |i| i + 1);
                (first, weights[first..last].to_vec())
            })
            .collect();
        let centers_hz = edges[1..=n_mels].iter().map(|hz| *hz as f32).collect();
        Self { filters, centers_hz }
    }

    /// Number of bands.
    pub fn n_mels(&self) -> usize {
        self.filters.len()
    }

    /// Hz of the peak of each filter, rising.
    pub fn centers_hz(&self) -> &[f32] {
        &self.centers_hz
    }

    /// Mel powers of one power spectrum, into `out` (`n_mels` values).
    pub fn apply(&self, power: &[f32], out: &mut [f32]) {
        for ((first, weights), out) in self.filters.iter().zip(out) {
            *out = power[*first..].iter().zip(weights).map(|(p, w)| p * w).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_have_librosas_shape() {
        // librosa.filters.mel(sr=16000, n_fft=400, n_mels=80): the values that Whisper's mel_filters.npz holds.
        let bank = MelFilterBank::new(16000, 400, 80, 0.0, 8000.0);
        assert_eq!(bank.n_mels(), 80);
        let (first, weights) = &bank.filters[0];
        assert_eq!((*first, weights.len()), (1, 1));
        assert!((weights[0] - 0.024_862_59).abs() < 1e-6, "{}", weights[0]);
        assert!(bank.centers_hz().windows(2).all(|w| w[0] < w[1]));
    }
}
