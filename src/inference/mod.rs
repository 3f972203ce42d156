//! Features -> predictions: the manifest, the models through one small trait, and their calibrated ensemble.

mod baseline;
pub mod calibration;
#[cfg(feature = "engine")]
mod deep;
#[cfg(feature = "engine")]
mod engine;
mod labels;
mod manifest;
#[cfg(feature = "engine")]
mod onnx;
pub mod trees;

pub use baseline::{Population, Reference, Speech, Spread, VoiceMean};
#[cfg(feature = "engine")]
pub use deep::{DeepEngine, DeepInputs};
#[cfg(feature = "engine")]
pub use engine::{Engine, Inputs};
pub use labels::{Emotion, N_CLASSES, Probabilities, winner};
pub use manifest::{
    BaselineEntry, BaselineMember, EncoderEntry, EnsembleEntry, Manifest, Member, ModelEntry, ModelKind, Pool, SCHEMA,
    Tier, sha256_hex,
};
#[cfg(feature = "engine")]
pub use onnx::{Encoder, OnnxModel};

use crate::Result;

/// What a model gives for one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Probabilities in class order, as the model puts them out.
    pub probabilities: Probabilities,
    /// The layer before the last; empty for a model that has none.
    pub embedding: Vec<f32>,
    /// What it attends to: weights over its input's rows, of sum 1; empty for a model that does not tell.
    pub attention: Vec<f32>,
}

/// What the encoder gives for one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// For each layer the mean over time, the standard deviation and the means of the thirds.
    pub pooled: Vec<f32>,
    /// Means over 100 ms of all layers side by side, `[n_blocks, columns]`, as many as the window fills.
    pub blocks: Vec<f32>,
    /// Mel frames of the window: its weight among the windows of a clip.
    pub frames: usize,
    /// The frame of the clip that it begins with.
    pub start: usize,
}

/// A model that is ready to run.
pub trait Model {
    /// Runs one input, its values in the row-major order of the entry's `input` shape.
    ///
    /// # Errors
    /// [`Error::Model`](crate::Error::Model) for an input of another size, or an output that is no probability.
    fn run(&self, input: &[f32]) -> Result<Output>;

    /// Its trees, where it is made of them.
    fn trees(&self) -> Option<&trees::TreeEnsemble> {
        None
    }

    /// The mean of its inputs over the training clips, where it scales by it.
    fn typical(&self) -> Option<&[f32]> {
        None
    }
}
