//! The encoder as an ONNX graph.
//!
//! Inputs: `log_mel` `[1, 80, T]` (Whisper's scaling), `T` a multiple of 10; `frames` `[1]`, how many of them are the clip's, as a
//! float. What stands in the others does not matter: it is masked before every layer that could see it.
//!
//! Outputs: `pooled` `[1, layers · 5 · d]`, for each layer the mean over the clip's time, the standard deviation, and the
//! means of its first, second and last third; `frames_out` `[T / 10, layers · d]`, means over 100 ms, layers side by side.

use undertone::features::ENCODER_BLOCK;

use super::LICENSE;
use super::quantize::Storage;
use super::weights::{Layer, Linear, Norm, Weights, inverse_timescales};
use crate::onnx::{Attribute, Convolution, Dimension, Element, GraphBuilder, Value};

const EPSILON: f32 = 1e-5;
/// Added to the attention's scores of frames that are not the clip's.
const MASKED: f32 = 1e9;
const N_MELS: usize = 80;

/// The file.
pub fn encoder_onnx(weights: &Weights, storage: Storage) -> Vec<u8> {
    let width = weights.width();
    let mut build = Build { graph: GraphBuilder::new("whisper-encoder"), storage, width, heads: weights.heads() };
    let time = Dimension::Named("time");
    let log_mel = build.graph.input_of("log_mel", Element::F32, &[Dimension::Fixed(1), Dimension::Fixed(N_MELS), time]);
    let frames = build.graph.input("frames", &[1]);

    let at = build.indices(log_mel);
    let is_clip = build.less(at, frames);
    let stem = build.convolution(log_mel, &weights.conv1, [width, N_MELS, 3], 1);
    let stem = build.gelu(stem);
    let stem = build.graph.mul(stem, is_clip);
    let stem = build.convolution(stem, &weights.conv2, [width, width, 3], 2);
    let stem = build.gelu(stem);

    let at = build.indices(stem);
    let one = build.graph.scalar(1.0);
    let half = build.graph.scalar(0.5);
    let more = build.graph.add(frames, one);
    let halved = build.graph.mul(more, half);
    let length = build.graph.node("Floor", &[halved], vec![]);
    let mask = build.less(at, length);

    let by_frame = build.graph.reshape(stem, &[width as i64, -1]);
    let by_frame = build.graph.transpose(by_frame, &[1, 0]);
    let positions = build.positions(at);
    let mut x = build.graph.add(by_frame, positions);

    let hidden = build.graph.sub(mask, one);
    let large = build.graph.scalar(MASKED);
    let hidden = build.graph.mul(hidden, large);
    let hidden = build.graph.reshape(hidden, &[1, 1, -1]);
    let shares = build.shares(at, mask, length);
    let (mut pooled, mut layers) = (Vec::new(), Vec::new());
    for layer in &weights.layers {
        x = build.layer(x, layer, hidden);
        pooled.push(build.pooled(x, &shares));
        layers.push(x);
    }
    let pooled = build.graph.concat(&pooled, 1);
    let blocks = build.blocks(&layers, mask);
    let graph = &mut build.graph;
    graph.output("pooled", pooled, Element::F32, &[1, weights.pooled_columns()]);
    let columns = Dimension::Fixed(width * weights.layers.len());
    graph.output_of("frames_out", blocks, Element::F32, &[Dimension::Named("blocks"), columns]);
    graph.metadata("license", LICENSE);
    graph.metadata("source", "OpenAI Whisper (Radford et al. 2022), encoder");
    build.graph.encode()
}

struct Build {
    graph: GraphBuilder,
    storage: Storage,
    width: usize,
    heads: usize,
}

/// Weights of frames, `[1, frames]` each.
struct Shares {
    mean: Value,
    thirds: [Value; 3],
}

impl Build {
    /// `0, 1, 2, …` along the last of three axes of `x`, as floats.
    fn indices(&mut self, x: Value) -> Value {
        let shape = self.graph.node("Shape", &[x], vec![]);
        let last = self.graph.scalar_i64(2);
        let length = self.graph.node("Gather", &[shape, last], vec![("axis", Attribute::Int(0))]);
        let (zero, one) = (self.graph.scalar_i64(0), self.graph.scalar_i64(1));
        let range = self.graph.node("Range", &[zero, length, one], vec![]);
        self.graph.cast(range, Element::F32)
    }

    fn less(&mut self, a: Value, b: Value) -> Value {
        let less = self.graph.node("Less", &[a, b], vec![]);
        self.graph.cast(less, Element::F32)
    }

    fn convolution(&mut self, x: Value, weights: &Linear, shape: [usize; 3], stride: usize) -> Value {
        let weight = self.storage.convolution(&mut self.graph, shape, &weights.weight);
        let bias = self.graph.constant(&[shape[0]], &weights.bias);
        let how = Convolution::plain(1).strides(&[stride]).symmetric_pads(&[1]);
        self.graph.conv(x, weight, Some(bias), &how)
    }

    fn linear(&mut self, x: Value, weights: &Linear, outputs: usize) -> Value {
        let inputs = weights.weight.len() / outputs;
        let weight = self.storage.linear(&mut self.graph, [outputs, inputs], &weights.weight);
        let bias = self.graph.constant(&[outputs], &weights.bias);
        self.graph.gemm(x, weight, Some(bias), true)
    }

    /// `x Φ(x)` by the error function (Hendrycks & Gimpel 2016), not its approximation.
    fn gelu(&mut self, x: Value) -> Value {
        let scale = self.graph.scalar(std::f32::consts::FRAC_1_SQRT_2);
        let scaled = self.graph.mul(x, scale);
        let erf = self.graph.node("Erf", &[scaled], vec![]);
        let (one, half) = (self.graph.scalar(1.0), self.graph.scalar(0.5));
        let sum = self.graph.add(erf, one);
        let halved = self.graph.mul(x, half);
        self.graph.mul(halved, sum)
    }

    fn norm(&mut self, x: Value, norm: &Norm) -> Value {
        let mean = self.graph.reduce_mean(x, &[1], true);
        let centred = self.graph.sub(x, mean);
        let square = self.graph.mul(centred, centred);
        let variance = self.graph.reduce_mean(square, &[1], true);
        let epsilon = self.graph.scalar(EPSILON);
        let sum = self.graph.add(variance, epsilon);
        let deviation = self.graph.sqrt(sum);
        let unit = self.graph.div(centred, deviation);
        let gain = self.graph.constant(&[1, self.width], &norm.weight);
        let shift = self.graph.constant(&[1, self.width], &norm.bias);
        let scaled = self.graph.mul(unit, gain);
        self.graph.add(scaled, shift)
    }

    fn positions(&mut self, at: Value) -> Value {
        let scales = self.graph.constant(&[1, self.width / 2], &inverse_timescales(self.width));
        let column = self.graph.reshape(at, &[-1, 1]);
        let angles = self.graph.mul(column, scales);
        let sines = self.graph.node("Sin", &[angles], vec![]);
        let cosines = self.graph.node("Cos", &[angles], vec![]);
        self.graph.concat(&[sines, cosines], 1)
    }

    fn layer(&mut self, x: Value, layer: &Layer, hidden: Value) -> Value {
        let (width, heads) = (self.width, self.heads);
        let normed = self.norm(x, &layer.attention_norm);
        let mut part = |linear: &Linear, order: &[usize]| {
            let y = self.linear(normed, linear, width);
            let y = self.graph.reshape(y, &[-1, heads as i64, (width / heads) as i64]);
            self.graph.transpose(y, order)
        };
        let query = part(&layer.query, &[1, 0, 2]);
        let key = part(&layer.key, &[1, 2, 0]);
        let value = part(&layer.value, &[1, 0, 2]);
        let scores = self.graph.matmul(query, key);
        let scores = self.graph.add(scores, hidden);
        let attention = self.graph.softmax(scores, 2);
        let mixed = self.graph.matmul(attention, value);
        let mixed = self.graph.transpose(mixed, &[1, 0, 2]);
        let mixed = self.graph.reshape(mixed, &[-1, width as i64]);
        let out = self.linear(mixed, &layer.out, width);
        let x = self.graph.add(x, out);
        let normed = self.norm(x, &layer.feed_norm);
        let inner = self.linear(normed, &layer.feed_in, 4 * width);
        let inner = self.gelu(inner);
        let out = self.linear(inner, &layer.feed_out, width);
        self.graph.add(x, out)
    }

    fn shares(&mut self, at: Value, mask: Value, length: Value) -> Shares {
        let even = |build: &mut Self, weight: Value| {
            let count = build.graph.reduce_sum(weight, &[0], true);
            let one = build.graph.scalar(1.0);
            let count = build.graph.node("Max", &[count, one], vec![]);
            let share = build.graph.div(weight, count);
            build.graph.reshape(share, &[1, -1])
        };
        let three = self.graph.scalar(3.0);
        let tripled = self.graph.mul(at, three);
        let place = self.graph.div(tripled, length);
        let thirds = [0.0, 1.0, 2.0].map(|third| {
            let (low, high) = (self.graph.scalar(third), self.graph.scalar(third + 1.0));
            let is_under = self.less(place, high);
            let is_before = self.less(place, low);
            let is_in = self.graph.sub(is_under, is_before);
            let weight = self.graph.mul(is_in, mask);
            even(self, weight)
        });
        Shares { mean: even(self, mask), thirds }
    }

    fn pooled(&mut self, x: Value, shares: &Shares) -> Value {
        let mean = self.graph.matmul(shares.mean, x);
        let centred = self.graph.sub(x, mean);
        let square = self.graph.mul(centred, centred);
        let variance = self.graph.matmul(shares.mean, square);
        let deviation = self.graph.sqrt(variance);
        let [first, second, third] = shares.thirds.map(|share| self.graph.matmul(share, x));
        self.graph.concat(&[mean, deviation, first, second, third], 1)
    }

    fn blocks(&mut self, layers: &[Value], mask: Value) -> Value {
        let side_by_side = self.graph.concat(layers, 1);
        let column = self.graph.reshape(mask, &[-1, 1]);
        let masked = self.graph.mul(side_by_side, column);
        let block = ENCODER_BLOCK as i64;
        let parted = self.graph.reshape(masked, &[-1, block, (self.width * layers.len()) as i64]);
        let sums = self.graph.reduce_sum(parted, &[1], false);
        let counts = self.graph.reshape(mask, &[-1, block]);
        let counts = self.graph.reduce_sum(counts, &[1], true);
        let one = self.graph.scalar(1.0);
        let counts = self.graph.node("Max", &[counts, one], vec![]);
        self.graph.div(sums, counts)
    }
}
