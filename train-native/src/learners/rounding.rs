//! Networks as they ship: norms folded into the weights before them, weights rounded to 8 bits an output. The trainer
//! answers with the same rounded weights that it exports.

use anyhow::Result;
use burn::module::{Param, RunningState};
use burn::nn::conv::{Conv1d, Conv2d};
use burn::nn::{BatchNorm, Linear};
use burn::tensor::{Device, Tensor, TensorData};

use super::cnn::{Cnn, Conv1dNorm, Conv2dNorm, values};

/// Weights rounded to 8 bits, symmetric, with one scale an output.
pub(crate) struct Rounded {
    /// `[outputs, per_output]`, row by row.
    pub(crate) levels: Vec<i8>,
    /// One an output.
    pub(crate) scales: Vec<f32>,
}

impl Rounded {
    /// Rounds `weights` `[outputs, per_output]`.
    pub(crate) fn new(weights: &[f32], outputs: usize) -> Self {
        let per_output = weights.len() / outputs;
        let scales: Vec<f32> = weights
            .chunks(per_output)
            .map(|row| (row.iter().fold(0.0f32, |peak, w| peak.max(w.abs())) / 127.0).max(f32::MIN_POSITIVE))
            .collect();
        let level =
            |(index, weight): (usize, &f32)| (weight / scales[index / per_output]).round().clamp(-127.0, 127.0) as i8;
        Self { levels: weights.iter().enumerate().map(level).collect(), scales }
    }

    pub(crate) fn weights(&self) -> Vec<f32> {
        let per_output = self.levels.len() / self.scales.len();
        self.levels
            .iter()
            .enumerate()
            .map(|(index, level)| f32::from(*level) * self.scales[index / per_output])
            .collect()
    }
}

/// `[rows, columns]` to `[columns, rows]`.
pub(crate) fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}

/// What a norm does in inference: `gain x + shift`, channel by channel.
fn affine(norm: &BatchNorm) -> Result<(Vec<f32>, Vec<f32>)> {
    let (gamma, beta) = (values(norm.gamma.val())?, values(norm.beta.val())?);
    let (mean, variance) = (values(norm.running_mean.value_sync())?, values(norm.running_var.value_sync())?);
    let gain: Vec<f32> =
        gamma.iter().zip(&variance).map(|(gamma, variance)| gamma / (variance + norm.epsilon as f32).sqrt()).collect();
    let shift = beta.iter().zip(&mean).zip(&gain).map(|((beta, mean), gain)| beta - mean * gain).collect();
    Ok((gain, shift))
}

/// A norm that adds `shift` and does nothing else.
fn only_shift(norm: BatchNorm, shift: Vec<f32>, device: &Device) -> BatchNorm {
    let n = shift.len();
    BatchNorm {
        gamma: Param::from_tensor(Tensor::ones([n], device)),
        beta: Param::from_tensor(vector(shift, device)),
        running_mean: RunningState::new(Tensor::zeros([n], device)),
        running_var: RunningState::new(Tensor::ones([n], device) - norm.epsilon),
        ..norm
    }
}

fn vector(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n]), device)
}

fn rounded_weight<const D: usize>(
    weight: &Param<Tensor<D>>,
    gain: Option<&[f32]>,
    device: &Device,
) -> Result<Param<Tensor<D>>> {
    let dims = weight.dims();
    let mut flat = values(weight.val())?;
    if let Some(gain) = gain {
        let per_output = flat.len() / dims[0];
        flat.iter_mut().enumerate().for_each(|(index, weight)| *weight *= gain[index / per_output]);
    }
    Ok(Param::from_tensor(Tensor::from_data(TensorData::new(Rounded::new(&flat, dims[0]).weights(), dims), device)))
}

fn rounded_conv2d(layer: Conv2dNorm, device: &Device) -> Result<Conv2dNorm> {
    let (gain, shift) = affine(&layer.norm)?;
    let weight = rounded_weight(&layer.conv.weight, Some(&gain), device)?;
    Ok(Conv2dNorm { conv: Conv2d { weight, ..layer.conv }, norm: only_shift(layer.norm, shift, device) })
}

fn rounded_conv1d(layer: Conv1dNorm, device: &Device) -> Result<Conv1dNorm> {
    let (gain, shift) = affine(&layer.norm)?;
    let weight = rounded_weight(&layer.conv.weight, Some(&gain), device)?;
    Ok(Conv1dNorm { conv: Conv1d { weight, ..layer.conv }, norm: only_shift(layer.norm, shift, device) })
}

/// A linear layer behind `gain x + shift`, in one, rounded.
pub(super) fn rounded_linear(linear: Linear, before: Option<(&[f32], &[f32])>, device: &Device) -> Result<Linear> {
    let [inputs, outputs] = linear.weight.dims();
    let mut weight = values(linear.weight.val())?;
    let mut bias = match &linear.bias {
        Some(bias) => values(bias.val())?,
        None => vec![0.0; outputs],
    };
    if let Some((gain, shift)) = before {
        for (input, row) in weight.chunks_mut(outputs).enumerate() {
            for (weight, bias) in row.iter_mut().zip(&mut bias) {
                *bias += shift[input] * *weight;
                *weight *= gain[input];
            }
        }
    }
    let by_output = Rounded::new(&transposed(&weight, inputs, outputs), outputs).weights();
    let weight = transposed(&by_output, outputs, inputs);
    Ok(Linear {
        weight: Param::from_tensor(Tensor::from_data(TensorData::new(weight, [inputs, outputs]), device)),
        bias: Some(Param::from_tensor(vector(bias, device))),
    })
}

/// The network with folded norms and rounded weights.
///
/// # Errors
/// If a tensor cannot be read.
pub fn rounded(model: Cnn) -> Result<Cnn> {
    let device = Device::flex();
    let (gain, shift) = affine(&model.pooled_norm)?;
    Ok(Cnn {
        stem: model.stem.into_iter().map(|layer| rounded_conv2d(layer, &device)).collect::<Result<_>>()?,
        project: rounded_conv1d(model.project, &device)?,
        blocks: model
            .blocks
            .into_iter()
            .map(|block| {
                Ok(super::cnn::Residual {
                    first: rounded_conv1d(block.first, &device)?,
                    second: rounded_conv1d(block.second, &device)?,
                })
            })
            .collect::<Result<_>>()?,
        attend: Conv1d { weight: rounded_weight(&model.attend.weight, None, &device)?, ..model.attend },
        score: Conv1d { weight: rounded_weight(&model.score.weight, None, &device)?, ..model.score },
        embed: rounded_linear(model.embed, Some((&gain, &shift)), &device)?,
        pooled_norm: {
            let n = shift.len();
            only_shift(model.pooled_norm, vec![0.0; n], &device)
        },
        output: rounded_linear(model.output, None, &device)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_to_half_a_level_and_idempotent() {
        let weights: Vec<f32> = (0..60).map(|n| ((n * 37) as f32).sin()).collect();
        let once = Rounded::new(&weights, 6).weights();
        let twice = Rounded::new(&once, 6);
        for (index, (a, b)) in weights.iter().zip(&once).enumerate() {
            assert!((a - b).abs() <= 0.51 * twice.scales[index / 10]);
        }
        assert!(once.iter().zip(twice.weights()).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
