//! Sums of decision trees, as `TreeEnsembleClassifier` of ONNX's `ai.onnx.ml` (version 3) writes them.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html>.

mod shap;
#[cfg(test)]
mod tests;

use std::ops::Range;

/// What a node does, `nodes_modes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `BRANCH_LEQ`: true where `x <= value`.
    LessOrEqual,
    /// `BRANCH_LT`: true where `x < value`.
    Less,
    /// `BRANCH_GTE`: true where `x >= value`.
    GreaterOrEqual,
    /// `BRANCH_GT`: true where `x > value`.
    Greater,
    /// `LEAF`.
    Leaf,
}

impl Mode {
    /// The mode of that ONNX name; none for `BRANCH_EQ` and `BRANCH_NEQ`, which gradient boosting does not use.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "BRANCH_LEQ" => Self::LessOrEqual,
            "BRANCH_LT" => Self::Less,
            "BRANCH_GTE" => Self::GreaterOrEqual,
            "BRANCH_GT" => Self::Greater,
            "LEAF" => Self::Leaf,
            _ => return None,
        })
    }
}

/// What turns scores into the output, `post_transform`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum PostTransform {
    /// `NONE`: the scores themselves.
    #[default]
    None,
    /// `SOFTMAX`.
    Softmax,
}

/// The attributes of the ONNX operator, by their names there. `nodes_*` have one value a node, `class_*` one a vote of a
/// leaf.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes<'a> {
    /// Tree of each node.
    pub nodes_treeids: &'a [i64],
    /// Identifier of each node within its tree.
    pub nodes_nodeids: &'a [i64],
    /// Column that each branch looks at.
    pub nodes_featureids: &'a [i64],
    /// Threshold of each branch.
    pub nodes_values: &'a [f32],
    /// Mode of each node.
    pub nodes_modes: &'a [Mode],
    /// Where a branch goes if it holds.
    pub nodes_truenodeids: &'a [i64],
    /// Where it goes otherwise.
    pub nodes_falsenodeids: &'a [i64],
    /// 1 where a missing value (NaN) counts as true, else 0; may be empty, which is 0 everywhere.
    pub nodes_missing_value_tracks_true: &'a [i64],
    /// Tree of each vote.
    pub class_treeids: &'a [i64],
    /// Leaf of each vote.
    pub class_nodeids: &'a [i64],
    /// Class that a vote is for.
    pub class_ids: &'a [i64],
    /// What a vote adds to the class's score.
    pub class_weights: &'a [f32],
    /// Score of each class before any vote; may be empty, which is 0 for all.
    pub base_values: &'a [f32],
    /// What is done with the scores.
    pub post_transform: PostTransform,
    /// Number of classes.
    pub n_classes: usize,
}

/// Trees in one flat array each of branches, leaves and votes, ready to be walked.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeEnsemble {
    branches: Vec<Branch>,
    leaves: Vec<Range<u32>>,
    votes: Vec<Vote>,
    roots: Vec<u32>,
    base_values: Vec<f32>,
    post_transform: PostTransform,
    n_features: usize,
}

/// Every mode is brought to `x <= threshold`, so that one comparison decides.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Branch {
    /// Column, with [`MISSING_IS_TRUE`].
    feature: u32,
    threshold: f32,
    /// `[false, true]`; a branch's index, or a leaf's with [`IS_LEAF`].
    children: [u32; 2],
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Vote {
    class: u32,
    weight: f32,
}

const MISSING_IS_TRUE: u32 = 1 << 31;
const IS_LEAF: u32 = 1 << 31;

type Result<T> = std::result::Result<T, String>;

impl TreeEnsemble {
    /// Checks the attributes and lays the trees out. Time and memory grow with the number of nodes alone.
    ///
    /// # Errors
    /// A sentence that names the first thing wrong: arrays of different lengths, a node that is there twice, a child or a
    /// class that is not there, nodes that form no tree, numbers that are not finite.
    pub fn new(attributes: &Attributes) -> Result<Self> {
        let a = attributes;
        check_lengths(a)?;
        let order = node_order(a)?;
        let votes_of = vote_order(a);
        let base_values = if a.base_values.is_empty() { vec![0.0; a.n_classes] } else { a.base_values.to_vec() };
        let mut ensemble = Self {
            branches: Vec::new(),
            leaves: Vec::new(),
            votes: Vec::with_capacity(a.class_ids.len()),
            roots: Vec::new(),
            base_values,
            post_transform: a.post_transform,
            n_features: 0,
        };
        for tree in order.chunk_by(|&left, &right| a.nodes_treeids[left] == a.nodes_treeids[right]) {
            ensemble.add_tree(a, tree, &votes_of)?;
        }
        if ensemble.votes.len() != a.class_ids.len() {
            return Err("class_nodeids names a node that is no leaf".into());
        }
        Ok(ensemble)
    }

    /// Adds one tree; `nodes` are indices into the attributes, in the order of their identifiers.
    fn add_tree(&mut self, a: &Attributes, nodes: &[usize], votes_of: &[usize]) -> Result<()> {
        let tree = a.nodes_treeids[nodes[0]];
        let place = |id: i64| {
            nodes
                .binary_search_by_key(&id, |&node| a.nodes_nodeids[node])
                .map_err(|_| format!("tree {tree} has no node {id}"))
        };
        let mut is_child = vec![false; nodes.len()];
        for &node in nodes.iter().filter(|&&node| a.nodes_modes[node] != Mode::Leaf) {
            for id in [a.nodes_truenodeids[node], a.nodes_falsenodeids[node]] {
                if std::mem::replace(&mut is_child[place(id)?], true) {
                    return Err(format!("node {id} of tree {tree} has two parents"));
                }
            }
        }
        // With one parent at most for each node, a walk from the root meets none twice, so it ends.
        let mut roots = (0..nodes.len()).filter(|&at| !is_child[at]);
        let root = roots.next().ok_or_else(|| format!("tree {tree} has no root"))?;
        if roots.next().is_some() {
            return Err(format!("tree {tree} has two roots"));
        }
        let mut open: Vec<(usize, Option<(usize, usize)>)> = vec![(root, None)];
        let mut n_met = 0;
        while let Some((at, parent)) = open.pop() {
            n_met += 1;
            let node = nodes[at];
            let reference = if a.nodes_modes[node] == Mode::Leaf {
                self.add_leaf(a, node, votes_of)?
            } else {
                let index = self.add_branch(a, node)?;
                let (yes, no) = (place(a.nodes_truenodeids[node])?, place(a.nodes_falsenodeids[node])?);
                let is_swapped = matches!(a.nodes_modes[node], Mode::Greater | Mode::GreaterOrEqual);
                open.push((no, Some((index as usize, usize::from(is_swapped)))));
                open.push((yes, Some((index as usize, usize::from(!is_swapped)))));
                index
            };
            match parent {
                Some((branch, side)) => self.branches[branch].children[side] = reference,
                None => self.roots.push(reference),
            }
        }
        if n_met != nodes.len() {
            return Err(format!("tree {tree} has a cycle"));
        }
        Ok(())
    }

    fn add_leaf(&mut self, a: &Attributes, node: usize, votes_of: &[usize]) -> Result<u32> {
        let key = (a.nodes_treeids[node], a.nodes_nodeids[node]);
        let leaf_of = |vote: usize| (a.class_treeids[vote], a.class_nodeids[vote]);
        let first = votes_of.partition_point(|&vote| leaf_of(vote) < key);
        let start = index(self.votes.len())?;
        for &vote in votes_of[first..].iter().take_while(|&&vote| leaf_of(vote) == key) {
            let class = u32::try_from(a.class_ids[vote]).ok().filter(|&class| (class as usize) < a.n_classes);
            let class = class.ok_or_else(|| format!("class {} of {}", a.class_ids[vote], a.n_classes))?;
            self.votes.push(Vote { class, weight: a.class_weights[vote] });
        }
        self.leaves.push(start..index(self.votes.len())?);
        Ok(index(self.leaves.len() - 1)? | IS_LEAF)
    }

    fn add_branch(&mut self, a: &Attributes, node: usize) -> Result<u32> {
        let feature = u32::try_from(a.nodes_featureids[node]).ok().filter(|feature| feature & MISSING_IS_TRUE == 0);
        let feature = feature.ok_or_else(|| format!("feature {}", a.nodes_featureids[node]))?;
        let value = a.nodes_values[node];
        let mode = a.nodes_modes[node];
        // x < v is x <= the number before v, and x > v is what x <= v is not.
        let threshold = match mode {
            Mode::Less | Mode::GreaterOrEqual if value == f32::NEG_INFINITY => f32::NAN,
            Mode::Less | Mode::GreaterOrEqual => value.next_down(),
            _ => value,
        };
        let missing_is_true = a.nodes_missing_value_tracks_true.get(node).is_some_and(|&flag| flag != 0);
        let is_swapped = matches!(mode, Mode::Greater | Mode::GreaterOrEqual);
        let missing = if missing_is_true != is_swapped { MISSING_IS_TRUE } else { 0 };
        self.n_features = self.n_features.max(feature as usize + 1);
        self.branches.push(Branch { feature: feature | missing, threshold, children: [0; 2] });
        index(self.branches.len() - 1)
    }

    /// Number of columns that a row needs at least.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.base_values.len()
    }

    /// Number of trees.
    pub fn n_trees(&self) -> usize {
        self.roots.len()
    }

    /// Scores `[n_classes]` of one row, before the post-transform; NaN in the row is a missing value.
    ///
    /// # Errors
    /// A row with fewer columns than [`n_features`](Self::n_features).
    pub fn scores(&self, row: &[f32]) -> Result<Vec<f32>> {
        Ok(self.sum(row)?.into_iter().map(|score| score as f32).collect())
    }

    /// The output `[n_classes]` of one row: its scores, after the post-transform. With softmax each is in 0..=1 and their
    /// sum is 1.
    ///
    /// # Errors
    /// A row with fewer columns than [`n_features`](Self::n_features).
    pub fn probabilities(&self, row: &[f32]) -> Result<Vec<f32>> {
        let mut scores = self.sum(row)?;
        if self.post_transform == PostTransform::Softmax {
            let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            scores.iter_mut().for_each(|score| *score = (*score - max).exp());
            let sum: f64 = scores.iter().sum();
            scores.iter_mut().for_each(|score| *score /= sum);
        }
        Ok(scores.into_iter().map(|score| score as f32).collect())
    }

    fn sum(&self, row: &[f32]) -> Result<Vec<f64>> {
        if row.len() < self.n_features {
            return Err(format!("a row of {} columns; the trees need {}", row.len(), self.n_features));
        }
        let mut scores: Vec<f64> = self.base_values.iter().map(|&value| value.into()).collect();
        for &root in &self.roots {
            let mut at = root;
            while at & IS_LEAF == 0 {
                let branch = &self.branches[at as usize];
                let x = row[(branch.feature & !MISSING_IS_TRUE) as usize];
                let holds = x <= branch.threshold || (x.is_nan() && branch.feature & MISSING_IS_TRUE != 0);
                at = branch.children[usize::from(holds)];
            }
            let votes = &self.leaves[(at & !IS_LEAF) as usize];
            for vote in &self.votes[votes.start as usize..votes.end as usize] {
                scores[vote.class as usize] += f64::from(vote.weight);
            }
        }
        Ok(scores)
    }
}

fn index(value: usize) -> Result<u32> {
    u32::try_from(value).ok().filter(|value| value & IS_LEAF == 0).ok_or_else(|| format!("{value} is too many nodes"))
}

fn check_lengths(a: &Attributes) -> Result<()> {
    let n_nodes = a.nodes_nodeids.len();
    if n_nodes == 0 {
        return Err("there are no nodes".into());
    }
    if a.n_classes < 2 {
        return Err(format!("{} classes; at least 2 are needed", a.n_classes));
    }
    let n_votes = a.class_ids.len();
    let missing = a.nodes_missing_value_tracks_true.len();
    for (name, found, expected) in [
        ("nodes_treeids", a.nodes_treeids.len(), n_nodes),
        ("nodes_featureids", a.nodes_featureids.len(), n_nodes),
        ("nodes_values", a.nodes_values.len(), n_nodes),
        ("nodes_modes", a.nodes_modes.len(), n_nodes),
        ("nodes_truenodeids", a.nodes_truenodeids.len(), n_nodes),
        ("nodes_falsenodeids", a.nodes_falsenodeids.len(), n_nodes),
        ("nodes_missing_value_tracks_true", missing, if missing == 0 { 0 } else { n_nodes }),
        ("class_treeids", a.class_treeids.len(), n_votes),
        ("class_nodeids", a.class_nodeids.len(), n_votes),
        ("class_weights", a.class_weights.len(), n_votes),
        ("base_values", a.base_values.len(), if a.base_values.is_empty() { 0 } else { a.n_classes }),
    ] {
        if found != expected {
            return Err(format!("{name} has {found} values instead of {expected}"));
        }
    }
    if a.nodes_values.iter().any(|value| value.is_nan()) {
        return Err("a threshold is not a number".into());
    }
    if a.class_weights.iter().chain(a.base_values).any(|value| !value.is_finite()) {
        return Err("a score is not finite".into());
    }
    // onnxruntime reads two classes with votes for one of them as a single score with a complement.
    if a.n_classes == 2 && a.class_ids.iter().all(|id| Some(id) == a.class_ids.first()) {
        return Err("two classes with votes for one of them only are not supported".into());
    }
    Ok(())
}

/// Indices of all nodes, by tree and identifier.
fn node_order(a: &Attributes) -> Result<Vec<usize>> {
    let key = |node: usize| (a.nodes_treeids[node], a.nodes_nodeids[node]);
    let mut order: Vec<usize> = (0..a.nodes_nodeids.len()).collect();
    order.sort_unstable_by_key(|&node| key(node));
    match order.windows(2).find(|pair| key(pair[0]) == key(pair[1])) {
        Some(pair) => Err(format!("node {} of tree {} is there twice", key(pair[0]).1, key(pair[0]).0)),
        None => Ok(order),
    }
}

/// Indices of all votes, by tree and leaf.
fn vote_order(a: &Attributes) -> Vec<usize> {
    let mut order: Vec<usize> = (0..a.class_ids.len()).collect();
    order.sort_by_key(|&vote| (a.class_treeids[vote], a.class_nodeids[vote]));
    order
}
