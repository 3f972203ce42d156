//! `cargo xtask test`: every check, in the order of how soon it can fail.

use std::env;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::browser::{self, Browser};
use crate::dist::Kind;
use crate::tools::TARGET;
use crate::workspace::{Workspace, announce, run, spoken};
use crate::{dist, tools};

/// The same in all native steps, so that dependencies are compiled once.
const NATIVE_FEATURES: &str = "undertone/page,undertone/worker";
/// Turns on what needs a browser; it adds no dependency.
const BROWSER_FEATURES: &str = "undertone/page,undertone/worker,undertone-e2e/browser";
/// As Trunk compiles the worker, for the same reason.
const WORKER: [&str; 2] = ["--features", "worker"];
const PAGE: [&str; 3] = ["--no-default-features", "--features", "page"];

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

const STEPS: [Step; 6] = [
    Step { name: "fmt", what: "formatting", run: fmt },
    Step { name: "clippy", what: "clippy, warnings denied, natively and for wasm", run: clippy },
    Step { name: "native", what: "native tests", run: native },
    Step { name: "wasm", what: "wasm tests in headless Chromium", run: wasm },
    Step { name: "build", what: "the page as it is hosted", run: |workspace| dist::build(workspace, Kind::default()) },
    Step { name: "e2e", what: "the built page in headless Chromium", run: e2e },
];

pub fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let mut only = Vec::new();
    while let Some(names) = arguments.option::<String>("--only")? {
        only.extend(names.split(',').map(str::to_owned));
    }
    arguments.finish()?;
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("there is no step `{unknown}`; there are: {}", STEPS.map(|step| step.name).join(", "));
    }

    let mut times: Vec<(&str, Duration)> = Vec::new();
    for step in STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)) {
        announce(format!("{}: {}", step.name, step.what));
        let start = Instant::now();
        let outcome = (step.run)(workspace);
        times.push((step.name, start.elapsed()));
        if let Err(error) = outcome {
            summary(&times, true);
            return Err(error.context(format!("the step `{}` failed", step.name)));
        }
        println!("{} passed in {}", step.name, spoken(start.elapsed()));
    }
    summary(&times, false);
    Ok(())
}

fn summary(times: &[(&str, Duration)], last_failed: bool) {
    println!();
    for (index, (name, time)) in times.iter().enumerate() {
        let failed = last_failed && index + 1 == times.len();
        println!("{:<8} {:<7} {}", name, if failed { "FAILED" } else { "passed" }, spoken(*time));
    }
    let failed = usize::from(last_failed);
    println!("{:<16} {}", "in all", spoken(times.iter().map(|(_, time)| *time).sum()));
    println!("steps: {} passed, {failed} failed", times.len() - failed);
}

fn fmt(workspace: &Workspace) -> Result<()> {
    run(workspace.cargo().args(["fmt", "--all", "--check"]))
}

fn clippy(workspace: &Workspace) -> Result<()> {
    tools::ensure_target(workspace)?;
    let mut native = workspace.cargo();
    native.args(["clippy", "--workspace", "--all-targets", "--release", "--features", BROWSER_FEATURES]);
    run(native.args(["--", "-D", "warnings"]))?;
    let web = || {
        let mut command = workspace.cargo();
        command.args(["clippy", "--package", "undertone", "--profile", "web", "--target", TARGET, "--lib"]);
        command
    };
    let denied = ["--", "-D", "warnings"];
    run(web().args(["--bin", "worker", "--test", "browser", "--example", "features-web"]).args(WORKER).args(denied))?;
    run(web().args(["--bin", "app"]).args(PAGE).args(denied))
}

fn native(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    run(command.args(["test", "--workspace", "--release", "--features", NATIVE_FEATURES]))
}

fn wasm(workspace: &Workspace) -> Result<()> {
    tools::ensure_target(workspace)?;
    let runner = tools::ensure_wasm_bindgen(workspace)?;
    let mut command = workspace.cargo();
    command.args(["test", "--package", "undertone", "--profile", "web", "--target", TARGET]);
    command.args(WORKER).args(["--test", "browser"]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    browser::find_or_install()?.give_to(workspace, &mut command)?;
    run(&mut command)
}

fn e2e(workspace: &Workspace) -> Result<()> {
    let browser = browser::find_or_install()?;
    let mut reference = workspace.cargo();
    reference.args(["build", "--workspace", "--release", "--features", NATIVE_FEATURES]);
    run(reference.args(["--bins", "--tests"])).context("the native program that the page is compared with")?;
    let mut command = in_browser(workspace, &browser)?;
    command.env("UNDERTONE_AXE", tools::ensure_axe(workspace)?);
    command.args(["test", "--workspace", "--release", "--features", BROWSER_FEATURES, "--test", "in_browser"]);
    run(command.args(["--", "--test-threads", "1", "--nocapture"]))
}

/// Some browser tests on a page that is built quickly, while one works on it.
pub fn try_command(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let no_build = arguments.flag("--no-build");
    let names: Vec<String> = std::iter::from_fn(|| arguments.command()).collect();
    if !no_build {
        dist::build(workspace, Kind { quick: true, ..Kind::default() })?;
    }
    let mut command = in_browser(workspace, &browser::find_or_install()?)?;
    command.env("UNDERTONE_AXE", tools::ensure_axe(workspace)?);
    command.args(["test", "--package", "undertone-e2e", "--release", "--features", "browser", "--test", "in_browser"]);
    run(command.args(["--", "--test-threads", "1", "--nocapture"]).args(names))
}

/// A cargo command whose program finds the built page, a server for it, the browser, and the trainer's program.
pub fn in_browser(workspace: &Workspace, browser: &Browser) -> Result<Command> {
    let mut command = workspace.cargo();
    browser.give_to(workspace, &mut command)?;
    let trainer = workspace.target().join("release/train-native").with_extension(env::consts::EXE_EXTENSION);
    command
        .env("RUST_BACKTRACE", "0")
        .env("UNDERTONE_DIST", workspace.dist())
        .env("UNDERTONE_SERVER", env::current_exe()?)
        .env("UNDERTONE_TRAINER", trainer)
        .env("UNDERTONE_SCREENSHOTS", workspace.root.join("target/e2e"));
    Ok(command)
}
