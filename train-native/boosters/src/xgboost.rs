//! XGBoost (Chen and Guestrin 2016, <https://doi.org/10.1145/2939672.2939785>): multi-class, histogram trees.

use std::ops::ControlFlow;

use crate::ensemble::{Comparison, Raw, TreeEnsemble};
use crate::ffi::{XgBooster, XgMatrix};
use crate::ubj::Value;
use crate::{Error, Result, TrainingSet};

/// Parameters under XGBoost's own names; those of `Default` are the library's, but for one thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// Boosting rounds; each adds one tree a class.
    pub rounds: usize,
    /// Learning rate.
    pub eta: f64,
    /// Greatest depth of a tree; 0 is no limit.
    pub max_depth: u32,
    /// Least sum of second derivatives in a child.
    pub min_child_weight: f64,
    /// L2 penalty on leaf weights.
    pub lambda: f64,
    /// L1 penalty on leaf weights.
    pub alpha: f64,
    /// Least gain of a split.
    pub gamma: f64,
    /// Part of the rows that each tree sees, in (0, 1].
    pub subsample: f64,
    /// Part of the columns that each tree sees, in (0, 1].
    pub colsample_bytree: f64,
    /// Part of the columns that each split sees, in (0, 1].
    pub colsample_bynode: f64,
    /// Histogram bins a column.
    pub max_bin: u32,
    /// Seed of all sampling.
    pub seed: u32,
    /// Threads; 0 is all. Waiting threads spin (unless `OMP_WAIT_POLICY=passive`), so more than there are idle cores are
    /// several times slower than one; and sums in another order may differ in their last digits.
    pub threads: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            rounds: 100,
            eta: 0.3,
            max_depth: 6,
            min_child_weight: 1.0,
            lambda: 1.0,
            alpha: 0.0,
            gamma: 0.0,
            subsample: 1.0,
            colsample_bytree: 1.0,
            colsample_bynode: 1.0,
            max_bin: 256,
            seed: 0,
            threads: 1,
        }
    }
}

/// A trained model.
pub struct Model {
    booster: XgBooster,
    n_features: usize,
    n_classes: usize,
    rounds: usize,
    threads: usize,
}

/// Trains with softmax loss. `progress` is called after each round with the number of rounds done; on `Break` training
/// ends there, and the model of those rounds is returned.
pub fn train(data: &TrainingSet, params: &Params, mut progress: impl FnMut(usize) -> ControlFlow<()>) -> Result<Model> {
    data.check()?;
    let mut matrix = XgMatrix::new(data.x, data.n_rows, data.n_cols, params.threads)?;
    matrix.set(c"label", &data.float_labels())?;
    if let Some(weights) = data.weights {
        matrix.set(c"weight", weights)?;
    }
    let mut booster = XgBooster::new(&matrix)?;
    for (name, value) in [
        ("verbosity", "0".to_string()),
        ("validate_parameters", "1".to_string()),
        ("booster", "gbtree".to_string()),
        ("tree_method", "hist".to_string()),
        ("objective", "multi:softprob".to_string()),
        ("num_class", data.n_classes.to_string()),
        ("eta", params.eta.to_string()),
        ("max_depth", params.max_depth.to_string()),
        ("min_child_weight", params.min_child_weight.to_string()),
        ("lambda", params.lambda.to_string()),
        ("alpha", params.alpha.to_string()),
        ("gamma", params.gamma.to_string()),
        ("subsample", params.subsample.to_string()),
        ("colsample_bytree", params.colsample_bytree.to_string()),
        ("colsample_bynode", params.colsample_bynode.to_string()),
        ("max_bin", params.max_bin.to_string()),
        ("seed", params.seed.to_string()),
        ("nthread", params.threads.to_string()),
    ] {
        booster.set(name, &value)?;
    }
    let mut rounds = 0;
    while rounds < params.rounds {
        booster.update(rounds, &matrix)?;
        rounds += 1;
        if progress(rounds).is_break() {
            break;
        }
    }
    Ok(Model { booster, n_features: data.n_cols, n_classes: data.n_classes, rounds, threads: params.threads })
}

impl Model {
    /// Boosting rounds done.
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// Probabilities, row-major `[n_rows, n_classes]`, of `x`, row-major `[n_rows, n_cols]`; NaN is a missing value.
    pub fn predict(&self, x: &[f32], n_rows: usize, n_cols: usize) -> Result<Vec<f32>> {
        if n_cols != self.n_features {
            return Err(Error::Input(format!("{n_cols} features; the model has {}", self.n_features)));
        }
        if n_rows == 0 {
            return Ok(Vec::new());
        }
        let values = self.booster.predict(&XgMatrix::new(x, n_rows, n_cols, self.threads)?)?;
        if values.len() != n_rows * self.n_classes {
            return Err(model_error(format!("{} values for {n_rows} rows", values.len())));
        }
        Ok(values)
    }

    /// The model's trees. A row of theirs goes to `yes` where `x < threshold`.
    pub fn trees(&self) -> Result<TreeEnsemble> {
        let value = Value::decode(&self.booster.save()?).map_err(model_error)?;
        read_trees(&value, self.n_features, self.n_classes).map_err(model_error)
    }
}

fn model_error(reason: String) -> Error {
    Error::Model { library: "XGBoost", reason }
}

fn read_trees(model: &Value, n_features: usize, n_classes: usize) -> std::result::Result<TreeEnsemble, String> {
    let learner = model.get("learner")?;
    let base = learner.get("learner_model_param")?.get("base_score")?.text()?;
    let mut ensemble = TreeEnsemble::new(n_features, base_values(base, n_classes)?);
    let boosted = learner.get("gradient_booster")?.get("model")?;
    let trees = boosted.get("trees")?.array()?;
    let classes = boosted.get("tree_info")?.array()?;
    if classes.len() != trees.len() {
        return Err(format!("{} classes for {} trees", classes.len(), trees.len()));
    }
    for (tree, class) in trees.iter().zip(classes) {
        if tree.get("categories_nodes").is_ok_and(|nodes| nodes.array().is_ok_and(|nodes| !nodes.is_empty())) {
            return Err("a categorical split".into());
        }
        let column = |name: &str| tree.get(name)?.array();
        let (left, right) = (column("left_children")?, column("right_children")?);
        let (feature, condition) = (column("split_indices")?, column("split_conditions")?);
        let default_left = column("default_left")?;
        let n_nodes = left.len();
        if [right, feature, condition, default_left].iter().any(|column| column.len() != n_nodes) {
            return Err("columns of a tree differ in length".into());
        }
        let class = usize::try_from(class.int()?).map_err(|_| "a negative class".to_string())?;
        ensemble.push(class, 0, n_nodes, |index| {
            let child = |column: &[Value]| column.get(index).ok_or("a child out of range")?.int();
            let value = condition.get(index).ok_or("a node out of range")?.float()?;
            let yes = child(left)?;
            if yes < 0 {
                return Ok(Raw::Leaf { weight: value });
            }
            Ok(Raw::Branch {
                feature: u32::try_from(child(feature)?).map_err(|error| error.to_string())?,
                threshold: value as f32,
                comparison: Comparison::Less,
                missing_is_yes: child(default_left)? != 0,
                yes: yes as usize,
                no: usize::try_from(child(right)?).map_err(|error| error.to_string())?,
            })
        })?;
    }
    Ok(ensemble)
}

/// `"[a,b,…]"`, a score a class, or one for all of them.
fn base_values(text: &str, n_classes: usize) -> std::result::Result<Vec<f32>, String> {
    let parsed: std::result::Result<Vec<f32>, _> =
        text.trim().trim_matches(['[', ']']).split(',').map(|value| value.trim().parse()).collect();
    match parsed {
        Ok(values) if values.len() == n_classes => Ok(values),
        Ok(values) if values.len() == 1 => Ok(vec![values[0]; n_classes]),
        _ => Err(format!("base_score {text:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_scores_of_both_forms() {
        assert_eq!(base_values("[5E-1,-2.5E-2]", 2), Ok(vec![0.5, -0.025]));
        assert_eq!(base_values("5E-1", 3), Ok(vec![0.5; 3]));
        assert!(base_values("[1,2]", 3).is_err());
        assert!(base_values("", 3).is_err());
    }
}
