//! `cargo xtask build`: Trunk's output, finished into a static site that any host can serve under any path.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::page::{self, content_hash};
use crate::workspace::{Workspace, announce, run};
use crate::{deep, module, offline, size, tight, tools, wasm, wasm_opt};

/// The page starts its worker by this name, so the file has no hash; what it loads has.
const WORKER_SCRIPT: &str = "worker_loader.js";

/// Trunk copies the folder of models whole; this file of it is for readers of the repository.
const NOT_SHIPPED: &str = "models/report.html";

/// What is to be built.
#[derive(Clone, Copy, Default)]
pub struct Kind {
    /// With Binaryen's `wasm-opt` at the end.
    pub optimize: bool,
    /// Linked in seconds instead of minutes: larger and slower than what is hosted.
    pub quick: bool,
}

pub fn build(workspace: &Workspace, kind: Kind) -> Result<()> {
    tools::ensure_all(workspace)?;
    let optimizer = if kind.optimize { wasm_opt::find(workspace) } else { None };
    announce("building the page (the first time about 15 minutes on two cores, later seconds to some minutes)");
    trunk(workspace, kind.quick)?;

    let dist = workspace.dist();
    let finished =
        module::build(workspace, &dist, kind.quick).and_then(|()| finish(workspace, &dist, optimizer.as_deref()));
    if let Err(error) = finished {
        fs::remove_file(dist.join("index.html")).ok();
        return Err(error.context("the built page is not as it should be"));
    }
    println!();
    size::report(&dist).map(drop)
}

fn trunk(workspace: &Workspace, quick: bool) -> Result<()> {
    // Glue of earlier builds would be copied along.
    fs::remove_dir_all(workspace.target().join("wasm-bindgen")).ok();
    let mut command = workspace.program(tools::ensure_trunk(workspace)?);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRUNK_")) {
        command.env_remove(name);
    }
    command.env_remove("NO_COLOR").env("TRUNK_SKIP_VERSION_CHECK", "true");
    if quick {
        command.env("CARGO_PROFILE_WEB_LTO", "off").env("CARGO_PROFILE_WEB_CODEGEN_UNITS", "16");
    }
    run(command.args(["--config", "trunk.toml", "build"]))
}

fn finish(workspace: &Workspace, dist: &Path, optimizer: Option<&Path>) -> Result<()> {
    let index = dist.join("index.html");
    let mut html = fs::read_to_string(&index).context("Trunk wrote no index.html")?;
    let start = page::find_start(&html)?;

    for module in [&start.wasm, "worker_bg.wasm"].map(|name| dist.join(name)) {
        if let Some(program) = optimizer {
            wasm_opt::shrink(workspace, program, &module)?;
        }
        let bytes = fs::read(&module).with_context(|| format!("Trunk wrote no {}", module.display()))?;
        fs::write(&module, wasm::without_names(&bytes)?)?;
    }

    let text = fs::read_to_string(dist.join(&start.js)).with_context(|| format!("Trunk wrote no {}", start.js))?;
    fs::remove_file(dist.join(&start.js))?;
    let page_js = write_by_content(dist, &tight::script(&text), "app", "js")?;
    let page_wasm = rename_by_content(dist, &start.wasm, "app", "wasm")?;
    let start_js = write_by_content(dist, &page::start_script(&page_js, &page_wasm), "start", "js")?;
    html = html
        .replace(&start.element, &format!("<script type=\"module\" src=\"./{start_js}\"></script>"))
        .replace(&format!("./{}\"", start.js), &format!("./{page_js}\""))
        .replace(&format!("./{}\"", start.wasm), &format!("./{page_wasm}\""));

    let worker_wasm = rename_by_content(dist, "worker_bg.wasm", "worker", "wasm")?;
    let worker_js = fs::read_to_string(dist.join("worker.js")).context("Trunk built no worker")?;
    fs::remove_file(dist.join("worker.js"))?;
    fs::write(dist.join(WORKER_SCRIPT), page::worker_script(&tight::script(&worker_js), &worker_wasm)?)?;

    html = page::insert_policy(&page::without_comments(&html))?;
    for address in page::check(&html)? {
        let file = dist.join(address.split(['?', '#']).next().unwrap_or_default());
        ensure!(file.is_file(), "index.html names {address}, which is not there");
    }
    for name in size::files(dist)? {
        if name.ends_with(".js") || name.ends_with(".css") {
            let text = fs::read_to_string(dist.join(&name))?;
            page::check_text(&name, &text)?;
            if name.ends_with(".css") {
                fs::write(dist.join(&name), tight::style(&text))?;
                html = page::without_integrity(&html, &name)?;
            }
        }
    }
    if dist.join(NOT_SHIPPED).is_file() {
        fs::remove_file(dist.join(NOT_SHIPPED))?;
    }
    if !dist.join("models/manifest.json").is_file() {
        bail!("models/manifest.json is missing: the page would have no models");
    }
    deep::pack(&dist.join("models"))?;
    fs::write(index, html)?;
    offline::write_list(dist)
}

fn rename_by_content(dist: &Path, from: &str, stem: &str, ending: &str) -> Result<String> {
    let old = dist.join(from);
    let bytes = fs::read(&old).with_context(|| format!("Trunk wrote no {from}"))?;
    let name = format!("{stem}-{}.{ending}", content_hash(&bytes));
    fs::rename(old, dist.join(&name))?;
    Ok(name)
}

fn write_by_content(dist: &Path, text: &str, stem: &str, ending: &str) -> Result<String> {
    let name = format!("{stem}-{}.{ending}", content_hash(text.as_bytes()));
    fs::write(dist.join(&name), text)?;
    Ok(name)
}
