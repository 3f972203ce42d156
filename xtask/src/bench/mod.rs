//! `cargo xtask bench`: what things cost here, beside what others take for the same.

mod clips;
mod native;
mod timed;
mod web;

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::workspace::{Workspace, announce, run};
use crate::{browser, dist, test, tools};

pub fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let what = arguments.command();
    let only: Option<String> = arguments.option("--only")?;
    if what.as_deref() != Some("features") && only.is_some() {
        bail!("--only belongs to `bench features`");
    }
    arguments.finish()?;
    match what.as_deref() {
        None | Some("page") => page(workspace),
        Some("features") => features(workspace, only.as_deref()),
        Some(other) => bail!("there is no bench `{other}`; there are: page, features"),
    }
}

/// Prints what a clip costs on the built page, and what onnxruntime-web takes for the same encoder.
fn page(workspace: &Workspace) -> Result<()> {
    if !workspace.dist().join("index.html").is_file() {
        dist::build(workspace, dist::Kind::default())?;
    }
    let peer = tools::ensure_onnxruntime_web(workspace)?;
    let mut command = test::in_browser(workspace, &browser::find_or_install()?)?;
    command.env("UNDERTONE_ORT", peer);
    command.args(["run", "--quiet", "--package", "undertone-e2e", "--release", "--features", "browser"]);
    run(command.args(["--bin", "bench-page"]))
}

/// Prints what the features cost natively and in the browser, beside their peers; an error where they are too slow.
fn features(workspace: &Workspace, only: Option<&str>) -> Result<()> {
    let (natively, in_browser) = match only {
        None => (true, true),
        Some("native") => (true, false),
        Some("browser") => (false, true),
        Some(other) => bail!("there is no bench `{other}` of the features; there are: native, browser"),
    };
    let clips = clips::make(workspace)?;
    let mut missed = Vec::new();
    if natively {
        announce("natively, beside librosa and openSMILE");
        missed.extend(native::compare(workspace, &clips)?);
    }
    if in_browser {
        announce("in headless Chromium, beside Meyda and essentia.js");
        web::compare(workspace, &clips)?;
    }
    if !missed.is_empty() {
        bail!("slower than required: {}", missed.join("; "));
    }
    Ok(())
}
