//! Learners on the normal scores of functionals, multinomial logistic regression or support vector machines, their penalty
//! chosen inside the training speakers.

use anyhow::{Context, Result};
use clap::ValueEnum;
use ndarray::{Array2, ArrayView1, Axis, concatenate};
use rayon::prelude::*;
use serde::Serialize;
use undertone::inference::{Emotion, N_CLASSES, Probabilities, calibration};

use super::scores::NormalScores;
use crate::calibrate::temperature;
use crate::corpus::{Clip, CorpusKind};
use crate::deep::linear::{Linear, LinearTraining, Targets, fit};
use crate::deep::rows::{Allowed, allowed};
use crate::deep::svm::{self, Svm, SvmTraining};
use crate::learners::target::one_hot;
use crate::metrics::{Outcome, score};
use crate::split::{Fold, inner_folds};

/// How the penalty is chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Parts that the training speakers are divided into; each is answered by a regression on the others.
    parts: usize,
    /// Candidates: the regression's L2 penalty beside the mean loss, or the machines' cost.
    #[serde(rename = "l2")]
    candidates: Vec<f64>,
    /// Iterations at most.
    iterations: u64,
    /// What a column is brought to.
    scale: &'static str,
}

/// Which learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Learner {
    /// Multinomial logistic regression.
    Logistic,
    /// Support vector machines with RBF kernel, one for each pair of classes.
    Svm,
}

impl Learner {
    /// Begins the name of its rows in the results file.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Logistic => LOGISTIC,
            Self::Svm => SVM,
        }
    }
}

impl Choice {
    /// What that learner's penalty is chosen among.
    pub fn of(learner: Learner) -> Self {
        let candidates = match learner {
            Learner::Logistic => vec![0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
            Learner::Svm => vec![1.0, 3.0, 10.0],
        };
        Self { parts: 4, candidates, iterations: 80, scale: "normal scores" }
    }
}

/// Begins the names of the regressions' rows.
const LOGISTIC: &str = "logistic-";
/// Begins the names of the machines' rows.
const SVM: &str = "svm-";

/// Whether a row of that model is of functionals alone.
pub fn is_of_functionals(model: &str) -> bool {
    model.starts_with(LOGISTIC) || model.starts_with(SVM)
}

/// A fitted learner.
enum Model {
    Logistic(Linear),
    Svm(Svm),
}

/// Rows of some clips, as normal scores among themselves.
struct Rows {
    x: Array2<f32>,
    scores: NormalScores,
    labels: Vec<Emotion>,
    classes: Vec<Probabilities>,
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
            classes: rows().map(|index| one_hot(labels[index])).collect(),
            allowed: rows().map(|index| masks[&clips[index].corpus]).collect(),
            weights: rows().map(weight).collect(),
        })
    }

    fn targets(&self) -> Targets<'_> {
        Targets { classes: &self.classes, allowed: &self.allowed, weights: &self.weights }
    }

    fn fit(&self, learner: Learner, candidate: f64, iterations: u64, start: Option<&Model>) -> Result<Model> {
        Ok(match learner {
            Learner::Logistic => {
                let start =
                    start.and_then(|model| if let Model::Logistic(linear) = model { Some(linear) } else { None });
                let training = LinearTraining { l2: candidate, iterations };
                Model::Logistic(fit(&self.x, self.targets(), &training, start)?)
            }
            Learner::Svm => {
                let training = SvmTraining { c: candidate, gamma: 1.0, rows: self.x.nrows() };
                Model::Svm(svm::fit(&self.x, &self.labels, &self.allowed, &training)?)
            }
        })
    }

    /// What the learner answers to the clips themselves.
    fn answers(&self, model: &Model, tables: &[Array2<f32>], of: &[usize]) -> Result<Vec<Probabilities>> {
        let rows: Vec<f32> = of.iter().flat_map(|index| self.scores.row(tables[*index].row(0))).collect();
        let x = Array2::from_shape_vec((of.len(), self.x.ncols()), rows)?;
        Ok(match model {
            Model::Logistic(linear) => linear.probabilities(x.view()),
            Model::Svm(machine) => x.outer_iter().map(|row| machine.probabilities(row)).collect(),
        })
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
    (learner, choice): (Learner, &Choice),
) -> Result<(Vec<Outcome>, f64)> {
    let parts = inner_folds(clips, &fold.train, held_out, choice.parts, 1)?;
    let mut found: Vec<Vec<Outcome>> = vec![Vec::new(); choice.candidates.len()];
    for part in &parts {
        let rows = Rows::new(clips, labels, tables, &part.train)?;
        let mut start = None;
        for (outcomes, candidate) in found.iter_mut().zip(&choice.candidates).rev() {
            let model = rows.fit(learner, *candidate, choice.iterations, start.as_ref())?;
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
    let model = rows.fit(learner, choice.candidates[best], choice.iterations, None)?;
    let answers = rows.answers(&model, tables, &fold.test)?;
    let answers = answers.iter().map(|answer| calibration::scale(answer, temperature)).collect();
    Ok((outcomes_of(clips, &fold.test, answers).collect(), choice.candidates[best]))
}
