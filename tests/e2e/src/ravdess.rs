//! Clips of RAVDESS, where the machine has them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The corpus: `UNDERTONE_DATA`, or `../shared/data/ravdess` beside the project.
pub fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ravdess");
    let folder = std::env::var_os("UNDERTONE_DATA").map_or_else(beside, PathBuf::from);
    folder.join("Actor_01").is_dir().then_some(folder)
}

/// `count` clips spread over actors and emotions, the same ones every time.
///
/// # Errors
/// Where a folder can't be read or has no such clip.
pub fn spread(folder: &Path, count: usize) -> Result<Vec<PathBuf>> {
    (0..count)
        .map(|k| {
            let actor = 1 + (k * 5) % 24;
            let emotion = 1 + k % 8;
            let folder = folder.join(format!("Actor_{actor:02}"));
            let entries = fs::read_dir(&folder).with_context(|| format!("{} can't be read", folder.display()))?;
            let mut clips: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            clips.retain(|clip| {
                let name = clip.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with(&format!("03-01-{emotion:02}-"))
            });
            clips.sort();
            let clip = clips.get(k % clips.len().max(1)).cloned();
            clip.with_context(|| format!("{} has no clip of emotion {emotion:02}", folder.display()))
        })
        .collect()
}
