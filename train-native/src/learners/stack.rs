//! The quick tier as a whole: the convolutional network, and what stands on its embedding and the functionals.

use std::ops::ControlFlow;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use undertone::features::{FeatureConfig, LARGE_FEATURES, cnn_windows};
use undertone::inference::{
    Emotion, Engine, EnsembleEntry, Inputs, Manifest, Member, ModelEntry, ModelKind, N_CLASSES, Pool, Probabilities,
    SCHEMA, Tier, sha256_hex,
};
use undertone_boosters::{lightgbm, xgboost};

use super::cnn::Network;
use super::cnn_train::{Example, train as train_cnn};
use super::export::{LICENSE, cnn_onnx, mlp_onnx};
use super::logistic::Logistic;
use super::mlp::{Mlp, train as train_mlp};
use super::rounding::rounded;
use super::table::Table;
use super::target::Targets;
use crate::corpus::Clip;
use crate::deep::vote::Vote;
use crate::interrupt;
use crate::material::Material;
use crate::onnx::tree_classifier;
use crate::recipe::Recipe;

/// Names of the models in the manifest, in the order in which they run; the last is there where the recipe has it.
const MODELS: [(&str, ModelKind); 5] = [
    ("cnn-2d", ModelKind::Cnn),
    ("mlp", ModelKind::Mlp),
    ("xgboost", ModelKind::Xgboost),
    ("lightgbm", ModelKind::Lightgbm),
    ("logistic", ModelKind::Logistic),
];

/// Names and kinds of a recipe's models, in the order in which they run.
pub fn models(recipe: &Recipe) -> &'static [(&'static str, ModelKind)] {
    &MODELS[..MODELS.len() - usize::from(recipe.logistic.is_none())]
}

/// Fitted models as the files that ship, in the order of [`models`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// ONNX files.
    pub files: Vec<Vec<u8>>,
    /// Width of the embedding.
    pub embedding: usize,
    /// Columns of the functionals.
    pub functionals: usize,
    /// Columns of the large set; 0 where no model takes it.
    #[serde(default)]
    pub large: usize,
    /// Largest difference, over training clips, of any probability between a trainer's own model and its file.
    pub parity: Vec<f32>,
}

/// What to fit on, and how.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Features of all clips.
    pub material: &'a Material,
    /// What is learned of each clip.
    pub targets: &'a Targets,
    /// All clips.
    pub clips: &'a [Clip],
    /// All numbers.
    pub recipe: &'a Recipe,
    /// The feature path's.
    pub features: &'a FeatureConfig,
    /// Seed of everything random.
    pub seed: u64,
}

/// Answers as they are.
const PLAIN: Vote = Vote { temperatures: Vec::new(), weights: Vec::new(), joined: 1.0, pool: Pool::Linear };

impl<'a> Setting<'a> {
    /// The clips `train` as networks take them.
    pub(super) fn examples(self, train: &[usize]) -> Vec<Example<'a>> {
        let Setting { material, targets, .. } = self;
        let example = |clip: &usize| Example {
            copies: material.images[*clip].iter().map(|image| image.view()).collect(),
            target: targets.classes[*clip],
            weight: targets.weights[*clip],
            hint: &targets.hints[*clip],
        };
        train.iter().map(example).collect()
    }
}

/// Clips whose answers by the trainer's own model and by the file are compared.
const COMPARED: usize = 8;

/// Told of each step: what is fitted, steps done, steps in all, and the loss where there is one.
pub type Progress<'a> = dyn Fn(&str, usize, usize, Option<f32>) + 'a;

/// Fits all models on the clips `train`.
///
/// # Errors
/// What the learners say; [`interrupt::Interrupted`] after Ctrl-C.
pub fn fit(setting: Setting<'_>, train: &[usize], progress: &Progress<'_>) -> Result<Fitted> {
    let Setting { material, targets, recipe, features, seed, .. } = setting;
    let examples = setting.examples(train);
    let (mels, frames) = (features.n_mels, features.window_frames);
    let epochs = recipe.cnn.epochs;
    let cnn = train_cnn(&examples, &recipe.cnn, mels, frames, seed, &mut |epoch, loss| {
        progress("cnn-2d", epoch + 1, epochs, Some(loss));
        interrupt::check().is_ok()
    });
    interrupt::check()?;
    let cnn = rounded(cnn?)?;
    let mut fitted = Fitted {
        files: vec![cnn_onnx(&cnn, mels, frames)?],
        embedding: recipe.cnn.shape.embedding,
        functionals: material.functionals.first().map_or(0, |table| table.ncols()),
        large: 0,
        parity: Vec::new(),
    };
    let engine = fitted.engine(features)?;
    fitted.parity.push(cnn_parity(&cnn, &engine, setting, train)?);

    progress("embedding", 0, 1, None);
    let mut table = Table::default();
    for clip in train {
        interrupt::check()?;
        for copy in 0..=recipe.table_copies {
            let row = row(&engine, material, features, *clip, copy)?;
            table.push(row, targets.classes[*clip], targets.weights[*clip]);
        }
    }
    let mlp = train_mlp(&table, &recipe.mlp, seed, &mut |epoch, loss| {
        progress("mlp", epoch + 1, recipe.mlp.epochs, Some(loss));
        interrupt::check().is_ok()
    });
    interrupt::check()?;
    let mlp = mlp?;
    fitted.files.push(mlp_onnx(&mlp)?);
    let hard = table.hard();
    let data = hard.training_set();
    let go_on = || if interrupt::check().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let xgboost = xgboost::train(&data, &recipe.xgboost.params(seed as u32), |round| {
        progress("xgboost", round, recipe.xgboost.rounds, None);
        go_on()
    })?;
    interrupt::check()?;
    let metadata = [("license", LICENSE)];
    let mut trees = xgboost.trees()?;
    trees.center(data.x);
    fitted.files.push(tree_classifier("xgboost", &trees, &metadata));
    let lightgbm = lightgbm::train(&data, &recipe.lightgbm.params(seed as u32), |round| {
        progress("lightgbm", round, recipe.lightgbm.rounds, None);
        go_on()
    })?;
    interrupt::check()?;
    fitted.files.push(tree_classifier("lightgbm", &lightgbm.trees()?, &metadata));

    let logistic = match &recipe.logistic {
        Some(how) => {
            progress("logistic", 0, 1, None);
            let logistic = Logistic::train(setting, train, how)?;
            fitted.large = logistic.columns();
            fitted.files.push(logistic.onnx());
            Some(logistic)
        }
        None => None,
    };

    let engine = fitted.engine(features)?;
    let own = Own { mlp: &mlp, xgboost: &xgboost, lightgbm: &lightgbm, logistic: logistic.as_ref() };
    fitted.parity.extend(own.parity(&engine, setting, train)?);
    Ok(fitted)
}

/// The inputs of a clip's copy.
fn inputs(material: &Material, features: &FeatureConfig, clip: usize, copy: usize) -> Inputs {
    let functionals = material.functionals[clip].row(copy).to_vec();
    let inputs = Inputs::from_windows(cnn_windows(&material.images[clip][copy], features), functionals);
    match &material.large {
        Some(large) => inputs.with_large(large[clip].row(copy).to_vec()),
        None => inputs,
    }
}

/// Embedding and functionals of a clip's copy.
fn row(engine: &Engine, material: &Material, features: &FeatureConfig, clip: usize, copy: usize) -> Result<Vec<f32>> {
    let mut inputs = inputs(material, features, clip, copy);
    engine.predict(0, &mut inputs)?;
    Ok(inputs.row())
}

struct Own<'a> {
    mlp: &'a Mlp,
    xgboost: &'a xgboost::Model,
    lightgbm: &'a lightgbm::Model,
    logistic: Option<&'a Logistic>,
}

impl Own<'_> {
    fn parity(&self, engine: &Engine, setting: Setting<'_>, train: &[usize]) -> Result<Vec<f32>> {
        let mut worst = vec![0.0f32; 3 + usize::from(self.logistic.is_some())];
        for clip in train.iter().take(COMPARED) {
            let mut inputs = inputs(setting.material, setting.features, *clip, 0);
            engine.predict(0, &mut inputs)?;
            let row = inputs.row();
            let mut own: Vec<Vec<f32>> = vec![
                self.mlp.predict(&row)?.to_vec(),
                self.xgboost.predict(&row, 1, row.len())?,
                self.lightgbm.predict(&row, 1, row.len())?,
            ];
            if let (Some(logistic), Some(large)) = (self.logistic, &setting.material.large) {
                own.push(logistic.predict(&large[*clip].row(0).to_vec()).to_vec());
            }
            for ((own, worst), index) in own.iter().zip(&mut worst).zip(1..) {
                *worst = worst.max(largest_difference(own, &engine.predict(index, &mut inputs)?));
            }
        }
        Ok(worst)
    }
}

fn cnn_parity(cnn: &super::cnn::Cnn, engine: &Engine, setting: Setting<'_>, train: &[usize]) -> Result<f32> {
    let mut worst = 0.0f32;
    for clip in train.iter().take(COMPARED) {
        let windows = cnn_windows(&setting.material.images[*clip][0], setting.features);
        let own = cnn.predict(&windows, 1, setting.features)?;
        let mut inputs = inputs(setting.material, setting.features, *clip, 0);
        worst = worst.max(largest_difference(&own, &engine.predict(0, &mut inputs)?));
    }
    Ok(worst)
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

impl Fitted {
    /// Manifest entries of the files at hand, with those temperatures (1 where there is none).
    pub fn entries(&self, features: &FeatureConfig, temperatures: &[f32]) -> Vec<ModelEntry> {
        let embedding = self.embedding;
        MODELS
            .iter()
            .zip(&self.files)
            .enumerate()
            .map(|(index, ((name, kind), bytes))| {
                let (is_cnn, is_large) = (*kind == ModelKind::Cnn, *kind == ModelKind::Logistic);
                ModelEntry {
                    name: (*name).into(),
                    kind: *kind,
                    tier: Tier::Quick,
                    file: format!("{name}.onnx"),
                    bytes: bytes.len() as u64,
                    sha256: sha256_hex(bytes),
                    input: match kind {
                        ModelKind::Cnn => vec![1, 1, features.n_mels, features.window_frames],
                        ModelKind::Logistic => vec![1, self.large],
                        _ => vec![1, embedding + self.functionals],
                    },
                    functionals: is_large.then(|| LARGE_FEATURES.to_owned()),
                    embedding: if is_cnn { embedding } else { 0 },
                    temperature: temperatures.get(index).copied().unwrap_or(1.0),
                }
            })
            .collect()
    }

    /// The manifest of the files at hand.
    pub fn manifest(
        &self,
        features: &FeatureConfig,
        vote: &Vote,
        class_shares: Probabilities,
        version: &str,
    ) -> Manifest {
        let models = self.entries(features, &vote.temperatures);
        let even = 1.0 / models.len() as f32;
        let weight = |index: usize| vote.weights.get(index).copied().unwrap_or(even);
        let member = |(index, entry): (usize, &ModelEntry)| Member { model: entry.name.clone(), weight: weight(index) };
        let members = models.iter().enumerate().map(member).collect();
        Manifest {
            schema: SCHEMA,
            version: version.into(),
            labels: Emotion::ALL.map(|emotion| emotion.name().to_owned()).to_vec(),
            class_shares,
            features: features.clone(),
            models,
            encoder: None,
            baseline: None,
            ensembles: vec![EnsembleEntry { tier: Tier::Quick, pool: vote.pool, members, temperature: vote.joined }],
            license: LICENSE.into(),
        }
    }

    fn engine(&self, features: &FeatureConfig) -> Result<Engine> {
        let manifest = self.manifest(features, &PLAIN, [1.0 / N_CLASSES as f32; N_CLASSES], "fold");
        let mut files = self.files.iter();
        Ok(Engine::new(manifest, |_| files.next().cloned())?)
    }

    /// What each model answers to each of `clips`, not calibrated: `[model][clip]`.
    ///
    /// # Errors
    /// A model that cannot run.
    pub fn answers(&self, setting: Setting<'_>, clips: &[usize]) -> Result<Vec<Vec<Probabilities>>> {
        let engine = self.engine(setting.features)?;
        let mut answers = vec![Vec::with_capacity(clips.len()); self.files.len()];
        for clip in clips {
            let mut inputs = inputs(setting.material, setting.features, *clip, 0);
            for (index, answers) in answers.iter_mut().enumerate() {
                answers.push(engine.predict(index, &mut inputs)?);
            }
        }
        debug_assert!(answers.iter().flatten().all(|answer| answer.len() == N_CLASSES));
        Ok(answers)
    }
}
