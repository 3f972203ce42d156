//! ONNX models through tract, the only module that names it.

mod encoder;
mod tree_op;

use std::sync::Arc;

pub use encoder::Encoder;
use tract_onnx::prelude::*;

use tract_onnx::pb::{ModelProto, NodeProto, ValueInfoProto};

use super::trees::TreeEnsemble;
use super::{Model, ModelEntry, ModelKind, N_CLASSES, Output};
use crate::{Error, Result};

/// A network or a tree ensemble, optimised for one input shape.
pub struct OnnxModel {
    name: String,
    input: Vec<usize>,
    embedding: usize,
    plan: Arc<TypedRunnableModel>,
    probabilities_at: usize,
    embedding_at: Option<usize>,
    /// Further outputs: weights over the input's rows.
    attention_at: std::ops::Range<usize>,
    trees: Option<TreeEnsemble>,
    typical: Option<Vec<f32>>,
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
        let mut proto = onnx.proto_model_for_read(&mut &*bytes).map_err(unreadable)?;
        let outputs: Vec<String> =
            proto.graph.iter().flat_map(|graph| &graph.output).map(|output| output.name.clone()).collect();
        let position = |name: &str| outputs.iter().position(|output| output == name);
        let probabilities_at =
            position("probabilities").ok_or_else(|| refuse("it has no output named probabilities".into()))?;
        let embedding_at = position("embedding");
        if entry.embedding > 0 && embedding_at.is_none() {
            return Err(refuse("it has no output named embedding".into()));
        }
        let attention = if entry.kind == ModelKind::Attention { attention_of(&proto) } else { Vec::new() };
        let attention_at = outputs.len()..outputs.len() + attention.len();
        let of_trees = |node: &&NodeProto| node.op_type == "TreeEnsembleClassifier";
        let trees = proto.graph.iter().flat_map(|graph| &graph.node).find(of_trees).map(tree_op::ensemble);
        let trees = trees.transpose().map_err(unreadable)?;
        let typical = if entry.kind == ModelKind::Mlp { scaler_mean(&proto) } else { None };
        if let Some(graph) = &mut proto.graph {
            let output = |name| ValueInfoProto { name, ..ValueInfoProto::default() };
            graph.output.extend(attention.into_iter().map(output));
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
            attention_at,
            trees,
            typical,
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
        let mut attention = Vec::new();
        for at in self.attention_at.clone() {
            let weights = values(at)?;
            attention.resize(weights.len(), 0.0);
            let share = 1.0 / self.attention_at.len() as f32;
            attention.iter_mut().zip(weights).for_each(|(slot, weight): (&mut f32, f32)| *slot += share * weight);
        }
        Ok(Output { probabilities, embedding, attention })
    }

    fn trees(&self) -> Option<&TreeEnsemble> {
        self.trees.as_ref()
    }

    fn typical(&self) -> Option<&[f32]> {
        self.typical.as_deref()
    }
}

/// Names of the softmaxes whose weights the sums over time take: each that stands along the first axis.
fn attention_of(proto: &ModelProto) -> Vec<String> {
    let nodes = proto.graph.iter().flat_map(|graph| &graph.node);
    let along_rows = |node: &&NodeProto| {
        node.op_type == "Softmax" && node.attribute.iter().any(|attribute| attribute.name == "axis" && attribute.i == 0)
    };
    nodes.filter(along_rows).filter_map(|node| node.output.first().cloned()).collect()
}

/// What the first subtraction takes off the input: the scaler's mean.
fn scaler_mean(proto: &ModelProto) -> Option<Vec<f32>> {
    let graph = proto.graph.as_ref()?;
    let subtraction = graph.node.iter().find(|node| node.op_type == "Sub")?;
    let input = graph.input.first()?;
    let mean = subtraction.input.get(1).filter(|_| subtraction.input.first() == Some(&input.name))?;
    let tensor = graph.initializer.iter().find(|tensor| tensor.name == *mean)?;
    if !tensor.float_data.is_empty() {
        return Some(tensor.float_data.clone());
    }
    let values =
        tensor.raw_data.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    Some(values.collect())
}
