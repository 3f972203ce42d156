//! Mel-frequency cepstral coefficients.

use ndarray::{Array2, ArrayView2};

use super::FrameMatrix;
use crate::dsp::dct::dct2_ortho;

/// `[n_mfcc, n_frames]` from log10 mel powers `[n_mels, n_frames]`: the orthonormal DCT-II of the levels in dB
/// (`librosa.feature.mfcc(S=power_to_db(mel))`).
pub fn mfcc(log_mel: ArrayView2<f32>, n_mfcc: usize) -> FrameMatrix {
    let n_mels = log_mel.nrows();
    let mut cepstra = Array2::zeros((n_mfcc, log_mel.ncols()));
    // Not ndarray's product, which sums in another order on each processor.
    for (weights, mut out) in dct2_ortho(n_mfcc, n_mels).chunks_exact(n_mels.max(1)).zip(cepstra.rows_mut()) {
        for (weight, band) in weights.iter().zip(log_mel.rows()) {
            out.scaled_add(10.0 * weight, &band);
        }
    }
    cepstra
}
