//! Mel-frequency cepstral coefficients.

use ndarray::{Array2, ArrayView2};

use super::FrameMatrix;
use crate::dsp::dct::dct2_ortho;

/// `[n_mfcc, n_frames]` from log10 mel powers `[n_mels, n_frames]`: the orthonormal DCT-II of the levels in dB
/// (`librosa.feature.mfcc(S=power_to_db(mel))`).
pub fn mfcc(log_mel: ArrayView2<f32>, n_mfcc: usize) -> FrameMatrix {
    let n_mels = log_mel.nrows();
    let basis = Array2::from_shape_fn((n_mfcc, n_mels), {
        let flat = dct2_ortho(n_mfcc, n_mels);
        move |(k, m)| 10.0 * flat[k * n_mels + m]
    });
    basis.dot(&log_mel)
}
