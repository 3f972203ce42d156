//! Training of the convolutional network.

use anyhow::{Result, bail};
use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::ArrayView2;
use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use undertone::inference::{N_CLASSES, Probabilities};

use super::cnn::{Cnn, CnnShape, Network, Outputs};
use super::device;
use super::noise::Noise;
use super::paint::Paint;
use crate::recipe::is_none;

/// How the network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CnnTraining {
    /// The network.
    pub shape: CnnShape,
    /// Passes over the clips, each with another augmented copy of every clip.
    pub epochs: usize,
    /// Clips a step.
    pub batch: usize,
    /// Peak learning rate, reached after a tenth of the steps and lowered to nothing by a cosine.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Share of the target spread evenly over the classes.
    pub label_smoothing: f32,
    /// Widest band of mel bands masked (SpecAugment, Park et al. 2019).
    pub mask_mels: usize,
    /// Widest run of frames masked.
    pub mask_frames: usize,
    /// Weight of the loss of a teacher's embedding (a hint, Romero et al. 2015) beside that of the classes; 0 without one.
    #[serde(default, skip_serializing_if = "is_none")]
    pub hint: f32,
}

/// A training clip: its augmented copies as images `[n_mels, n_frames]`, and what is learned of it.
pub struct Example<'a> {
    /// At least one.
    pub copies: Vec<ArrayView2<'a, f32>>,
    /// What is learned of it.
    pub target: Probabilities,
    /// Part of the epochs that it is in, above 0, to 1.
    pub weight: f32,
    /// A teacher's embedding of it, of mean square 1; empty without a teacher.
    pub hint: &'a [f32],
}

/// A network, and while it is taught one layer that makes the teacher's embedding of its own.
#[derive(Module, Debug)]
struct Hinted<N: Module> {
    network: N,
    hint: Option<Linear>,
}

/// Trains `cnn-2d` on `examples`; `progress(epoch, loss)` is called after each epoch and stops the training by `false`.
///
/// # Errors
/// If there is nothing to train on, or training was stopped, or the loss is no longer a number.
pub fn train(
    examples: &[Example<'_>],
    training: &CnnTraining,
    n_mels: usize,
    window_frames: usize,
    seed: u64,
    progress: &mut dyn FnMut(usize, f32) -> bool,
) -> Result<Cnn> {
    let new = |noise: &mut Noise, device: &Device| Cnn::new(&training.shape, n_mels, noise, device);
    train_network(&new, Paint::LogMel, examples, training, [n_mels, window_frames], seed, progress)
}

/// As [`train`], for any network, which sees windows `[n_mels, frames]` in that paint.
///
/// # Errors
/// As [`train`].
pub fn train_network<N: Network>(
    new: &dyn Fn(&mut Noise, &Device) -> N,
    paint: Paint,
    examples: &[Example<'_>],
    training: &CnnTraining,
    [n_mels, window_frames]: [usize; 2],
    seed: u64,
    progress: &mut dyn FnMut(usize, f32) -> bool,
) -> Result<N> {
    if examples.is_empty() {
        bail!("there is no clip to train the network on");
    }
    let device = device::training()?;
    let mut noise = Noise::new(seed);
    let network = new(&mut noise, &device);
    let hinted = if training.hint > 0.0 { examples.iter().map(|one| one.hint.len()).max().unwrap_or(0) } else { 0 };
    let hint = (hinted > 0).then(|| LinearConfig::new(network.width(), hinted).init(&device));
    let mut model = Hinted { network, hint: hint.map(|layer| noise.fill_linear(layer)) };
    let mut optimizer = AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_weight_decay(training.weight_decay)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(5.0)))
        .init();
    let weights: Vec<f32> = examples.iter().map(|example| example.weight).collect();
    let steps = training.epochs * clips_a_pass(&weights).div_ceil(training.batch);
    let mut step = 0;
    let window = n_mels * window_frames;
    for epoch in 0..training.epochs {
        let order = pass(&weights, &mut noise);
        let (mut sum, mut count) = (0.0, 0);
        for batch in order.chunks(training.batch) {
            let mut input = vec![0.0; batch.len() * window];
            for (index, slot) in batch.iter().zip(input.chunks_mut(window)) {
                let copies = &examples[*index].copies;
                let copy = copies[noise.rng().random_range(0..copies.len())];
                draw(copy, slot, window_frames, training, &mut noise);
            }
            let wanted = batch.iter().map(|index| examples[*index].target);
            let painted = input.chunks(window).map(|window| paint.of(window)).collect::<Vec<_>>().concat();
            let input = TensorData::new(painted, [batch.len(), paint.channels(), n_mels, window_frames]);
            let Outputs { logits, embedding } =
                model.network.run(Tensor::from_data(input, &device), Some((&mut noise, training.shape.dropout)));
            let mut loss = cross_entropy(logits, targets(wanted, training.label_smoothing, &device));
            if let Some(layer) = &model.hint {
                let wanted = batch.iter().map(|index| examples[*index].hint);
                loss = loss + off(layer.forward(embedding), wanted, &device) * training.hint;
            }
            let value = loss.clone().into_scalar::<f32>();
            if !value.is_finite() {
                bail!("the loss of the network is no longer a number in epoch {epoch}; lower its learning rate");
            }
            sum += value * batch.len() as f32;
            count += batch.len();
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(schedule(step, steps, training.learning_rate), model, gradients);
            step += 1;
        }
        if !progress(epoch, sum / count.max(1) as f32) {
            bail!("stopped in epoch {epoch}");
        }
    }
    Ok(device::trained(model.network))
}

/// Linear rise over a tenth of the steps, then half a cosine down to nothing.
pub(crate) fn schedule(step: usize, steps: usize, peak: f64) -> f64 {
    let rise = (steps / 10).max(1);
    if step < rise {
        return peak * (step + 1) as f64 / rise as f64;
    }
    let share = ((step - rise) as f64 / (steps - rise).max(1) as f64).min(1.0);
    peak * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()) + 1e-7
}

/// Clips that a pass has, about.
pub(super) fn clips_a_pass(weights: &[f32]) -> usize {
    weights.iter().sum::<f32>().round() as usize
}

/// The clips of one pass in the order of training: each is in it by its weight.
pub(super) fn pass(weights: &[f32], noise: &mut Noise) -> Vec<usize> {
    let rng = noise.rng();
    let mut order: Vec<usize> =
        (0..weights.len()).filter(|clip| weights[*clip] >= 1.0 || rng.random::<f32>() < weights[*clip]).collect();
    order.shuffle(rng);
    order
}

pub(super) fn targets(wanted: impl Iterator<Item = Probabilities>, smoothing: f32, device: &Device) -> Tensor<2> {
    let rest = smoothing / N_CLASSES as f32;
    let values: Vec<f32> = wanted.flatten().map(|share| rest + share * (1.0 - smoothing)).collect();
    let rows = values.len() / N_CLASSES;
    Tensor::from_data(TensorData::new(values, [rows, N_CLASSES]), device)
}

pub(super) fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let [batch, _] = logits.dims();
    (log_softmax(logits, 1) * targets).sum() * (-1.0 / batch as f32)
}

/// Mean square of what `found` `[batch, width]` is off by; a row without a hint counts as right.
fn off<'a>(found: Tensor<2>, wanted: impl Iterator<Item = &'a [f32]>, device: &Device) -> Tensor<1> {
    let [batch, width] = found.dims();
    let (mut values, mut given) = (vec![0.0; batch * width], vec![0.0; batch]);
    for ((slot, given), wanted) in
        values.chunks_mut(width).zip(&mut given).zip(wanted).filter(|(_, row)| !row.is_empty())
    {
        slot.copy_from_slice(wanted);
        *given = 1.0;
    }
    let wanted: Tensor<2> = Tensor::from_data(TensorData::new(values, [batch, width]), device);
    let given: Tensor<2> = Tensor::from_data(TensorData::new(given, [batch, 1]), device);
    let off = (found - wanted) * given;
    (off.clone() * off).sum() * (1.0 / (batch * width) as f32)
}

/// One window of a clip: a random part of a long one, a short one at a random place, with masks over bands and frames.
fn draw(image: ArrayView2<'_, f32>, out: &mut [f32], width: usize, training: &CnnTraining, noise: &mut Noise) {
    let (n_mels, n_frames) = image.dim();
    let rng = noise.rng();
    let floor = image.iter().copied().fold(f32::INFINITY, f32::min);
    out.fill(floor);
    let used = n_frames.min(width);
    let start = rng.random_range(0..=n_frames - used);
    let offset = rng.random_range(0..=width - used);
    for (row, values) in image.rows().into_iter().enumerate() {
        for frame in 0..used {
            out[row * width + offset + frame] = values[start + frame];
        }
    }
    if training.mask_mels > 0 {
        let bands = rng.random_range(0..=training.mask_mels);
        let first = rng.random_range(0..=n_mels - bands);
        out[first * width..(first + bands) * width].fill(0.0);
    }
    if training.mask_frames > 0 {
        let frames = rng.random_range(0..=training.mask_frames.min(width));
        let first = rng.random_range(0..=width - frames);
        for row in out.chunks_mut(width) {
            row[first..first + frames].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_hint_is_right_whatever_is_found() {
        let device = Device::flex();
        let found = Tensor::from_data(TensorData::new(vec![1.0f32, 3.0, 50.0, -50.0], [2, 2]), &device);
        let hints: [&[f32]; 2] = [&[1.0, 1.0], &[]];
        assert_eq!(off(found, hints.into_iter(), &device).into_scalar::<f32>(), 1.0);
    }
}
