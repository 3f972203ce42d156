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
    /// Moves every split to the middle between the values of `x` (rows of `n_features`) next to it, so that each row goes where it
    /// went, and none lies on a split, where the last bit of a value would decide. XGBoost's splits are values of its rows.
    pub fn center(&mut self, x: &[f32]) {
        let mut columns: Vec<Option<Vec<f32>>> = vec![None; self.n_features];
        let branches = self.trees.iter_mut().flat_map(|tree| &mut tree.nodes);
        for node in branches {
            let Node::Branch { feature, threshold, comparison: Comparison::Less, .. } = node else { continue };
            let column = columns[*feature as usize].get_or_insert_with(|| {
                let mut values: Vec<f32> = x.iter().skip(*feature as usize).step_by(self.n_features).copied().collect();
                values.sort_unstable_by(f32::total_cmp);
                values.dedup();
                values
            });
            let first = column.partition_point(|value| *value < *threshold);
            if let (Some(below), Some(above)) = (first.checked_sub(1).map(|index| column[index]), column.get(first)) {
                let middle = below + (above - below) / 2.0;
                if middle > below {
                    *threshold = middle;
                }
            }
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_on_a_value_moves_between_it_and_the_one_below() {
        let branch = |feature, threshold, comparison| Node::Branch {
            feature,
            threshold,
            comparison,
            missing_is_yes: false,
            yes: 1,
            no: 2,
        };
        let leaves = [Node::Leaf { class: 0, weight: 1.0 }, Node::Leaf { class: 0, weight: 2.0 }];
        let tree = |root| Tree { nodes: [vec![root], leaves.to_vec()].concat() };
        let mut ensemble = TreeEnsemble::new(2, vec![0.0]);
        ensemble.trees = vec![
            tree(branch(0, 3.0, Comparison::Less)),
            tree(branch(1, -5.0, Comparison::Less)),
            tree(branch(0, 3.0, Comparison::LessOrEqual)),
        ];
        ensemble.center(&[1.0, 0.0, 3.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        let split = |tree: &Tree| match tree.nodes[0] {
            Node::Branch { threshold, .. } => threshold,
            Node::Leaf { .. } => f32::NAN,
        };
        let splits: Vec<f32> = ensemble.trees.iter().map(split).collect();
        assert_eq!(splits, [2.5, -5.0, 3.0]);
    }
}
