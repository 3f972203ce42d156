//! `cnn-lstm`: 2-D convolutions, a bidirectional LSTM over time, self-attention that pools it (Zhao et al. 2019, Lin et al.
//! 2017).

use burn::module::{Module, Param};
use burn::nn::conv::Conv1dConfig;
use burn::nn::{BatchNormConfig, BiLstm, BiLstmConfig, GateController, Linear, LinearConfig, Lstm};
use burn::tensor::activation::{relu, softmax, tanh};
use burn::tensor::{Device, Tensor};
use undertone::inference::N_CLASSES;

use super::cnn::{CnnShape, Conv1dNorm, Conv2dNorm, Network, convolve, stem};
use super::noise::Noise;

/// The network.
#[derive(Module, Debug)]
pub struct Recurrent {
    stem: Vec<Conv2dNorm>,
    project: Conv1dNorm,
    lstm: BiLstm,
    attend: Linear,
    score: Linear,
    output: Linear,
}

impl Recurrent {
    /// A network of those widths: half the trunk's for each direction of the LSTM.
    pub fn new(shape: &CnnShape, n_mels: usize, noise: &mut Noise, device: &Device) -> Self {
        let (stem, rows) = stem(&shape.stem, 1, n_mels, noise, device);
        let (width, hidden) = (shape.trunk, (shape.trunk / 2).max(1));
        let conv = noise.fill_conv1d(Conv1dConfig::new(rows, width, 1).with_bias(false).init(device));
        let lstm = BiLstmConfig::new(width, hidden, true).init(device);
        let mut linear = |from, to| noise.fill_linear(LinearConfig::new(from, to).init(device));
        let (attend, score) = (linear(2 * hidden, shape.attention), linear(shape.attention, 1));
        let output = linear(2 * hidden, N_CLASSES);
        let lstm = BiLstm { forward: drawn(lstm.forward, noise), reverse: drawn(lstm.reverse, noise), ..lstm };
        Self {
            stem,
            project: Conv1dNorm { conv, norm: BatchNormConfig::new(width).init(device) },
            lstm,
            attend,
            score,
            output,
        }
    }
}

/// An LSTM with weights from `noise`; its forget gate begins open.
fn drawn(lstm: Lstm, noise: &mut Noise) -> Lstm {
    let mut gate = |gate: GateController| GateController {
        input_transform: noise.fill_linear(gate.input_transform),
        hidden_transform: noise.fill_linear(gate.hidden_transform),
    };
    let mut lstm = Lstm {
        input_gate: gate(lstm.input_gate),
        forget_gate: lstm.forget_gate.map(&mut gate),
        output_gate: gate(lstm.output_gate),
        cell_gate: gate(lstm.cell_gate),
        ..lstm
    };
    if let Some(gate) = &mut lstm.forget_gate {
        gate.input_transform.bias =
            gate.input_transform.bias.take().map(|bias| Param::from_tensor(Tensor::ones(bias.dims(), &bias.device())));
    }
    lstm
}

impl Network for Recurrent {
    fn logits(&self, input: Tensor<4>, dropout: Option<(&mut Noise, f32)>) -> Tensor<2> {
        let x = relu(self.project.forward(convolve(&self.stem, input)));
        let (x, _) = self.lstm.forward(x.swap_dims(1, 2), None);
        let weights = softmax(self.score.forward(tanh(self.attend.forward(x.clone()))), 1);
        let pooled: Tensor<2> = (x * weights).sum_dim(1).squeeze_dim(1);
        let pooled = match dropout {
            Some((noise, share)) => noise.dropout(pooled, share),
            None => pooled,
        };
        self.output.forward(pooled)
    }
}
