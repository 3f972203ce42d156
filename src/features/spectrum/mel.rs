//! Mel spectrograms.

use ndarray::{Array2, ArrayView2};

use super::{AMIN, MelNorm, MelScale, Spectrogram};
use crate::dsp::logarithm::ln;
use crate::dsp::mel::MelFilterBank;
use crate::features::FrameMatrix;

/// Numbers of a mel spectrogram.
#[derive(Clone, Debug, PartialEq)]
pub struct MelConfig {
    /// Bands.
    pub n_mels: usize,
    /// Lowest frequency in Hz.
    pub fmin: f32,
    /// Highest frequency in Hz.
    pub fmax: f32,
    /// Scale on which the bands lie evenly.
    pub scale: MelScale,
    /// What a filter's weights are scaled to.
    pub norm: MelNorm,
}

impl Default for MelConfig {
    /// 80 bands of area 1 on Slaney's scale, 0 to 8000 Hz.
    fn default() -> Self {
        Self { n_mels: 80, fmin: 0.0, fmax: 8_000.0, scale: MelScale::Slaney, norm: MelNorm::Slaney }
    }
}

impl MelConfig {
    pub(super) fn bank(&self, spectrogram: &Spectrogram) -> MelFilterBank {
        let (sample_rate, n_fft) = (spectrogram.sample_rate, spectrogram.n_fft);
        MelFilterBank::with(sample_rate, n_fft, self.n_mels, [self.fmin, self.fmax], self.scale, self.norm)
    }
}

/// Mel powers, `[n_mels, n_frames]` (`librosa.feature.melspectrogram(S=power)`).
pub fn melspectrogram(spectrogram: &Spectrogram, config: &MelConfig) -> FrameMatrix {
    let bank = config.bank(spectrogram);
    let mut by_frame = Array2::zeros((spectrogram.n_frames(), bank.n_mels()));
    for (power, mut row) in spectrogram.frames().zip(by_frame.rows_mut()) {
        if let Some(row) = row.as_slice_mut() {
            bank.apply(power, row);
        }
    }
    by_frame.t().as_standard_layout().into_owned()
}

/// Levels in dB of 1, at least -100 and at least the highest less `top_db` (`librosa.power_to_db(ref=1, amin=1e-10)`;
/// librosa's own `top_db` is 80). Shape kept. Of a mel spectrogram: the log-mel spectrogram.
pub fn power_to_db(power: ArrayView2<f32>, top_db: Option<f32>) -> FrameMatrix {
    const DB_PER_NEPER: f32 = 10.0 / std::f32::consts::LN_10;
    let mut db = power.mapv(|p| DB_PER_NEPER * ln(if p > AMIN { p } else { AMIN }));
    if let Some(top_db) = top_db {
        let floor = db.iter().copied().fold(f32::NEG_INFINITY, f32::max) - top_db.max(0.0);
        db.mapv_inplace(|level| level.max(floor));
    }
    db
}

/// Mean rise of the bands of a log-mel spectrogram in dB since the frame before, falls counted as 0, one value a frame
/// (`librosa.onset.onset_strength(S=log_mel, center=False)`); 0 in the first frame.
pub fn onset_strength(log_mel: ArrayView2<f32>) -> Vec<f32> {
    let (n_mels, n_frames) = log_mel.dim();
    let mut strength = vec![0.0; n_frames];
    for row in log_mel.rows() {
        for frame in 1..n_frames {
            strength[frame] += (row[frame] - row[frame - 1]).max(0.0);
        }
    }
    strength.iter_mut().for_each(|sum| *sum /= n_mels.max(1) as f32);
    strength
}
