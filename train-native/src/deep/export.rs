//! Heads as ONNX, their large weights rounded to 8 bits an output.

use anyhow::Result;
use ndarray::{Array2, Axis};
use undertone::inference::N_CLASSES;

use super::attention::{Attention, FLOOR, Layers};
use super::linear::Linear;
use super::rows::CLIP;
use super::svm::{N_PAIRS, SHARPNESS, Svm, pairs};
use crate::learners::cnn::values;
use crate::learners::export::LICENSE;
use crate::learners::rounding::{Rounded, transposed};
use crate::onnx::{Element, GraphBuilder, Value};

/// The statistics of a layer, and how many of them, from the first, the projection sees: mean and deviation.
const STATISTICS: usize = 5;
const PROJECTED: usize = 2;
const LARGE: f32 = 1e9;

/// Columns of `pooled` that the projection sees, of `layers` layers of width `width`.
pub fn projected_columns(layers: usize, width: usize) -> Vec<usize> {
    (0..layers)
        .flat_map(|layer| (0..PROJECTED * width).map(move |column| layer * STATISTICS * width + column))
        .collect()
}

/// The regression and the projection behind one scaler: input `pooled` `[1, n]`, outputs `probabilities` `[1, 8]` and
/// `embedding` `[1, p]`; `projection` is `[projected columns, p]`.
pub fn linear_onnx(linear: &Linear, mean: &[f32], scale: &[f32], projection: &Array2<f32>, layers: usize) -> Vec<u8> {
    let n = mean.len();
    let width = n / (STATISTICS * layers);
    let mut graph = GraphBuilder::new("linear");
    let input = graph.input("pooled", &[1, n]);
    let x = graph.standardised(input, mean, scale, CLIP);
    let bias = graph.constant(&[N_CLASSES], linear.bias.as_slice().unwrap_or_default());
    let weight = rounded(&mut graph, &linear.weight.t().to_owned());
    let logits = graph.gemm(x, weight, Some(bias), true);
    let probabilities = graph.softmax(logits, 1);
    let parted = graph.reshape(x, &[layers as i64, STATISTICS as i64, width as i64]);
    let (from, to, axis) =
        (graph.constant_i64(&[0]), graph.constant_i64(&[PROJECTED as i64]), graph.constant_i64(&[1]));
    let seen = graph.node("Slice", &[parted, from, to, axis], vec![]);
    let seen = graph.reshape(seen, &[1, (layers * PROJECTED * width) as i64]);
    let directions = rounded(&mut graph, &projection.t().to_owned());
    let embedding = graph.gemm(seen, directions, None, true);
    graph.output("probabilities", probabilities, Element::F32, &[1, N_CLASSES]);
    graph.output("embedding", embedding, Element::F32, &[1, projection.ncols()]);
    graph.metadata("license", LICENSE);
    graph.encode()
}

/// The support vector machines: input `projection` `[1, p]`, output `probabilities` `[1, 8]`, the softmax of the classes'
/// scores; a class' score is the sum, over its pairs, of the logistic of twice the decision value.
pub fn svm_onnx(svm: &Svm) -> Vec<u8> {
    let (n, columns) = svm.vectors.dim();
    let mut graph = GraphBuilder::new("svm");
    let x = graph.input("projection", &[1, columns]);
    let flat: Vec<f32> = svm.vectors.iter().copied().collect();
    let kept = Rounded::new(&flat, n);
    let norms: Vec<f32> = kept.weights().chunks_exact(columns).map(|row| row.iter().map(|v| v * v).sum()).collect();
    let vectors = graph.constant_rounded(&[n, columns], &kept.levels, &kept.scales);
    let along = graph.gemm(x, vectors, None, true);
    let two = graph.scalar(2.0);
    let along = graph.mul(along, two);
    let square = graph.mul(x, x);
    let own = graph.reduce_sum(square, &[1], true);
    let norms = graph.constant(&[1, n], &norms);
    let less = graph.sub(along, own);
    let negative_distance = graph.sub(less, norms);
    let gamma = graph.scalar(svm.gamma);
    let exponent = graph.mul(negative_distance, gamma);
    let kernel = graph.node("Exp", &[exponent], vec![]);
    let coefficients = rounded(&mut graph, &svm.coefficients.t().to_owned());
    let bias = graph.constant(&[N_PAIRS], svm.bias.as_slice().unwrap_or_default());
    let decisions = graph.gemm(kernel, coefficients, Some(bias), true);
    let sharper = graph.scalar(SHARPNESS);
    let decisions = graph.mul(decisions, sharper);
    let wins = graph.sigmoid(decisions);
    // Of a pair's share, what the first class does not get goes to the second.
    let mut sides = vec![0.0; N_PAIRS * N_CLASSES];
    let mut given = vec![0.0; N_CLASSES];
    for (pair, (first, second)) in pairs().enumerate() {
        sides[pair * N_CLASSES + first.index()] = 1.0;
        sides[pair * N_CLASSES + second.index()] = -1.0;
        given[second.index()] += 1.0;
    }
    let (sides, given) = (graph.constant(&[N_PAIRS, N_CLASSES], &sides), graph.constant(&[N_CLASSES], &given));
    let scores = graph.gemm(wins, sides, Some(given), false);
    let probabilities = graph.softmax(scores, 1);
    graph.output("probabilities", probabilities, Element::F32, &[1, N_CLASSES]);
    graph.metadata("license", LICENSE);
    graph.encode()
}

/// The networks with attention, averaged: input `[blocks, columns + 1]`, the last column 1 where the clip is and 0 behind it, output
/// `probabilities` `[1, 8]`.
///
/// # Errors
/// If a tensor cannot be read.
pub fn attention_onnx(model: &Attention, blocks: usize) -> Result<Vec<u8>> {
    let columns = model.mean.len();
    let mut graph = GraphBuilder::new("attention");
    let input = graph.input("blocks", &[blocks, columns + 1]);
    let mut part = |from: usize, to: usize| {
        let bounds = [from as i64, to as i64, 1].map(|value| graph.constant_i64(&[value]));
        graph.node("Slice", &[input, bounds[0], bounds[1], bounds[2]], vec![])
    };
    let (x, mask) = (part(0, columns), part(columns, columns + 1));
    let x = graph.standardised(x, &model.mean, &model.scale, CLIP);
    let one = graph.scalar(1.0);
    let large = graph.scalar(LARGE);
    let behind = graph.sub(mask, one);
    let behind = graph.mul(behind, large);
    let mut answers = Vec::with_capacity(model.networks.len());
    for layers in &model.networks {
        answers.push(attended(&mut graph, x, behind, layers)?);
    }
    let probabilities = match answers.as_slice() {
        [answer] => *answer,
        answers => {
            let together = graph.concat(answers, 0);
            let share = graph.constant(&[1, answers.len()], &vec![1.0 / answers.len() as f32; answers.len()]);
            graph.matmul(share, together)
        }
    };
    graph.output("probabilities", probabilities, Element::F32, &[1, N_CLASSES]);
    graph.metadata("license", LICENSE);
    Ok(graph.encode())
}

/// Probabilities `[1, 8]` of one network for standardised blocks; `behind` is far below zero behind the clip.
fn attended(graph: &mut GraphBuilder, x: Value, behind: Value, layers: &Layers) -> Result<Value> {
    let hidden = dense(graph, x, &layers.block)?;
    let hidden = graph.relu(hidden);
    let attended = dense(graph, hidden, &layers.attend)?;
    let attended = graph.tanh(attended);
    let scores = dense(graph, attended, &layers.score)?;
    let scores = graph.add(scores, behind);
    let weights = graph.softmax(scores, 0);
    let weights = graph.transpose(weights, &[1, 0]);
    let mean = graph.matmul(weights, hidden);
    let square = graph.mul(hidden, hidden);
    let square = graph.matmul(weights, square);
    let of_mean = graph.mul(mean, mean);
    let variance = graph.sub(square, of_mean);
    let floor = graph.scalar(FLOOR);
    let variance = graph.node("Max", &[variance, floor], vec![]);
    let deviation = graph.sqrt(variance);
    let pooled = graph.concat(&[mean, deviation], 1);
    let logits = dense(graph, pooled, &layers.output)?;
    Ok(graph.softmax(logits, 1))
}

fn rounded(graph: &mut GraphBuilder, by_output: &Array2<f32>) -> Value {
    let flat: Vec<f32> = by_output.iter().copied().collect();
    let Rounded { levels, scales } = Rounded::new(&flat, by_output.len_of(Axis(0)));
    graph.constant_rounded(&[by_output.nrows(), by_output.ncols()], &levels, &scales)
}

fn dense(graph: &mut GraphBuilder, x: Value, layer: &burn::nn::Linear) -> Result<Value> {
    let [inputs, outputs] = layer.weight.dims();
    let by_output = transposed(&values(layer.weight.val())?, inputs, outputs);
    let weight = rounded(graph, &Array2::from_shape_vec((outputs, inputs), by_output)?);
    let bias = match &layer.bias {
        Some(bias) => values(bias.val())?,
        None => vec![0.0; outputs],
    };
    let bias = graph.constant(&[outputs], &bias);
    Ok(graph.gemm(x, weight, Some(bias), true))
}
