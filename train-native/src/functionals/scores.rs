//! Normal scores: each column's rank among the training rows as a deviate of the normal distribution. Functionals have long
//! tails and jumps, which deviations from a mean would hand on (van der Waerden 1952; scikit-learn's `QuantileTransformer`).

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

/// Quantiles that a column's distribution is known by.
const STEPS: usize = 200;
/// Ranks are held this far from 0 and 1, so that deviates stay within 2.8.
const EDGE: f64 = 1.0 / (2.0 * STEPS as f64);

/// The training rows' quantiles of each column.
pub(super) struct NormalScores {
    /// `STEPS + 1` rising values a column.
    quantiles: Vec<Vec<f32>>,
    normal: Normal,
}

impl NormalScores {
    /// Of rows `[n, columns]`, at least one.
    pub(super) fn of(rows: &Array2<f32>) -> Self {
        let quantiles = (0..rows.ncols())
            .into_par_iter()
            .map(|column| {
                let mut sorted: Vec<f32> = rows.column(column).to_vec();
                sorted.sort_unstable_by(f32::total_cmp);
                let last = sorted.len().saturating_sub(1) as f64;
                let at = |step: usize| {
                    let position = last * step as f64 / STEPS as f64;
                    let (low, high) = (position.floor() as usize, position.ceil() as usize);
                    let part = (position - position.floor()) as f32;
                    sorted[low] + (sorted[high] - sorted[low]) * part
                };
                (0..=STEPS).map(at).collect()
            })
            .collect();
        Self { quantiles, normal: Normal::standard() }
    }

    /// Deviates of a row, 0 in columns that never change.
    pub(super) fn row(&self, row: ArrayView1<'_, f32>) -> Vec<f32> {
        row.iter().zip(&self.quantiles).map(|(value, quantiles)| self.score(*value, quantiles)).collect()
    }

    fn score(&self, value: f32, quantiles: &[f32]) -> f32 {
        if quantiles.first() == quantiles.last() {
            return 0.0;
        }
        // Of equal quantiles the middle: the rank seen from below and that seen from above.
        let below = quantiles.partition_point(|quantile| *quantile < value);
        let above = quantiles.partition_point(|quantile| *quantile <= value);
        let rank = |upper: usize| -> f64 {
            if upper == 0 {
                return 0.0;
            }
            if upper > STEPS {
                return 1.0;
            }
            let (left, right) = (quantiles[upper - 1], quantiles[upper]);
            let part = if right > left { f64::from((value - left) / (right - left)) } else { 0.0 };
            ((upper - 1) as f64 + part) / STEPS as f64
        };
        let from_below = if below < above { below as f64 / STEPS as f64 } else { rank(below) };
        let from_above = if below < above { (above - 1) as f64 / STEPS as f64 } else { rank(above) };
        self.normal.inverse_cdf((0.5 * (from_below + from_above)).clamp(EDGE, 1.0 - EDGE)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_become_deviates_whatever_the_scale() {
        let rows = Array2::from_shape_fn((1001, 3), |(row, column)| match column {
            0 => row as f32,
            1 => (row as f32 * 0.02).exp(),
            _ => 7.0,
        });
        let scores = NormalScores::of(&rows);
        let of = |row: usize| scores.row(rows.row(row));
        assert!(of(500)[0].abs() < 1e-6 && (of(841)[0] - 1.0).abs() < 0.01 && (of(159)[0] + 1.0).abs() < 0.01);
        assert!((of(700)[0] - of(700)[1]).abs() < 0.02);
        assert_eq!(of(3)[2], 0.0);
        assert!((of(0)[0] + 2.807).abs() < 0.01 && (of(1000)[1] - 2.807).abs() < 0.01);
        assert_eq!(scores.row(ndarray::array![-1e30, 1e30, 8.0].view()), [-of(1000)[0], of(1000)[0], 0.0]);
    }

    #[test]
    fn the_middle_of_equals() {
        let rows = Array2::from_shape_fn((300, 1), |(row, _)| if row < 100 { 0.0 } else { (row / 100) as f32 });
        let scores = NormalScores::of(&rows);
        let middle = scores.row(ndarray::array![1.0].view())[0];
        assert!(middle.abs() < 0.02, "{middle}");
    }
}
