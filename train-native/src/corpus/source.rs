//! Where a clip's bytes lie: a file, or a member of a zip archive.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use zip::ZipArchive;

use super::has_audio_extension;

const MAX_DEPTH: usize = 8;

/// A clip's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A member of a zip archive.
    ZipMember {
        /// The archive.
        archive: Arc<PathBuf>,
        /// Its name in there.
        name: String,
    },
}

impl Source {
    /// All bytes of the clip.
    pub fn read(&self) -> Result<Vec<u8>> {
        match self {
            Self::File(path) => std::fs::read(path).with_context(|| format!("cannot read {}", path.display())),
            Self::ZipMember { archive, name } => {
                read_member(archive, name).with_context(|| format!("cannot read {self}"))
            }
        }
    }

    /// The ending of its name, without the dot.
    pub fn extension(&self) -> Option<&str> {
        let path = match self {
            Self::File(path) => path.as_path(),
            Self::ZipMember { name, .. } => Path::new(name),
        };
        path.extension()?.to_str()
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::ZipMember { archive, name } => write!(f, "{name} in {}", archive.display()),
        }
    }
}

/// A file found under a corpus' path.
pub(super) struct Found {
    /// Its path under there, with `/`.
    pub name: String,
    pub source: Source,
}

/// All files under a folder or in a zip archive, sorted by name; hidden ones and those that macOS adds are left out.
pub(super) fn list(path: &Path) -> Result<Vec<Found>> {
    let metadata =
        std::fs::metadata(path).with_context(|| format!("there is no folder or zip file at {}", path.display()))?;
    let mut found = Vec::new();
    if metadata.is_dir() {
        walk(path, "", 0, &mut found)?;
    } else {
        list_archive(path, &mut found)?;
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}

fn walk(dir: &Path, prefix: &str, depth: usize, found: &mut Vec<Found>) -> Result<()> {
    ensure!(depth <= MAX_DEPTH, "{} lies more than {MAX_DEPTH} folders deep (a link to itself?)", dir.display());
    for entry in std::fs::read_dir(dir).with_context(|| format!("cannot read the folder {}", dir.display()))? {
        let path = entry.with_context(|| format!("cannot read the folder {}", dir.display()))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if is_hidden(&name) {
            continue;
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            walk(&path, &format!("{name}/"), depth + 1, found)?;
        } else {
            found.push(Found { name, source: Source::File(path) });
        }
    }
    Ok(())
}

fn list_archive(path: &Path, found: &mut Vec<Found>) -> Result<()> {
    if path.to_str().is_some_and(has_audio_extension) {
        bail!("{} is one audio file; give the folder or zip file of the whole corpus", path.display());
    }
    let archive = open(path).with_context(|| format!("{} is neither a folder nor a whole zip file", path.display()))?;
    let shared = Arc::new(path.to_owned());
    for name in archive.file_names() {
        let name = name.with_context(|| format!("a name in {} cannot be read", path.display()))?;
        if !name.ends_with('/') && !name.split('/').any(is_hidden) {
            let source = Source::ZipMember { archive: Arc::clone(&shared), name: name.to_string() };
            found.push(Found { name: name.into_owned(), source });
        }
    }
    Ok(())
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>> {
    Ok(ZipArchive::new(BufReader::new(File::open(path)?))?)
}

fn read_member(archive: &Path, name: &str) -> Result<Vec<u8>> {
    let mut archive = open(archive)?;
    let member = archive.by_name(name)?;
    let limit = undertone::audio::MAX_BYTES as u64;
    let mut bytes = Vec::new();
    member.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
