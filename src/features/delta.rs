//! Differences over time.

use ndarray::{Array2, ArrayView2};

use super::FrameMatrix;

/// Regression over two frames to either side (HTK, Young et al. 2006, eq. 5.16), edges repeated. Shape kept.
pub fn delta(rows: ArrayView2<f32>) -> FrameMatrix {
    const REACH: isize = 2;
    let norm: f32 = 2.0 * (1..=REACH).map(|n| (n * n) as f32).sum::<f32>();
    let last = rows.ncols() as isize - 1;
    Array2::from_shape_fn(rows.dim(), |(row, frame)| {
        let at = |offset: isize| rows[[row, (frame as isize + offset).clamp(0, last) as usize]];
        (1..=REACH).map(|n| n as f32 * (at(n) - at(-n))).sum::<f32>() / norm
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_has_its_slope() {
        let ramp = Array2::from_shape_fn((1, 10), |(_, t)| 3.0 * t as f32);
        assert!((delta(ramp.view())[[0, 5]] - 3.0).abs() < 1e-6);
    }
}
