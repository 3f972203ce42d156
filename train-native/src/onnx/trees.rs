//! Boosted trees as `TreeEnsembleClassifier` of `ai.onnx.ml`, version 3.

use undertone_boosters::{Comparison, Node, Tree, TreeEnsemble};

use super::{Attribute, Element, GraphBuilder, ML_DOMAIN};

/// The file of a tree ensemble: input `features` `[1, n_features]`; outputs `label` `[1]`, the class's index, and
/// `probabilities` `[1, n_classes]`. `metadata` holds keys and values.
pub fn tree_classifier(name: &str, ensemble: &TreeEnsemble, metadata: &[(&str, &str)]) -> Vec<u8> {
    let mut graph = GraphBuilder::new(name);
    let features = graph.input("features", &[1, ensemble.n_features]);
    let outputs =
        graph.nodes_outputs(ML_DOMAIN, "TreeEnsembleClassifier", &[features], Columns::new(ensemble).attributes(), 2);
    graph.output("label", outputs[0], Element::I64, &[1]);
    graph.output("probabilities", outputs[1], Element::F32, &[1, ensemble.n_classes]);
    for (key, value) in metadata {
        graph.metadata(key, value);
    }
    graph.encode()
}

/// The operator's attributes: one value a node, and one a leaf in those that start with `class`.
#[derive(Default)]
struct Columns {
    trees: Vec<i64>,
    nodes: Vec<i64>,
    features: Vec<i64>,
    values: Vec<f32>,
    modes: Vec<String>,
    yes: Vec<i64>,
    no: Vec<i64>,
    missing: Vec<i64>,
    class_trees: Vec<i64>,
    class_nodes: Vec<i64>,
    class_ids: Vec<i64>,
    class_weights: Vec<f32>,
    base_values: Vec<f32>,
}

impl Columns {
    fn new(ensemble: &TreeEnsemble) -> Self {
        let mut columns = Self { base_values: ensemble.base_values.clone(), ..Self::default() };
        // The operator wants one node at least, and a vote for every class of two.
        let nothing = |class: usize| Tree { nodes: vec![Node::Leaf { class: class as u32, weight: 0.0 }] };
        let votes = |class: usize| {
            let mut leaves = ensemble.trees.iter().flat_map(|tree| &tree.nodes);
            leaves.any(|node| matches!(node, Node::Leaf { class: other, .. } if *other as usize == class))
        };
        let fillers: Vec<Tree> = (0..ensemble.n_classes).filter(|&class| !votes(class)).map(nothing).collect();
        for (index, tree) in ensemble.trees.iter().chain(&fillers).enumerate() {
            for (id, node) in tree.nodes.iter().enumerate() {
                columns.push(index as i64, id as i64, node);
            }
        }
        columns
    }

    fn push(&mut self, tree: i64, id: i64, node: &Node) {
        let (feature, value, mode, missing, yes, no) = match *node {
            Node::Leaf { class, weight } => {
                self.class_trees.push(tree);
                self.class_nodes.push(id);
                self.class_ids.push(class.into());
                self.class_weights.push(weight);
                (0, 0.0, "LEAF", false, 0, 0)
            }
            Node::Branch { feature, threshold, comparison, missing_is_yes, yes, no } => {
                let mode = match comparison {
                    Comparison::Less => "BRANCH_LT",
                    Comparison::LessOrEqual => "BRANCH_LEQ",
                };
                (feature, threshold, mode, missing_is_yes, yes, no)
            }
        };
        self.trees.push(tree);
        self.nodes.push(id);
        self.features.push(feature.into());
        self.values.push(value);
        self.modes.push(mode.into());
        self.missing.push(missing.into());
        self.yes.push(yes.into());
        self.no.push(no.into());
    }

    fn attributes(self) -> Vec<(&'static str, Attribute)> {
        use Attribute::{Floats, Ints, Text, Texts};
        let labels = (0..self.base_values.len() as i64).collect();
        let mut attributes = vec![
            ("nodes_treeids", Ints(self.trees)),
            ("nodes_nodeids", Ints(self.nodes)),
            ("nodes_featureids", Ints(self.features)),
            ("nodes_values", Floats(self.values)),
            ("nodes_modes", Texts(self.modes)),
            ("nodes_truenodeids", Ints(self.yes)),
            ("nodes_falsenodeids", Ints(self.no)),
            ("class_treeids", Ints(self.class_trees)),
            ("class_nodeids", Ints(self.class_nodes)),
            ("class_ids", Ints(self.class_ids)),
            ("class_weights", Floats(self.class_weights)),
            ("classlabels_int64s", Ints(labels)),
            ("post_transform", Text("SOFTMAX".into())),
        ];
        if self.missing.contains(&1) {
            attributes.push(("nodes_missing_value_tracks_true", Ints(self.missing)));
        }
        if self.base_values.iter().any(|&value| value != 0.0) {
            attributes.push(("base_values", Floats(self.base_values)));
        }
        attributes
    }
}
