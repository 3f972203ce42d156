//! All models of the quick tier that were handed in, ready to run one after the other.

use super::trees::TreeEnsemble;
use super::{Manifest, Model, ModelEntry, ModelKind, OnnxModel, Probabilities, Tier, calibration};
use crate::features::{FeatureConfig, Features, cnn_windows, relative_image};
use crate::{Error, Result};

/// The models of the quick tier, checked and optimised.
pub struct Engine {
    manifest: Manifest,
    models: Vec<(ModelEntry, Box<dyn Model>)>,
}

/// What the models of one clip take; the convolutional network adds its embedding for those after it.
pub struct Inputs {
    windows: Vec<Vec<f32>>,
    functionals: Vec<f32>,
    large: Vec<f32>,
    embedding: Vec<f32>,
}

impl Inputs {
    /// The inputs of one clip.
    pub fn new(features: &Features, config: &FeatureConfig) -> Self {
        Self::from_windows(cnn_windows(&relative_image(&features.log_mel), config), features.functionals.clone())
    }

    /// The inputs of a clip whose [`cnn_windows`] and functionals are at hand.
    pub fn from_windows(windows: Vec<Vec<f32>>, functionals: Vec<f32>) -> Self {
        Self { windows, functionals, large: Vec::new(), embedding: Vec::new() }
    }

    /// The same with the large set of functionals, for models that take it ([`Engine::takes_large`]).
    pub fn with_large(self, large: Vec<f32>) -> Self {
        Self { large, ..self }
    }

    /// What the models after the convolutional network take: its embedding, once it has run, and the functionals.
    pub fn row(&self) -> Vec<f32> {
        self.embedding.iter().chain(&self.functionals).copied().collect()
    }
}

impl Engine {
    /// Checks size and SHA-256 of each file of the quick tier that `file` hands in, parses and optimises it. An entry without
    /// a file is left out, and so is not part of any vote.
    ///
    /// # Errors
    /// [`Error::Model`] that names the model and what is wrong.
    pub fn new(manifest: Manifest, mut file: impl FnMut(&ModelEntry) -> Option<Vec<u8>>) -> Result<Self> {
        let mut models: Vec<(ModelEntry, Box<dyn Model>)> = Vec::new();
        for entry in manifest.tier(Tier::Quick) {
            if let Some(bytes) = file(entry) {
                entry.check(&bytes)?;
                models.push((entry.clone(), Box::new(OnnxModel::load(entry, &bytes)?)));
            }
        }
        Ok(Self { manifest, models })
    }

    /// An engine on models of one's own, in the order of `manifest.models`.
    pub fn with_models(manifest: Manifest, models: Vec<Box<dyn Model>>) -> Self {
        let models = manifest.models.iter().cloned().zip(models).collect();
        Self { manifest, models }
    }

    /// The feature configuration that the models were trained with.
    pub fn features(&self) -> &FeatureConfig {
        &self.manifest.features
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Entries of the models at hand, in the order in which they must run.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &ModelEntry> {
        self.models.iter().map(|(entry, _)| entry)
    }

    /// Whether any of its models takes the large set of functionals.
    pub fn takes_large(&self) -> bool {
        self.entries().any(|entry| entry.kind == ModelKind::Logistic)
    }

    /// Runs model `index` of [`entries`](Self::entries) and calibrates its answer, under the classes' shares in training:
    /// what [`join`](Self::join) takes. [`balanced`](Self::balanced) makes it an answer to show.
    ///
    /// # Errors
    /// [`Error::Model`] if there is no such model, or its input or output does not fit.
    pub fn predict(&self, index: usize, inputs: &mut Inputs) -> Result<Probabilities> {
        let (entry, model) = self.models.get(index).ok_or_else(|| Error::Model {
            model: format!("number {index}"),
            reason: "there is no such model".into(),
        })?;
        let probabilities = match entry.kind {
            ModelKind::Cnn => {
                let outputs = inputs.windows.iter().map(|window| model.run(window)).collect::<Result<Vec<_>>>()?;
                let mut embedding = vec![0.0; entry.embedding];
                for output in &outputs {
                    for (slot, value) in embedding.iter_mut().zip(&output.embedding) {
                        *slot += value / outputs.len() as f32;
                    }
                }
                inputs.embedding = embedding;
                calibration::soft_vote(outputs.iter().map(|output| (&output.probabilities, 1.0)))
            }
            ModelKind::Logistic => model.run(&inputs.large)?.probabilities,
            _ => model.run(&inputs.row())?.probabilities,
        };
        Ok(calibration::scale(&probabilities, entry.temperature))
    }

    /// What the convolutional network alone says of one of its windows, not calibrated.
    ///
    /// # Errors
    /// [`Error::Model`] where there is no such network, or the window does not fit.
    pub fn hear_window(&self, window: &[f32]) -> Result<Probabilities> {
        Ok(self.network()?.1.run(window)?.probabilities)
    }

    /// Joins what it said of all windows, and calibrates and balances it.
    ///
    /// # Errors
    /// [`Error::Model`] where there is no such network.
    pub fn answer_of_windows(&self, answers: &[Probabilities]) -> Result<Probabilities> {
        let joined = calibration::soft_vote(answers.iter().map(|answer| (answer, 1.0)));
        Ok(self.balanced(&calibration::scale(&joined, self.network()?.0.temperature)))
    }

    fn network(&self) -> Result<&(ModelEntry, Box<dyn Model>)> {
        self.models
            .iter()
            .find(|(entry, _)| entry.kind == ModelKind::Cnn)
            .ok_or_else(|| Error::Model { model: "cnn-2d".into(), reason: "there is no such model".into() })
    }

    /// Entry and trees of model `index` of [`entries`](Self::entries), where it is made of trees.
    pub fn trees(&self, index: usize) -> Option<(&ModelEntry, &TreeEnsemble)> {
        let (entry, model) = self.models.get(index)?;
        Some((entry, model.trees()?))
    }

    /// The mean over the training clips of what the models after the network take ([`Inputs::row`]), from the model that
    /// scales by it.
    pub fn typical_row(&self) -> Option<&[f32]> {
        self.models.iter().find_map(|(_, model)| model.typical())
    }

    /// A model's answer with every class equally likely beforehand.
    pub fn balanced(&self, answer: &Probabilities) -> Probabilities {
        calibration::balance(answer, &self.manifest.class_shares)
    }

    /// Joins the answers `(model, probabilities)` into one, by the weights of the quick tier's ensemble, and balances it.
    ///
    /// # Errors
    /// [`Error::Model`] where the manifest has no ensemble for the tier or none of its members answered.
    pub fn join(&self, answers: &[(&str, Probabilities)]) -> Result<Probabilities> {
        Ok(self.balanced(&join(&self.manifest, Tier::Quick, answers)?))
    }
}

/// The weighted vote of a tier, at the ensemble's temperature.
pub(super) fn join(manifest: &Manifest, tier: Tier, answers: &[(&str, Probabilities)]) -> Result<Probabilities> {
    let refuse = |reason: &str| Error::Model { model: "ensemble".into(), reason: reason.into() };
    let ensemble = manifest.ensemble(tier).ok_or_else(|| refuse("the manifest has none for this tier"))?;
    let votes: Vec<(&Probabilities, f32)> = ensemble
        .members
        .iter()
        .filter_map(|member| {
            answers.iter().find(|(name, _)| *name == member.model).map(|(_, answer)| (answer, member.weight))
        })
        .collect();
    if votes.is_empty() {
        return Err(refuse("none of its members answered"));
    }
    Ok(calibration::scale(&ensemble.pool.join(votes), ensemble.temperature))
}
