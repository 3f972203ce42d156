//! Multinomial logistic regression on the normal scores of functionals, its penalty chosen inside the training speakers.

use anyhow::{Context, Result};
use ndarray::{Array2, ArrayView1, Axis, concatenate};
use rayon::prelude::*;
use serde::Serialize;
use undertone::inference::{Emotion, N_CLASSES, Probabilities, calibration};

use super::scores::NormalScores;
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
    /// What a column is brought to.
    scale: &'static str,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            parts: 4,
            l2: vec![0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
            iterations: 80,
            scale: "normal scores",
        }
    }
}

/// Rows of some clips, as normal scores among themselves.
struct Rows {
    x: Array2<f32>,
    scores: NormalScores,
    labels: Vec<Emotion>,
    allowed: Vec<Allowed>,
    weights: Vec<f32>,
}

impl Rows {
    /// Every class weighs the same, a clip as much as another of its class, its copies share that.
    fn new(clips: &[Clip], labels: &[Emotion], tables: &[Array2<f32>], of: &[usize]) -> Result<Self> {
        let mut counts = [0usize; N_CLASSES];
        of.iter().for_each(|index| counts[labels[*index].index()] += 1);
        let classes = counts.iter().filter(|count| **count > 0).count().max(1);
        let parts: Vec<_> = of.iter().map(|index| tables[*index].view()).collect();
        let mut x = concatenate(Axis(0), &parts)?;
        let scores = NormalScores::of(&x);
        let columns = x.ncols().max(1);
        if let Some(values) = x.as_slice_mut() {
            values.par_chunks_exact_mut(columns).for_each(|row| {
                let scored = scores.row(ArrayView1::from(&*row));
                row.copy_from_slice(&scored);
            });
        }
        let rows = || of.iter().flat_map(|index| std::iter::repeat_n(*index, tables[*index].nrows()));
        let masks = allowed(clips);
        let weight = |index: usize| 1.0 / (classes * counts[labels[index].index()] * tables[index].nrows()) as f32;
        Ok(Self {
            x,
            scores,
            labels: rows().map(|index| labels[index]).collect(),
            allowed: rows().map(|index| masks[&clips[index].corpus]).collect(),
            weights: rows().map(weight).collect(),
        })
    }

    fn targets(&self) -> Targets<'_> {
        Targets { labels: &self.labels, allowed: &self.allowed, weights: &self.weights }
    }

    /// What the regression answers to the clips themselves.
    fn answers(&self, model: &Linear, tables: &[Array2<f32>], of: &[usize]) -> Result<Vec<Probabilities>> {
        let rows: Vec<f32> = of.iter().flat_map(|index| self.scores.row(tables[*index].row(0))).collect();
        let x = Array2::from_shape_vec((of.len(), self.x.ncols()), rows)?;
        Ok(model.probabilities(x.view()))
    }
}

/// What was answered to the clips `of`.
fn outcomes_of(clips: &[Clip], of: &[usize], answers: Vec<Probabilities>) -> impl Iterator<Item = Outcome> {
    of.iter().zip(answers).map(|(clip, probabilities)| Outcome {
        speaker: clips[*clip].speaker.clone(),
        label: clips[*clip].label,
        probabilities,
    })
}

/// Calibrated outcomes of the test clips of a fold, and the penalty that its training speakers chose: of the one
/// with the least log loss on the parts of them that were held out.
pub(super) fn fold(
    clips: &[Clip],
    labels: &[Emotion],
    tables: &[Array2<f32>],
    fold: &Fold,
    held_out: CorpusKind,
    choice: &Choice,
) -> Result<(Vec<Outcome>, f64)> {
    let parts = inner_folds(clips, &fold.train, held_out, choice.parts, 1)?;
    let mut found: Vec<Vec<Outcome>> = vec![Vec::new(); choice.l2.len()];
    for part in &parts {
        let rows = Rows::new(clips, labels, tables, &part.train)?;
        let mut start = None;
        for (outcomes, l2) in found.iter_mut().zip(&choice.l2).rev() {
            let training = LinearTraining { l2: *l2, iterations: choice.iterations };
            let model = fit(&rows.x, rows.targets(), &training, start.as_ref())?;
            let answers = rows.answers(&model, tables, &part.test)?;
            outcomes.extend(outcomes_of(clips, &part.test, answers));
            start = Some(model);
        }
    }
    let classes = held_out.classes(clips);
    let log_loss = |outcomes: &Vec<Outcome>| score(outcomes, &classes).log_loss;
    let best =
        (0..found.len()).min_by(|a, b| log_loss(&found[*a]).total_cmp(&log_loss(&found[*b]))).context("no penalty")?;
    let (answers, truths): (Vec<_>, Vec<_>) = found[best].iter().map(|one| (one.probabilities, one.label)).unzip();
    let temperature = temperature(&answers, &truths);
    let rows = Rows::new(clips, labels, tables, &fold.train)?;
    let training = LinearTraining { l2: choice.l2[best], iterations: choice.iterations };
    let model = fit(&rows.x, rows.targets(), &training, None)?;
    let answers = rows.answers(&model, tables, &fold.test)?;
    let answers = answers.iter().map(|answer| calibration::scale(answer, temperature)).collect();
    Ok((outcomes_of(clips, &fold.test, answers).collect(), choice.l2[best]))
}
