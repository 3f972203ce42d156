//! `attention`: a perceptron over the encoder's blocks of 100 ms, pooled over time by learned attention.

use anyhow::{Result, bail, ensure};
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::{log_softmax, relu, softmax, tanh};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use serde::{Deserialize, Serialize};
use undertone::inference::N_CLASSES;

use super::rows::{CLIP, Rows};
use crate::interrupt;
use crate::learners::cnn_train::schedule;
use crate::learners::device;
use crate::learners::noise::Noise;

/// How the network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttentionTraining {
    /// Units of a block.
    pub hidden: usize,
    /// Units of the attention.
    pub attention: usize,
    /// Share of units dropped.
    pub dropout: f32,
    /// Rounds.
    pub epochs: usize,
    /// Rows a round, drawn by their weights.
    pub rows: usize,
    /// Rows a step.
    pub batch: usize,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Share of the target spread evenly over the row's classes.
    pub label_smoothing: f32,
    /// Networks trained from different beginnings, whose answers are averaged.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub networks: usize,
}

fn one() -> usize {
    1
}

fn is_one(networks: &usize) -> bool {
    *networks == 1
}

/// The layers.
#[derive(Module, Debug)]
pub struct Layers {
    /// Into a block's units.
    pub block: Linear,
    /// Into the attention's.
    pub attend: Linear,
    /// Out of them.
    pub score: Linear,
    /// From the weighted mean and deviation to the classes.
    pub output: Linear,
}

/// Trained networks with their scaler.
pub struct Attention {
    /// Mean of each column of a block in training.
    pub mean: Vec<f32>,
    /// One over the deviation of each.
    pub scale: Vec<f32>,
    /// The layers of each network.
    pub networks: Vec<Layers>,
}

const MASKED: f32 = 1e9;
/// Least variance under the root of the pooled deviation.
pub const FLOOR: f32 = 1e-5;

impl Layers {
    fn new(columns: usize, training: &AttentionTraining, noise: &mut Noise, device: &Device) -> Self {
        let mut linear = |from, to| noise.fill_linear(LinearConfig::new(from, to).init(device));
        let hidden = training.hidden;
        Self {
            block: linear(columns, hidden),
            attend: linear(hidden, training.attention),
            score: linear(training.attention, 1),
            output: linear(2 * hidden, N_CLASSES),
        }
    }

    /// Logits `[rows, 8]` of standardised blocks `[rows · blocks, columns]`, `mask` `[rows, blocks]`.
    pub fn forward(&self, x: Tensor<2>, mask: Tensor<2>, mut dropout: Option<(&mut Noise, f32)>) -> Tensor<2> {
        let [rows, blocks] = mask.dims();
        let mut hidden = relu(self.block.forward(x));
        if let Some((noise, share)) = &mut dropout {
            hidden = noise.dropout(hidden, *share);
        }
        let width = hidden.dims()[1];
        let scores = self.score.forward(tanh(self.attend.forward(hidden.clone()))).reshape([rows, blocks]);
        let weights = softmax(scores + (mask - 1.0) * MASKED, 1).reshape([rows, 1, blocks]);
        let hidden = hidden.reshape([rows, blocks, width]);
        let mean = weights.clone().matmul(hidden.clone());
        let square = weights.matmul(hidden.clone() * hidden);
        let deviation = (square - mean.clone() * mean.clone()).clamp_min(FLOOR).sqrt();
        let mut pooled = Tensor::cat(vec![mean, deviation], 2).reshape([rows, 2 * width]);
        if let Some((noise, share)) = &mut dropout {
            pooled = noise.dropout(pooled, *share);
        }
        self.output.forward(pooled)
    }
}

/// Trains on `rows`; `progress(epoch, loss)` hears of each round.
///
/// # Errors
/// No rows; a loss that is no number; Ctrl-C.
pub fn train(
    rows: &Rows<'_>,
    columns: usize,
    training: &AttentionTraining,
    seed: u64,
    progress: &dyn Fn(usize, f32),
) -> Result<Attention> {
    ensure!(!rows.is_empty(), "there is no clip to train the attention head on");
    let (mean, scale) = scaler(rows, columns)?;
    let epochs = training.epochs;
    let mut networks = Vec::with_capacity(training.networks);
    for index in 0..training.networks.max(1) {
        let seed = seed + (index as u64) * 1_000_003;
        let done = &|epoch, loss| progress(index * epochs + epoch, loss);
        networks.push(train_one(rows, columns, training, (&mean, &scale), seed, done)?);
    }
    Ok(Attention { mean, scale, networks })
}

fn train_one(
    rows: &Rows<'_>,
    columns: usize,
    training: &AttentionTraining,
    (mean, scale): (&[f32], &[f32]),
    seed: u64,
    progress: &dyn Fn(usize, f32),
) -> Result<Layers> {
    let device = device::training()?;
    let mut noise = Noise::new(seed);
    let mut model = Layers::new(columns, training, &mut noise, &device);
    let mut optimizer = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(training.weight_decay).init();
    let draw = WeightedIndex::new(&rows.weights)?;
    let steps_each = training.rows.div_ceil(training.batch);
    for epoch in 0..training.epochs {
        let mut sum = 0.0;
        for step in 0..steps_each {
            interrupt::check()?;
            let batch: Vec<usize> = (0..training.batch).map(|_| draw.sample(noise.rng())).collect();
            let (x, mask) = inputs(rows, &batch, columns, mean, scale, &mut noise, &device)?;
            let logits = model.forward(x, mask, Some((&mut noise, training.dropout)));
            let (targets, forbidden) = targets(rows, &batch, training.label_smoothing, &device);
            let loss = (log_softmax(logits - forbidden, 1) * targets).sum() * (-1.0 / batch.len() as f32);
            let value = loss.clone().into_scalar::<f32>();
            if !value.is_finite() {
                bail!("the loss of the attention head is no longer a number; lower its learning rate");
            }
            sum += value;
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            let rate = schedule(epoch * steps_each + step, training.epochs * steps_each, training.learning_rate);
            model = optimizer.step(rate, model, gradients);
        }
        progress(epoch + 1, sum / steps_each as f32);
    }
    Ok(device::trained(model))
}

fn scaler(rows: &Rows<'_>, columns: usize) -> Result<(Vec<f32>, Vec<f32>)> {
    let (mut count, mut sum, mut square) = (0.0f64, vec![0.0f64; columns], vec![0.0f64; columns]);
    for (window, weight) in rows.windows.iter().zip(&rows.weights).step_by(3) {
        let blocks = window.blocks()?;
        let share = f64::from(*weight) / (blocks.len() / columns.max(1)).max(1) as f64;
        count += f64::from(*weight);
        for block in blocks.chunks_exact(columns.max(1)) {
            for ((sum, square), value) in sum.iter_mut().zip(&mut square).zip(block) {
                *sum += share * f64::from(*value);
                *square += share * f64::from(*value).powi(2);
            }
        }
    }
    let count = count.max(f64::MIN_POSITIVE);
    let mean: Vec<f64> = sum.iter().map(|sum| sum / count).collect();
    let scale = mean.iter().zip(&square).map(|(mean, square)| {
        let variance = square / count - mean * mean;
        if variance > 1e-9 { (1.0 / variance.sqrt()) as f32 } else { 0.0 }
    });
    let scale = scale.collect();
    Ok((mean.into_iter().map(|mean| mean as f32).collect(), scale))
}

/// Blocks of the drawn rows, some of the longer ones without their beginning or end.
fn inputs(
    rows: &Rows<'_>,
    batch: &[usize],
    columns: usize,
    mean: &[f32],
    scale: &[f32],
    noise: &mut Noise,
    device: &Device,
) -> Result<(Tensor<2>, Tensor<2>)> {
    let length = |row: &usize| rows.windows[*row].len() / columns;
    let longest = batch.iter().map(length).max().unwrap_or(1);
    let mut x = vec![0.0f32; batch.len() * longest * columns];
    let mut mask = vec![0.0f32; batch.len() * longest];
    for ((row, x), mask) in batch.iter().zip(x.chunks_exact_mut(longest * columns)).zip(mask.chunks_exact_mut(longest))
    {
        let n = length(row);
        let cut = noise.rng().random_range(0..=n / 5);
        let start = noise.rng().random_range(0..=cut);
        let mut blocks = rows.windows[*row].blocks()?;
        let blocks = &mut blocks[start * columns..(n - cut + start) * columns];
        let drawn = rows.speakers.as_ref().and_then(|speakers| speakers.draw(rows.clips[*row], noise.rng()));
        for block in blocks.chunks_exact_mut(columns) {
            let offset = drawn.iter().flat_map(|offset| &offset.blocks);
            block.iter_mut().zip(offset).for_each(|(value, offset)| *value -= offset);
        }
        mask[..n - cut].fill(1.0);
        for (to, from) in x.chunks_exact_mut(columns).zip(blocks.chunks_exact(columns)) {
            for (((to, value), mean), scale) in to.iter_mut().zip(from).zip(mean).zip(scale) {
                *to = ((value - mean) * scale).clamp(-CLIP, CLIP);
            }
        }
    }
    Ok((
        Tensor::from_data(TensorData::new(x, [batch.len() * longest, columns]), device),
        Tensor::from_data(TensorData::new(mask, [batch.len(), longest]), device),
    ))
}

fn targets(rows: &Rows<'_>, batch: &[usize], smoothing: f32, device: &Device) -> (Tensor<2>, Tensor<2>) {
    let mut targets = vec![0.0; batch.len() * N_CLASSES];
    let mut forbidden = vec![0.0; batch.len() * N_CLASSES];
    for (at, row) in batch.iter().enumerate() {
        let allowed = &rows.allowed[*row];
        let n = allowed.iter().filter(|is| **is).count().max(1) as f32;
        for (class, is_allowed) in allowed.iter().enumerate() {
            if *is_allowed {
                targets[at * N_CLASSES + class] = smoothing / n;
            } else {
                forbidden[at * N_CLASSES + class] = MASKED;
            }
        }
        let own = &mut targets[at * N_CLASSES..][..N_CLASSES];
        own.iter_mut().zip(rows.classes[*row]).for_each(|(target, share)| *target += (1.0 - smoothing) * share);
    }
    let tensor = |values| Tensor::from_data(TensorData::new(values, [batch.len(), N_CLASSES]), device);
    (tensor(targets), tensor(forbidden))
}
