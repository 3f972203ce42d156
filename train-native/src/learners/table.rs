//! Rows of embedding and functionals, with what is learned of them.

use undertone::inference::{N_CLASSES, Probabilities};
use undertone_boosters::TrainingSet;

use super::target::parts;

/// A training table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Values, row by row.
    pub values: Vec<f32>,
    /// Columns of a row.
    pub columns: usize,
    /// What is learned of each row.
    pub targets: Vec<Probabilities>,
    /// Weight of each row, above 0, to 1.
    pub weights: Vec<f32>,
}

impl Table {
    /// Adds a row; all rows have the width of the first.
    pub fn push(&mut self, row: impl IntoIterator<Item = f32>, target: Probabilities, weight: f32) {
        let before = self.values.len();
        self.values.extend(row);
        self.columns = self.values.len() - before;
        self.targets.push(target);
        self.weights.push(weight);
    }

    /// One row.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.columns..(index + 1) * self.columns]
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Weighted mean of each column and one over its standard deviation; 0 for a column that never changes.
    pub fn scaler(&self) -> (Vec<f32>, Vec<f32>) {
        let n = self.weights.iter().map(|weight| f64::from(*weight)).sum::<f64>().max(f64::MIN_POSITIVE);
        let (mut sum, mut square) = (vec![0.0f64; self.columns], vec![0.0f64; self.columns]);
        for (row, weight) in self.values.chunks_exact(self.columns.max(1)).zip(&self.weights) {
            let weight = f64::from(*weight);
            for ((sum, square), value) in sum.iter_mut().zip(&mut square).zip(row) {
                *sum += weight * f64::from(*value);
                *square += weight * f64::from(*value).powi(2);
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

    /// The rows as learners of hard labels take them: one for each class that counts in what is learned.
    pub fn hard(&self) -> HardTable {
        let mut hard = HardTable { values: Vec::new(), columns: self.columns, labels: Vec::new(), weights: Vec::new() };
        for (row, (target, weight)) in self.targets.iter().zip(&self.weights).enumerate() {
            for (class, part) in parts(target) {
                hard.values.extend_from_slice(self.row(row));
                hard.labels.push(class);
                hard.weights.push(weight * part);
            }
        }
        hard
    }
}

/// Rows with classes and weights.
pub struct HardTable {
    values: Vec<f32>,
    columns: usize,
    labels: Vec<u32>,
    weights: Vec<f32>,
}

impl HardTable {
    /// The table as the boosters take it.
    pub fn training_set(&self) -> TrainingSet<'_> {
        TrainingSet {
            x: &self.values,
            n_rows: self.labels.len(),
            n_cols: self.columns,
            labels: &self.labels,
            weights: Some(&self.weights),
            n_classes: N_CLASSES,
        }
    }
}

#[cfg(test)]
mod tests {
    use undertone::inference::Emotion;

    use super::super::target::one_hot;
    use super::*;

    #[test]
    fn the_scaler_standardises_and_leaves_constants_at_nothing() {
        let mut table = Table::default();
        for value in [1.0, 3.0] {
            table.push([value, 7.0], one_hot(Emotion::Calm), 1.0);
        }
        let (mean, scale) = table.scaler();
        assert_eq!((mean, scale), (vec![2.0, 7.0], vec![1.0, 0.0]));
        assert_eq!(table.row(1), [3.0, 7.0]);
    }
}
