//! The pretrained encoder: one plan for each length of window.

use std::sync::Arc;

use tract_onnx::prelude::*;

use crate::features::EncoderWindow;
use crate::inference::{Encoded, EncoderEntry};
use crate::{Error, Result};

/// The encoder, optimised for some lengths.
pub struct Encoder {
    entry: EncoderEntry,
    plans: Vec<(usize, Arc<TypedRunnableModel>)>,
}

impl Encoder {
    /// Parses the file, which [`EncoderEntry::check`] has let pass, and optimises it for windows of `lengths` mel frames and
    /// for the longest, `entry.window_frames`. A window runs in the shortest that holds it, and the answer does not depend
    /// on which; each length costs memory of the size of the weights.
    ///
    /// # Errors
    /// [`Error::Model`] if tract cannot read it, or its inputs or outputs are others.
    pub fn load(entry: &EncoderEntry, bytes: &[u8], lengths: &[usize]) -> Result<Self> {
        let unreadable = |error: TractError| refuse(entry, format!("its file cannot be read ({error})"));
        let onnx = tract_onnx::onnx().with_ignore_value_info(true);
        let proto = onnx.proto_model_for_read(&mut &*bytes).map_err(unreadable)?;
        let named = |values: &[tract_onnx::pb::ValueInfoProto], names: [&str; 2]| {
            values.iter().map(|value| value.name.as_str()).eq(names)
        };
        let graph = proto.graph.as_ref();
        if !graph.is_some_and(|graph| {
            named(&graph.input, ["log_mel", "frames"]) && named(&graph.output, ["pooled", "frames_out"])
        }) {
            return Err(refuse(entry, "its inputs and outputs are not those of an encoder".into()));
        }
        let mut lengths = [lengths, &[entry.window_frames]].concat();
        lengths.sort_unstable();
        lengths.dedup();
        let plans = lengths
            .into_iter()
            .filter(|length| *length <= entry.window_frames)
            .map(|length| {
                let plan = onnx
                    .model_for_proto_model(&proto)?
                    .with_input_fact(0, f32::fact([1, N_MELS, length]).into())?
                    .with_input_fact(1, f32::fact([1]).into())?
                    .into_optimized()?
                    .into_runnable()?;
                Ok((length, plan))
            })
            .collect::<TractResult<_>>()
            .map_err(unreadable)?;
        Ok(Self { entry: entry.clone(), plans })
    }

    /// The manifest's entry.
    pub fn entry(&self) -> &EncoderEntry {
        &self.entry
    }

    /// Runs one window.
    ///
    /// # Errors
    /// [`Error::Model`] for a window that is empty or too long, or an output of another size or that is no number.
    pub fn run(&self, window: &EncoderWindow) -> Result<Encoded> {
        let failed = |error: TractError| refuse(&self.entry, format!("it failed to run ({error})"));
        let (length, plan) = self
            .plans
            .iter()
            .find(|(length, _)| *length >= window.frames && window.frames > 0)
            .ok_or_else(|| refuse(&self.entry, format!("it takes no window of {} frames", window.frames)))?;
        let mel = Tensor::from_shape(&[1, N_MELS, *length], &window.padded(*length)).map_err(failed)?;
        let outputs = plan.run(tvec!(mel.into(), tensor1(&[window.frames as f32]).into())).map_err(failed)?;
        let values = |at: usize| -> Result<Vec<f32>> {
            Ok(outputs[at].to_plain_array_view::<f32>().map_err(failed)?.iter().copied().collect())
        };
        let (pooled, mut blocks) = (values(0)?, values(1)?);
        blocks.truncate(window.blocks() * self.entry.columns);
        let fits = pooled.len() == self.entry.pooled && blocks.len() == window.blocks() * self.entry.columns;
        if !fits || !pooled.iter().chain(&blocks).all(|value| value.is_finite()) {
            return Err(refuse(&self.entry, "its output has another size, or is no number".into()));
        }
        Ok(Encoded { pooled, blocks, frames: window.frames, start: window.start })
    }
}

const N_MELS: usize = 80;

fn refuse(entry: &EncoderEntry, reason: String) -> Error {
    Error::Model { model: entry.name.clone(), reason }
}
