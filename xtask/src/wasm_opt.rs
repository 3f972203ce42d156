//! wasm-opt, for those who ask for it and have it (or npm, to get it): it makes the engine smaller on disk, and hardly
//! smaller on the wire.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::page::content_hash;
use crate::workspace::{Workspace, announce, find_program, output_of, run, spoken};

/// Older ones can't read what today's Rust writes.
const OLDEST: u32 = 119;
const NPM_VERSION: &str = "132";
const OPTIONS: [&str; 4] = ["-Oz", "--all-features", "--strip-debug", "--strip-producers"];

/// Shrinks `file` in place; results are kept in the cache by the hash of what went in.
pub fn shrink(workspace: &Workspace, program: &Path, file: &Path) -> Result<()> {
    let input = fs::read(file)?;
    let folder = workspace.target().join("wasm-opt");
    let version = version_of(program).unwrap_or_default();
    let kept = folder.join(format!("{}-{version}{}.wasm", content_hash(&input), OPTIONS.concat()));
    if !kept.is_file() {
        fs::create_dir_all(&folder)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        announce(format!("wasm-opt {} on {name} (half a minute to some minutes)", OPTIONS[0]));
        let start = Instant::now();
        let unfinished = kept.with_extension("part");
        let mut command = Command::new(program);
        if let Err(error) = run(command.args(OPTIONS).arg(file).arg("-o").arg(&unfinished)) {
            println!("wasm-opt was of no use, the file stays as it is: {error:#}");
            return Ok(());
        }
        fs::rename(&unfinished, &kept)?;
        println!("{} -> {} bytes in {}", input.len(), fs::metadata(&kept)?.len(), spoken(start.elapsed()));
    }
    fs::copy(&kept, file)?;
    Ok(())
}

/// A usable wasm-opt: in the search path, in the project's tools, or brought there by npm.
pub fn find(workspace: &Workspace) -> Option<PathBuf> {
    let usable = |program: PathBuf| version_of(&program).filter(|version| *version >= OLDEST).map(|_| program);
    if let Some(program) = find_program("wasm-opt").and_then(usable) {
        return Some(program);
    }
    let folder = workspace.tools().join(format!("binaryen-{NPM_VERSION}"));
    let program = folder.join("node_modules/.bin/wasm-opt");
    if let Some(program) = usable(program.clone()) {
        return Some(program);
    }
    let npm = find_program("npm")?;
    announce(format!("installing wasm-opt {NPM_VERSION} with npm, once (about half a minute)"));
    let mut command = Command::new(npm);
    command.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    fs::create_dir_all(&folder).ok()?;
    match run(command.arg("--prefix").arg(&folder).arg(format!("binaryen@{NPM_VERSION}"))) {
        Ok(()) => usable(program),
        Err(error) => {
            println!("going on without wasm-opt: {error:#}");
            None
        }
    }
}

fn version_of(program: &Path) -> Option<u32> {
    parse_version(&output_of(Command::new(program).arg("--version"))?)
}

/// The number in `wasm-opt version 132 (version_132)`.
fn parse_version(said: &str) -> Option<u32> {
    said.split_whitespace().find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn reads_versions_as_wasm_opt_says_them() {
        assert_eq!(parse_version("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(parse_version("wasm-opt version 108"), Some(108));
        assert_eq!(parse_version("what?"), None);
    }
}
