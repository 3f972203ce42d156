//! What a visitor downloads before the first result, raw and as a host compresses it (gzip, level 6).

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::deep;

/// Bytes, gzip, that all files before the first result may have.
const BUDGET: usize = 3_600_000;

/// Prints the tables; gives the gzip total of the first.
pub fn report(dist: &Path) -> Result<usize> {
    let models = dist.join("models");
    let manifest = deep::manifest(&models).context("there is no built page in dist/; run `cargo xtask build`")?;
    let mut rows = Vec::new();
    for name in files(dist)? {
        if let Some(part) = part_of(&name, &manifest) {
            let bytes = fs::read(dist.join(&name))?;
            rows.push((part, name, bytes.len(), gzip_size(&bytes)?));
        }
    }
    rows.sort();
    let raw = rows.iter().map(|row| row.2).sum::<usize>();
    let gzip = rows.iter().map(|row| row.3).sum::<usize>();

    println!("Before the first result, in bytes:{:>37} {:>11}", "raw", "gzip");
    for (part, name, raw, gzip) in &rows {
        println!("  {part:<16} {name:<40} {raw:>11} {gzip:>11}");
    }
    println!("  {:<57} {raw:>11} {gzip:>11}", "total");
    if gzip > BUDGET {
        println!("  that is over the budget of {BUDGET} bytes (gzip)");
    }
    deep::report(&models)?;
    Ok(gzip)
}

/// What a file is to the page, or `None` if it is not fetched before the first result.
fn part_of(name: &str, manifest: &Value) -> Option<&'static str> {
    let (stem, ending) = name.rsplit_once('.')?;
    match (stem, ending) {
        ("index", "html") => Some("1 html"),
        (_, "css") => Some("2 style"),
        (stem, "js") if stem.starts_with("start-") => Some("3 start script"),
        (stem, "js") if stem.starts_with("app-") => Some("4 page script"),
        (stem, "js") if stem.starts_with("snippets/") => Some("4 page script"),
        (stem, "wasm") if stem.starts_with("app-") => Some("5 page wasm"),
        ("worker_loader", "js") => Some("6 worker script"),
        (stem, "wasm") if stem.starts_with("worker-") => Some("7 worker wasm"),
        ("models/manifest" | "models/packed", "json") => Some("8 manifest"),
        (stem, "onnx") if stem.starts_with("models/") => is_quick(name, manifest).then_some("9 model"),
        _ => None,
    }
}

/// Whether the manifest has that model in the tier which is loaded first.
fn is_quick(name: &str, manifest: &Value) -> bool {
    let file = name.trim_start_matches("models/");
    deep::of_tier(manifest, "quick").any(|entry| entry["file"] == file)
}

fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// All files under `folder`, with `/` between folders, sorted.
pub fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?.into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::part_of;

    #[test]
    fn counts_only_what_is_fetched_first() {
        let manifest = &serde_json::json!({
            "models": [{"file": "a.onnx", "tier": "quick"}, {"tier": "deep", "file": "b.onnx"}],
            "encoder": {"file": "e.onnx"},
        });
        assert_eq!(part_of("models/a.onnx", manifest), Some("9 model"));
        assert_eq!(part_of("models/b.onnx", manifest), None);
        assert_eq!(part_of("models/b.onnx.gzip", manifest), None);
        assert_eq!(part_of("models/e.onnx", manifest), None);
        assert_eq!(part_of("models/stray.onnx", manifest), None);
        assert_eq!(part_of("models/README.md", manifest), None);
        assert_eq!(part_of("worker-0123.wasm", manifest), Some("7 worker wasm"));
        assert_eq!(part_of("app-0123.wasm", manifest), Some("5 page wasm"));
    }
}
