//! `logistic`: multinomial logistic regression on the large set of functionals, by L-BFGS.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use ndarray::{Array1, Array2, ArrayView1, Axis};
use serde::{Deserialize, Serialize};
use undertone::inference::{N_CLASSES, Probabilities};

use super::export::LICENSE;
use super::mlp::scaled;
use super::rounding::{Rounded, transposed};
use super::stack::Setting;
use crate::calibrate::{self, temperature};
use crate::corpus::CorpusKind;
use crate::deep::linear::{Linear, LinearTraining, Targets, fit};
use crate::onnx::{Element, GraphBuilder};
use crate::split::inner_folds;

/// How the regression is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogisticTraining {
    /// L2 penalty on the weights: half of it times their squares, beside the mean loss. Of several, training speakers who are held out
    /// choose one.
    pub l2: Vec<f64>,
    /// Iterations at most.
    pub iterations: u64,
    /// Scaled columns are held within this many standard deviations.
    pub clip: f32,
    /// Weight of a clip of each corpus; 1 where it is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<CorpusKind, f32>,
}

/// A fitted regression with its scaler, its weights rounded as they ship.
pub struct Logistic {
    scaler: Scaler,
    linear: Linear,
}

/// Brings columns to mean 0 and deviation 1, and holds them within bounds.
struct Scaler {
    mean: Vec<f32>,
    /// One over the standard deviation; 0 for a column that never changes.
    scale: Vec<f32>,
    clip: f32,
}

/// Scaled rows of some clips, and what is learned of them.
struct Rows {
    x: Array2<f32>,
    scaler: Scaler,
    classes: Vec<Probabilities>,
    weights: Vec<f32>,
}

/// Parts that the training speakers are divided into where they choose the penalty.
const PARTS: usize = 3;

impl Logistic {
    /// Fits on the clips `train` and their copies in the table.
    ///
    /// # Errors
    /// Clips without the large set; several penalties and too few speakers to choose by; what the regression says.
    pub fn train(setting: Setting<'_>, train: &[usize], how: &LogisticTraining) -> Result<Self> {
        let l2 = match how.l2[..] {
            [l2] => l2,
            _ => chosen(setting, train, how)?,
        };
        let rows = Rows::new(setting, train, how)?;
        let linear = rows.fit(l2, how.iterations, None)?;
        let kept = rounded(&linear.weight).weights();
        let weight = Array2::from_shape_vec((N_CLASSES, linear.weight.nrows()), kept)?.reversed_axes();
        Ok(Self { scaler: rows.scaler, linear: Linear { weight, bias: linear.bias } })
    }

    /// Functionals that it takes.
    pub fn columns(&self) -> usize {
        self.scaler.mean.len()
    }

    /// The answer to the large set of one clip.
    pub fn predict(&self, row: &[f32]) -> Probabilities {
        let x: Array1<f32> = self.scaler.row(row).collect();
        self.linear.probabilities(x.view().insert_axis(Axis(0)))[0]
    }

    /// Input `functionals` `[1, n]`, output `probabilities` `[1, 8]`.
    pub fn onnx(&self) -> Vec<u8> {
        let (n, Scaler { mean, scale, clip }) = (self.columns(), &self.scaler);
        let mut graph = GraphBuilder::new("logistic");
        let input = graph.input("functionals", &[1, n]);
        let held = graph.standardised(input, mean, scale, *clip);
        let Rounded { levels, scales } = rounded(&self.linear.weight);
        let weight = graph.constant_rounded(&[N_CLASSES, n], &levels, &scales);
        let bias = graph.constant(&[N_CLASSES], &self.linear.bias.to_vec());
        let logits = graph.gemm(held, weight, Some(bias), true);
        let probabilities = graph.softmax(logits, 1);
        graph.output("probabilities", probabilities, Element::F32, &[1, N_CLASSES]);
        graph.metadata("license", LICENSE);
        graph.encode()
    }
}

/// `[columns, 8]` to 8 bits, one scale a class.
fn rounded(weight: &Array2<f32>) -> Rounded {
    let values: Vec<f32> = weight.iter().copied().collect();
    Rounded::new(&transposed(&values, weight.nrows(), weight.ncols()), weight.ncols())
}

impl Rows {
    /// A clip and its copies share the weight of its corpus.
    fn new(setting: Setting<'_>, train: &[usize], how: &LogisticTraining) -> Result<Self> {
        let Setting { material, targets, clips, .. } = setting;
        let large = material.large()?;
        let rows: Vec<(usize, ArrayView1<'_, f32>)> =
            train.iter().flat_map(|clip| large[*clip].rows().into_iter().map(move |row| (*clip, row))).collect();
        ensure!(!rows.is_empty(), "there is no clip to train the regression on");
        let weight = |clip: usize| how.weight(clips[clip].corpus) / large[clip].nrows() as f32;
        let sum: f32 = rows.iter().map(|(clip, _)| weight(*clip)).sum();
        let weights: Vec<f32> = rows.iter().map(|(clip, _)| weight(*clip) / sum).collect();
        let scaler = Scaler::of(&rows, &weights, how.clip);
        let mut x = Array2::zeros((rows.len(), scaler.mean.len()));
        for (mut slot, (_, row)) in x.rows_mut().into_iter().zip(&rows) {
            slot.iter_mut().zip(scaler.row(row)).for_each(|(slot, value)| *slot = value);
        }
        let classes = rows.iter().map(|(clip, _)| targets.classes[*clip]).collect();
        Ok(Self { x, scaler, classes, weights })
    }

    fn fit(&self, l2: f64, iterations: u64, start: Option<&Linear>) -> Result<Linear> {
        let allowed = vec![[true; N_CLASSES]; self.classes.len()];
        let targets = Targets { classes: &self.classes, allowed: &allowed, weights: &self.weights };
        fit(&self.x, targets, &LinearTraining { l2, iterations }, start)
    }
}

impl LogisticTraining {
    fn weight(&self, corpus: CorpusKind) -> f32 {
        self.weights.get(&corpus).copied().unwrap_or(1.0)
    }
}

impl Scaler {
    /// Of weighted rows; the weights sum to 1.
    fn of(rows: &[(usize, ArrayView1<'_, f32>)], weights: &[f32], clip: f32) -> Self {
        let columns = rows[0].1.len();
        let (mut mean, mut square) = (Array1::<f64>::zeros(columns), Array1::<f64>::zeros(columns));
        for ((_, row), weight) in rows.iter().zip(weights) {
            mean.scaled_add(f64::from(*weight), &row.mapv(f64::from));
        }
        for ((_, row), weight) in rows.iter().zip(weights) {
            let off = row.mapv(f64::from) - &mean;
            square.scaled_add(f64::from(*weight), &(&off * &off));
        }
        let scale = square.iter().zip(&mean).map(|(variance, mean)| {
            let floor = 1e-12 * (mean * mean).max(f64::MIN_POSITIVE);
            if *variance > floor { variance.sqrt().recip() as f32 } else { 0.0 }
        });
        Self { scale: scale.collect(), mean: mean.iter().map(|mean| *mean as f32).collect(), clip }
    }

    fn row<'a>(&'a self, row: impl IntoIterator<Item = &'a f32> + 'a) -> impl Iterator<Item = f32> + 'a {
        scaled(row, &self.mean, &self.scale, self.clip)
    }
}

/// The penalty whose answers, calibrated, have the least log loss on speakers who are held out, of the corpus of actors that counts
/// most. Each fit goes on from that of the stronger penalty, so half the iterations do.
fn chosen(setting: Setting<'_>, train: &[usize], how: &LogisticTraining) -> Result<f64> {
    let Setting { clips, material, seed, .. } = setting;
    let large = material.large()?;
    let corpora: BTreeSet<CorpusKind> = train.iter().map(|clip| clips[*clip].corpus).collect();
    let counts = |corpus: &CorpusKind| (corpus.is_acted(), how.weight(*corpus));
    let most = corpora.into_iter().rev().max_by(|a, b| counts(a).partial_cmp(&counts(b)).unwrap_or(Ordering::Equal));
    let held_out = most.context("there is no clip to choose by")?;
    let mut candidates = how.l2.clone();
    candidates.sort_by(|a, b| b.total_cmp(a));
    let mut answers: Vec<Vec<Probabilities>> = vec![Vec::new(); candidates.len()];
    let mut labels = Vec::new();
    for part in inner_folds(clips, train, held_out, PARTS, seed)? {
        let rows = Rows::new(setting, &part.train, how)?;
        let tested: Vec<f32> = part.test.iter().flat_map(|clip| rows.scaler.row(large[*clip].row(0))).collect();
        let tested = Array2::from_shape_vec((part.test.len(), rows.x.ncols()), tested)?;
        labels.extend(part.test.iter().map(|clip| clips[*clip].label));
        let mut start = None;
        for (l2, answers) in candidates.iter().zip(&mut answers) {
            let linear = rows.fit(*l2, how.iterations.div_ceil(2), start.as_ref())?;
            answers.extend(linear.probabilities(tested.view()));
            start = Some(linear);
        }
    }
    let losses = answers.iter().map(|answers| calibrate::log_loss(answers, &labels, temperature(answers, &labels)));
    let best = candidates.into_iter().zip(losses).min_by(|(_, a), (_, b)| a.total_cmp(b));
    Ok(best.context("no penalty")?.0)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use undertone::features::{FeatureConfig, LARGE_FEATURES};
    use undertone::inference::{Emotion, Model, ModelEntry, ModelKind, OnnxModel, Tier, sha256_hex, winner};

    use super::super::target;
    use super::*;
    use crate::corpus::Clip;
    use crate::material::Material;
    use crate::recipe::Recipe;

    const COLUMNS: usize = 12;

    #[test]
    fn two_kinds_of_rows_are_told_apart_and_the_file_answers_as_the_trainer() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let label = |clip: usize| if clip.is_multiple_of(2) { Emotion::Sad } else { Emotion::Angry };
        // A column that never changes, one far from 0, and one with a value out of all bounds.
        let mut row = |clip: usize| -> Vec<f32> {
            let side = if label(clip) == Emotion::Sad { 1.0 } else { -1.0 };
            let noisy = (2..COLUMNS).map(|_| side + rng.random_range(-1.5f32..1.5));
            let mut row: Vec<f32> = [7.0, 1e4 + side].into_iter().chain(noisy).collect();
            if clip == 3 {
                row[2] = 1e9;
            }
            row
        };
        let large = (0..40).map(|clip| Array2::from_shape_vec((1, COLUMNS), row(clip)).unwrap()).collect();
        let material = Material { images: Vec::new(), functionals: Vec::new(), large: Some(large) };
        let how = LogisticTraining { l2: vec![10.0, 0.01], iterations: 40, clip: 2.5, weights: BTreeMap::new() };
        let (recipe, features) = (Recipe::load("smoke").unwrap(), FeatureConfig::default());
        let clip = |clip: usize| Clip::made_up(CorpusKind::Ravdess, &(clip % 7).to_string(), label(clip), clip);
        let clips: Vec<Clip> = (0..40).map(clip).collect();
        let targets = target::Targets::of_clips(&clips, |_| 0.0, |_| 1.0);
        let setting = Setting {
            material: &material,
            targets: &targets,
            clips: &clips,
            recipe: &recipe,
            features: &features,
            seed: 1,
        };
        assert_eq!(chosen(setting, &(0..20).collect::<Vec<_>>(), &how).unwrap(), 0.01);
        let fitted = Logistic::train(setting, &(0..20).collect::<Vec<_>>(), &how).unwrap();
        let bytes = fitted.onnx();
        let entry = ModelEntry {
            name: "logistic".into(),
            kind: ModelKind::Logistic,
            tier: Tier::Quick,
            file: "logistic.onnx".into(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(&bytes),
            input: vec![1, COLUMNS],
            functionals: Some(LARGE_FEATURES.into()),
            embedding: 0,
            temperature: 1.0,
        };
        let file = OnnxModel::load(&entry, &bytes).unwrap();
        for clip in 20..40 {
            let row = material.large().unwrap()[clip].row(0).to_vec();
            let answer = fitted.predict(&row);
            assert_eq!(winner(&answer), label(clip));
            let theirs = file.run(&row).unwrap().probabilities;
            assert!(answer.iter().zip(theirs).all(|(own, file)| (own - file).abs() < 1e-5), "{answer:?} {theirs:?}");
        }
    }
}
