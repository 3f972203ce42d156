//! The deep tier: the pretrained encoder and the models that stand on it.

use std::sync::Arc;

use super::{
    Encoded, Encoder, EncoderEntry, Manifest, Model, ModelEntry, ModelKind, OnnxModel, Probabilities, Tier, calibration,
};
use crate::features::{ENCODER_BLOCK, ENCODER_STRIDE, EncoderWindow, MelSpectrogram, encoder_windows};
use crate::{Error, Result};

/// Encoder and heads, checked and optimised.
pub struct DeepEngine {
    manifest: Manifest,
    encoder: Arc<Encoder>,
    heads: Vec<(ModelEntry, Box<dyn Model>)>,
}

/// What the heads of one clip take, one element a window; the linear head adds its projection for those after it.
#[derive(Clone, Debug, Default)]
pub struct DeepInputs {
    encoded: Vec<Encoded>,
    projected: Vec<Vec<f32>>,
    attention: Vec<f32>,
}

impl DeepInputs {
    /// The inputs of a clip whose windows have been encoded.
    pub fn new(encoded: Vec<Encoded>) -> Self {
        Self { encoded, projected: Vec::new(), attention: Vec::new() }
    }

    /// What the linear head projected, one vector a window; empty before it has run.
    pub fn projected(&self) -> &[Vec<f32>] {
        &self.projected
    }

    /// What the model with attention attended to, a weight for each 100 ms of the clip, of sum 1; empty before it has run.
    pub fn attention(&self) -> &[f32] {
        &self.attention
    }
}

impl DeepEngine {
    /// Checks, parses and optimises the encoder and each head that `file` hands in; `lengths` as for [`Encoder::load`].
    ///
    /// # Errors
    /// [`Error::Model`] that names the model and what is wrong; a manifest without a deep tier.
    pub fn new(
        manifest: Manifest,
        encoder: &[u8],
        lengths: &[usize],
        file: impl FnMut(&ModelEntry) -> Option<Vec<u8>>,
    ) -> Result<Self> {
        let entry = Self::encoder_entry(&manifest)?;
        entry.check(encoder)?;
        let encoder = Encoder::load(entry, encoder, lengths)?;
        Self::with_encoder(manifest, Arc::new(encoder), file)
    }

    /// As [`new`](Self::new), with an encoder that has been loaded.
    ///
    /// # Errors
    /// As there.
    pub fn with_encoder(
        manifest: Manifest,
        encoder: Arc<Encoder>,
        mut file: impl FnMut(&ModelEntry) -> Option<Vec<u8>>,
    ) -> Result<Self> {
        let mut heads: Vec<(ModelEntry, Box<dyn Model>)> = Vec::new();
        for entry in manifest.tier(Tier::Deep) {
            if let Some(bytes) = file(entry) {
                entry.check(&bytes)?;
                heads.push((entry.clone(), Box::new(OnnxModel::load(entry, &bytes)?)));
            }
        }
        Ok(Self { manifest, encoder, heads })
    }

    /// The encoder's entry of a manifest.
    ///
    /// # Errors
    /// [`Error::Model`] where the manifest has none.
    pub fn encoder_entry(manifest: &Manifest) -> Result<&EncoderEntry> {
        manifest.encoder.as_ref().ok_or_else(|| Error::Model {
            model: "manifest.json".into(),
            reason: "it lists no encoder, so there is no deep tier".into(),
        })
    }

    /// The windows of a clip, in the order of time.
    pub fn windows(&self, mel: &MelSpectrogram) -> Vec<EncoderWindow> {
        encoder_windows(mel, self.encoder.entry().window_frames)
    }

    /// Runs the encoder on one window.
    ///
    /// # Errors
    /// As [`Encoder::run`].
    pub fn encode(&self, window: &EncoderWindow) -> Result<Encoded> {
        self.encoder.run(window)
    }

    /// Entries of the heads at hand, in the order in which they must run.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &ModelEntry> {
        self.heads.iter().map(|(entry, _)| entry)
    }

    /// Runs head `index` of [`entries`](Self::entries) on every window, weighs the windows by their length, and calibrates
    /// the answer. The heads were trained with every class of equal weight, so nothing is left to balance.
    ///
    /// # Errors
    /// [`Error::Model`] if there is no such head, or its input or output does not fit.
    pub fn predict(&self, index: usize, inputs: &mut DeepInputs) -> Result<Probabilities> {
        let (entry, head) = self.heads.get(index).ok_or_else(|| Error::Model {
            model: format!("number {index}"),
            reason: "there is no such model".into(),
        })?;
        let mut votes = Vec::with_capacity(inputs.encoded.len());
        let mut projected = Vec::new();
        let mut attention = Vec::new();
        for (window, encoded) in inputs.encoded.iter().enumerate() {
            let output = match entry.kind {
                ModelKind::Linear => head.run(&encoded.pooled)?,
                ModelKind::Attention => head.run(&self.attended(&encoded.blocks))?,
                _ => head.run(inputs.projected.get(window).map_or(&[], Vec::as_slice))?,
            };
            votes.push((output.probabilities, encoded.frames as f32));
            projected.push(output.embedding);
            spread(&output.attention, encoded, &mut attention);
        }
        if entry.kind == ModelKind::Linear {
            inputs.projected = projected;
        }
        if entry.kind == ModelKind::Attention {
            let sum: f32 = attention.iter().sum();
            inputs.attention = attention.iter().map(|weight| weight / sum.max(f32::MIN_POSITIVE)).collect();
        }
        let joined = calibration::soft_vote(votes.iter().map(|(probabilities, weight)| (probabilities, *weight)));
        Ok(calibration::scale(&joined, entry.temperature))
    }

    /// Joins the answers `(model, probabilities)` into one, by the weights of the deep tier's ensemble. Models of the quick
    /// tier may be among them, balanced.
    ///
    /// # Errors
    /// [`Error::Model`] where the manifest has no ensemble for the tier or none of its members answered.
    pub fn join(&self, answers: &[(&str, Probabilities)]) -> Result<Probabilities> {
        super::engine::join(&self.manifest, Tier::Deep, answers)
    }

    /// Blocks with the column that tells them from what stands behind the clip.
    fn attended(&self, blocks: &[f32]) -> Vec<f32> {
        attention_input(blocks, self.encoder.entry())
    }
}

/// Lays a window's weights on the clip's blocks of 100 ms; a window counts as its length.
fn spread(weights: &[f32], window: &Encoded, clip: &mut Vec<f32>) {
    let frames = ENCODER_STRIDE * ENCODER_BLOCK;
    let blocks = window.frames.div_ceil(ENCODER_STRIDE).div_ceil(ENCODER_BLOCK).min(weights.len());
    let first = window.start / frames;
    if clip.len() < first + blocks {
        clip.resize(first + blocks, 0.0);
    }
    for (slot, weight) in clip[first..].iter_mut().zip(&weights[..blocks]) {
        *slot += window.frames as f32 * weight;
    }
}

/// `[window_blocks, columns + 1]` of `blocks` `[n_blocks, columns]`: 1 in the last column of each, zeros behind them.
pub(super) fn attention_input(blocks: &[f32], entry: &EncoderEntry) -> Vec<f32> {
    let mut values = Vec::with_capacity(entry.window_blocks() * (entry.columns + 1));
    for block in blocks.chunks_exact(entry.columns.max(1)) {
        values.extend_from_slice(block);
        values.push(1.0);
    }
    values.resize(entry.window_blocks() * (entry.columns + 1), 0.0);
    values
}
