//! Rows of embedding and functionals, with their classes.

use undertone::inference::{Emotion, N_CLASSES};
use undertone_boosters::TrainingSet;

/// A training table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Values, row by row.
    pub values: Vec<f32>,
    /// Columns of a row.
    pub columns: usize,
    /// Class of each row.
    pub labels: Vec<Emotion>,
}

impl Table {
    /// Adds a row; all rows have the width of the first.
    pub fn push(&mut self, row: impl IntoIterator<Item = f32>, label: Emotion) {
        let before = self.values.len();
        self.values.extend(row);
        self.columns = self.values.len() - before;
        self.labels.push(label);
    }

    /// One row.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.columns..(index + 1) * self.columns]
    }

    /// Mean of each column and one over its standard deviation; 0 for a column that never changes.
    pub fn scaler(&self) -> (Vec<f32>, Vec<f32>) {
        let n = self.labels.len().max(1) as f64;
        let (mut sum, mut square) = (vec![0.0f64; self.columns], vec![0.0f64; self.columns]);
        for row in self.values.chunks_exact(self.columns.max(1)) {
            for ((sum, square), value) in sum.iter_mut().zip(&mut square).zip(row) {
                *sum += f64::from(*value);
                *square += f64::from(*value).powi(2);
            }
        }
        let mean: Vec<f32> = sum.iter().map(|sum| (sum / n) as f32).collect();
        let scale = sum.iter().zip(&square).map(|(sum, square)| {
            let variance = square / n - (sum / n).powi(2);
            let noise_floor = 1e-9 * (square / n);
            if variance > noise_floor { (1.0 / variance.sqrt()) as f32 } else { 0.0 }
        });
        let scale = scale.collect();
        (mean, scale)
    }

    /// Classes as the boosters take them.
    pub fn label_indices(&self) -> Vec<u32> {
        self.labels.iter().map(|label| label.index() as u32).collect()
    }

    /// The table as the boosters take it.
    pub fn training_set<'a>(&'a self, labels: &'a [u32]) -> TrainingSet<'a> {
        TrainingSet {
            x: &self.values,
            n_rows: self.labels.len(),
            n_cols: self.columns,
            labels,
            weights: None,
            n_classes: N_CLASSES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scaler_standardises_and_leaves_constants_at_nothing() {
        let mut table = Table::default();
        for value in [1.0, 3.0] {
            table.push([value, 7.0], Emotion::Calm);
        }
        let (mean, scale) = table.scaler();
        assert_eq!((mean, scale), (vec![2.0, 7.0], vec![1.0, 0.0]));
        assert_eq!(table.row(1), [3.0, 7.0]);
    }
}
