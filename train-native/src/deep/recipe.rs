//! The deep tier's recipe.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::augment::Augmentation;
use crate::corpus::CorpusKind;

/// A recipe of the deep tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeepRecipe {
    /// Its name in the results file.
    pub name: String,
    /// Longest window in mel frames.
    pub window_frames: usize,
    /// What is done to training sound.
    pub augmentation: Augmentation,
    /// How each corpus counts.
    pub corpora: BTreeMap<CorpusKind, CorpusShare>,
}

/// How a corpus counts in training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusShare {
    /// Weight of a clip, divided among its copies.
    pub weight: f32,
    /// Augmented copies of each clip.
    pub copies: usize,
}
