//! `mlp`: a multi-layer perceptron on embedding and functionals.

use anyhow::{Result, bail};
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor, TensorData};
use undertone::inference::{N_CLASSES, Probabilities};

use super::cnn::values;
use super::cnn_train::{clips_a_pass, cross_entropy, pass, schedule, targets};
use super::device;
use super::noise::Noise;
use super::rounding::rounded_linear;
use super::table::Table;
use crate::recipe::MlpTraining;

/// Scaled inputs are held within this many standard deviations.
pub(super) const CLIP: f32 = 5.0;

/// The layers.
#[derive(Module, Debug)]
pub struct Layers {
    pub(super) hidden: Vec<Linear>,
    pub(super) output: Linear,
}

/// A trained perceptron with its scaler.
pub struct Mlp {
    /// Mean of each column in training.
    pub(super) mean: Vec<f32>,
    /// One over the standard deviation of each column.
    pub(super) scale: Vec<f32>,
    pub(super) layers: Layers,
}

impl Layers {
    fn new(inputs: usize, widths: &[usize], noise: &mut Noise, device: &Device) -> Self {
        let mut from = inputs;
        let mut linear = |to: usize| {
            let layer = noise.fill_linear(LinearConfig::new(from, to).init(device));
            from = to;
            layer
        };
        let hidden = widths.iter().map(|width| linear(*width)).collect();
        Self { hidden, output: linear(N_CLASSES) }
    }

    fn forward(&self, x: Tensor<2>, mut dropout: Option<(&mut Noise, f32)>) -> Tensor<2> {
        let mut x = x;
        for layer in &self.hidden {
            if let Some((noise, share)) = &mut dropout {
                x = noise.dropout(x, *share);
            }
            x = relu(layer.forward(x));
        }
        if let Some((noise, share)) = &mut dropout {
            x = noise.dropout(x, *share);
        }
        self.output.forward(x)
    }
}

/// Trains on the rows of `table`; `progress(epoch, loss)` stops the training by `false`. The weights come back rounded.
///
/// # Errors
/// No rows, a loss that is no number, training that was stopped.
pub fn train(
    table: &Table,
    training: &MlpTraining,
    seed: u64,
    progress: &mut dyn FnMut(usize, f32) -> bool,
) -> Result<Mlp> {
    if table.is_empty() {
        bail!("there is no clip to train the perceptron on");
    }
    let (mean, scale) = table.scaler();
    let device = device::training()?;
    let mut noise = Noise::new(seed);
    let mut model = Layers::new(table.columns, &training.hidden, &mut noise, &device);
    let mut optimizer = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(training.weight_decay).init();
    let steps = training.epochs * clips_a_pass(&table.weights).div_ceil(training.batch);
    let mut step = 0;
    for epoch in 0..training.epochs {
        let order = pass(&table.weights, &mut noise);
        let mut sum = 0.0;
        for batch in order.chunks(training.batch) {
            let rows = batch.iter().flat_map(|row| scaled(table.row(*row), &mean, &scale, CLIP)).collect::<Vec<f32>>();
            let wanted = batch.iter().map(|row| table.targets[*row]);
            let input = Tensor::from_data(TensorData::new(rows, [batch.len(), table.columns]), &device);
            let logits = model.forward(input, Some((&mut noise, training.dropout)));
            let loss = cross_entropy(logits, targets(wanted, training.label_smoothing, &device));
            let value = loss.clone().into_scalar::<f32>();
            if !value.is_finite() {
                bail!("the loss of the perceptron is no longer a number in epoch {epoch}; lower its learning rate");
            }
            sum += value * batch.len() as f32;
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(schedule(step, steps, training.learning_rate), model, gradients);
            step += 1;
        }
        if !progress(epoch, sum / order.len().max(1) as f32) {
            bail!("stopped in epoch {epoch}");
        }
    }
    let (model, device) = (device::trained(model), Device::flex());
    let layers = Layers {
        hidden: model.hidden.into_iter().map(|layer| rounded_linear(layer, None, &device)).collect::<Result<_>>()?,
        output: rounded_linear(model.output, None, &device)?,
    };
    Ok(Mlp { mean, scale, layers })
}

impl Mlp {
    /// The answer to one row.
    ///
    /// # Errors
    /// If a tensor cannot be read.
    pub fn predict(&self, row: &[f32]) -> Result<Probabilities> {
        let row: Vec<f32> = scaled(row, &self.mean, &self.scale, CLIP).collect();
        let n = row.len();
        let input = Tensor::from_data(TensorData::new(row, [1, n]), &Device::flex());
        let found = values(softmax(self.layers.forward(input, None), 1))?;
        found.try_into().map_err(|_| anyhow::anyhow!("the perceptron gives another number of classes"))
    }
}

/// Columns of a row standardised, and held within `clip` deviations.
pub(super) fn scaled<'a>(
    row: impl IntoIterator<Item = &'a f32>,
    mean: &'a [f32],
    scale: &'a [f32],
    clip: f32,
) -> impl Iterator<Item = f32> {
    let columns = row.into_iter().zip(mean).zip(scale);
    columns.map(move |((value, mean), scale)| ((value - mean) * scale).clamp(-clip, clip))
}
