//! Files that are either the old ones or the new ones, never half of one: written beside their place, then renamed.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

/// Replaces the file at `path` by `bytes`, and makes its folder if there is none.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let staged = stage(path, bytes)?;
    persist(staged, path)
}

/// Writes `files` (name, content) into `dir`: all of them beside their places first, then renamed in the given order, so
/// that the last one (the manifest) never names a file that is not there.
pub fn write_all(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let staged = files
        .iter()
        .map(|(name, bytes)| {
            let path = dir.join(name);
            Ok((stage(&path, bytes)?, path))
        })
        .collect::<Result<Vec<_>>>()?;
    staged.into_iter().try_for_each(|(file, path)| persist(file, &path))
}

fn stage(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let dir = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let fill = || {
        let mut file = builder.tempfile_in(dir)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        std::io::Result::Ok(file)
    };
    fill().with_context(|| format!("cannot write {} ({} bytes)", path.display(), bytes.len()))
}

fn persist(file: NamedTempFile, path: &Path) -> Result<()> {
    file.persist(path).with_context(|| format!("cannot replace {}", path.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_and_leaves_nothing_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/er/file.json");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_set_that_cannot_be_staged_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a"), b"old").unwrap();
        std::fs::write(dir.path().join("blocked"), b"a file where a folder is wanted").unwrap();
        let files = [("a".to_owned(), b"new".to_vec()), ("blocked/b".to_owned(), b"new".to_vec())];
        assert!(write_all(dir.path(), &files).is_err());
        assert_eq!(std::fs::read(dir.path().join("a")).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
