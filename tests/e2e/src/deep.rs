//! The deep tier, as the page shows it and as it lies on the site.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::page::{Page, Shown};

const LIMIT: Duration = Duration::from_secs(90);

/// A file of the deep tier.
#[derive(Clone, Debug)]
pub struct DeepFile {
    /// Name of the model.
    pub name: String,
    /// File name beside the manifest.
    pub file: String,
}

/// The files of the deep tier in a built page, the encoder first.
///
/// # Errors
/// Where the manifest can't be read, or has no deep tier.
pub fn files(dist: &Path) -> Result<Vec<DeepFile>> {
    let text = std::fs::read_to_string(dist.join("models/manifest.json")).context("the built page has no manifest")?;
    let manifest: Value = serde_json::from_str(&text)?;
    let heads = manifest["models"].as_array().into_iter().flatten().filter(|entry| entry["tier"] == "deep");
    let files: Vec<DeepFile> = [&manifest["encoder"]]
        .into_iter()
        .chain(heads)
        .filter_map(|entry| {
            Some(DeepFile { name: entry["name"].as_str()?.into(), file: entry["file"].as_str()?.into() })
        })
        .collect();
    ensure!(files.len() > 1 && !manifest["encoder"].is_null(), "the models have no deep tier");
    Ok(files)
}

impl Page<'_> {
    /// Waits until the line of the deep tier is in one of `states`; gives that, and the line's words.
    ///
    /// # Errors
    /// Where it gets into none.
    pub async fn deep_state(&self, states: &[&str]) -> Result<(String, String)> {
        let script = "const line = document.querySelector('#deep-status');
            return line && arguments[0].includes(line.dataset.state) ? [line.dataset.state, line.innerText] : null";
        let what = format!("the deep tier to be {}", states.join(" or "));
        let found = self.browser.wait_for(&what, LIMIT, script, vec![json!(states)]).await?;
        let text = |index: usize| found[index].as_str().unwrap_or_default().trim().replace('\n', " ");
        Ok((text(0), text(1)))
    }

    /// Waits for the second answer to the clip in hand.
    ///
    /// # Errors
    /// With the page's words, where it does not come.
    pub async fn sharpened(&self) -> Result<Shown> {
        let (state, words) = self.deep_state(&["ready", "failed", "asked"]).await?;
        ensure!(state == "ready", "no sharper answer, the page is {state}: {words}");
        let shown = self.shown().await?;
        ensure!(shown.tier == "deep", "the answer is still that of the {} tier", shown.tier);
        Ok(shown)
    }

    /// A number that the line of the deep tier carries.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn deep_figure(&self, name: &str) -> Result<f64> {
        let script = "return Number(document.querySelector('#deep-status')?.dataset[arguments[0]] ?? NaN)";
        let value = self.browser.run(script, vec![json!(name)]).await?;
        value.as_f64().with_context(|| format!("the page does not tell {name}"))
    }
}
