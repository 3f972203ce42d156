//! `linear`: multinomial logistic regression on the encoder's pooled outputs, by L-BFGS.

use std::cell::RefCell;

use anyhow::{Context, Result, ensure};
use argmin::core::{CostFunction, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, N_CLASSES, Probabilities};

use super::rows::Allowed;
use crate::interrupt;

/// How the regression is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearTraining {
    /// L2 penalty on the weights: half of it times their squares, beside the mean loss.
    pub l2: f64,
    /// Iterations at most.
    pub iterations: u64,
}

/// A fitted regression on standardised columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// `[columns, 8]`.
    pub weight: Array2<f32>,
    /// `[8]`.
    pub bias: Array1<f32>,
}

/// What is to be learned of each row.
#[derive(Clone, Copy)]
pub struct Targets<'a> {
    /// What is learned of each row, of sum 1.
    pub classes: &'a [Probabilities],
    /// Classes that it is told apart from.
    pub allowed: &'a [Allowed],
    /// Weight of each row; they sum to 1.
    pub weights: &'a [f32],
}

/// Rows of a block of the matrix products.
const BLOCK: usize = 256;
const HISTORY: usize = 10;
/// What a class is set back by that a row does not speak about.
const FORBIDDEN: f32 = 1e9;

/// Fits on standardised rows `x`; from `start`, or from nothing.
///
/// # Errors
/// No rows; a loss that is no number; Ctrl-C.
pub fn fit(x: &Array2<f32>, targets: Targets<'_>, training: &LinearTraining, start: Option<&Linear>) -> Result<Linear> {
    ensure!(!targets.classes.is_empty(), "there is no clip to train the regression on");
    let columns = x.ncols();
    let problem = Loss { x, targets, l2: training.l2, last: RefCell::default() };
    let search = MoreThuenteLineSearch::new();
    let solver = LBFGS::new(search, HISTORY).with_tolerance_grad(1e-6)?.with_tolerance_cost(1e-9)?;
    let begin = start.map_or_else(|| vec![0.0; (columns + 1) * N_CLASSES], Linear::parameters);
    let found =
        Executor::new(problem, solver).configure(|state| state.param(begin).max_iters(training.iterations)).run()?;
    let parameters = found.state().get_best_param().context("the regression has no solution")?;
    ensure!(parameters.iter().all(|value| value.is_finite()), "the loss of the regression is no longer a number");
    Ok(Linear::of(parameters, columns))
}

impl Linear {
    fn of(parameters: &[f64], columns: usize) -> Self {
        let (weight, bias) = parameters.split_at(columns * N_CLASSES);
        let weight = Array2::from_shape_fn((columns, N_CLASSES), |(row, class)| weight[row * N_CLASSES + class] as f32);
        Self { weight, bias: bias.iter().map(|value| *value as f32).collect() }
    }

    fn parameters(&self) -> Vec<f64> {
        self.weight.iter().chain(&self.bias).map(|value| f64::from(*value)).collect()
    }

    /// Answers to standardised rows.
    pub fn probabilities(&self, x: ArrayView2<'_, f32>) -> Vec<Probabilities> {
        let logits = x.dot(&self.weight) + &self.bias;
        logits.outer_iter().map(|row| softmax(std::array::from_fn(|class| row[class]))).collect()
    }
}

fn softmax(logits: [f32; N_CLASSES]) -> Probabilities {
    let peak = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = logits.map(|logit| (logit - peak).exp());
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}

/// Parameters, and the loss and gradient there.
type Point = (Vec<f64>, f64, Vec<f64>);

struct Loss<'a> {
    x: &'a Array2<f32>,
    targets: Targets<'a>,
    l2: f64,
    /// The last point with its loss and gradient: both are asked for one after the other.
    last: RefCell<Option<Point>>,
}

impl Loss<'_> {
    fn at(&self, parameters: &[f64]) -> Result<(f64, Vec<f64>)> {
        if let Some((point, loss, gradient)) = &*self.last.borrow()
            && point == parameters
        {
            return Ok((*loss, gradient.clone()));
        }
        interrupt::check()?;
        let columns = self.x.ncols();
        let model = Linear::of(parameters, columns);
        let zeros = || (0.0f64, Array2::<f32>::zeros((columns, N_CLASSES)), Array1::<f32>::zeros(N_CLASSES));
        let (mut loss, weight, bias) = blocks(self.x, BLOCK)
            .with_min_len(8)
            .enumerate()
            .fold(zeros, |(mut loss, mut weight, mut bias), (block, x)| {
                let mut residual = x.dot(&model.weight) + &model.bias;
                for (mut logits, row) in residual.outer_iter_mut().zip(block * BLOCK..) {
                    let (target, share) = (&self.targets.classes[row], self.targets.weights[row]);
                    let allowed: &Allowed = &self.targets.allowed[row];
                    let p = softmax(std::array::from_fn(|class| {
                        if allowed[class] { logits[class] } else { logits[class] - FORBIDDEN }
                    }));
                    for class in (0..N_CLASSES).filter(|class| target[*class] > 0.0) {
                        loss -= f64::from(share * target[class]) * f64::from(p[class].max(1e-30)).ln();
                    }
                    for class in 0..N_CLASSES {
                        logits[class] = share * (p[class] - target[class]);
                    }
                }
                ndarray::linalg::general_mat_mul(1.0, &x.t(), &residual, 1.0, &mut weight);
                bias += &residual.sum_axis(Axis(0));
                (loss, weight, bias)
            })
            .reduce(zeros, |(a, b, c), (d, e, f)| (a + d, b + e, c + f));
        let n_weights = columns * N_CLASSES;
        loss += 0.5 * self.l2 * parameters[..n_weights].iter().map(|value| value * value).sum::<f64>();
        let penalty = parameters[..n_weights].iter().map(|value| self.l2 * value).chain([0.0; N_CLASSES]);
        let gradient: Vec<f64> =
            weight.iter().chain(&bias).zip(penalty).map(|(value, penalty)| f64::from(*value) + penalty).collect();
        self.last.replace(Some((parameters.to_vec(), loss, gradient.clone())));
        Ok((loss, gradient))
    }
}

impl CostFunction for Loss<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, parameters: &Vec<f64>) -> Result<f64> {
        Ok(self.at(parameters)?.0)
    }
}

impl Gradient for Loss<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, parameters: &Vec<f64>) -> Result<Vec<f64>> {
        Ok(self.at(parameters)?.1)
    }
}

/// Blocks of `rows` rows, the last one perhaps of fewer.
pub fn blocks(x: &Array2<f32>, rows: usize) -> impl IndexedParallelIterator<Item = ArrayView2<'_, f32>> {
    (0..x.nrows().div_ceil(rows)).into_par_iter().map(move |block| {
        let from = block * rows;
        x.slice(s![from..(from + rows).min(x.nrows()), ..])
    })
}

/// The directions in which standardised rows vary most: principal components by subspace iteration (Halko et al. 2011), as
/// columns `[columns, n]`, each divided by the root of its deviation (half-way to whitening: emotions show in directions of
/// little variance too), and all so that the projection's mean square is 1.
pub fn principal(x: &Array2<f32>, n: usize, seed: u64) -> Array2<f32> {
    use rand::{Rng, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let n = n.min(x.ncols());
    let mut basis = Array2::from_shape_simple_fn((x.ncols(), n), || rng.random_range(-1.0f32..1.0));
    const ROUNDS: usize = 6;
    for _ in 0..ROUNDS {
        orthonormalise(&mut basis);
        basis = gram_product(x, &basis);
    }
    orthonormalise(&mut basis);
    let projected = x.dot(&basis);
    let rows = x.nrows().max(1) as f64;
    let variance = |column: usize| projected.column(column).iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / rows;
    let gains: Vec<f64> = (0..n).map(|column| variance(column).max(1e-12).powf(-0.25)).collect();
    let mean_square = (0..n).map(|column| variance(column) * gains[column].powi(2)).sum::<f64>() / n as f64;
    for (mut column, gain) in basis.columns_mut().into_iter().zip(gains) {
        column.mapv_inplace(|value| value * (gain / mean_square.sqrt()) as f32);
    }
    basis
}

fn gram_product(x: &Array2<f32>, basis: &Array2<f32>) -> Array2<f32> {
    let zeros = || Array2::zeros(basis.dim());
    blocks(x, 256)
        .fold(zeros, |mut sum, x| {
            ndarray::linalg::general_mat_mul(1.0, &x.t(), &x.dot(basis), 1.0, &mut sum);
            sum
        })
        .reduce(zeros, |a, b| a + b)
}

/// Modified Gram-Schmidt, twice over.
fn orthonormalise(basis: &mut Array2<f32>) {
    for column in 0..basis.ncols() {
        for _ in 0..2 {
            let (done, mut rest) = basis.view_mut().split_at(Axis(1), column);
            let mut own = rest.slice_mut(s![.., 0]);
            let along = done.t().dot(&own);
            own -= &done.dot(&along);
        }
        let mut own = basis.column_mut(column);
        let norm = own.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt() as f32;
        own.mapv_inplace(|value| value / norm.max(f32::MIN_POSITIVE));
    }
}

/// Labels as numbers.
pub fn indices(labels: &[Emotion]) -> Vec<u32> {
    labels.iter().map(|label| label.index() as u32).collect()
}
