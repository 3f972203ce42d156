//! A virtual environment of Python with the packages that the bench compares with; nothing else of the project needs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Error, Result, anyhow};

use crate::page::content_hash;
use crate::workspace::{Workspace, announce, output_of, run};

/// Names and versions of the packages, as pip reads them.
const PACKAGES: &str = "tests/benches/peers.txt";
/// What the packages of that list want at least.
const OLDEST: (u32, u32) = (3, 11);

const ADVICE: &str = "The bench compares with librosa and openSMILE, which need Python 3.11 or later with venv and pip.\n\
    Debian, Ubuntu:  sudo apt-get install python3 python3-venv\n\
    Fedora:          sudo dnf install python3\n\
    macOS:           brew install python\n\
    Elsewhere: install it, and name it in the variable PYTHON.\n\
    `cargo xtask bench features --only browser` does without it.";

/// Makes the environment at first use; gives its Python.
pub fn ensure_peers(workspace: &Workspace) -> Result<PathBuf> {
    let list = workspace.root.join(PACKAGES);
    let packages = fs::read_to_string(&list).with_context(|| format!("{PACKAGES} can't be read"))?;
    let folder = workspace.tools().join(format!("peers-{}", content_hash(packages.as_bytes())));
    let environment = folder.join("venv");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last: an installation that was cut off is made again.
    let complete = folder.join("complete");
    if complete.is_file() && version_of(&python).is_some() {
        return Ok(python);
    }
    let system = find_python()?;
    let shown: Vec<&str> = packages.split_whitespace().collect();
    announce(format!("installing {} for Python, once (one to three minutes, 800 MB)", shown.join(" ")));
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    run(Command::new(&system).args(["-m", "venv"]).arg(&environment)).map_err(advised)?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list);
    run(&mut pip).context("pip could not install what the bench compares with")?;
    fs::write(complete, packages)?;
    Ok(python)
}

fn find_python() -> Result<PathBuf> {
    let named = std::env::var_os("PYTHON").filter(|value| !value.is_empty()).map(PathBuf::from);
    let candidates = named.map_or_else(|| vec!["python3".into(), "python".into()], |program| vec![program]);
    let mut too_old = None;
    for program in candidates {
        match version_of(&program) {
            Some(version) if version >= OLDEST => return Ok(program),
            Some(version) => too_old = too_old.or(Some(version)),
            None => {}
        }
    }
    let found =
        too_old.map_or("no Python was found".into(), |(major, minor)| format!("Python {major}.{minor} is too old"));
    Err(advised(anyhow!(found)))
}

fn advised(error: Error) -> Error {
    anyhow!("{error:#}. {ADVICE}")
}

fn version_of(python: &Path) -> Option<(u32, u32)> {
    parse_version(&output_of(Command::new(python).arg("--version"))?)
}

/// The (3, 11) in `Python 3.11.7`.
fn parse_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_python_says_them() {
        assert_eq!(parse_version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(parse_version("Python 3.15.0rc1"), Some((3, 15)));
        assert_eq!(parse_version("pyenv: version `3.14' is not installed"), None);
    }
}
