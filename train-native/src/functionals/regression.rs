//! Multinomial logistic regression on standardised functionals, its penalty chosen inside the training speakers.

use anyhow::{Context, Result};
use ndarray::{Array2, ArrayView1};
use serde::Serialize;
use undertone::inference::{Emotion, N_CLASSES, Probabilities, calibration};

use crate::calibrate::temperature;
use crate::corpus::{Clip, CorpusKind};
use crate::deep::linear::{Linear, LinearTraining, Targets, fit};
use crate::deep::rows::{Allowed, allowed};
use crate::metrics::{Outcome, score};
use crate::split::{Fold, inner_folds};

/// How the penalty is chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Parts that the training speakers are divided into; each is answered by a regression on the others.
    parts: usize,
    /// Candidates for the L2 penalty, beside the mean loss.
    l2: Vec<f64>,
    /// Iterations at most.
    iterations: u64,
    /// Standardised values are held within this many deviations.
    clip: f32,
}

impl Default for Choice {
    fn default() -> Self {
        Self { parts: 4, l2: vec![0.01, 0.03, 0.1, 0.3, 1.0, 3.0], iterations: 80, clip: 5.0 }
    }
}

/// Rows of some clips, standardised by their own statistics.
struct Rows {
    x: Array2<f32>,
    mean: Vec<f32>,
    scale: Vec<f32>,
    labels: Vec<Emotion>,
    allowed: Vec<Allowed>,
    weights: Vec<f32>,
}

impl Rows {
    /// Every class weighs the same, a clip as much as another of its class, its copies share that.
    fn new(clips: &[Clip], labels: &[Emotion], tables: &[Array2<f32>], of: &[usize], clip: f32) -> Self {
        let mut counts = [0usize; N_CLASSES];
        of.iter().for_each(|index| counts[labels[*index].index()] += 1);
        let classes = counts.iter().filter(|count| **count > 0).count().max(1);
        let columns = of.first().map_or(0, |index| tables[*index].ncols());
        let n_rows: usize = of.iter().map(|index| tables[*index].nrows()).sum();
        let (mut sum, mut square) = (vec![0.0f64; columns], vec![0.0f64; columns]);
        let mut rows = Self {
            x: Array2::zeros((n_rows, columns)),
            mean: Vec::new(),
            scale: Vec::new(),
            labels: Vec::new(),
            allowed: Vec::new(),
            weights: Vec::new(),
        };
        let all = of.iter().flat_map(|index| tables[*index].rows().into_iter().map(move |row| (*index, row)));
        for ((index, row), mut to) in all.zip(rows.x.rows_mut()) {
            let label = labels[index];
            rows.labels.push(label);
            rows.allowed.push(allowed(clips[index].corpus));
            rows.weights.push(1.0 / (classes * counts[label.index()] * tables[index].nrows()) as f32);
            for (((to, value), sum), square) in to.iter_mut().zip(row).zip(&mut sum).zip(&mut square) {
                *to = *value;
                *sum += f64::from(*value);
                *square += f64::from(*value).powi(2);
            }
        }
        let n = n_rows.max(1) as f64;
        for (sum, square) in sum.iter().zip(&square) {
            let mean = sum / n;
            let variance = square / n - mean * mean;
            rows.mean.push(mean as f32);
            rows.scale.push(if variance > 1e-9 * (square / n) { (1.0 / variance.sqrt()) as f32 } else { 0.0 });
        }
        let (mean, scale) = (&rows.mean, &rows.scale);
        rows.x.rows_mut().into_iter().for_each(|mut row| {
            for ((value, mean), scale) in row.iter_mut().zip(mean).zip(scale) {
                *value = ((*value - mean) * scale).clamp(-clip, clip);
            }
        });
        rows
    }

    fn standardised(&self, row: ArrayView1<'_, f32>, clip: f32) -> Vec<f32> {
        let scaled = row.iter().zip(&self.mean).zip(&self.scale);
        scaled.map(|((value, mean), scale)| ((value - mean) * scale).clamp(-clip, clip)).collect()
    }

    fn targets(&self) -> Targets<'_> {
        Targets { labels: &self.labels, allowed: &self.allowed, weights: &self.weights }
    }

    /// What the regression answers to the clips themselves.
    fn answers(&self, model: &Linear, tables: &[Array2<f32>], of: &[usize], clip: f32) -> Result<Vec<Probabilities>> {
        let rows: Vec<f32> = of.iter().flat_map(|index| self.standardised(tables[*index].row(0), clip)).collect();
        let x = Array2::from_shape_vec((of.len(), self.mean.len()), rows)?;
        Ok(model.probabilities(x.view()))
    }
}

/// Calibrated answers to the test clips of a fold, and the penalty that its training speakers chose: of the one with the
/// highest recall on the parts of them that were held out.
pub(super) fn fold(
    clips: &[Clip],
    labels: &[Emotion],
    tables: &[Array2<f32>],
    fold: &Fold,
    held_out: CorpusKind,
    choice: &Choice,
) -> Result<(Vec<Probabilities>, f64)> {
    let parts = inner_folds(clips, &fold.train, held_out, choice.parts, 1)?;
    let mut found: Vec<Vec<Outcome>> = vec![Vec::new(); choice.l2.len()];
    for part in &parts {
        let rows = Rows::new(clips, labels, tables, &part.train, choice.clip);
        let mut start = None;
        for (outcomes, l2) in found.iter_mut().zip(&choice.l2).rev() {
            let training = LinearTraining { l2: *l2, iterations: choice.iterations };
            let model = fit(&rows.x, rows.targets(), &training, start.as_ref())?;
            let answers = rows.answers(&model, tables, &part.test, choice.clip)?;
            outcomes.extend(part.test.iter().zip(answers).map(|(clip, probabilities)| Outcome {
                speaker: clips[*clip].speaker.clone(),
                label: labels[*clip],
                probabilities,
            }));
            start = Some(model);
        }
    }
    let classes = held_out.classes();
    let uar = |outcomes: &Vec<Outcome>| score(outcomes, classes).uar;
    let best = (0..found.len()).max_by(|a, b| uar(&found[*a]).total_cmp(&uar(&found[*b]))).context("no penalty")?;
    let (answers, truths): (Vec<_>, Vec<_>) = found[best].iter().map(|one| (one.probabilities, one.label)).unzip();
    let temperature = temperature(&answers, &truths);
    let rows = Rows::new(clips, labels, tables, &fold.train, choice.clip);
    let training = LinearTraining { l2: choice.l2[best], iterations: choice.iterations };
    let model = fit(&rows.x, rows.targets(), &training, None)?;
    let answers = rows.answers(&model, tables, &fold.test, choice.clip)?;
    Ok((answers.iter().map(|answer| calibration::scale(answer, temperature)).collect(), choice.l2[best]))
}
