//! `svm`: support vector machines with RBF kernel on the projection, one for each pair of classes, by LIBSVM's algorithm.

use anyhow::{Result, ensure};
use libsvm_rs::{KernelType, SvmNode, SvmParameter, SvmProblem, SvmType};
use ndarray::{Array1, Array2, ArrayView1};
use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, N_CLASSES, Probabilities};

use super::rows::Allowed;
use crate::interrupt;

/// How the machine is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SvmTraining {
    /// Cost of a row on the wrong side.
    pub c: f64,
    /// Width of the kernel, times the number of columns.
    pub gamma: f64,
    /// Rows at most; LIBSVM takes time with their square. The recipe's weights decide how many of each corpus.
    pub rows: usize,
}

/// Fitted machines: `coefficients · exp(-gamma |x - s|²) + bias` for each of [`PAIRS`], positive for its first class.
#[derive(Clone, Debug, PartialEq)]
pub struct Svm {
    /// `[n, columns]`.
    pub vectors: Array2<f32>,
    /// `[n, 28]`.
    pub coefficients: Array2<f32>,
    /// `[28]`.
    pub bias: Array1<f32>,
    /// Width of the kernel.
    pub gamma: f32,
}

/// What decision values are multiplied by before the logistic function.
pub const SHARPNESS: f32 = 2.0;

impl Svm {
    /// The answer to one row: the softmax of the classes' scores; a class' score is the sum, over its pairs, of the logistic of
    /// [`SHARPNESS`] times the decision value.
    pub fn probabilities(&self, row: ArrayView1<'_, f32>) -> Probabilities {
        let kernel: Array1<f32> = self
            .vectors
            .outer_iter()
            .map(|vector| {
                let square: f32 = vector.iter().zip(row).map(|(a, b)| (a - b).powi(2)).sum();
                (-self.gamma * square).exp()
            })
            .collect();
        let decisions = kernel.dot(&self.coefficients) + &self.bias;
        let mut scores = [0.0f32; N_CLASSES];
        for ((first, second), decision) in pairs().zip(decisions) {
            let won = 1.0 / (1.0 + (-SHARPNESS * decision).exp());
            scores[first.index()] += won;
            scores[second.index()] += 1.0 - won;
        }
        let powers = scores.map(f32::exp);
        powers.map(|power| power / powers.iter().sum::<f32>())
    }
}

/// Number of pairs.
pub const N_PAIRS: usize = N_CLASSES * (N_CLASSES - 1) / 2;

/// The pairs of classes, in order.
pub fn pairs() -> impl Iterator<Item = (Emotion, Emotion)> {
    Emotion::ALL
        .into_iter()
        .enumerate()
        .flat_map(|(at, first)| Emotion::ALL.into_iter().skip(at + 1).map(move |second| (first, second)))
}

/// Fits on rows `x` `[n, columns]`. A row is in the problem of a pair only where its corpus has labels for both.
///
/// # Errors
/// Rows of fewer than two classes; Ctrl-C.
pub fn fit(x: &Array2<f32>, labels: &[Emotion], allowed: &[Allowed], training: &SvmTraining) -> Result<Svm> {
    libsvm_rs::set_quiet(true);
    let classes = Emotion::ALL.iter().filter(|class| labels.contains(class)).count();
    ensure!(classes > 1, "the SVM has clips of {classes} class to learn from, and needs two");
    let gamma = training.gamma / x.ncols().max(1) as f64;
    let nodes: Vec<Vec<SvmNode>> = x
        .outer_iter()
        .map(|row| row.iter().zip(1..).map(|(value, index)| SvmNode { index, value: f64::from(*value) }).collect())
        .collect();
    let mut coefficients = Array2::<f32>::zeros((x.nrows(), N_PAIRS));
    let mut bias = Array1::<f32>::zeros(N_PAIRS);
    for (pair, (first, second)) in pairs().enumerate() {
        interrupt::check()?;
        let speaks = |row: &usize| {
            allowed[*row][first.index()] && allowed[*row][second.index()] && [first, second].contains(&labels[*row])
        };
        let members: Vec<usize> = (0..x.nrows()).filter(speaks).collect();
        let own = members.iter().filter(|row| labels[**row] == first).count();
        let rest = members.len() - own;
        if own == 0 || rest == 0 {
            // No corpus here has a label for one of them: the other wins by the margin, where it is there at all.
            bias[pair] = f32::from(u8::from(own > 0)) - f32::from(u8::from(rest > 0));
            continue;
        }
        let problem = SvmProblem {
            labels: members.iter().map(|row| if labels[*row] == first { 1.0 } else { -1.0 }).collect(),
            instances: members.iter().map(|row| nodes[*row].clone()).collect(),
        };
        let parameter = SvmParameter {
            svm_type: SvmType::CSvc,
            kernel_type: KernelType::Rbf,
            gamma,
            c: training.c,
            cache_size: 300.0,
            eps: 0.01,
            weight: vec![(1, members.len() as f64 / (2 * own) as f64), (-1, members.len() as f64 / (2 * rest) as f64)],
            ..SvmParameter::default()
        };
        let model = libsvm_rs::train::svm_train(&problem, &parameter);
        // LIBSVM decides for the first of its labels where the sum is positive.
        let sign = if model.label.first() == Some(&1) { 1.0 } else { -1.0 };
        for (index, coefficient) in model.sv_indices.iter().zip(&model.sv_coef[0]) {
            coefficients[[members[index - 1], pair]] = (sign * coefficient) as f32;
        }
        bias[pair] = (-sign * model.rho[0]) as f32;
    }
    let kept: Vec<usize> =
        (0..x.nrows()).filter(|row| coefficients.row(*row).iter().any(|value| *value != 0.0)).collect();
    Ok(Svm {
        vectors: x.select(ndarray::Axis(0), &kept),
        coefficients: coefficients.select(ndarray::Axis(0), &kept),
        bias,
        gamma: gamma as f32,
    })
}
