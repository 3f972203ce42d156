//! Networks as ONNX.

use anyhow::Result;
use burn::nn::Linear;
use burn::nn::conv::{Conv1d, Conv2d};
use undertone::inference::N_CLASSES;

use super::cnn::{Cnn, POOLING_VARIANCE_FLOOR, STEM, values};
use super::mlp::{CLIP, Mlp};
use super::rounding::{Rounded, transposed};
use crate::onnx::{Convolution, Element, GraphBuilder, Value};

/// Licence of weights learned from RAVDESS, written into each file.
pub const LICENSE: &str = "CC-BY-NC-SA-4.0";

/// A [rounded](super::rounding::rounded) network: input `log_mel` `[1, 1, n_mels, frames]`, outputs `probabilities`
/// `[1, 8]` and `embedding` `[1, n]`.
///
/// # Errors
/// If a tensor cannot be read.
pub fn cnn_onnx(model: &Cnn, n_mels: usize, frames: usize) -> Result<Vec<u8>> {
    let mut graph = GraphBuilder::new("cnn-2d");
    let mut x = graph.input("log_mel", &[1, 1, n_mels, frames]);
    let (mut height, mut width, mut channels) = (n_mels, frames, 1);
    for (layer, (kernel, stride_f, stride_t)) in model.stem.iter().zip(STEM) {
        let how = Convolution::plain(2).strides(&[stride_f, stride_t]).symmetric_pads(&[kernel / 2, kernel / 2]);
        let (weight, bias) = conv2d_weight(&mut graph, &layer.conv, values(layer.norm.beta.val())?)?;
        let y = graph.conv(x, weight, Some(bias), &how);
        x = graph.relu(y);
        channels = layer.conv.weight.dims()[0];
        (height, width) = (height.div_ceil(stride_f), width.div_ceil(stride_t));
    }
    x = graph.reshape(x, &[1, (channels * height) as i64, width as i64]);
    x = conv1d(&mut graph, x, &model.project.conv, Some(values(model.project.norm.beta.val())?))?;
    x = graph.relu(x);
    for block in &model.blocks {
        let inner = conv1d(&mut graph, x, &block.first.conv, Some(values(block.first.norm.beta.val())?))?;
        let inner = graph.relu(inner);
        let inner = conv1d(&mut graph, inner, &block.second.conv, Some(values(block.second.norm.beta.val())?))?;
        let sum = graph.add(x, inner);
        x = graph.relu(sum);
    }
    let attention = conv1d(&mut graph, x, &model.attend, None)?;
    let attention = graph.tanh(attention);
    let scores = conv1d(&mut graph, attention, &model.score, None)?;
    let weights = graph.softmax(scores, 2);
    let weighted = graph.mul(x, weights);
    let mean = graph.reduce_sum(weighted, &[2], false);
    let weighted_square = graph.mul(weighted, x);
    let square = graph.reduce_sum(weighted_square, &[2], false);
    let mean_square = graph.mul(mean, mean);
    let variance = graph.sub(square, mean_square);
    let floor = graph.scalar(POOLING_VARIANCE_FLOOR);
    let variance = graph.node("Max", &[variance, floor], vec![]);
    let deviation = graph.sqrt(variance);
    let pooled = graph.concat(&[mean, deviation], 1);
    let embedded = linear(&mut graph, pooled, &model.embed)?;
    let embedding = graph.relu(embedded);
    let logits = linear(&mut graph, embedding, &model.output)?;
    let probabilities = graph.softmax(logits, 1);
    graph.output("probabilities", probabilities, Element::F32, &[1, N_CLASSES]);
    graph.output("embedding", embedding, Element::F32, &[1, model.embed.weight.dims()[1]]);
    graph.metadata("license", LICENSE);
    Ok(graph.encode())
}

/// A rounded perceptron with its scaler: input `features` `[1, n]`, output `probabilities` `[1, 8]`.
///
/// # Errors
/// If a tensor cannot be read.
pub fn mlp_onnx(model: &Mlp) -> Result<Vec<u8>> {
    let n = model.mean.len();
    let mut graph = GraphBuilder::new("mlp");
    let input = graph.input("features", &[1, n]);
    let mut x = graph.standardised(input, &model.mean, &model.scale, CLIP);
    for layer in &model.layers.hidden {
        let y = linear(&mut graph, x, layer)?;
        x = graph.relu(y);
    }
    let logits = linear(&mut graph, x, &model.layers.output)?;
    let probabilities = graph.softmax(logits, 1);
    graph.output("probabilities", probabilities, Element::F32, &[1, N_CLASSES]);
    graph.metadata("license", LICENSE);
    Ok(graph.encode())
}

fn conv2d_weight(graph: &mut GraphBuilder, conv: &Conv2d, bias: Vec<f32>) -> Result<(Value, Value)> {
    let dims = conv.weight.dims();
    let weight = rounded_constant(graph, &dims, &values(conv.weight.val())?);
    Ok((weight, graph.constant(&[dims[0]], &bias)))
}

fn conv1d(graph: &mut GraphBuilder, x: Value, conv: &Conv1d, shift: Option<Vec<f32>>) -> Result<Value> {
    let dims = conv.weight.dims();
    let bias = match (shift, &conv.bias) {
        (Some(shift), _) => shift,
        (None, Some(bias)) => values(bias.val())?,
        (None, None) => vec![0.0; dims[0]],
    };
    let weight = rounded_constant(graph, &dims, &values(conv.weight.val())?);
    let bias = graph.constant(&[dims[0]], &bias);
    let how = Convolution::plain(1).symmetric_pads(&[conv.dilation * (dims[2] / 2)]).dilations(&[conv.dilation]);
    Ok(graph.conv(x, weight, Some(bias), &how))
}

fn linear(graph: &mut GraphBuilder, x: Value, linear: &Linear) -> Result<Value> {
    let [inputs, outputs] = linear.weight.dims();
    let by_output = transposed(&values(linear.weight.val())?, inputs, outputs);
    let weight = rounded_constant(graph, &[outputs, inputs], &by_output);
    let bias = match &linear.bias {
        Some(bias) => values(bias.val())?,
        None => vec![0.0; outputs],
    };
    let bias = graph.constant(&[outputs], &bias);
    Ok(graph.gemm(x, weight, Some(bias), true))
}

fn rounded_constant(graph: &mut GraphBuilder, dims: &[usize], weights: &[f32]) -> Value {
    let Rounded { levels, scales } = Rounded::new(weights, dims[0]);
    graph.constant_rounded(dims, &levels, &scales)
}
