//! Mel filter bank.

use super::convert::{hz_to_mel, hz_to_mel_htk, mel_to_hz, mel_to_hz_htk};

/// The scale on which the bands lie evenly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MelScale {
    /// Slaney's, linear below 1 kHz (`librosa.filters.mel(htk=False)`).
    #[default]
    Slaney,
    /// HTK's (`htk=True`).
    Htk,
}

impl MelScale {
    fn mel(self, hz: f64) -> f64 {
        match self {
            Self::Slaney => hz_to_mel(hz),
            Self::Htk => hz_to_mel_htk(hz),
        }
    }

    fn hz(self, mel: f64) -> f64 {
        match self {
            Self::Slaney => mel_to_hz(mel),
            Self::Htk => mel_to_hz_htk(mel),
        }
    }
}

/// What a filter's weights are scaled to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MelNorm {
    /// An area of 1 in Hz (`librosa.filters.mel(norm="slaney")`).
    #[default]
    Slaney,
    /// A peak of 1 (`norm=None`).
    None,
}

/// Triangular filters on a mel scale (`librosa.filters.mel`), kept as the non-zero run of each filter.
#[derive(Clone, Debug)]
pub struct MelFilterBank {
    /// First bin and bins of each filter.
    runs: Vec<(usize, usize)>,
    weights: Vec<f32>,
    centers_hz: Vec<f32>,
}

impl MelFilterBank {
    /// Slaney's filters for power spectra of `n_fft / 2 + 1` bins at `sample_rate` Hz, `n_mels` bands from `fmin` to
    /// `fmax` Hz.
    pub fn new(sample_rate: u32, n_fft: usize, n_mels: usize, fmin: f32, fmax: f32) -> Self {
        Self::with(sample_rate, n_fft, n_mels, [fmin, fmax], MelScale::Slaney, MelNorm::Slaney)
    }

    /// Filters between the two frequencies of `range` in Hz, on any scale and norm.
    pub fn with(
        sample_rate: u32,
        n_fft: usize,
        n_mels: usize,
        range: [f32; 2],
        scale: MelScale,
        norm: MelNorm,
    ) -> Self {
        let [low, high] = range.map(|hz| scale.mel(f64::from(hz)));
        let edges: Vec<f64> =
            (0..n_mels + 2).map(|i| scale.hz(low + (high - low) * i as f64 / (n_mels + 1) as f64)).collect();
        let bin_hz = f64::from(sample_rate) / n_fft as f64;
        let mut all = Vec::new();
        let runs = (0..n_mels)
            .map(|m| {
                let (left, center, right) = (edges[m], edges[m + 1], edges[m + 2]);
                let area = match norm {
                    MelNorm::Slaney => 2.0 / (right - left),
                    MelNorm::None => 1.0,
                };
                let bins = (left / bin_hz) as usize..=((right / bin_hz) as usize).min(n_fft / 2);
                let begin = *bins.start();
                let weights: Vec<f32> = bins
                    .map(|bin| {
                        let hz = bin as f64 * bin_hz;
                        let rise = (hz - left) / (center - left);
                        let fall = (right - hz) / (right - center);
                        let weight = rise.min(fall).max(0.0) * area;
                        if weight.is_finite() { weight as f32 } else { 0.0 }
                    })
                    .collect();
                let Some(first) = weights.iter().position(|w| *w > 0.0) else { return (0, 0) };
                let last = weights.iter().rposition(|w| *w > 0.0).map_or(first, |i| i + 1);
                all.extend_from_slice(&weights[first..last]);
                (begin + first, last - first)
            })
            .collect();
        let centers_hz = edges[1..=n_mels].iter().map(|hz| *hz as f32).collect();
        Self { runs, weights: all, centers_hz }
    }

    /// Number of bands.
    pub fn n_mels(&self) -> usize {
        self.runs.len()
    }

    /// Hz of the peak of each filter, rising.
    pub fn centers_hz(&self) -> &[f32] {
        &self.centers_hz
    }

    /// Mel powers of one power spectrum, into `out` (`n_mels` values).
    pub fn apply(&self, power: &[f32], out: &mut [f32]) {
        let mut rest = self.weights.as_slice();
        for ((first, n), out) in self.runs.iter().zip(out) {
            let (weights, behind) = rest.split_at(*n);
            rest = behind;
            *out = power[*first..*first + *n].iter().zip(weights).map(|(p, w)| p * w).sum();
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
        assert_eq!(bank.runs[0], (1, 1));
        assert!((bank.weights[0] - 0.024_862_59).abs() < 1e-6, "{}", bank.weights[0]);
        assert!(bank.centers_hz().windows(2).all(|w| w[0] < w[1]));
    }
}
