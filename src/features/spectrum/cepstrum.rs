//! Mel-frequency cepstra and their derivatives.

use ndarray::{Array2, ArrayView2};

use crate::dsp::dct::dct2_ortho;
use crate::dsp::product::product;
use crate::dsp::savitzky_golay::derivative_weights;
use crate::dsp::simd::vectorized;
use crate::features::FrameMatrix;

/// `[n_mfcc, n_frames]` of a log-mel spectrogram in dB, `[n_mels, n_frames]`: its orthonormal DCT-II over the bands
/// (`librosa.feature.mfcc(S=log_mel)`).
pub fn mfcc(log_mel: ArrayView2<f32>, n_mfcc: usize) -> FrameMatrix {
    let (n_mels, n_frames) = log_mel.dim();
    let levels = log_mel.as_standard_layout();
    let cepstra = product(&dct2_ortho(n_mfcc, n_mels), levels.as_slice().unwrap_or_default(), n_frames);
    Array2::from_shape_vec((n_mfcc, n_frames), cepstra).unwrap_or_else(|_| Array2::zeros((n_mfcc, n_frames)))
}

/// The `order`-th derivative of each row, a frame, by local polynomials of degree `order` over `width` frames; at
/// either end that of the first or last `width` frames (`librosa.feature.delta(mode="interp")`, whose width is 9).
/// Shape kept. An even `width` counts as the next lower one; where there are fewer frames, the most that an odd width
/// can span; zero where those are not more than `order`.
pub fn delta(rows: ArrayView2<f32>, width: usize, order: usize) -> FrameMatrix {
    let n_frames = rows.ncols();
    let odd = |n: usize| n.saturating_sub(usize::from(n.is_multiple_of(2)));
    let width = odd(width.min(n_frames));
    let half = width / 2;
    let weights = derivative_weights(width, order);
    let mut derivative = Array2::zeros(rows.dim());
    let inner = (n_frames + 1).saturating_sub(width.max(1));
    let (mut wide, mut sums) = (vec![0.0; n_frames], vec![0.0; inner]);
    for (row, mut out) in rows.rows().into_iter().zip(derivative.rows_mut()) {
        wide.iter_mut().zip(row).for_each(|(wide, value)| *wide = f64::from(*value));
        sums.fill(0.0);
        vectorized!({
            for (offset, weight) in weights.iter().enumerate() {
                sums.iter_mut().zip(&wide[offset..]).for_each(|(sum, value)| *sum += weight * value);
            }
        });
        for (frame, out) in out.iter_mut().enumerate() {
            *out = sums[frame.saturating_sub(half).min(inner - 1)] as f32;
        }
    }
    derivative
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_a_parabola() {
        let rows = Array2::from_shape_fn((1, 30), |(_, t)| 0.5 * (t * t) as f32);
        assert!((delta(rows.view(), 9, 1)[[0, 12]] - 12.0).abs() < 1e-4);
        assert!(delta(rows.view(), 9, 2).iter().all(|bend| (bend - 1.0).abs() < 1e-3));
    }

    #[test]
    fn few_frames_are_no_trouble() {
        for n in 0..12 {
            for (width, order) in [(9, 1), (9, 2), (1, 1), (0, 1), (4, 3)] {
                let rows = Array2::from_shape_fn((2, n), |(_, t)| t as f32);
                assert!(delta(rows.view(), width, order).iter().all(|v| v.is_finite()));
            }
        }
    }
}
