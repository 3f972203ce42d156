use proptest::prelude::*;

use super::*;

/// The attributes, owned.
#[derive(Clone, Debug, Default)]
struct Owned {
    treeids: Vec<i64>,
    nodeids: Vec<i64>,
    featureids: Vec<i64>,
    values: Vec<f32>,
    modes: Vec<Mode>,
    truenodeids: Vec<i64>,
    falsenodeids: Vec<i64>,
    missing: Vec<i64>,
    class_treeids: Vec<i64>,
    class_nodeids: Vec<i64>,
    class_ids: Vec<i64>,
    class_weights: Vec<f32>,
    base_values: Vec<f32>,
    post_transform: PostTransform,
}

const N_CLASSES: usize = 3;
const N_COLUMNS: usize = 4;

impl Owned {
    fn attributes(&self) -> Attributes<'_> {
        Attributes {
            nodes_treeids: &self.treeids,
            nodes_nodeids: &self.nodeids,
            nodes_featureids: &self.featureids,
            nodes_values: &self.values,
            nodes_modes: &self.modes,
            nodes_truenodeids: &self.truenodeids,
            nodes_falsenodeids: &self.falsenodeids,
            nodes_missing_value_tracks_true: &self.missing,
            class_treeids: &self.class_treeids,
            class_nodeids: &self.class_nodeids,
            class_ids: &self.class_ids,
            class_weights: &self.class_weights,
            base_values: &self.base_values,
            post_transform: self.post_transform,
            n_classes: N_CLASSES,
        }
    }

    fn branch(
        &mut self,
        [tree, id]: [i64; 2],
        feature: i64,
        mode: Mode,
        value: f32,
        children: [i64; 2],
        missing: bool,
    ) {
        self.treeids.push(tree);
        self.nodeids.push(id);
        self.featureids.push(feature);
        self.values.push(value);
        self.modes.push(mode);
        self.truenodeids.push(children[0]);
        self.falsenodeids.push(children[1]);
        self.missing.push(missing.into());
    }

    fn leaf(&mut self, tree: i64, id: i64, votes: &[(i64, f32)]) {
        self.branch([tree, id], 0, Mode::Leaf, 0.0, [0, 0], false);
        for &(class, weight) in votes {
            self.class_treeids.push(tree);
            self.class_nodeids.push(id);
            self.class_ids.push(class);
            self.class_weights.push(weight);
        }
    }

    fn build(&self) -> Result<TreeEnsemble> {
        TreeEnsemble::new(&self.attributes())
    }
}

#[derive(Clone, Debug)]
enum Tree {
    Leaf(Vec<(i64, f32)>),
    Branch { feature: i64, mode: Mode, value: f32, missing: bool, yes: Box<Tree>, no: Box<Tree> },
}

/// Few values, so that rows often stand on a threshold.
fn value() -> impl Strategy<Value = f32> {
    prop_oneof![
        prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 0.5, f32::MIN_POSITIVE, 1e-45, f32::MAX, f32::MIN]),
        -2.0f32..2.0,
    ]
}

fn threshold() -> impl Strategy<Value = f32> {
    prop_oneof![8 => value(), 1 => Just(f32::INFINITY), 1 => Just(f32::NEG_INFINITY)]
}

fn cell() -> impl Strategy<Value = f32> {
    prop_oneof![8 => threshold(), 1 => Just(f32::NAN)]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop::collection::vec((0..N_CLASSES as i64, -2.0f32..2.0), 0..3).prop_map(Tree::Leaf);
    let mode = prop::sample::select(vec![Mode::LessOrEqual, Mode::Less, Mode::GreaterOrEqual, Mode::Greater]);
    leaf.prop_recursive(5, 40, 2, move |inner| {
        (0..N_COLUMNS as i64, mode.clone(), threshold(), any::<bool>(), inner.clone(), inner).prop_map(
            |(feature, mode, value, missing, yes, no)| Tree::Branch {
                feature,
                mode,
                value,
                missing,
                yes: Box::new(yes),
                no: Box::new(no),
            },
        )
    })
}

impl Tree {
    /// Writes the tree with identifiers that count down in preorder, and gives the root's.
    fn write(&self, owned: &mut Owned, tree: i64, next: &mut i64) -> i64 {
        let id = *next;
        *next -= 1;
        match self {
            Self::Leaf(votes) => owned.leaf(tree, id, votes),
            Self::Branch { feature, mode, value, missing, yes, no } => {
                let children = [yes.write(owned, tree, next), no.write(owned, tree, next)];
                owned.branch([tree, id], *feature, *mode, *value, children, *missing);
            }
        }
        id
    }

    fn add(&self, row: &[f32], scores: &mut [f64]) {
        match self {
            Self::Leaf(votes) => votes.iter().for_each(|&(class, weight)| scores[class as usize] += f64::from(weight)),
            Self::Branch { feature, mode, value, missing, yes, no } => {
                let x = row[*feature as usize];
                let holds = (x.is_nan() && *missing)
                    || match mode {
                        Mode::LessOrEqual => x <= *value,
                        Mode::Less => x < *value,
                        Mode::GreaterOrEqual => x >= *value,
                        Mode::Greater => x > *value,
                        Mode::Leaf => false,
                    };
                if holds { yes.add(row, scores) } else { no.add(row, scores) }
            }
        }
    }
}

proptest! {
    #[test]
    fn agrees_with_a_recursive_walk(
        trees in prop::collection::vec(tree(), 1..6),
        rows in prop::collection::vec(prop::collection::vec(cell(), N_COLUMNS), 1..8),
        base in prop::collection::vec(-1.0f32..1.0, N_CLASSES),
    ) {
        let mut owned = Owned { base_values: base.clone(), ..Owned::default() };
        for (index, tree) in trees.iter().enumerate() {
            tree.write(&mut owned, index as i64 * 3 - 2, &mut 1000);
        }
        let ensemble = owned.build().unwrap();
        prop_assert_eq!(ensemble.n_trees(), trees.len());
        for row in &rows {
            let mut expected: Vec<f64> = base.iter().map(|&value| value.into()).collect();
            trees.iter().for_each(|tree| tree.add(row, &mut expected));
            let expected: Vec<f32> = expected.into_iter().map(|score| score as f32).collect();
            prop_assert_eq!(ensemble.scores(row).unwrap(), expected);
        }
    }

    #[test]
    fn any_integers_end_in_a_tree_or_a_sentence(
        nodes in prop::collection::vec((0i64..3, -1i64..6, -1i64..6, -1i64..6, any::<bool>()), 0..12),
        votes in prop::collection::vec((0i64..3, -1i64..6, -1i64..4), 0..6),
    ) {
        let mut owned = Owned::default();
        for (tree, id, yes, no, is_leaf) in nodes {
            let mode = if is_leaf { Mode::Leaf } else { Mode::Less };
            owned.branch([tree, id], 0, mode, 0.5, [yes, no], false);
        }
        for (tree, id, class) in votes {
            owned.class_treeids.push(tree);
            owned.class_nodeids.push(id);
            owned.class_ids.push(class);
            owned.class_weights.push(1.0);
        }
        if let Ok(ensemble) = owned.build() {
            prop_assert_eq!(ensemble.scores(&[0.0]).unwrap().len(), N_CLASSES);
        }
    }
}

fn stump() -> Owned {
    let mut owned = Owned::default();
    owned.branch([0, 0], 1, Mode::Less, 0.5, [1, 2], true);
    owned.leaf(0, 1, &[(0, 1.0)]);
    owned.leaf(0, 2, &[(1, 2.0), (2, 3.0)]);
    owned
}

#[test]
fn a_stump() {
    let mut owned = stump();
    let ensemble = owned.build().unwrap();
    assert_eq!((ensemble.n_features(), ensemble.n_classes(), ensemble.n_trees()), (2, 3, 1));
    assert_eq!(ensemble.scores(&[9.0, 0.4]).unwrap(), [1.0, 0.0, 0.0]);
    assert_eq!(ensemble.scores(&[9.0, 0.5]).unwrap(), [0.0, 2.0, 3.0]);
    assert_eq!(ensemble.scores(&[9.0, f32::NAN]).unwrap(), [1.0, 0.0, 0.0]);
    assert!(ensemble.scores(&[9.0]).is_err());

    owned.post_transform = PostTransform::Softmax;
    owned.base_values = vec![1000.0, 0.0, 0.0];
    let probabilities = owned.build().unwrap().probabilities(&[9.0, 0.5]).unwrap();
    assert_eq!(probabilities, [1.0, 0.0, 0.0]);
    owned.base_values = vec![2.0, 0.0, -1.0];
    let probabilities = owned.build().unwrap().probabilities(&[9.0, 0.5]).unwrap();
    assert!(probabilities.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-7));
}

#[test]
fn what_is_wrong_is_named() {
    type Case = (&'static str, fn(&mut Owned));
    let cases: [Case; 17] = [
        ("no nodes", |o| *o = Owned::default()),
        ("nodes_values has 2", |o| _ = o.values.pop()),
        ("nodes_missing_value_tracks_true has 2", |o| _ = o.missing.pop()),
        ("class_weights has 2", |o| _ = o.class_weights.pop()),
        ("base_values has 1", |o| o.base_values.push(1.0)),
        ("threshold is not a number", |o| o.values[0] = f32::NAN),
        ("score is not finite", |o| o.class_weights[0] = f32::INFINITY),
        ("there twice", |o| o.nodeids[2] = 1),
        ("no node 7", |o| o.truenodeids[0] = 7),
        ("no node -1", |o| o.truenodeids[0] = -1),
        ("two parents", |o| o.truenodeids[0] = 2),
        ("no root", |o| {
            o.branch([1, 0], 0, Mode::Less, 0.0, [0, 1], false);
            o.leaf(1, 1, &[]);
        }),
        ("two roots", |o| o.leaf(0, 3, &[])),
        ("feature -1", |o| o.featureids[0] = -1),
        ("feature 4294967296", |o| o.featureids[0] = 1 << 32),
        ("class 3 of 3", |o| o.class_ids[0] = 3),
        ("no leaf", |o| o.class_nodeids[0] = 0),
    ];
    for (expected, spoil) in cases {
        let mut owned = stump();
        spoil(&mut owned);
        let message = owned.build().unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn a_cycle_beside_the_tree_is_found() {
    let mut owned = stump();
    owned.branch([0, 3], 0, Mode::Less, 0.0, [4, 5], false);
    owned.branch([0, 4], 0, Mode::Less, 0.0, [3, 6], false);
    owned.leaf(0, 5, &[]);
    owned.leaf(0, 6, &[]);
    assert!(owned.build().unwrap_err().contains("cycle"));
}

#[test]
fn two_classes_with_one_score_are_refused() {
    let mut owned = stump();
    owned.class_ids = vec![1, 1, 1];
    let attributes = Attributes { n_classes: 2, ..owned.attributes() };
    assert!(TreeEnsemble::new(&attributes).unwrap_err().contains("two classes"));
}

#[test]
fn a_million_nodes_in_one_chain_are_walked_without_recursion() {
    let mut owned = Owned::default();
    let n = 500_000;
    for id in 0..n {
        owned.branch([0, 2 * id], 0, Mode::LessOrEqual, id as f32, [2 * id + 1, 2 * id + 2], false);
        owned.leaf(0, 2 * id + 1, &[(0, 1.0)]);
    }
    owned.leaf(0, 2 * n, &[(1, 1.0)]);
    let ensemble = owned.build().unwrap();
    assert_eq!(ensemble.scores(&[f32::MAX]).unwrap(), [0.0, 1.0, 0.0]);
}
