//! Mel-frequency cepstral coefficients.

use ndarray::{Array2, ArrayView2};

use super::FrameMatrix;
use crate::dsp::{dct::dct2_ortho, product::product};

/// `[n_mfcc, n_frames]` from log10 mel powers `[n_mels, n_frames]`: the orthonormal DCT-II of the levels in dB
/// (`librosa.feature.mfcc(S=power_to_db(mel))`).
pub fn mfcc(log_mel: ArrayView2<f32>, n_mfcc: usize) -> FrameMatrix {
    let (n_mels, n_frames) = log_mel.dim();
    let weights: Vec<f32> = dct2_ortho(n_mfcc, n_mels).into_iter().map(|weight| 10.0 * weight).collect();
    let levels = log_mel.as_standard_layout();
    let cepstra = product(&weights, levels.as_slice().unwrap_or_default(), n_frames);
    Array2::from_shape_vec((n_mfcc, n_frames), cepstra).unwrap_or_else(|_| Array2::zeros((n_mfcc, n_frames)))
}
