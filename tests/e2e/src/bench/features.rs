//! The features in a browser beside Meyda and essentia.js.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

use crate::browser::Browser;
use crate::path_from;
use crate::site::Site;

const SCRIPT: &str = include_str!("features.js");
const PAGE: &str = "<!doctype html><html lang=\"en\"><head><title>Bench</title></head><body></body></html>";
const OURS: [&str; 2] = ["features.js", "features_bg.wasm"];
const MEYDA: [&str; 1] = ["meyda.min.js"];
const ESSENTIA: [&str; 2] = ["essentia.js-core.es.js", "essentia-wasm.es.js"];

/// Who can be asked.
pub const PROGRAMS: [&str; 3] = ["ours", "meyda", "essentia.js"];

/// One run: its time, and the mean over all frames of each feature.
#[derive(Debug, Deserialize)]
pub struct Run {
    /// Milliseconds.
    pub millis: f64,
    /// 13 cepstra, centroid (Hz), roll-off (Hz), flatness, RMS, zero crossings a sample.
    pub means: Vec<f64>,
}

/// A page with a worker that holds all three.
pub struct Programs<'a> {
    browser: &'a Browser,
    _site: Site,
}

impl<'a> Programs<'a> {
    /// Serves the modules from the folders in `UNDERTONE_FEATURES`, `UNDERTONE_MEYDA`, `UNDERTONE_ESSENTIA` and the clips
    /// from `UNDERTONE_CLIPS`, and opens a page with them.
    ///
    /// # Errors
    /// Where a file is not there, or the browser does not open the page.
    pub async fn open(browser: &'a Browser, clips: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(&path_from("UNDERTONE_FEATURES")?, &folder, "ours", &OURS)?;
        copy(&path_from("UNDERTONE_MEYDA")?, &folder, "meyda", &MEYDA)?;
        copy(&path_from("UNDERTONE_ESSENTIA")?, &folder, "essentia", &ESSENTIA)?;
        copy(&path_from("UNDERTONE_CLIPS")?, &folder, "clips", clips)?;
        fs::write(folder.path().join("features-bench.js"), SCRIPT)?;
        fs::write(folder.path().join("index.html"), PAGE)?;
        let site = Site::of(folder)?;
        browser.client.goto(&site.address).await?;
        let script = "window.programs = new Worker('features-bench.js', {type: 'module'});
            window.ask = message => new Promise(done => {
              programs.onmessage = ({data}) => done(data);
              programs.onerror = event => done({error: event.message ?? 'its script could not be loaded'});
              programs.postMessage(message);
            });";
        browser.run(script, vec![]).await?;
        Ok(Self { browser, _site: site })
    }

    /// One run of one of [`PROGRAMS`] on a clip.
    ///
    /// # Errors
    /// What it throws.
    pub async fn run(&self, who: &str, clip: &str) -> Result<Run> {
        let message = json!({"who": who, "file": clip});
        let answer = self.browser.client.execute_async("ask(arguments[0]).then(arguments[1])", vec![message]).await?;
        if let Some(error) = answer["error"].as_str() {
            bail!("{who} failed: {error}");
        }
        serde_json::from_value(answer).with_context(|| format!("{who} gave no times"))
    }
}

fn copy(from: &Path, site: &TempDir, name: &str, files: &[&str]) -> Result<()> {
    let to = site.path().join(name);
    fs::create_dir_all(&to)?;
    for file in files {
        fs::copy(from.join(file), to.join(file))
            .with_context(|| format!("there is no {}", from.join(file).display()))?;
    }
    Ok(())
}
