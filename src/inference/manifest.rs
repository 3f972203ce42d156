//! `models/manifest.json`: which models there are, in which tier, with which features, and how their answers join.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::features::FeatureConfig;
use crate::{Error, Result};

/// The version of the manifest's own layout.
pub const SCHEMA: u32 = 1;

/// The manifest as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Layout version, [`SCHEMA`].
    pub schema: u32,
    /// Version of this set of models.
    pub version: String,
    /// Class names in the order of every probability vector.
    pub labels: Vec<String>,
    /// The feature configuration that the models were trained with.
    pub features: FeatureConfig,
    /// The models.
    pub models: Vec<ModelEntry>,
    /// One ensemble a tier.
    pub ensembles: Vec<EnsembleEntry>,
    /// Licence of the weights, an SPDX expression.
    pub license: String,
}

/// Which tier a model belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Small, loaded first, answers at once.
    Quick,
    /// A pretrained encoder and heads on it, fetched after the first answer.
    Deep,
}

/// What a model is, and so which input it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// Convolutions over log-mel windows `[1, 1, n_mels, n_frames]`; gives an embedding too.
    Cnn,
    /// A multi-layer perceptron on embedding and functionals.
    Mlp,
    /// Gradient-boosted trees (XGBoost) on embedding and functionals.
    Xgboost,
    /// Gradient-boosted trees (LightGBM) on embedding and functionals.
    Lightgbm,
}

/// One model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Name, such as `cnn-2d`.
    pub name: String,
    /// What it is.
    pub kind: ModelKind,
    /// Its tier.
    pub tier: Tier,
    /// File name beside the manifest.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// Shape of the input that one run takes.
    pub input: Vec<usize>,
    /// Width of the embedding output; 0 without one.
    #[serde(default)]
    pub embedding: usize,
}

/// How the models of a tier join into one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnsembleEntry {
    /// Its tier.
    pub tier: Tier,
    /// Members and their weights; the weights sum to 1.
    pub members: Vec<Member>,
    /// Temperature that calibrates the joined answer (Guo et al. 2017); 1 leaves it as it is.
    pub temperature: f32,
}

/// A member of an ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Name of the model.
    pub model: String,
    /// Its weight in the soft vote.
    pub weight: f32,
}
