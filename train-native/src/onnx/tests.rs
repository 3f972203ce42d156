use std::ops::ControlFlow;

use tract_onnx::prelude::*;
use undertone::inference::{Model, ModelEntry, ModelKind, N_CLASSES, OnnxModel, Tier};
use undertone_boosters::{TrainingSet, TreeEnsemble, lightgbm, xgboost};

use super::*;

const N_COLUMNS: usize = 12;

/// Numbers in 0..1, the same each time.
fn uniform(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    }
}

fn rows(n_rows: usize, seed: u64, missing: f32) -> (Vec<f32>, Vec<u32>) {
    let mut uniform = uniform(seed);
    let labels: Vec<u32> = (0..n_rows).map(|row| (row % N_CLASSES) as u32).collect();
    let cells = labels.iter().flat_map(|&label| (0..N_COLUMNS).map(move |column| (label, column)));
    let x = cells.map(|(label, column)| {
        let mean = if column % N_CLASSES == label as usize { 1.0 } else { 0.0 };
        let value = mean + 2.0 * uniform() - 1.0;
        if uniform() < missing { f32::NAN } else { value }
    });
    (x.collect(), labels)
}

fn entry(kind: ModelKind) -> ModelEntry {
    ModelEntry {
        name: "trees".into(),
        kind,
        tier: Tier::Quick,
        file: "trees.onnx".into(),
        bytes: 0,
        sha256: String::new(),
        functionals: None,
        input: vec![1, N_COLUMNS],
        embedding: 0,
        temperature: 1.0,
    }
}

fn assert_same(trees: &TreeEnsemble, kind: ModelKind, x: &[f32], expected: &[f32]) {
    let bytes = tree_classifier("trees", trees, &[("feature_set", "test")]);
    let model = OnnxModel::load(&entry(kind), &bytes).unwrap();
    for (row, expected) in x.chunks(N_COLUMNS).zip(expected.chunks(N_CLASSES)) {
        let output = model.run(row).unwrap();
        for (found, expected) in output.probabilities.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}

#[test]
fn exported_trees_give_the_boosters_probabilities() {
    let (x, labels) = rows(400, 1, 0.1);
    let set =
        TrainingSet { x: &x, n_rows: 400, n_cols: N_COLUMNS, labels: &labels, weights: None, n_classes: N_CLASSES };
    let (test, _) = rows(200, 2, 0.2);
    let go = |_| ControlFlow::Continue(());

    let params = xgboost::Params { rounds: 30, max_depth: 3, threads: 2, ..Default::default() };
    let model = xgboost::train(&set, &params, go).unwrap();
    let expected = model.predict(&test, 200, N_COLUMNS).unwrap();
    assert_same(&model.trees().unwrap(), ModelKind::Xgboost, &test, &expected);

    let params = lightgbm::Params { rounds: 30, num_leaves: 6, threads: 2, ..Default::default() };
    let model = lightgbm::train(&set, &params, go).unwrap();
    let expected = model.predict(&test, 200, N_COLUMNS).unwrap();
    assert_same(&model.trees().unwrap(), ModelKind::Lightgbm, &test, &expected);
}

#[test]
fn an_ensemble_without_trees_is_a_prior() {
    let base_values: Vec<f32> = (0..N_CLASSES).map(|class| class as f32).collect();
    let trees = TreeEnsemble { n_features: N_COLUMNS, n_classes: N_CLASSES, base_values, trees: Vec::new() };
    let sum: f32 = (0..N_CLASSES).map(|class| (class as f32).exp()).sum();
    let expected: Vec<f32> = (0..N_CLASSES).map(|class| (class as f32).exp() / sum).collect();
    assert_same(&trees, ModelKind::Xgboost, &[0.0; N_COLUMNS], &expected);
}

/// Runs a graph with one input.
fn run(graph: GraphBuilder, shape: &[usize], x: &[f32]) -> Vec<Vec<f32>> {
    let bytes = graph.encode();
    let model = tract_onnx::onnx().model_for_read(&mut &*bytes).unwrap().into_optimized().unwrap();
    let outputs = model.into_runnable().unwrap().run(tvec!(Tensor::from_shape(shape, x).unwrap().into())).unwrap();
    outputs.iter().map(|tensor| tensor.to_plain_array_view::<f32>().unwrap().iter().copied().collect()).collect()
}

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
}

#[test]
fn convolutions_step_pad_dilate_and_group() {
    let mut random = uniform(5);
    let x: Vec<f32> = (0..4 * 7 * 9).map(|_| random() - 0.5).collect();
    let weight: Vec<f32> = (0..6 * 2 * 3 * 3).map(|_| random() - 0.5).collect();
    let bias: Vec<f32> = (0..6).map(|_| random()).collect();
    let mut graph = GraphBuilder::new("conv");
    let input = graph.input("x", &[1, 4, 7, 9]);
    let (w, b) = (graph.constant(&[6, 2, 3, 3], &weight), graph.constant(&[6], &bias));
    let how = Convolution::plain(2).strides(&[2, 1]).symmetric_pads(&[1, 2]).dilations(&[1, 2]).groups(2);
    let y = graph.conv(input, w, Some(b), &how);
    graph.output("y", y, Element::F32, &[1, 6, 4, 9]);

    let mut expected = Vec::new();
    for out in 0..6 {
        for (row, column) in (0..4).flat_map(|row| (0..9).map(move |column| (row, column))) {
            let mut sum = bias[out];
            for (c, i, j) in (0..18).map(|k| (k / 9, k / 3 % 3, k % 3)) {
                let (r, s) = (row * 2 + i, column + 2 * j);
                if (1..8).contains(&r) && (2..11).contains(&s) {
                    let channel = out / 3 * 2 + c;
                    sum += weight[out * 18 + c * 9 + i * 3 + j] * x[channel * 63 + (r - 1) * 9 + s - 2];
                }
            }
            expected.push(sum);
        }
    }
    assert_close(&run(graph, &[1, 4, 7, 9], &x)[0], &expected);

    let mut graph = GraphBuilder::new("conv1d");
    let input = graph.input("x", &[1, 1, 5]);
    let w = graph.constant(&[1, 1, 2], &[1.0, -1.0]);
    let y = graph.conv(input, w, None, &Convolution::plain(1).strides(&[2]));
    graph.output("y", y, Element::F32, &[1, 1, 2]);
    assert_close(&run(graph, &[1, 1, 5], &[1.0, 5.0, 2.0, 8.0, 0.0])[0], &[-4.0, -6.0]);
}

#[test]
fn every_operator_means_what_it_says() {
    let mut g = GraphBuilder::new("operators");
    let x = g.input("x", &[2, 3]);
    let two = g.scalar(2.0);
    let weight = g.constant(&[3, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    let turned = g.transpose(weight, &[1, 0]);
    let bias = g.constant(&[2], &[10.0, 20.0]);
    let made = [
        (g.gemm(x, weight, Some(bias), false), vec![2, 2], vec![14.0, 25.0, 20.0, 31.0]),
        (g.gemm(x, turned, None, true), vec![2, 2], vec![4.0, 5.0, 10.0, 11.0]),
        (g.matmul(x, weight), vec![2, 2], vec![4.0, 5.0, 10.0, 11.0]),
        (g.add(x, two), vec![2, 3], vec![3.0, 4.0, 5.0, 6.0, 7.0, 8.0]),
        (g.sub(x, two), vec![2, 3], vec![-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]),
        (g.mul(x, two), vec![2, 3], vec![2.0, 4.0, 6.0, 8.0, 10.0, 12.0]),
        (g.div(x, two), vec![2, 3], vec![0.5, 1.0, 1.5, 2.0, 2.5, 3.0]),
        (g.sqrt(x), vec![2, 3], [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].map(f32::sqrt).to_vec()),
        (g.tanh(x), vec![2, 3], [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].map(f32::tanh).to_vec()),
        (g.sigmoid(x), vec![2, 3], [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].map(|x| 1.0 / (1.0 + (-x).exp())).to_vec()),
        (g.reduce_mean(x, &[1], true), vec![2, 1], vec![2.0, 5.0]),
        (g.reduce_max(x, &[0], false), vec![3], vec![4.0, 5.0, 6.0]),
        (g.reduce_sum(x, &[1], false), vec![2], vec![6.0, 15.0]),
        (g.reshape(x, &[3, -1]), vec![3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        (g.transpose(x, &[1, 0]), vec![3, 2], vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0]),
        (g.concat(&[x, x], 0), vec![4, 3], [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]; 2].concat()),
        (x, vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ];
    let below = g.sub(x, two);
    let below = g.sub(below, two);
    let relu = g.relu(below);
    let softmax = g.softmax(x, -1);
    for (index, (value, shape, _)) in made.iter().enumerate() {
        g.output(&format!("y{index}"), *value, Element::F32, shape);
    }
    g.output("relu", relu, Element::F32, &[2, 3]);
    g.output("softmax", softmax, Element::F32, &[2, 3]);
    g.output("again", softmax, Element::F32, &[2, 3]);
    g.metadata("key", "value");

    let found = run(g, &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    for ((_, _, expected), found) in made.iter().zip(&found) {
        assert_close(found, expected);
    }
    let part = [0.090_030_57, 0.244_728_48, 0.665_240_94];
    assert_close(&found[made.len()], &[0.0, 0.0, 0.0, 0.0, 1.0, 2.0]);
    assert_close(&found[made.len() + 1], &[part, part].concat());
    assert_close(&found[made.len() + 2], &[part, part].concat());
}

#[test]
fn the_file_says_where_it_comes_from() {
    let mut graph = GraphBuilder::new("net");
    let x = graph.input("x", &[1, 2]);
    let y = graph.relu(x);
    graph.output("y", y, Element::F32, &[1, 2]);
    graph.metadata("version", "7");
    let model = pb::ModelProto::decode(&*graph.encode()).unwrap();
    assert_eq!((model.ir_version, model.producer_name.as_str()), (8, "undertone"));
    assert_eq!((model.opset_import.len(), model.opset_import[0].version), (1, 13));
    assert_eq!((model.metadata_props[0].key.as_str(), model.metadata_props[0].value.as_str()), ("version", "7"));
    let graph = model.graph.unwrap();
    assert_eq!(
        (graph.node[0].input.as_slice(), graph.node[0].output.as_slice()),
        (&["x".into()][..], &["y".into()][..])
    );
}
