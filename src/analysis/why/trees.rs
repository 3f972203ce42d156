//! Shapley values of the tree models, put into families and names.

use super::{ColumnReason, Family, TreeReasons};
use crate::features::functional_names;
use crate::inference::{Emotion, Engine, N_CLASSES};
use crate::{Error, Result};

/// So many single columns are told.
const COLUMNS: usize = 10;

/// Of model `index` of the quick tier; `None` where it has no trees, or there is nothing to compare with.
pub(super) fn tree_reasons(
    engine: &Engine,
    index: usize,
    row: &[f32],
    emotion: Emotion,
) -> Result<Option<TreeReasons>> {
    let (Some((entry, trees)), Some(typical)) = (engine.trees(index), engine.typical_row()) else { return Ok(None) };
    let refuse = |reason: String| Error::Model { model: entry.name.clone(), reason };
    if typical.len() != row.len() {
        return Err(refuse(format!("a typical row has {} columns, this clip {}", typical.len(), row.len())));
    }
    // Against the mean of all emotions: what raises every score alike says nothing.
    let mut adds = vec![0.0; row.len()];
    for class in 0..N_CLASSES {
        let share = f64::from(u8::from(class == emotion.index())) - 1.0 / N_CLASSES as f64;
        for (slot, value) in adds.iter_mut().zip(trees.shap(row, typical, class).map_err(refuse)?) {
            *slot += share * value;
        }
    }
    let functionals = functional_names(engine.features());
    let seen = row.len().saturating_sub(functionals.len());
    let name = |column: usize| match column.checked_sub(seen) {
        Some(column) => functionals[column].clone(),
        None => format!("embedding {column}"),
    };
    let mut families = Family::ALL.map(|family| (family, 0.0));
    for (column, adds) in adds.iter().enumerate() {
        let family = Family::of(&name(column));
        families.iter_mut().filter(|(this, _)| *this == family).for_each(|(_, sum)| *sum += *adds as f32);
    }
    let mut order: Vec<usize> = (0..adds.len()).filter(|column| adds[*column] != 0.0).collect();
    order.sort_by(|a, b| adds[*b].abs().total_cmp(&adds[*a].abs()));
    let columns = order.into_iter().take(COLUMNS).map(|column| ColumnReason {
        name: name(column),
        value: row[column],
        typical: typical[column],
        adds: adds[column] as f32,
    });
    Ok(Some(TreeReasons { model: entry.name.clone(), families: families.to_vec(), columns: columns.collect() }))
}
