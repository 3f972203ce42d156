//! Words, tables and pictures from the results file: the model card `models/README.md`, the page `models/report.html` and the
//! block of figures in the project's README. Nothing in them is written by hand, so that no figure outlives the run it came from.

mod card;
mod html;
mod marks;
mod readme;
mod tables;

use std::path::Path;

use anyhow::{Context, Result};
use undertone::inference::{Manifest, Tier};

use crate::atomic;
use crate::recipe::WITHOUT;
use crate::results::{Baseline, Results, Run};
use crate::split::Protocol;

pub use card::render as render_card;
pub use html::render as render_page;
pub use readme::{BEGIN, END, fill};

/// Name of the model card in the folder of models.
pub const CARD: &str = "README.md";
/// Name of the page of figures in the folder of models.
pub const PAGE: &str = "report.html";
/// Name of the manifest in the folder of models.
pub const MANIFEST: &str = "manifest.json";

/// Writes the model card and the page of figures into `models`, and the figures into `readme`, or else into the README.md beside that folder,
/// where there is one. A README without the two marks stays as it is.
///
/// # Errors
/// No manifest in `models`, or a file that cannot be read or written.
pub fn write(models: &Path, readme: Option<&Path>) -> Result<()> {
    let manifest = read_manifest(models)?;
    let results = Results::read(models)?;
    atomic::write(&models.join(CARD), render_card(&manifest, &results).as_bytes())?;
    atomic::write(&models.join(PAGE), render_page(&manifest, &results).as_bytes())?;
    let beside = models.parent().map(|parent| parent.join("README.md")).filter(|path| path.is_file());
    let Some(path) = readme.or(beside.as_deref()) else { return Ok(()) };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    match fill(&text, &results) {
        Some(filled) if filled != text => atomic::write(path, filled.as_bytes()),
        Some(_) => Ok(()),
        None => {
            eprintln!("{} is left as it is: no line {BEGIN} with a line {END} after it", path.display());
            Ok(())
        }
    }
}

fn read_manifest(models: &Path) -> Result<Manifest> {
    let path = models.join(MANIFEST);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!("there is no {}; run `train` first, or name the folder by --models", path.display())
    })?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a manifest", path.display()))
}

/// Runs that say how good the shipped set is: not of the smoke recipe, which only shows that everything runs.
fn shown(results: &Results) -> Vec<&Run> {
    results
        .runs
        .iter()
        .filter(|run| ![crate::recipe::SMOKE, crate::deep::recipe::SMOKE].contains(&run.recipe.as_str()))
        .filter(|run| !run.recipe.contains(WITHOUT))
        .collect()
}

/// Runs of a recipe that parts were left out of: the parts, and the run of the whole recipe.
fn ablations(results: &Results) -> Vec<(&Run, String, &Run)> {
    let found = results.runs.iter().filter_map(|run| {
        let (recipe, parts) = run.recipe.split_once(WITHOUT)?;
        let is_whole = |other: &&Run| {
            other.recipe == recipe
                && other.protocol == run.protocol
                && other.model == run.model
                && other.tier == run.tier
                && other.condition == run.condition
                && other.baseline == run.baseline
        };
        let whole = results.runs.iter().find(is_whole)?;
        Some((run, parts.replace(WITHOUT, ", "), whole))
    });
    found.collect()
}

fn is_plain(run: &Run) -> bool {
    !run.speaker_statistics && run.baseline == Baseline::Clips(0) && run.condition == crate::results::CLEAN
}

/// The run of the headline: the ensemble by `luna5`, of the deep tier where there is one; the last one recorded.
fn headline(results: &Results) -> Option<&Run> {
    let candidates = || {
        let is_headline = |run: &&Run| run.protocol == Protocol::Luna5 && run.model == "ensemble" && is_plain(run);
        shown(results).into_iter().filter(is_headline)
    };
    candidates().rfind(|run| run.tier == Tier::Deep).or_else(|| candidates().next_back())
}

#[cfg(test)]
mod tests;
