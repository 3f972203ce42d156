//! ONNX models through tract, the only module that names it.

mod encoder;
mod tree_op;

use std::sync::Arc;

pub use encoder::Encoder;
use tract_onnx::prelude::*;

use super::{Model, ModelEntry, N_CLASSES, Output};
use crate::{Error, Result};

/// A network or a tree ensemble, optimised for one input shape.
pub struct OnnxModel {
    name: String,
    input: Vec<usize>,
    embedding: usize,
    plan: Arc<TypedRunnableModel>,
    probabilities_at: usize,
    embedding_at: Option<usize>,
}

impl OnnxModel {
    /// Parses an ONNX file with an output `probabilities` `[1, 8]` and, where the entry says so, `embedding` `[1, n]`, and
    /// optimises it for the input shape of `entry`.
    ///
    /// # Errors
    /// [`Error::Model`] if tract cannot read it, or it lacks an output.
    pub fn load(entry: &ModelEntry, bytes: &[u8]) -> Result<Self> {
        let refuse = |reason: String| Error::Model { model: entry.name.clone(), reason };
        let unreadable = |error: TractError| refuse(format!("its file cannot be read ({error})"));
        let mut onnx = tract_onnx::onnx();
        tree_op::register(&mut onnx);
        let proto = onnx.proto_model_for_read(&mut &*bytes).map_err(unreadable)?;
        let outputs: Vec<String> =
            proto.graph.iter().flat_map(|graph| &graph.output).map(|output| output.name.clone()).collect();
        let position = |name: &str| outputs.iter().position(|output| output == name);
        let probabilities_at =
            position("probabilities").ok_or_else(|| refuse("it has no output named probabilities".into()))?;
        let embedding_at = position("embedding");
        if entry.embedding > 0 && embedding_at.is_none() {
            return Err(refuse("it has no output named embedding".into()));
        }
        let plan = onnx
            .model_for_proto_model(&proto)
            .and_then(|model| model.with_input_fact(0, f32::fact(&entry.input).into()))
            .and_then(|model| model.into_optimized())
            .and_then(|model| model.into_runnable())
            .map_err(unreadable)?;
        Ok(Self {
            name: entry.name.clone(),
            input: entry.input.clone(),
            embedding: entry.embedding,
            plan,
            probabilities_at,
            embedding_at,
        })
    }

    fn refuse(&self, reason: String) -> Error {
        Error::Model { model: self.name.clone(), reason }
    }
}

impl Model for OnnxModel {
    fn run(&self, input: &[f32]) -> Result<Output> {
        let failed = |error: TractError| self.refuse(format!("it failed to run ({error})"));
        let tensor = Tensor::from_shape(&self.input, input).map_err(|_| {
            self.refuse(format!("it takes {} values and got {}", self.input.iter().product::<usize>(), input.len()))
        })?;
        let outputs = self.plan.run(tvec!(tensor.into())).map_err(failed)?;
        let values = |at: usize| -> Result<Vec<f32>> {
            let view = outputs[at].to_plain_array_view::<f32>().map_err(failed)?;
            Ok(view.iter().copied().collect())
        };
        let found = values(self.probabilities_at)?;
        let probabilities: [f32; N_CLASSES] = found
            .as_slice()
            .try_into()
            .map_err(|_| self.refuse(format!("it gives {} classes instead of {N_CLASSES}", found.len())))?;
        if !probabilities.iter().all(|p| (-1e-4..=1.0001).contains(p)) {
            return Err(self.refuse("its output is no probability".into()));
        }
        let embedding = match self.embedding_at {
            Some(at) if self.embedding > 0 => values(at)?,
            _ => Vec::new(),
        };
        if embedding.len() != self.embedding {
            return Err(self.refuse(format!(
                "its embedding has {} values instead of {}",
                embedding.len(),
                self.embedding
            )));
        }
        Ok(Output { probabilities, embedding })
    }
}
