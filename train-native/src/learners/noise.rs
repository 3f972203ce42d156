//! Seeded randomness for networks: initial weights and dropout masks. The tensor library's own generator is one for the
//! whole process, so folds that train side by side would not repeat.

use burn::module::Param;
use burn::nn::Linear;
use burn::nn::conv::{Conv1d, Conv2d};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random numbers.
pub struct Noise(ChaCha8Rng);

impl Noise {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The generator itself.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }

    /// Uniform in He's bound for `fan_in`, times `gain`.
    fn weights<const D: usize>(&mut self, dims: [usize; D], fan_in: usize, device: &Device) -> Tensor<D> {
        let bound = (6.0 / fan_in as f32).sqrt();
        let values: Vec<f32> = (0..dims.iter().product()).map(|_| self.0.random_range(-bound..bound)).collect();
        Tensor::from_data(TensorData::new(values, dims), device)
    }

    pub(super) fn fill_conv2d(&mut self, mut conv: Conv2d) -> Conv2d {
        let (dims, device) = (conv.weight.dims(), conv.weight.device());
        conv.weight = Param::from_tensor(self.weights(dims, dims[1] * dims[2] * dims[3], &device));
        conv.bias = conv.bias.map(zeros);
        conv
    }

    pub(super) fn fill_conv1d(&mut self, mut conv: Conv1d) -> Conv1d {
        let (dims, device) = (conv.weight.dims(), conv.weight.device());
        conv.weight = Param::from_tensor(self.weights(dims, dims[1] * dims[2], &device));
        conv.bias = conv.bias.map(zeros);
        conv
    }

    pub(crate) fn fill_linear(&mut self, mut linear: Linear) -> Linear {
        let (dims, device) = (linear.weight.dims(), linear.weight.device());
        linear.weight = Param::from_tensor(self.weights(dims, 2 * dims[0], &device));
        linear.bias = linear.bias.map(zeros);
        linear
    }

    /// Inverted dropout: a share of the values set to 0, the rest scaled up.
    pub fn dropout(&mut self, x: Tensor<2>, share: f32) -> Tensor<2> {
        if share <= 0.0 {
            return x;
        }
        let (dims, keep) = (x.dims(), 1.0 - share);
        let mask: Vec<f32> =
            (0..dims[0] * dims[1]).map(|_| if self.0.random::<f32>() < keep { 1.0 / keep } else { 0.0 }).collect();
        let mask = Tensor::from_data(TensorData::new(mask, dims), &x.device());
        x * mask
    }
}

fn zeros(bias: Param<Tensor<1>>) -> Param<Tensor<1>> {
    Param::from_tensor(Tensor::zeros(bias.dims(), &bias.device()))
}
