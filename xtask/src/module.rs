//! The engine as an ES module for other pages, beside the built page: `module/undertone.js` and its types.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::{Workspace, announce, run};
use crate::{tools, wasm};

/// Where it stands in the built page.
pub const FOLDER: &str = "module";
/// What is copied as it is: a page that uses it.
const EXAMPLE: [&str; 2] = ["index.html", "example.js"];

pub fn build(workspace: &Workspace, dist: &Path, quick: bool) -> Result<()> {
    announce("building the module for other pages");
    let mut command = workspace.cargo();
    command.args(["build", "--profile", "web", "--target", "wasm32-unknown-unknown", "--bin", "module"]);
    command.args(["--no-default-features", "--features", "module"]);
    if quick {
        command.env("CARGO_PROFILE_WEB_LTO", "off").env("CARGO_PROFILE_WEB_CODEGEN_UNITS", "16");
    }
    run(&mut command)?;
    let out = dist.join(FOLDER);
    fs::create_dir_all(&out)?;
    let runner = tools::ensure_wasm_bindgen(workspace)?;
    let bindgen = runner.with_file_name("wasm-bindgen").with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = workspace.program(bindgen);
    command.args(["--target", "web", "--out-name", "undertone", "--out-dir"]).arg(&out);
    run(command.arg(workspace.target().join("wasm32-unknown-unknown/web/module.wasm")))?;
    let module = out.join("undertone_bg.wasm");
    let bytes = fs::read(&module).context("wasm-bindgen wrote no module")?;
    fs::write(&module, wasm::without_names(&bytes)?)?;
    for name in EXAMPLE {
        fs::copy(workspace.root.join("www/module").join(name), out.join(name))?;
    }
    Ok(())
}
