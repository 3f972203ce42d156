//! XGBoost and LightGBM themselves, compiled from the C++ sources that published crates carry, behind a small safe
//! interface: train a multi-class model, predict with it, and take its trees out in the form that ONNX wants.

mod ensemble;
mod ffi;
pub mod lightgbm;
mod ubj;
pub mod xgboost;

pub use ensemble::{Comparison, Node, Tree, TreeEnsemble};

/// What went wrong in training or in reading a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Data or parameters that can't be used.
    #[error("{0}")]
    Input(String),
    /// What the C++ library said.
    #[error("{library}: {message}")]
    Library {
        /// `XGBoost` or `LightGBM`.
        library: &'static str,
        /// Its message.
        message: String,
    },
    /// A trained model whose trees could not be read.
    #[error("the model that {library} wrote could not be read: {reason}")]
    Model {
        /// `XGBoost` or `LightGBM`.
        library: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Rows with their classes.
#[derive(Clone, Copy, Debug)]
pub struct TrainingSet<'a> {
    /// Features, row-major `[n_rows, n_cols]`; NaN is a missing value.
    pub x: &'a [f32],
    /// Number of rows.
    pub n_rows: usize,
    /// Number of features.
    pub n_cols: usize,
    /// Class of each row, in `0..n_classes`.
    pub labels: &'a [u32],
    /// Weight of each row, finite and not negative; 1 where there are none.
    pub weights: Option<&'a [f32]>,
    /// Number of classes, at least 2.
    pub n_classes: usize,
}

impl TrainingSet<'_> {
    fn check(&self) -> Result<()> {
        check_matrix(self.x, self.n_rows, self.n_cols)?;
        if self.n_rows == 0 {
            return Err(Error::Input("there are no rows to train on".into()));
        }
        if self.labels.len() != self.n_rows {
            return Err(Error::Input(format!("{} labels for {} rows", self.labels.len(), self.n_rows)));
        }
        if self.n_classes < 2 {
            return Err(Error::Input(format!("{} classes; at least 2 are needed", self.n_classes)));
        }
        if let Some(label) = self.labels.iter().find(|&&label| label as usize >= self.n_classes) {
            return Err(Error::Input(format!("label {label} is outside 0..{}", self.n_classes)));
        }
        if let Some(weights) = self.weights {
            if weights.len() != self.n_rows {
                return Err(Error::Input(format!("{} weights for {} rows", weights.len(), self.n_rows)));
            }
            if let Some(weight) = weights.iter().find(|weight| !weight.is_finite() || **weight < 0.0) {
                return Err(Error::Input(format!("weight {weight} is negative or not finite")));
            }
        }
        Ok(())
    }

    fn float_labels(&self) -> Vec<f32> {
        self.labels.iter().map(|&label| label as f32).collect()
    }
}

fn check_matrix(x: &[f32], n_rows: usize, n_cols: usize) -> Result<()> {
    if n_cols == 0 || n_rows.checked_mul(n_cols) != Some(x.len()) {
        return Err(Error::Input(format!("{} values don't make {n_rows} rows of {n_cols} features", x.len())));
    }
    if i32::try_from(n_rows).is_err() || i32::try_from(n_cols).is_err() {
        return Err(Error::Input(format!("{n_rows} x {n_cols} is more than the libraries take")));
    }
    if x.iter().any(|value| value.is_infinite()) {
        return Err(Error::Input("a feature is infinite".into()));
    }
    Ok(())
}
