//! `cnn-2d`: 2-D convolutions over the log-mel image, a dilated residual trunk, attentive statistics pooling.

use anyhow::Result;
use burn::module::{Module, ModuleDisplay};
use burn::nn::conv::{Conv1d, Conv1dConfig, Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig1d, PaddingConfig2d};
use burn::tensor::activation::{relu, softmax, tanh};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use undertone::features::FeatureConfig;
use undertone::inference::N_CLASSES;

use super::noise::Noise;
use super::products;

/// Shape of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CnnShape {
    /// Channels of the three strided 2-D convolutions.
    pub stem: [usize; 3],
    /// Channels of the trunk over time.
    pub trunk: usize,
    /// Dilations of the residual blocks.
    pub dilations: Vec<usize>,
    /// Channels of the attention's hidden layer.
    pub attention: usize,
    /// Width of the embedding.
    pub embedding: usize,
    /// Share of units dropped before the embedding and the output.
    pub dropout: f32,
}

/// Kernel, stride in frequency, stride in time of the 2-D convolutions.
pub(super) const STEM: [(usize, usize, usize); 3] = [(5, 2, 2), (3, 2, 2), (3, 2, 2)];

/// Kernel and stride in time of the first convolution where no 2-D ones stand before it.
const FIRST: (usize, usize) = (7, 4);

/// A convolution over frequency and time with its norm.
#[derive(Module, Debug)]
pub struct Conv2dNorm {
    pub(super) conv: Conv2d,
    pub(super) norm: BatchNorm,
}

/// A convolution over time with its norm.
#[derive(Module, Debug)]
pub struct Conv1dNorm {
    pub(super) conv: Conv1d,
    pub(super) norm: BatchNorm,
}

impl Conv1dNorm {
    pub(super) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.norm.forward(products::over_time(&self.conv, x))
    }
}

/// Two convolutions over time and a shortcut.
#[derive(Module, Debug)]
pub struct Residual {
    pub(super) first: Conv1dNorm,
    pub(super) second: Conv1dNorm,
}

/// The network. Input `[batch, 1, n_mels, n_frames]`.
#[derive(Module, Debug)]
pub struct Cnn {
    pub(super) stem: Vec<Conv2dNorm>,
    pub(super) project: Conv1dNorm,
    pub(super) blocks: Vec<Residual>,
    pub(super) attend: Conv1d,
    pub(super) score: Conv1d,
    pub(super) pooled_norm: BatchNorm,
    pub(super) embed: Linear,
    pub(super) output: Linear,
}

/// What a network gives for a batch.
pub struct Outputs {
    /// `[batch, 8]`.
    pub logits: Tensor<2>,
    /// What the logits are made of: `[batch, width]`.
    pub embedding: Tensor<2>,
}

/// The 2-D convolutions of those widths over `channels` pictures of `height` bands, and the rows that they leave.
pub(super) fn stem(
    widths: &[usize],
    channels: usize,
    height: usize,
    noise: &mut Noise,
    device: &Device,
) -> (Vec<Conv2dNorm>, usize) {
    let (mut channels, mut height) = (channels, height);
    let layers = STEM
        .iter()
        .zip(widths)
        .map(|((kernel, stride_f, stride_t), out)| {
            let conv = Conv2dConfig::new([channels, *out], [*kernel, *kernel])
                .with_stride([*stride_f, *stride_t])
                .with_padding(PaddingConfig2d::Explicit(kernel / 2, kernel / 2, kernel / 2, kernel / 2))
                .with_bias(false)
                .init(device);
            channels = *out;
            height = height.div_ceil(*stride_f);
            Conv2dNorm { conv: noise.fill_conv2d(conv), norm: BatchNormConfig::new(*out).init(device) }
        })
        .collect();
    (layers, channels * height)
}

/// Runs the 2-D convolutions; their rows become channels over time.
pub(super) fn convolve(stem: &[Conv2dNorm], input: Tensor<4>) -> Tensor<3> {
    let mut x = input;
    for (index, Conv2dNorm { conv, norm }) in stem.iter().enumerate() {
        x = relu(norm.forward(if index == 0 { products::over_plane(conv, x) } else { conv.forward(x) }));
    }
    let [batch, channels, height, frames] = x.dims();
    x.reshape([batch, channels * height, frames])
}

impl Cnn {
    /// A network with weights drawn from `noise` (He et al. 2015), over one picture.
    pub fn new(shape: &CnnShape, n_mels: usize, noise: &mut Noise, device: &Device) -> Self {
        Self::with_stem(shape, &shape.stem, 1, n_mels, noise, device)
    }

    /// The same over `channels` pictures, with 2-D convolutions of those widths at its beginning, or, with none, one over four
    /// frames each.
    pub fn with_stem(
        shape: &CnnShape,
        widths: &[usize],
        channels: usize,
        n_mels: usize,
        noise: &mut Noise,
        device: &Device,
    ) -> Self {
        let (stem, rows) = stem(widths, channels, n_mels, noise, device);
        let trunk = shape.trunk;
        let mut conv1d = |from: usize, to: usize, (kernel, stride): (usize, usize), dilation: usize, bias: bool| {
            let conv = Conv1dConfig::new(from, to, kernel)
                .with_stride(stride)
                .with_dilation(dilation)
                .with_padding(PaddingConfig1d::Explicit(dilation * (kernel / 2), dilation * (kernel / 2)))
                .with_bias(bias)
                .init(device);
            noise.fill_conv1d(conv)
        };
        let normed = |conv: Conv1d| Conv1dNorm { conv, norm: BatchNormConfig::new(trunk).init(device) };
        let project = normed(conv1d(rows, trunk, if widths.is_empty() { FIRST } else { (1, 1) }, 1, false));
        let blocks = shape
            .dilations
            .iter()
            .map(|dilation| Residual {
                first: normed(conv1d(trunk, trunk, (3, 1), *dilation, false)),
                second: normed(conv1d(trunk, trunk, (3, 1), 1, false)),
            })
            .collect();
        let attend = conv1d(trunk, shape.attention, (1, 1), 1, true);
        let score = conv1d(shape.attention, trunk, (1, 1), 1, true);
        let linear = |from, to, noise: &mut Noise| noise.fill_linear(LinearConfig::new(from, to).init(device));
        Self {
            stem,
            project,
            blocks,
            attend,
            score,
            pooled_norm: BatchNormConfig::new(2 * trunk).init(device),
            embed: linear(2 * trunk, shape.embedding, noise),
            output: linear(shape.embedding, N_CLASSES, noise),
        }
    }

    /// Runs a batch; `dropout` draws masks in training and is `None` otherwise.
    pub fn forward(&self, input: Tensor<4>, mut dropout: Option<(&mut Noise, f32)>) -> Outputs {
        let x = convolve(&self.stem, input);
        let mut x = relu(self.project.forward(x));
        for block in &self.blocks {
            let inner = relu(block.first.forward(x.clone()));
            x = relu(x + block.second.forward(inner));
        }
        let weights = softmax(products::over_time(&self.score, tanh(products::over_time(&self.attend, x.clone()))), 2);
        let weighted = x.clone() * weights;
        let mean = weighted.clone().sum_dim(2);
        let square = (weighted * x).sum_dim(2);
        let deviation = (square - mean.clone() * mean.clone()).clamp_min(POOLING_VARIANCE_FLOOR).sqrt();
        let pooled: Tensor<2> = Tensor::cat(vec![mean, deviation], 1).squeeze_dim(2);
        let mut drop = |x: Tensor<2>| match &mut dropout {
            Some((noise, share)) => noise.dropout(x, *share),
            None => x,
        };
        let pooled = drop(self.pooled_norm.forward(pooled));
        let embedding = relu(self.embed.forward(pooled));
        let logits = self.output.forward(drop(embedding.clone()));
        Outputs { logits, embedding }
    }
}

/// What can be trained on windows of clips.
pub trait Network: Module + ModuleDisplay {
    /// Runs `[batch, channels, n_mels, n_frames]`; `dropout` as in [`Cnn::forward`].
    fn run(&self, input: Tensor<4>, dropout: Option<(&mut Noise, f32)>) -> Outputs;

    /// Width of the embedding.
    fn width(&self) -> usize;

    /// The mean answer to the windows of a clip, each of `channels` pictures.
    ///
    /// # Errors
    /// If a tensor cannot be read.
    fn predict(&self, windows: &[Vec<f32>], channels: usize, features: &FeatureConfig) -> Result<Vec<f32>> {
        let dims = [windows.len(), channels, features.n_mels, features.window_frames];
        let input = Tensor::from_data(TensorData::new(windows.concat(), dims), &Device::flex());
        values(softmax(self.run(input, None).logits, 1).mean_dim(0))
    }
}

impl Network for Cnn {
    fn run(&self, input: Tensor<4>, dropout: Option<(&mut Noise, f32)>) -> Outputs {
        self.forward(input, dropout)
    }

    fn width(&self) -> usize {
        self.output.weight.dims()[0]
    }
}

/// Floor of the variance in attentive statistics pooling.
pub(super) const POOLING_VARIANCE_FLOOR: f32 = 1e-4;

/// A tensor's values, row by row.
pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    tensor.into_data().try_to_vec::<f32>().map_err(|error| anyhow::anyhow!("a tensor could not be read: {error:?}"))
}
