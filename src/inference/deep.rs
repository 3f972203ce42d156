//! The deep tier: the pretrained encoder and the models that stand on it.

use std::sync::Arc;

use super::{
    BaselineEntry, Encoded, Encoder, EncoderEntry, Manifest, Model, ModelEntry, ModelKind, OnnxModel, Probabilities,
    Reference, Speech, Tier, VoiceMean, calibration,
};
use crate::features::{ENCODER_BLOCK, ENCODER_STRIDE, EncoderWindow, MelSpectrogram, encoder_windows};
use crate::{Error, Result};

/// Encoder and heads, checked and optimised.
pub struct DeepEngine {
    manifest: Manifest,
    encoder: Arc<Encoder>,
    heads: Vec<(ModelEntry, Box<dyn Model>)>,
    reference: Option<Reference>,
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

    /// Where the clip lies among others: what the linear head projected, windows weighed by their length, scaled to length 1; empty
    /// before it has run.
    pub fn direction(&self) -> Vec<f32> {
        let mut sum = vec![0.0f32; self.projected.first().map_or(0, Vec::len)];
        for (window, encoded) in self.projected.iter().zip(&self.encoded) {
            sum.iter_mut().zip(window).for_each(|(sum, value)| *sum += encoded.frames as f32 * value);
        }
        let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        sum.into_iter().map(|value| value / length).collect()
    }

    /// Mean over the clip.
    pub fn mean(&self) -> VoiceMean {
        VoiceMean::of(&self.encoded)
    }

    /// The same clip with that taken off, before any head has run.
    #[must_use]
    pub fn less(&self, offset: &VoiceMean) -> Self {
        Self::new(self.encoded.iter().map(|window| window.clone().less(offset)).collect())
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
        Ok(Self { manifest, encoder, heads, reference: None })
    }

    /// With the training speakers' file, so that answers can be set against a baseline.
    ///
    /// # Errors
    /// [`Error::Model`] where the manifest has no baselines, or the file is not the one that it means.
    pub fn with_reference(mut self, bytes: &[u8]) -> Result<Self> {
        let entry = self
            .manifest
            .baseline
            .as_ref()
            .ok_or_else(|| Error::Model { model: "baseline".into(), reason: "the manifest has none".into() })?;
        entry.check(bytes)?;
        let encoder = self.encoder.entry();
        self.reference = Some(Reference::parse(bytes, encoder.pooled, encoder.columns)?);
        Ok(self)
    }

    /// What is taken off a clip of a speaker whose mean over about `clips` clips of that kind of speech is `own`; `None` where the
    /// heads know no baselines.
    ///
    /// # Errors
    /// [`Error::Model`] for a mean of another encoder.
    pub fn offset(&self, own: &VoiceMean, clips: f32, speech: Speech) -> Result<Option<VoiceMean>> {
        let Some((entry, reference)) = self.baseline_entry().zip(self.reference.as_ref()) else { return Ok(None) };
        let encoder = self.encoder.entry();
        if own.pooled.len() != encoder.pooled || own.blocks.len() != encoder.columns || !own.is_finite() {
            let reason = "it was made with another encoder, or has numbers that are none".into();
            return Err(Error::Model { model: "baseline".into(), reason });
        }
        Ok(Some(reference.of(speech).offset(own, clips, entry.caution)))
    }

    /// How the heads vote with a baseline, where they know any.
    pub fn baseline_entry(&self) -> Option<&BaselineEntry> {
        self.manifest.baseline.as_ref()
    }

    /// How many heads, from the first, hear a clip less a baseline; 0 where they know none.
    pub fn heads_with_baseline(&self) -> usize {
        let less = self.baseline_entry().map_or(&[][..], |entry| &entry.members).iter().filter(|member| member.less);
        let place = |name: &str| self.entries().position(|head| head.name == name);
        less.filter_map(|member| place(&member.model)).map(|place| place + 1).max().unwrap_or(0)
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
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
        let answer = self.predict_raw(index, inputs)?;
        Ok(calibration::scale(&answer, self.heads[index].0.temperature))
    }

    /// As [`predict`](Self::predict), not calibrated.
    ///
    /// # Errors
    /// As there.
    pub fn predict_raw(&self, index: usize, inputs: &mut DeepInputs) -> Result<Probabilities> {
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
        Ok(calibration::soft_vote(votes.iter().map(|(probabilities, weight)| (probabilities, *weight))))
    }

    /// Joins what the heads said, not calibrated, in the order of [`entries`](Self::entries), of the clip as it is and less a baseline.
    /// `None` where the heads know no baselines, or one that votes has not answered.
    pub fn join_less(&self, plain: &[Probabilities], less: &[Probabilities]) -> Option<Probabilities> {
        let entry = self.baseline_entry()?;
        let votes = entry.members.iter().map(|member| {
            let place = self.entries().position(|head| head.name == member.model)?;
            let answer = if member.less { less } else { plain }.get(place)?;
            Some((calibration::scale(answer, member.temperature), member.weight))
        });
        let votes: Vec<(Probabilities, f32)> = votes.collect::<Option<_>>()?;
        let pooled = calibration::logarithmic_pool(votes.iter().map(|(answer, weight)| (answer, *weight)));
        Some(calibration::scale(&pooled, entry.temperature))
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
