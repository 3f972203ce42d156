//! Where things lie, and how other programs are run.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// The project's folder in the user's cache: tools and compiled dependencies, shared by all clones.
    cache: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Self> {
        let here = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => env::current_dir()?,
        };
        let root = here
            .ancestors()
            .find(|folder| folder.join("trunk.toml").is_file() && folder.join("Cargo.lock").is_file())
            .context("run this inside the project's folder")?;
        Ok(Self { root: root.to_owned(), cache: user_cache()?.join("undertone") })
    }

    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    pub fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// The build folder of every child: the user's `CARGO_TARGET_DIR`, or one in the cache.
    pub fn target(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()) {
            Some(folder) => self.root.join(folder),
            None => self.cache.join("target"),
        }
    }

    /// A program in the project's folder, that finds the project's tools and its build folder.
    pub fn program(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", self.target()).env("PATH", self.search_path());
        command
    }

    pub fn cargo(&self) -> Command {
        self.program(env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from))
    }

    fn search_path(&self) -> OsString {
        let own = std::fs::read_dir(self.tools()).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
        let mut folders: Vec<PathBuf> = own.filter(|folder| folder.is_dir()).collect();
        folders.sort();
        folders.reverse();
        if let Some(path) = env::var_os("PATH") {
            folders.extend(env::split_paths(&path));
        }
        env::join_paths(folders).unwrap_or_else(|_| env::var_os("PATH").unwrap_or_default())
    }
}

fn user_cache() -> Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("XDG_CACHE_HOME").filter(|folder| folder.is_absolute()) {
        return Ok(folder);
    }
    let folder = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Caches"))
    } else {
        set("HOME").map(|home| home.join(".cache"))
    };
    folder.context("neither XDG_CACHE_HOME nor a home folder is set")
}

/// Runs a command whose output the user sees; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("`{}` could not be started", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Standard output of a command that works, or `None`.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program in the search path.
pub fn find_program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
        .find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program()).to_string_lossy();
    let words = command.get_args().map(|word| word.to_string_lossy());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// `75 s` or `3 min 05 s`.
pub fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..100 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// A heading between the outputs of other programs.
pub fn announce(text: impl std::fmt::Display) {
    println!("\n== {text}");
}
