//! Exact SHAP values of tree ensembles against one reference row: interventional TreeSHAP (Lundberg et al. 2020, *From local
//! explanations to global understanding with explainable AI for trees*, algorithm 3) with a background of one.

use super::{IS_LEAF, MISSING_IS_TRUE, Result, TreeEnsemble};

/// Where a column stands on a path: on neither side yet, on the row's, or on the reference's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Row,
    Reference,
}

/// A walk through one tree.
struct Walk<'a> {
    row: &'a [f32],
    reference: &'a [f32],
    class: u32,
    /// Columns that the path so far hangs on, and the side that each follows.
    path: Vec<(usize, Side)>,
    values: &'a mut [f64],
}

impl TreeEnsemble {
    /// How much each column of `row`, taken instead of that of `reference`, adds to the score of `class` (before the
    /// post-transform), averaged over all orders in which columns can be exchanged: Shapley values. Their sum is the
    /// difference of the two rows' scores.
    ///
    /// # Errors
    /// Rows of different lengths or with too few columns, a class that is not there.
    pub fn shap(&self, row: &[f32], reference: &[f32], class: usize) -> Result<Vec<f64>> {
        if row.len() != reference.len() || row.len() < self.n_features() {
            return Err(format!(
                "rows of {} and {} columns; the trees need {}",
                row.len(),
                reference.len(),
                self.n_features()
            ));
        }
        if class >= self.n_classes() {
            return Err(format!("class {class} of {}", self.n_classes()));
        }
        let mut values = vec![0.0; row.len()];
        for &root in &self.roots {
            let mut walk = Walk { row, reference, class: class as u32, path: Vec::new(), values: &mut values };
            self.walk(root, &mut walk);
        }
        Ok(values)
    }

    fn walk(&self, at: u32, walk: &mut Walk) {
        if at & IS_LEAF != 0 {
            return self.credit(at, walk);
        }
        let branch = &self.branches[at as usize];
        let column = (branch.feature & !MISSING_IS_TRUE) as usize;
        let child = |x: f32| {
            let holds = x <= branch.threshold || (x.is_nan() && branch.feature & MISSING_IS_TRUE != 0);
            branch.children[usize::from(holds)]
        };
        let (of_row, of_reference) = (child(walk.row[column]), child(walk.reference[column]));
        let decided = walk.path.iter().find(|(taken, _)| *taken == column).map(|(_, side)| *side);
        match decided {
            Some(Side::Row) => self.walk(of_row, walk),
            Some(Side::Reference) => self.walk(of_reference, walk),
            None if of_row == of_reference => self.walk(of_row, walk),
            None => {
                for (side, child) in [(Side::Row, of_row), (Side::Reference, of_reference)] {
                    walk.path.push((column, side));
                    self.walk(child, walk);
                    walk.path.pop();
                }
            }
        }
    }

    /// A leaf is reached by those exchanges that hold all columns of one side and none of the other: its weight goes to each
    /// by the share of orders in which that column decides.
    fn credit(&self, at: u32, walk: &mut Walk) {
        let votes = &self.leaves[(at & !IS_LEAF) as usize];
        let votes = &self.votes[votes.start as usize..votes.end as usize];
        let weight: f64 = votes.iter().filter(|vote| vote.class == walk.class).map(|vote| f64::from(vote.weight)).sum();
        let count = walk.path.len();
        if weight == 0.0 || count == 0 {
            return;
        }
        let of_row = walk.path.iter().filter(|(_, side)| *side == Side::Row).count();
        // (a - 1)! b! / (a + b)! = 1 / (a binomial(a + b, a)), and alike for the other side.
        let orders = binomial(count, of_row);
        for (column, side) in &walk.path {
            walk.values[*column] += match side {
                Side::Row => weight / (of_row as f64 * orders),
                Side::Reference => -weight / ((count - of_row) as f64 * orders),
            };
        }
    }
}

fn binomial(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |value, index| value * (n - index) as f64 / (index + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::super::{Attributes, Mode, PostTransform};
    use super::*;

    /// A full tree of depth 3 over `columns` columns with one vote a leaf for class 0 or 1, drawn from `seed`; twice.
    fn forest(columns: u32, seed: u32) -> TreeEnsemble {
        let mut state = seed;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let (mut trees, mut ids, mut features, mut values, mut modes) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut yes, mut no, mut votes, mut classes, mut weights, mut vote_trees) =
            (vec![], vec![], vec![], vec![], vec![], vec![]);
        for tree in 0..2 {
            for node in 0..15_i64 {
                let leaf = node >= 7;
                trees.push(tree);
                ids.push(node);
                features.push(if leaf { 0 } else { i64::from(next(columns)) });
                values.push(if leaf { 0.0 } else { next(100) as f32 / 100.0 });
                modes.push(if leaf { Mode::Leaf } else { Mode::LessOrEqual });
                yes.push(if leaf { 0 } else { 2 * node + 1 });
                no.push(if leaf { 0 } else { 2 * node + 2 });
                if leaf {
                    vote_trees.push(tree);
                    votes.push(node);
                    classes.push(i64::from(next(2)));
                    weights.push(next(1000) as f32 / 100.0 - 5.0);
                }
            }
        }
        TreeEnsemble::new(&Attributes {
            nodes_treeids: &trees,
            nodes_nodeids: &ids,
            nodes_featureids: &features,
            nodes_values: &values,
            nodes_modes: &modes,
            nodes_truenodeids: &yes,
            nodes_falsenodeids: &no,
            nodes_missing_value_tracks_true: &[],
            class_treeids: &vote_trees,
            class_nodeids: &votes,
            class_ids: &classes,
            class_weights: &weights,
            base_values: &[],
            post_transform: PostTransform::Softmax,
            n_classes: 2,
        })
        .unwrap()
    }

    fn rows(columns: u32, seed: u32) -> [Vec<f32>; 2] {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        [0, 1].map(|_| (0..columns).map(|_| next()).collect())
    }

    /// By the definition: over all subsets of the other columns.
    fn by_definition(trees: &TreeEnsemble, row: &[f32], reference: &[f32], class: usize) -> Vec<f64> {
        let n = row.len();
        let score = |subset: usize| {
            let mixed: Vec<f32> = (0..n).map(|i| if subset >> i & 1 == 1 { row[i] } else { reference[i] }).collect();
            f64::from(trees.scores(&mixed).unwrap()[class])
        };
        let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
        (0..n)
            .map(|i| {
                (0..1_usize << n)
                    .filter(|subset| subset >> i & 1 == 0)
                    .map(|subset| {
                        let size = subset.count_ones() as usize;
                        let share = factorial(size) * factorial(n - size - 1) / factorial(n);
                        share * (score(subset | 1 << i) - score(subset))
                    })
                    .sum()
            })
            .collect()
    }

    #[test]
    fn they_are_what_the_definition_says() {
        for seed in 0..20 {
            let trees = forest(5, seed);
            let [row, reference] = rows(5, seed + 100);
            for class in 0..2 {
                let found = trees.shap(&row, &reference, class).unwrap();
                let wanted = by_definition(&trees, &row, &reference, class);
                for (a, b) in found.iter().zip(&wanted) {
                    assert!((a - b).abs() < 1e-5, "{seed}: {found:?} instead of {wanted:?}");
                }
                let whole = trees.scores(&row).unwrap()[class] - trees.scores(&reference).unwrap()[class];
                assert!((found.iter().sum::<f64>() - f64::from(whole)).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let trees = forest(4, 1);
        assert!(trees.shap(&[0.0; 4], &[0.0; 5], 0).is_err());
        assert!(trees.shap(&[0.0; 1], &[0.0; 1], 0).is_err() || trees.n_features() <= 1);
        assert!(trees.shap(&[0.0; 4], &[0.0; 4], 2).is_err());
        assert!(trees.shap(&[0.5; 4], &[0.5; 4], 1).unwrap().iter().all(|value| *value == 0.0));
    }
}
