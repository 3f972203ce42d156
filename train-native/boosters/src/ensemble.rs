//! Trees as ONNX's `TreeEnsembleClassifier` wants them: single-precision thresholds, a class and a weight at each leaf.

/// How a branch compares `x[feature]` with its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `x < threshold`, `BRANCH_LT`.
    Less,
    /// `x <= threshold`, `BRANCH_LEQ`.
    LessOrEqual,
}

/// A node of a tree. Children are indices into the tree's nodes, greater than the node's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// An inner node.
    Branch {
        /// Column that is looked at.
        feature: u32,
        /// What it is compared with.
        threshold: f32,
        /// How.
        comparison: Comparison,
        /// Whether a missing value (NaN) goes the way of `yes`.
        missing_is_yes: bool,
        /// Child where the comparison holds.
        yes: u32,
        /// Child where it doesn't.
        no: u32,
    },
    /// An end: adds `weight` to the score of `class`.
    Leaf {
        /// Class, in `0..n_classes`.
        class: u32,
        /// What is added.
        weight: f32,
    },
}

/// One tree; node 0 is the root, and the nodes stand in preorder (`yes` first).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Tree {
    /// The nodes.
    pub nodes: Vec<Node>,
}

/// A sum of trees a class; the softmax of the scores is the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeEnsemble {
    /// Width of the input.
    pub n_features: usize,
    /// Number of classes.
    pub n_classes: usize,
    /// Score of each class before any tree, `[n_classes]`.
    pub base_values: Vec<f32>,
    /// The trees.
    pub trees: Vec<Tree>,
}

/// A node as the libraries number them: children by index in their own arrays.
pub(crate) enum Raw {
    Branch { feature: u32, threshold: f32, comparison: Comparison, missing_is_yes: bool, yes: usize, no: usize },
    Leaf { weight: f64 },
}

impl TreeEnsemble {
    pub(crate) fn new(n_features: usize, base_values: Vec<f32>) -> Self {
        Self { n_features, n_classes: base_values.len(), base_values, trees: Vec::new() }
    }

    /// Number of nodes of all trees.
    pub fn n_nodes(&self) -> usize {
        self.trees.iter().map(|tree| tree.nodes.len()).sum()
    }

    /// Walks a library's tree of `n_nodes` nodes from `root`, and appends it; a tree that is one leaf goes into the base
    /// values.
    pub(crate) fn push(
        &mut self,
        class: usize,
        root: usize,
        n_nodes: usize,
        node: impl Fn(usize) -> std::result::Result<Raw, String>,
    ) -> std::result::Result<(), String> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut open: Vec<(usize, Option<(usize, bool)>)> = vec![(root, None)];
        while let Some((index, parent)) = open.pop() {
            let at = nodes.len();
            if at >= n_nodes {
                return Err("a tree has more branches than nodes".into());
            }
            if let Some((parent, is_yes)) = parent
                && let Some(Node::Branch { yes, no, .. }) = nodes.get_mut(parent)
            {
                *(if is_yes { yes } else { no }) = at as u32;
            }
            match node(index)? {
                Raw::Leaf { weight } => nodes.push(Node::Leaf { class: class as u32, weight: weight as f32 }),
                Raw::Branch { feature, threshold, comparison, missing_is_yes, yes, no } => {
                    if feature as usize >= self.n_features {
                        return Err(format!("feature {feature} of {}", self.n_features));
                    }
                    nodes.push(Node::Branch { feature, threshold, comparison, missing_is_yes, yes: 0, no: 0 });
                    open.push((no, Some((at, false))));
                    open.push((yes, Some((at, true))));
                }
            }
        }
        let base = self.base_values.get_mut(class).ok_or_else(|| format!("class {class}"))?;
        match nodes.as_slice() {
            [Node::Leaf { weight, .. }] => *base += weight,
            _ => self.trees.push(Tree { nodes }),
        }
        Ok(())
    }
}
