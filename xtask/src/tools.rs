//! Installs what the build needs and the machine lacks: the wasm target, Trunk, and wasm-bindgen of the locked version.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::debian;
use crate::workspace::{Workspace, announce, find_program, output_of, run};

const TRUNK_VERSION: &str = "0.21.14";
/// What the benches compare with.
const ONNXRUNTIME_WEB_VERSION: &str = "1.30.0";
const MEYDA_VERSION: &str = "5.6.3";
const ESSENTIA_VERSION: &str = "0.1.3";
/// What the browser tests hold the page to.
const AXE_VERSION: &str = "4.14.1";
/// The page's and the worker's.
pub const TARGET: &str = "wasm32-unknown-unknown";

pub fn ensure_all(workspace: &Workspace) -> Result<()> {
    ensure_target(workspace)?;
    ensure_wasm_bindgen(workspace)?;
    ensure_trunk(workspace).map(drop)
}

/// The standard library for [`TARGET`].
pub fn ensure_target(workspace: &Workspace) -> Result<()> {
    let sysroot = output_of(workspace.program("rustc").args(["--print", "sysroot"]))
        .context("`rustc` was not found; install Rust from rustup.rs")?;
    if PathBuf::from(sysroot).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    announce(format!("installing Rust's standard library for {TARGET} (some seconds)"));
    run(workspace.program("rustup").args(["target", "add", TARGET]))
        .with_context(|| format!("the page needs Rust's standard library for {TARGET}: `rustup target add {TARGET}`"))
}

/// Trunk; gives its path.
pub fn ensure_trunk(workspace: &Workspace) -> Result<PathBuf> {
    let tool =
        Tool { package: "trunk", program: "trunk", version: TRUNK_VERSION, locked: true, duration: "5 to 15 minutes" };
    tool.ensure(workspace)
}

/// wasm-bindgen and its test runner; gives the runner's path.
pub fn ensure_wasm_bindgen(workspace: &Workspace) -> Result<PathBuf> {
    let lock = fs::read_to_string(workspace.root.join("Cargo.lock"))?;
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    let tool = Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen-test-runner",
        version,
        locked: false,
        duration: "3 to 7 minutes",
    };
    tool.ensure(workspace)
}

/// onnxruntime-web, for the bench of the page; gives the folder of its files.
pub fn ensure_onnxruntime_web(workspace: &Workspace) -> Result<PathBuf> {
    Ok(ensure_npm_package(workspace, "onnxruntime-web", ONNXRUNTIME_WEB_VERSION)?.join("dist"))
}

/// Meyda and essentia.js, for the bench of the features; gives the folders of their files.
pub fn ensure_web_peers(workspace: &Workspace) -> Result<[PathBuf; 2]> {
    let meyda = ensure_npm_package(workspace, "meyda", MEYDA_VERSION)?.join("dist/web");
    Ok([meyda, ensure_npm_package(workspace, "essentia.js", ESSENTIA_VERSION)?.join("dist")])
}

/// axe-core, which finds barriers in a page; gives its script.
pub fn ensure_axe(workspace: &Workspace) -> Result<PathBuf> {
    Ok(ensure_npm_package(workspace, "axe-core", AXE_VERSION)?.join("axe.min.js"))
}

/// A package by npm, which only benches and browser tests need; gives its folder.
fn ensure_npm_package(workspace: &Workspace, name: &str, version: &str) -> Result<PathBuf> {
    let folder = workspace.tools().join(format!("{name}-{version}"));
    let package = folder.join("node_modules").join(name);
    if !package.join("package.json").is_file() {
        let npm = find_or_install_npm().with_context(|| format!("npm brings {name}: install npm (with Node.js)"))?;
        announce(format!("installing {name} {version} with npm, once (some seconds)"));
        fs::create_dir_all(&folder)?;
        let mut command = Command::new(npm);
        command.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
        run(command.arg("--prefix").arg(&folder).arg(format!("{name}@{version}")))?;
    }
    Ok(package)
}

fn find_or_install_npm() -> Result<PathBuf> {
    if find_program("npm").is_none() && debian::can_install() {
        debian::install(&["npm"], "about a minute")?;
    }
    find_program("npm").context("there is no npm")
}

struct Tool<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    /// Whether to build it with its own lock file.
    locked: bool,
    duration: &'a str,
}

impl Tool<'_> {
    fn ensure(&self, workspace: &Workspace) -> Result<PathBuf> {
        let folder = workspace.tools().join(format!("{}-{}", self.package, self.version));
        let program = folder.join("bin").join(self.program).with_extension(std::env::consts::EXE_EXTENSION);
        let found = |program: PathBuf| {
            let said = output_of(Command::new(&program).arg("--version"))?;
            said.split_whitespace().any(|word| word == self.version).then_some(program)
        };
        if let Some(program) = found(program.clone()).or_else(|| found(PathBuf::from(self.program))) {
            return Ok(program);
        }
        announce(format!("installing {} {}, once (about {})", self.package, self.version, self.duration));
        if !self.binstall(workspace, &folder) {
            self.compile(workspace, &folder)?;
        }
        found(program).with_context(|| format!("{} {} was installed but does not run", self.package, self.version))
    }

    /// Fetches a ready-made program where the user has cargo-binstall; false if that did not work.
    fn binstall(&self, workspace: &Workspace, folder: &PathBuf) -> bool {
        if output_of(workspace.cargo().args(["binstall", "-V"])).is_none() {
            return false;
        }
        let mut command = workspace.cargo();
        command.args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]).arg(folder);
        run(command.arg(format!("{}@{}", self.package, self.version))).is_ok()
    }

    fn compile(&self, workspace: &Workspace, folder: &PathBuf) -> Result<()> {
        // A folder of its own, so that an interrupted install goes on where it was.
        let build = workspace.tools().join("build");
        let mut command = workspace.cargo();
        command.args(["install", self.package, "--version", self.version, "--root"]).arg(folder);
        if self.locked {
            command.arg("--locked");
        }
        // Trunk asks for one unit and all of its libraries in it: minutes for a program that runs for seconds.
        command.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        if let Err(error) = run(command.env("CARGO_TARGET_DIR", &build)) {
            bail!("{} {} could not be installed: {error:#}", self.package, self.version);
        }
        fs::remove_dir_all(&build).ok();
        Ok(())
    }
}

/// The version of `package` in the text of a lock file.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn reads_the_locked_version_of_exactly_that_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "bindgen"), None);
    }
}
