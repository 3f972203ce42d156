//! Both libraries learn a small problem, the same way each time, and their trees, walked naively, give their
//! probabilities.

use std::ops::ControlFlow;

use undertone_boosters::{Comparison, Error, Node, TrainingSet, TreeEnsemble, lightgbm, xgboost};

const N_COLS: usize = 6;
const N_CLASSES: usize = 3;

struct Problem {
    x: Vec<f32>,
    labels: Vec<u32>,
    n_rows: usize,
}

/// Three classes around different means in six columns, one of them on a coarse grid; `missing` of all values are NaN.
fn problem(n_rows: usize, seed: u64, missing: f32) -> Problem {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let (mut x, mut labels) = (Vec::new(), Vec::new());
    for row in 0..n_rows {
        let class = row % N_CLASSES;
        for column in 0..N_COLS {
            let mean = if column % N_CLASSES == class { 1.0 } else { 0.0 };
            let mut value = mean + 2.0 * (uniform() + uniform() - 1.0);
            if column == 0 {
                value = (value * 10.0).round() / 10.0;
            }
            x.push(if uniform() < missing { f32::NAN } else { value });
        }
        labels.push(class as u32);
    }
    Problem { x, labels, n_rows }
}

impl Problem {
    fn set(&self) -> TrainingSet<'_> {
        TrainingSet {
            x: &self.x,
            n_rows: self.n_rows,
            n_cols: N_COLS,
            labels: &self.labels,
            weights: None,
            n_classes: N_CLASSES,
        }
    }
}

fn oracle(ensemble: &TreeEnsemble, x: &[f32]) -> Vec<f32> {
    let mut out = Vec::new();
    for row in x.chunks(ensemble.n_features) {
        let mut scores: Vec<f64> = ensemble.base_values.iter().map(|&value| value.into()).collect();
        for tree in &ensemble.trees {
            let mut at = 0;
            loop {
                match tree.nodes[at] {
                    Node::Leaf { class, weight } => {
                        scores[class as usize] += f64::from(weight);
                        break;
                    }
                    Node::Branch { feature, threshold, comparison, missing_is_yes, yes, no } => {
                        let value = row[feature as usize];
                        let holds = match comparison {
                            _ if value.is_nan() => missing_is_yes,
                            Comparison::Less => value < threshold,
                            Comparison::LessOrEqual => value <= threshold,
                        };
                        at = if holds { yes } else { no } as usize;
                    }
                }
            }
        }
        let max = scores.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = scores.iter().map(|score| (score - max).exp()).sum();
        out.extend(scores.iter().map(|score| ((score - max).exp() / sum) as f32));
    }
    out
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn accuracy(probabilities: &[f32], labels: &[u32]) -> f64 {
    let right = probabilities.chunks(N_CLASSES).zip(labels).filter(|(row, label)| {
        let best = (0..N_CLASSES).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        best == Some(**label as usize)
    });
    right.count() as f64 / labels.len() as f64
}

/// Rows on the thresholds themselves, where `<` and `<=`, and thresholds rounded the wrong way, part.
fn rows_on_thresholds(ensemble: &TreeEnsemble) -> Vec<f32> {
    let mut rows = Vec::new();
    for node in ensemble.trees.iter().flat_map(|tree| &tree.nodes).take(400) {
        if let Node::Branch { feature, threshold, .. } = node {
            for value in [threshold.next_down(), *threshold, threshold.next_up()] {
                let mut row = [0.25f32; N_COLS];
                row[*feature as usize] = value;
                rows.extend(row);
            }
        }
    }
    rows
}

fn xgboost_params() -> xgboost::Params {
    xgboost::Params {
        rounds: 40,
        eta: 0.2,
        max_depth: 4,
        subsample: 0.8,
        colsample_bynode: 0.7,
        seed: 7,
        threads: 2,
        ..Default::default()
    }
}

fn lightgbm_params() -> lightgbm::Params {
    lightgbm::Params {
        rounds: 40,
        num_leaves: 12,
        min_data_in_leaf: 5,
        feature_fraction_bynode: 0.7,
        bagging_fraction: 0.8,
        bagging_freq: 1,
        seed: 7,
        threads: 2,
        ..Default::default()
    }
}

#[test]
fn xgboost_trees_give_its_probabilities() {
    for missing in [0.0, 0.15] {
        let (train, test) = (problem(600, 1, missing), problem(300, 2, 0.2));
        let model = xgboost::train(&train.set(), &xgboost_params(), |_| ControlFlow::Continue(())).unwrap();
        let again = xgboost::train(&train.set(), &xgboost_params(), |_| ControlFlow::Continue(())).unwrap();
        let predicted = model.predict(&test.x, test.n_rows, N_COLS).unwrap();
        assert_eq!(predicted, again.predict(&test.x, test.n_rows, N_COLS).unwrap());
        assert!(accuracy(&model.predict(&train.x, train.n_rows, N_COLS).unwrap(), &train.labels) > 0.8);

        let trees = model.trees().unwrap();
        assert_eq!(trees.trees.len(), 40 * N_CLASSES);
        assert!(largest_difference(&oracle(&trees, &test.x), &predicted) < 1e-6);
        let border = rows_on_thresholds(&trees);
        let predicted = model.predict(&border, border.len() / N_COLS, N_COLS).unwrap();
        assert!(largest_difference(&oracle(&trees, &border), &predicted) < 1e-6);
    }
}

#[test]
fn lightgbm_trees_give_its_probabilities() {
    for missing in [0.0, 0.15] {
        let (train, test) = (problem(600, 1, missing), problem(300, 2, 0.2));
        let model = lightgbm::train(&train.set(), &lightgbm_params(), |_| ControlFlow::Continue(())).unwrap();
        let again = lightgbm::train(&train.set(), &lightgbm_params(), |_| ControlFlow::Continue(())).unwrap();
        let predicted = model.predict(&test.x, test.n_rows, N_COLS).unwrap();
        assert_eq!(predicted, again.predict(&test.x, test.n_rows, N_COLS).unwrap());
        assert!(accuracy(&model.predict(&train.x, train.n_rows, N_COLS).unwrap(), &train.labels) > 0.8);

        let trees = model.trees().unwrap();
        assert!(largest_difference(&oracle(&trees, &test.x), &predicted) < 1e-6);
        let border = rows_on_thresholds(&trees);
        let predicted = model.predict(&border, border.len() / N_COLS, N_COLS).unwrap();
        assert!(largest_difference(&oracle(&trees, &border), &predicted) < 1e-6);
    }
}

#[test]
fn seeds_and_weights_matter() {
    let train = problem(600, 3, 0.0);
    let weights: Vec<f32> = train.labels.iter().map(|&label| if label == 0 { 5.0 } else { 1.0 }).collect();
    let weighted = TrainingSet { weights: Some(&weights), ..train.set() };
    let go = |_| ControlFlow::Continue(());
    let mean_first = |p: Vec<f32>| p.iter().step_by(N_CLASSES).sum::<f32>();

    let seeded = xgboost::Params { seed: 8, ..xgboost_params() };
    let xgboost = |set: &TrainingSet, params: &xgboost::Params| {
        xgboost::train(set, params, go).unwrap().predict(&train.x, train.n_rows, N_COLS).unwrap()
    };
    let plain = xgboost(&train.set(), &xgboost_params());
    assert_ne!(plain, xgboost(&train.set(), &seeded));
    assert!(mean_first(xgboost(&weighted, &xgboost_params())) > mean_first(plain));

    let seeded = lightgbm::Params { seed: 8, ..lightgbm_params() };
    let lightgbm = |set: &TrainingSet, params: &lightgbm::Params| {
        lightgbm::train(set, params, go).unwrap().predict(&train.x, train.n_rows, N_COLS).unwrap()
    };
    let plain = lightgbm(&train.set(), &lightgbm_params());
    assert_ne!(plain, lightgbm(&train.set(), &seeded));
    assert!(mean_first(lightgbm(&weighted, &lightgbm_params())) > mean_first(plain));
}

#[test]
fn progress_can_stop_and_stumps_become_base_values() {
    let train = problem(90, 4, 0.0);
    let stop = |round| if round == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let model = xgboost::train(&train.set(), &xgboost_params(), stop).unwrap();
    assert_eq!((model.rounds(), model.trees().unwrap().trees.len()), (3, 3 * N_CLASSES));
    let model = lightgbm::train(&train.set(), &lightgbm_params(), stop).unwrap();
    assert_eq!(model.rounds(), 3);

    let params = lightgbm::Params { min_data_in_leaf: 1000, ..lightgbm_params() };
    let model = lightgbm::train(&train.set(), &params, |_| ControlFlow::Continue(())).unwrap();
    let trees = model.trees().unwrap();
    assert_eq!(trees.trees.len(), 0);
    let predicted = model.predict(&train.x, train.n_rows, N_COLS).unwrap();
    assert!(largest_difference(&oracle(&trees, &train.x), &predicted) < 1e-6);
}

#[test]
fn bad_input_is_an_error() {
    let train = problem(30, 5, 0.0);
    let set = train.set();
    let go = |_| ControlFlow::Continue(());
    let bad = [
        TrainingSet { n_rows: 29, ..set },
        TrainingSet { n_cols: 0, ..set },
        TrainingSet { labels: &train.labels[1..], ..set },
        TrainingSet { n_classes: 2, ..set },
        TrainingSet { weights: Some(&[1.0]), ..set },
    ];
    for set in bad {
        assert!(matches!(xgboost::train(&set, &xgboost_params(), go), Err(Error::Input(_))));
        assert!(matches!(lightgbm::train(&set, &lightgbm_params(), go), Err(Error::Input(_))));
    }
    let params = xgboost::Params { subsample: 7.0, ..xgboost_params() };
    assert!(matches!(xgboost::train(&set, &params, go), Err(Error::Library { library: "XGBoost", .. })));
    let params = lightgbm::Params { num_leaves: 0, ..lightgbm_params() };
    assert!(matches!(lightgbm::train(&set, &params, go), Err(Error::Library { library: "LightGBM", .. })));
    let model = xgboost::train(&set, &xgboost_params(), go).unwrap();
    assert!(model.predict(&train.x, train.n_rows, N_COLS - 1).is_err());
}
