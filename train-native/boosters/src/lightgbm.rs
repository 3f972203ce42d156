//! LightGBM (Ke et al. 2017, "LightGBM: A Highly Efficient Gradient Boosting Decision Tree"): multi-class trees grown
//! leaf by leaf.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::str::FromStr;

use crate::ensemble::{Comparison, Raw, TreeEnsemble};
use crate::ffi::{LgBooster, LgDataset};
use crate::{Error, Result, TrainingSet};

/// Parameters under LightGBM's own names; those of `Default` are the library's, but deterministic and for one
/// thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// Boosting rounds; each adds one tree a class.
    pub rounds: usize,
    /// Learning rate.
    pub learning_rate: f64,
    /// Greatest number of leaves of a tree, at least 2.
    pub num_leaves: u32,
    /// Greatest depth of a tree; 0 or less is no limit.
    pub max_depth: i32,
    /// Least number of rows in a leaf.
    pub min_data_in_leaf: u32,
    /// L1 penalty on leaf values.
    pub lambda_l1: f64,
    /// L2 penalty on leaf values.
    pub lambda_l2: f64,
    /// Part of the columns that each tree sees, in (0, 1].
    pub feature_fraction: f64,
    /// Part of the columns that each split sees, in (0, 1].
    pub feature_fraction_bynode: f64,
    /// Part of the rows that a tree sees, in (0, 1]; works where `bagging_freq` is not 0.
    pub bagging_fraction: f64,
    /// Rounds between two samplings of rows; 0 is never.
    pub bagging_freq: u32,
    /// Histogram bins a column.
    pub max_bin: u32,
    /// The same result for the same data and parameters, whatever the threads.
    pub deterministic: bool,
    /// Histograms row by row; where false, the library times both ways and takes the faster.
    pub force_row_wise: bool,
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
            learning_rate: 0.1,
            num_leaves: 31,
            max_depth: -1,
            min_data_in_leaf: 20,
            lambda_l1: 0.0,
            lambda_l2: 0.0,
            feature_fraction: 1.0,
            feature_fraction_bynode: 1.0,
            bagging_fraction: 1.0,
            bagging_freq: 0,
            max_bin: 255,
            deterministic: true,
            force_row_wise: true,
            seed: 0,
            threads: 1,
        }
    }
}

impl Params {
    fn text(&self, n_classes: usize) -> String {
        let pairs = [
            ("verbosity", "-1".to_string()),
            ("objective", "multiclass".to_string()),
            ("num_class", n_classes.to_string()),
            ("learning_rate", self.learning_rate.to_string()),
            ("num_leaves", self.num_leaves.to_string()),
            ("max_depth", self.max_depth.to_string()),
            ("min_data_in_leaf", self.min_data_in_leaf.to_string()),
            ("lambda_l1", self.lambda_l1.to_string()),
            ("lambda_l2", self.lambda_l2.to_string()),
            ("feature_fraction", self.feature_fraction.to_string()),
            ("feature_fraction_bynode", self.feature_fraction_bynode.to_string()),
            ("bagging_fraction", self.bagging_fraction.to_string()),
            ("bagging_freq", self.bagging_freq.to_string()),
            ("max_bin", self.max_bin.to_string()),
            ("deterministic", self.deterministic.to_string()),
            ("force_row_wise", self.force_row_wise.to_string()),
            ("seed", self.seed.to_string()),
            ("num_threads", self.threads.to_string()),
        ];
        pairs.map(|(name, value)| format!("{name}={value}")).join(" ")
    }
}

/// A trained model.
pub struct Model {
    booster: LgBooster,
    n_features: usize,
    n_classes: usize,
    threads: usize,
    rounds: usize,
}

/// Trains with softmax loss. `progress` is called after each round with the number of rounds done; on `Break` training
/// ends there, and the model of those rounds is returned.
///
/// A round in which no tree can be split leaves no trees, so the model may have fewer than were asked for.
pub fn train(data: &TrainingSet, params: &Params, mut progress: impl FnMut(usize) -> ControlFlow<()>) -> Result<Model> {
    data.check()?;
    let text = params.text(data.n_classes);
    let mut dataset = LgDataset::new(data.x, data.n_rows, data.n_cols, &text)?;
    dataset.set(c"label", &data.float_labels())?;
    if let Some(weights) = data.weights {
        dataset.set(c"weight", weights)?;
    }
    let mut booster = LgBooster::new(dataset, &text)?;
    let sampled = params.feature_fraction < 1.0
        || params.feature_fraction_bynode < 1.0
        || (params.bagging_freq > 0 && params.bagging_fraction < 1.0);
    let mut rounds = 0;
    while rounds < params.rounds {
        let is_stuck = booster.update()?;
        rounds += 1;
        if progress(rounds).is_break() || (is_stuck && !sampled) {
            break;
        }
    }
    let (n_features, n_classes) = (data.n_cols, data.n_classes);
    Ok(Model { booster, n_features, n_classes, threads: params.threads, rounds })
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
        let text = format!("verbosity=-1 num_threads={}", self.threads);
        self.booster.predict(x, n_rows, n_cols, self.n_classes, &text)
    }

    /// The model's trees. A row of theirs goes to `yes` where `x <= threshold`; for any single-precision `x` that is so
    /// exactly where LightGBM goes left by its double-precision threshold.
    pub fn trees(&self) -> Result<TreeEnsemble> {
        let text = self.booster.save()?;
        read_trees(&text, self.n_features, self.n_classes)
            .map_err(|reason| Error::Model { library: "LightGBM", reason })
    }
}

const CATEGORICAL: u32 = 1;
const DEFAULT_LEFT: u32 = 2;

fn read_trees(text: &str, n_features: usize, n_classes: usize) -> std::result::Result<TreeEnsemble, String> {
    let mut ensemble = TreeEnsemble::new(n_features, vec![0.0; n_classes]);
    let body = text.split_once("\nend of trees").ok_or("it has no end of trees")?.0;
    let mut sections = body.split("\nTree=");
    let header = fields(sections.next().unwrap_or_default());
    let per_round: usize = scalar(&header, "num_tree_per_iteration")?;
    if per_round != n_classes {
        return Err(format!("{per_round} trees a round for {n_classes} classes"));
    }
    for (index, section) in sections.enumerate() {
        let tree = fields(section);
        let class = index % n_classes;
        let n_leaves: usize = scalar(&tree, "num_leaves")?;
        let leaf_value: Vec<f64> = list(&tree, "leaf_value", n_leaves)?;
        if n_leaves == 1 {
            ensemble.push(class, 0, 1, |_| Ok(Raw::Leaf { weight: leaf_value[0] }))?;
            continue;
        }
        let n_branches = n_leaves.checked_sub(1).ok_or("a tree without leaves")?;
        let features: Vec<u32> = list(&tree, "split_feature", n_branches)?;
        let thresholds: Vec<f64> = list(&tree, "threshold", n_branches)?;
        let decisions: Vec<u32> = list(&tree, "decision_type", n_branches)?;
        let left: Vec<i64> = list(&tree, "left_child", n_branches)?;
        let right: Vec<i64> = list(&tree, "right_child", n_branches)?;
        // Branches keep their index; leaf i of the file, written as child !i, stands at n_branches + i.
        let place = |child: i64| if child < 0 { n_branches + !child as usize } else { child as usize };
        ensemble.push(class, 0, n_branches + n_leaves, |index| {
            if let Some(leaf) = index.checked_sub(n_branches) {
                let weight = *leaf_value.get(leaf).ok_or("a leaf out of range")?;
                return Ok(Raw::Leaf { weight });
            }
            let (decision, threshold) = (decisions[index], thresholds[index]);
            Ok(Raw::Branch {
                feature: features[index],
                threshold: single_threshold(threshold),
                comparison: Comparison::LessOrEqual,
                missing_is_yes: missing_goes_left(decision, threshold)?,
                yes: place(left[index]),
                no: place(right[index]),
            })
        })?;
    }
    Ok(ensemble)
}

/// Bits 2 and 3 of the decision type: NaN counts as 0 where the column had none in training, else has its own side.
fn missing_goes_left(decision: u32, threshold: f64) -> std::result::Result<bool, String> {
    if decision & CATEGORICAL != 0 {
        return Err("a categorical split".into());
    }
    match decision >> 2 & 3 {
        0 => Ok(0.0 <= threshold),
        2 => Ok(decision & DEFAULT_LEFT != 0),
        _ => Err("a split where zero counts as missing".into()),
    }
}

/// What LightGBM reads as 0, whatever its sign (`kZeroThreshold`).
const ZERO: f32 = 1e-35;

/// The single-precision threshold that parts single-precision numbers as LightGBM's own does.
fn single_threshold(threshold: f64) -> f32 {
    let rounded = round_down(threshold);
    if rounded.abs() > ZERO {
        rounded
    } else if threshold >= 0.0 {
        ZERO
    } else {
        (-ZERO).next_down()
    }
}

/// The greatest single-precision number that is not above `threshold`.
fn round_down(threshold: f64) -> f32 {
    let nearest = threshold as f32;
    if f64::from(nearest) > threshold { nearest.next_down() } else { nearest }
}

fn fields(section: &str) -> HashMap<&str, &str> {
    section.lines().filter_map(|line| line.split_once('=')).collect()
}

fn scalar<T: FromStr>(fields: &HashMap<&str, &str>, key: &str) -> std::result::Result<T, String> {
    let text = fields.get(key).ok_or_else(|| format!("no {key}"))?;
    text.trim().parse().map_err(|_| format!("{key}={text}"))
}

fn list<T: FromStr>(fields: &HashMap<&str, &str>, key: &str, len: usize) -> std::result::Result<Vec<T>, String> {
    let text = fields.get(key).ok_or_else(|| format!("no {key}"))?;
    let values: Option<Vec<T>> = text.split_whitespace().map(|value| value.parse().ok()).collect();
    values.filter(|values| values.len() == len).ok_or_else(|| format!("{key} is not a list of {len} numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_never_round_up() {
        for threshold in [0.1, -0.1, 1.0, 0.0, 1e-35, -1e-35, 1e300, -1e300, 0.300_000_011_920_929, f64::INFINITY] {
            let rounded = round_down(threshold);
            assert!(f64::from(rounded) <= threshold, "{threshold}");
            assert!(f64::from(rounded.next_up()) > threshold || rounded == f32::INFINITY, "{threshold}");
        }
    }

    #[test]
    fn thresholds_part_numbers_as_lightgbm_does() {
        let read = |x: f32| if x.abs() <= ZERO { 0.0 } else { f64::from(x) };
        for threshold in [0.0, 1e-40, -1e-40, 1e-35, -1e-35, f64::from(ZERO), -f64::from(ZERO), 2e-35, 0.1] {
            let single = single_threshold(threshold);
            for base in [0.0, ZERO, -ZERO, 1e-40, single] {
                for x in [base.next_down(), base, base.next_up()] {
                    assert_eq!(x <= single, read(x) <= threshold, "{x:e} <= {threshold:e}");
                }
            }
        }
    }

    #[test]
    fn missing_types() {
        assert_eq!(missing_goes_left(0, 0.5), Ok(true));
        assert_eq!(missing_goes_left(2, -0.5), Ok(false));
        assert_eq!(missing_goes_left(8, 0.5), Ok(false));
        assert_eq!(missing_goes_left(8 | 2, -0.5), Ok(true));
        assert!(missing_goes_left(4, 0.5).is_err());
        assert!(missing_goes_left(1, 0.5).is_err());
    }
}
