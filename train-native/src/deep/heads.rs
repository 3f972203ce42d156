//! All heads, fitted on training clips and made into the files that ship.

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Result;
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use undertone::features::FeatureConfig;
use undertone::inference::{
    DeepEngine, DeepInputs, Emotion, Encoder, EncoderEntry, Manifest, ModelEntry, ModelKind, N_CLASSES, Probabilities,
    Reference, SCHEMA, Tier, VoiceMean, sha256_hex,
};
use undertone_boosters::{TrainingSet, lightgbm, xgboost};

use super::embed::Embeddings;
use super::export::{attention_onnx, linear_onnx, projected_columns, svm_onnx};
use super::linear::{self, Linear};
use super::recipe::DeepRecipe;
use super::rows::Rows;
use super::{attention, svm};
use crate::corpus::{Clip, CorpusKind};
use crate::interrupt;
use crate::learners::export::LICENSE;
use crate::learners::target::parts;
use crate::onnx::tree_classifier;

/// Names of the heads in the manifest, in the order in which they run.
pub const HEADS: [(&str, ModelKind); 5] = [
    ("linear", ModelKind::Linear),
    ("svm", ModelKind::Svm),
    ("attention", ModelKind::Attention),
    ("xgboost-deep", ModelKind::Xgboost),
    ("lightgbm-deep", ModelKind::Lightgbm),
];

/// Where the heads lie in a row of data, and how to fit them.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// All clips.
    pub clips: &'a [Clip],
    /// What the encoder gave for them.
    pub embeddings: &'a Embeddings,
    /// All numbers.
    pub recipe: &'a DeepRecipe,
    /// The encoder, as the manifest lists it.
    pub encoder: &'a EncoderEntry,
    /// Layers that its outputs are of.
    pub layers: usize,
    /// Seed of everything random.
    pub seed: u64,
}

/// Fitted heads as the files that ship, in the order of [`HEADS`], and what begins the next fit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fitted {
    /// ONNX files.
    pub files: Vec<Vec<u8>>,
    /// Directions of the projection.
    pub projection: usize,
    /// The training speakers' means, where the heads know baselines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// The regression, where another fit may begin from it.
    #[serde(skip)]
    pub linear: Option<Linear>,
}

/// Least part of a row that is taught a class which its corpus has no label for.
const LEAST_SHARE: f32 = 0.05;

/// Told of each step.
pub type Progress<'a> = dyn Fn(&str, usize, usize) + 'a;

/// Fits all heads on the clips `train`; the regression goes on from `start`.
///
/// # Errors
/// What the learners say; Ctrl-C.
pub fn fit(setting: Setting<'_>, train: &[usize], start: Option<&Linear>, progress: &Progress<'_>) -> Result<Fitted> {
    let Setting { clips, embeddings, recipe, encoder, layers, seed } = setting;
    let rows = Rows::new(recipe, clips, embeddings, train, seed);
    progress("linear", 0, 1);
    let (mean, scale) = rows.scaler();
    let x = rows.standardised(&mean, &scale);
    let linear = linear::fit(&x, rows.targets(), &recipe.linear, start)?;
    let columns = projected_columns(layers, encoder.pooled / (5 * layers));
    let chosen = sample(&rows, clips, recipe.projection_rows, seed);
    let sampled = x.select(Axis(0), &chosen).select(Axis(1), &columns);
    let projection = linear::principal(&sampled, recipe.projection, seed);
    let answers = linear.probabilities(x.view());
    drop(sampled);
    let projected = project(&x, &columns, &projection);
    drop(x);
    let mut fitted = Fitted {
        files: vec![linear_onnx(&linear, &mean, &scale, &projection, layers)],
        projection: projection.ncols(),
        reference: rows.speakers.as_ref().map(|speakers| speakers.reference.clone()),
        linear: Some(linear),
    };

    progress("svm", 0, 1);
    let chosen = sample(&rows, clips, recipe.svm.rows, seed);
    let labels: Vec<Emotion> = chosen.iter().map(|row| rows.labels[*row]).collect();
    let allowed: Vec<_> = chosen.iter().map(|row| rows.allowed[*row]).collect();
    let machine = svm::fit(&projected.select(Axis(0), &chosen), &labels, &allowed, &recipe.svm)?;
    fitted.files.push(svm_onnx(&machine));

    let epochs = recipe.attention.epochs * recipe.attention.networks.max(1);
    let network = attention::train(&rows, encoder.columns, &recipe.attention, seed, &|epoch, _| {
        progress("attention", epoch, epochs);
    })?;
    fitted.files.push(attention_onnx(&network, encoder.window_blocks())?);

    let table = TreeTable::new(&rows, &projected, &answers);
    let data = table.training_set();
    let go_on = || if interrupt::check().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let metadata = [("license", LICENSE)];
    let trees = xgboost::train(&data, &recipe.xgboost.params(seed as u32), |round| {
        progress("xgboost", round, recipe.xgboost.rounds);
        go_on()
    })?;
    interrupt::check()?;
    let mut trees = trees.trees()?;
    trees.center(data.x);
    fitted.files.push(tree_classifier("xgboost-deep", &trees, &metadata));
    let trees = lightgbm::train(&data, &recipe.lightgbm.params(seed as u32), |round| {
        progress("lightgbm", round, recipe.lightgbm.rounds);
        go_on()
    })?;
    interrupt::check()?;
    fitted.files.push(tree_classifier("lightgbm-deep", &trees.trees()?, &metadata));
    Ok(fitted)
}

fn project(x: &Array2<f32>, columns: &[usize], projection: &Array2<f32>) -> Array2<f32> {
    let parts: Vec<Array2<f32>> = linear::blocks(x, 256).map(|x| x.select(Axis(1), columns).dot(projection)).collect();
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    ndarray::concatenate(Axis(0), &views).unwrap_or_else(|_| Array2::zeros((0, projection.ncols())))
}

/// At most `n` rows: of each corpus a number by its weight (RAVDESS first of all), clips themselves before their copies.
fn sample(rows: &Rows<'_>, clips: &[Clip], n: usize, seed: u64) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x005a_3b1e);
    let mut chosen = Vec::new();
    for corpus in CorpusKind::ALL {
        let mut members: Vec<usize> = (0..rows.len()).filter(|row| clips[rows.clips[*row]].corpus == corpus).collect();
        let share: f32 = members.iter().map(|row| rows.weights[*row]).sum();
        members.shuffle(&mut rng);
        members.sort_by_key(|row| rows.copies[*row]);
        members.truncate((share * n as f32).round() as usize);
        chosen.extend(members);
    }
    chosen.sort_unstable();
    chosen
}

/// Rows for the boosters, which know no forbidden classes: where a corpus has no label for a class, the part of the row that
/// the regression would give it is taught so.
struct TreeTable {
    values: Vec<f32>,
    columns: usize,
    labels: Vec<u32>,
    weights: Vec<f32>,
}

impl TreeTable {
    fn new(rows: &Rows<'_>, projected: &Array2<f32>, answers: &[Probabilities]) -> Self {
        let mut table =
            Self { values: Vec::new(), columns: projected.ncols(), labels: Vec::new(), weights: Vec::new() };
        for (row, answer) in answers.iter().enumerate() {
            let weight = rows.weights[row] * rows.len() as f32;
            let mut left = 1.0;
            for (class, p) in answer.iter().enumerate() {
                if !rows.allowed[row][class] && *p >= LEAST_SHARE {
                    left -= p;
                    table.push(projected.row(row).iter(), class as u32, weight * p);
                }
            }
            for (class, share) in parts(&rows.classes[row]) {
                table.push(projected.row(row).iter(), class, weight * left * share);
            }
        }
        table
    }

    fn push<'a>(&mut self, row: impl Iterator<Item = &'a f32>, label: u32, weight: f32) {
        self.values.extend(row);
        self.labels.push(label);
        self.weights.push(weight);
    }

    fn training_set(&self) -> TrainingSet<'_> {
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

impl Fitted {
    /// Manifest entries of the heads, with those temperatures (1 where there is none).
    pub fn entries(&self, encoder: &EncoderEntry, temperatures: &[f32]) -> Vec<ModelEntry> {
        HEADS
            .iter()
            .zip(&self.files)
            .enumerate()
            .map(|(index, ((name, kind), bytes))| ModelEntry {
                name: (*name).into(),
                kind: *kind,
                tier: Tier::Deep,
                file: format!("{name}.onnx"),
                bytes: bytes.len() as u64,
                sha256: sha256_hex(bytes),
                functionals: None,
                input: match kind {
                    ModelKind::Linear => vec![1, encoder.pooled],
                    ModelKind::Attention => vec![encoder.window_blocks(), encoder.columns + 1],
                    _ => vec![1, self.projection],
                },
                embedding: if *kind == ModelKind::Linear { self.projection } else { 0 },
                temperature: temperatures.get(index).copied().unwrap_or(1.0),
            })
            .collect()
    }

    /// What each head answers to each of `clips`, not calibrated, through the files and the engine that ship: `[head][clip]`.
    ///
    /// # Errors
    /// A head that cannot run.
    pub fn answers(
        &self,
        setting: Setting<'_>,
        encoder: &Arc<Encoder>,
        features: &FeatureConfig,
        clips: &[usize],
    ) -> Result<Vec<Vec<Probabilities>>> {
        self.answers_less(setting, encoder, features, clips, &[])
    }

    /// As [`answers`](Self::answers), with an offset taken off each clip; clips after the last offset stay as they are.
    ///
    /// # Errors
    /// As there.
    pub fn answers_less(
        &self,
        setting: Setting<'_>,
        encoder: &Arc<Encoder>,
        features: &FeatureConfig,
        clips: &[usize],
        offsets: &[VoiceMean],
    ) -> Result<Vec<Vec<Probabilities>>> {
        let engine = self.engine(setting.encoder, encoder, features)?;
        let mut answers = vec![Vec::with_capacity(clips.len()); HEADS.len()];
        for (index, clip) in clips.iter().enumerate() {
            let mut inputs = setting.inputs(*clip)?;
            if let Some(offset) = offsets.get(index) {
                inputs = inputs.less(offset);
            }
            for (index, answers) in answers.iter_mut().enumerate() {
                answers.push(engine.predict(index, &mut inputs)?);
            }
        }
        Ok(answers)
    }

    /// Where each of `clips` lies among others.
    ///
    /// # Errors
    /// A head that cannot run.
    pub fn directions(
        &self,
        setting: Setting<'_>,
        encoder: &Arc<Encoder>,
        features: &FeatureConfig,
        clips: &[usize],
    ) -> Result<Vec<Vec<f32>>> {
        let engine = self.engine(setting.encoder, encoder, features)?;
        let direction = |clip: &usize| {
            let mut inputs = setting.inputs(*clip)?;
            engine.predict_raw(0, &mut inputs)?;
            Ok(inputs.direction())
        };
        clips.iter().map(direction).collect()
    }

    /// A manifest of the heads alone, with those temperatures (1 where there is none).
    pub fn manifest(&self, entry: &EncoderEntry, features: &FeatureConfig, temperatures: &[f32]) -> Manifest {
        Manifest {
            schema: SCHEMA,
            version: "fold".into(),
            labels: Emotion::ALL.map(|emotion| emotion.name().to_owned()).to_vec(),
            class_shares: [1.0 / N_CLASSES as f32; N_CLASSES],
            features: features.clone(),
            models: self.entries(entry, temperatures),
            encoder: Some(entry.clone()),
            baseline: None,
            ensembles: Vec::new(),
            license: LICENSE.into(),
        }
    }

    fn engine(&self, entry: &EncoderEntry, encoder: &Arc<Encoder>, features: &FeatureConfig) -> Result<DeepEngine> {
        let mut files = self.files.iter();
        let manifest = self.manifest(entry, features, &[]);
        Ok(DeepEngine::with_encoder(manifest, encoder.clone(), |_| files.next().cloned())?)
    }
}

impl Setting<'_> {
    /// What the encoder gave for a clip.
    fn inputs(&self, clip: usize) -> Result<DeepInputs> {
        let encoded = self.embeddings[clip][0].iter().map(super::embed::Embedded::encoded);
        Ok(DeepInputs::new(encoded.collect::<Result<_>>()?))
    }
}
