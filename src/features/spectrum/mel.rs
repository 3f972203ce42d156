//! Mel spectrograms.

use ndarray::{Array2, ArrayView2};

use super::{AMIN, Bins, MelNorm, MelScale, Spectrogram};
use crate::dsp::logarithm::ln;
use crate::dsp::mel::MelFilterBank;
use crate::dsp::simd::vectorized;
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
    pub(super) fn bank(&self, bins: Bins) -> MelFilterBank {
        let range = [self.fmin, self.fmax];
        MelFilterBank::with(bins.sample_rate, bins.n_fft, self.n_mels, range, self.scale, self.norm)
    }
}

/// Mel powers, `[n_mels, n_frames]` (`librosa.feature.melspectrogram(S=power)`).
pub fn melspectrogram(spectrogram: &Spectrogram, config: &MelConfig) -> FrameMatrix {
    let bank = config.bank(spectrogram.bins);
    let (n_mels, n_frames) = (bank.n_mels(), spectrogram.n_frames());
    let mut mel = vec![0.0; n_mels * n_frames];
    let mut block = vec![0.0; BLOCK * n_mels];
    let mut frames = spectrogram.frames();
    for first in (0..n_frames).step_by(BLOCK) {
        let width = BLOCK.min(n_frames - first);
        for (column, power) in block.chunks_exact_mut(n_mels.max(1)).zip(frames.by_ref().take(width)) {
            bank.apply(power, column);
        }
        for (band, row) in mel.chunks_exact_mut(n_frames).enumerate() {
            for (offset, slot) in row[first..first + width].iter_mut().enumerate() {
                *slot = block[offset * n_mels + band];
            }
        }
    }
    Array2::from_shape_vec((n_mels, n_frames), mel).unwrap_or_default()
}

/// Frames that are turned from columns to rows together.
const BLOCK: usize = 16;

/// Levels in dB of 1, at least -100 and at least the highest less `top_db` (`librosa.power_to_db(ref=1, amin=1e-10)`;
/// librosa's own `top_db` is 80). Shape kept. Of a mel spectrogram: the log-mel spectrogram.
pub fn power_to_db(power: ArrayView2<f32>, top_db: Option<f32>) -> FrameMatrix {
    let floor = floor_db(power, top_db);
    vectorized!(power.mapv(|p| higher(level(p), floor)))
}

/// [`power_to_db`] in place.
pub(super) fn to_db(power: &mut FrameMatrix, top_db: Option<f32>) {
    let floor = floor_db(power.view(), top_db);
    vectorized!(power.mapv_inplace(|p| higher(level(p), floor)));
}

fn floor_db(power: ArrayView2<f32>, top_db: Option<f32>) -> f32 {
    let most = power.fold(0.0, |a, b| higher(a, *b));
    top_db.map_or(f32::MIN, |top_db| level(most) - top_db.max(0.0))
}

#[inline(always)]
fn level(power: f32) -> f32 {
    const DB_PER_NEPER: f32 = 10.0 / std::f32::consts::LN_10;
    DB_PER_NEPER * ln(higher(power, AMIN))
}

#[inline(always)]
fn higher(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
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
