//! `cnn-lstm`: 2-D convolutions, a bidirectional LSTM over time, self-attention that pools it (Zhao et al. 2019, Lin et al.
//! 2017).

use burn::module::{Module, Param};
use burn::nn::conv::Conv1dConfig;
use burn::nn::{BatchNormConfig, BiLstm, BiLstmConfig, GateController, Linear, LinearConfig, Lstm};
use burn::tensor::activation::{relu, sigmoid, softmax, tanh};
use burn::tensor::{Device, Tensor};
use undertone::inference::N_CLASSES;

use super::cnn::{CnnShape, Conv1dNorm, Conv2dNorm, Network, Outputs, convolve, stem};
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

/// What `lstm` gives of `[batch, n_frames, channels]`, its gates as one product a frame. The library's own writes every frame into a copy
/// of all of them.
fn run(lstm: &Lstm, x: Tensor<3>, backward: bool) -> Tensor<3> {
    let (hidden, n_frames, device) = (lstm.d_hidden, x.dims()[1], x.device());
    let gates: Vec<&GateController> =
        [Some(&lstm.input_gate), lstm.forget_gate.as_ref(), Some(&lstm.output_gate), Some(&lstm.cell_gate)]
            .into_iter()
            .flatten()
            .collect();
    let weights = |pick: fn(&GateController) -> &Linear| {
        Tensor::cat(gates.iter().map(|gate| pick(gate).weight.val()).collect(), 1)
    };
    let input = x.matmul(weights(|gate| &gate.input_transform).unsqueeze());
    let biases = gates.iter().map(|gate| {
        let own = [&gate.input_transform, &gate.hidden_transform].map(|linear| linear.bias.as_ref().map(Param::val));
        own.into_iter().flatten().reduce(|sum, bias| sum + bias).unwrap_or_else(|| Tensor::zeros([hidden], &device))
    });
    let input = input + Tensor::cat(biases.collect(), 0).unsqueeze();
    let again = weights(|gate| &gate.hidden_transform);
    let mut state: Option<(Tensor<2>, Tensor<2>)> = None;
    let mut outputs = Vec::with_capacity(n_frames);
    for step in 0..n_frames {
        let frame = if backward { n_frames - 1 - step } else { step };
        let sum: Tensor<2> = input.clone().narrow(1, frame, 1).squeeze_dim(1);
        let sum = match &state {
            Some((output, _)) => sum + output.clone().matmul(again.clone()),
            None => sum,
        };
        let open = sigmoid(sum.clone().narrow(1, 0, 3 * hidden));
        let gate = |index: usize| open.clone().narrow(1, index * hidden, hidden);
        let new = gate(0) * tanh(sum.narrow(1, 3 * hidden, hidden));
        let cell = match state {
            Some((_, cell)) => gate(1) * cell + new,
            None => new,
        };
        let output = gate(2) * tanh(cell.clone());
        outputs.push(output.clone().unsqueeze_dim(1));
        state = Some((output, cell));
    }
    if backward {
        outputs.reverse();
    }
    Tensor::cat(outputs, 1)
}

/// What both directions give of `[batch, n_frames, channels]`, side by side.
fn both_ways(lstm: &BiLstm, x: Tensor<3>) -> Tensor<3> {
    Tensor::cat(vec![run(&lstm.forward, x.clone(), false), run(&lstm.reverse, x, true)], 2)
}

impl Network for Recurrent {
    fn run(&self, input: Tensor<4>, dropout: Option<(&mut Noise, f32)>) -> Outputs {
        let x = relu(self.project.forward(convolve(&self.stem, input)));
        let x = both_ways(&self.lstm, x.swap_dims(1, 2));
        let weights = softmax(self.score.forward(tanh(self.attend.forward(x.clone()))), 1);
        let embedding: Tensor<2> = (x * weights).sum_dim(1).squeeze_dim(1);
        let pooled = match dropout {
            Some((noise, share)) => noise.dropout(embedding.clone(), share),
            None => embedding.clone(),
        };
        Outputs { logits: self.output.forward(pooled), embedding }
    }

    fn width(&self) -> usize {
        self.output.weight.dims()[0]
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::super::cnn::values;
    use super::*;

    #[test]
    fn it_gives_what_the_library_gives() {
        let device = Device::flex();
        let mut noise = Noise::new(5);
        let lstm = BiLstmConfig::new(6, 4, true).init(&device);
        let lstm =
            BiLstm { forward: drawn(lstm.forward, &mut noise), reverse: drawn(lstm.reverse, &mut noise), ..lstm };
        let x = (0..2 * 7 * 6).map(|n| (n * 29 % 83) as f32 / 40.0 - 1.0).collect::<Vec<_>>();
        let x: Tensor<3> = Tensor::from_data(TensorData::new(x, [2, 7, 6]), &device);
        let ours = both_ways(&lstm, x.clone());
        let (theirs, _) = lstm.forward(x, None);
        assert_eq!(ours.dims(), theirs.dims());
        let (ours, theirs) = (values(ours).unwrap(), values(theirs).unwrap());
        assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-5), "{ours:?} {theirs:?}");
    }
}
