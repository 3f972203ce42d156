//! The features in the browser, beside Meyda and essentia.js.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::clips::Clips;
use crate::workspace::{Workspace, run};
use crate::{browser, test, tools};

const EXAMPLE: &str = "features-web";

pub fn compare(workspace: &Workspace, clips: &Clips) -> Result<()> {
    let [meyda, essentia] = tools::ensure_web_peers(workspace)?;
    let mut command = test::in_browser(workspace, &browser::find_or_install()?)?;
    command
        .env("UNDERTONE_FEATURES", build(workspace)?)
        .env("UNDERTONE_MEYDA", meyda)
        .env("UNDERTONE_ESSENTIA", essentia)
        .env("UNDERTONE_CLIPS", &clips.folder);
    command.args(["run", "--quiet", "--package", "undertone-e2e", "--release", "--features", "browser"]);
    run(command.args(["--bin", "bench-features"]))
}

/// The features alone as a module for the browser, compiled as the page is; gives its folder.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    tools::ensure_target(workspace)?;
    let runner = tools::ensure_wasm_bindgen(workspace)?;
    let mut command = workspace.cargo();
    command.args(["build", "--package", "undertone", "--profile", "web", "--target", tools::TARGET]);
    run(command.args(["--no-default-features", "--features", "browser", "--example", EXAMPLE]))?;
    let module = workspace.target().join(tools::TARGET).join("web/examples").join(EXAMPLE).with_extension("wasm");
    let folder = workspace.target().join("bench-features");
    let bindgen = runner.parent().context("wasm-bindgen has no folder")?.join("wasm-bindgen");
    let mut command = workspace.program(bindgen.with_extension(std::env::consts::EXE_EXTENSION));
    command.args(["--target", "web", "--no-typescript", "--out-name", "features", "--out-dir"]).arg(&folder);
    run(command.arg(module))?;
    Ok(folder)
}
