//! The built page on a port of its own, under a path of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::path_from;
use crate::process::Process;

/// A running server.
pub struct Site {
    /// Where the page is, such as `http://127.0.0.1:41234/voice/demo/`.
    pub address: String,
    _process: Process,
    folder: Option<TempDir>,
}

impl Site {
    /// The page as it was built.
    ///
    /// # Errors
    /// Where the server does not start.
    pub fn built(prefix: &str) -> Result<Self> {
        Self::serve(&path_from("UNDERTONE_DIST")?, prefix, None)
    }

    /// A copy of the built page, changed by `change` (which gets its folder).
    ///
    /// # Errors
    /// Where the copy fails, `change` fails, or the server does not start.
    pub fn changed(change: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(&path_from("UNDERTONE_DIST")?, folder.path())?;
        change(folder.path())?;
        Self::of(folder)
    }

    /// A site of its own.
    ///
    /// # Errors
    /// Where the server does not start.
    pub fn of(folder: TempDir) -> Result<Self> {
        let path = folder.path().to_owned();
        Self::serve(&path, "/", Some(folder))
    }

    fn serve(folder: &Path, prefix: &str, temporary: Option<TempDir>) -> Result<Self> {
        let mut command = Command::new(path_from("UNDERTONE_SERVER")?);
        command.args(["serve", "--no-build", "--port", "0", "--prefix", prefix, "--dir"]).arg(folder);
        let (process, address) = Process::start(&mut command, |line| {
            line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned)
        })?;
        Ok(Self { address, _process: process, folder: temporary })
    }

    /// The folder of a changed copy, to change it again.
    ///
    /// # Errors
    /// Where this is the page as it was built.
    pub fn folder(&self) -> Result<&Path> {
        self.folder.as_ref().map(TempDir::path).context("the built page itself is not to be changed")
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        let host = self.address.find("://").map_or(0, |at| at + 3);
        let end = self.address[host..].find('/').map_or(self.address.len(), |at| host + at);
        &self.address[..end]
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("{} can't be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
