//! The deep tier's files: each lies in the built page packed too, as `<file>.gzip`, because many hosts send `.onnx` files as
//! they are. `models/packed.json` says which, and how long they are.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

/// Bytes that the deep tier's files may have on their way.
const LIMIT: u64 = 10_000_000;

/// A file of a tier.
pub struct TierFile {
    pub file: String,
    pub bytes: u64,
}

/// The files of the deep tier, the encoder first; none where the manifest has no such tier.
pub fn files(manifest: &Value) -> Result<Vec<TierFile>> {
    let encoder = manifest.get("encoder").filter(|encoder| !encoder.is_null());
    let baseline = manifest.get("baseline").filter(|baseline| !baseline.is_null());
    let heads = of_tier(manifest, "deep");
    encoder.into_iter().chain(heads).chain(baseline).map(tier_file).collect()
}

/// The models that the manifest has in a tier.
pub fn of_tier<'a>(manifest: &'a Value, tier: &'a str) -> impl Iterator<Item = &'a Value> {
    manifest["models"].as_array().into_iter().flatten().filter(move |entry| entry["tier"] == tier)
}

fn tier_file(entry: &Value) -> Result<TierFile> {
    let file = entry["file"].as_str().context("an entry of the manifest names no file")?.to_owned();
    let bytes = entry["bytes"].as_u64().with_context(|| format!("the manifest does not say how long {file} is"))?;
    Ok(TierFile { file, bytes })
}

pub fn manifest(models: &Path) -> Result<Value> {
    let path = models.join("manifest.json");
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

/// Writes the packed files and `packed.json` beside the manifest, where it has a deep tier.
pub fn pack(models: &Path) -> Result<()> {
    let mut sizes = Map::new();
    for TierFile { file, bytes } in files(&manifest(models)?)? {
        let from = models.join(&file);
        let content = fs::read(&from).with_context(|| format!("{} can't be read", from.display()))?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&content)?;
        let packed = encoder.finish()?;
        if (packed.len() as u64) < bytes {
            sizes.insert(file.clone(), (packed.len() as u64).into());
            fs::write(models.join(format!("{file}.gzip")), packed)?;
        }
    }
    if !sizes.is_empty() {
        fs::write(models.join("packed.json"), format!("{}\n", Value::Object(sizes)))?;
    }
    Ok(())
}

/// Prints what the deep tier costs a visitor, once.
///
/// # Errors
/// Where that is over [`LIMIT`].
pub fn report(models: &Path) -> Result<()> {
    let files = files(&manifest(models)?)?;
    if files.is_empty() {
        return Ok(());
    }
    println!("\nAfter the first result, once (the deep tier):{:>26} {:>11}", "raw", "packed");
    let (mut raw, mut packed) = (0, 0);
    for TierFile { file, bytes } in files {
        let travels = fs::metadata(models.join(format!("{file}.gzip"))).map_or(bytes, |packed| packed.len());
        println!("  {:<57} {bytes:>11} {travels:>11}", format!("models/{file}"));
        raw += bytes;
        packed += travels;
    }
    println!("  {:<57} {raw:>11} {packed:>11}", "total");
    anyhow::ensure!(packed <= LIMIT, "the deep tier has {packed} bytes on its way, {LIMIT} are the limit");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_the_deep_tier_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("undertone-pack-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("manifest.json"),
            r#"{"models": [{"file": "a.onnx", "tier": "quick", "bytes": 4000}, {"tier": "deep", "file": "b.onnx", "bytes": 4000}],
                "encoder": {"file": "e.onnx", "bytes": 3000}, "baseline": {"file": "v.bin", "bytes": 2000}}"#,
        )
        .unwrap();
        fs::write(folder.join("b.onnx"), [7; 4000]).unwrap();
        fs::write(folder.join("e.onnx"), [8; 3000]).unwrap();
        fs::write(folder.join("v.bin"), [9; 2000]).unwrap();
        pack(&folder).unwrap();
        let sizes: Value = serde_json::from_str(&fs::read_to_string(folder.join("packed.json")).unwrap()).unwrap();
        assert_eq!(sizes.as_object().unwrap().len(), 3);
        assert_eq!(sizes["e.onnx"], fs::read(folder.join("e.onnx.gzip")).unwrap().len());
        assert!(!folder.join("a.onnx.gzip").exists());
        report(&folder).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn without_a_deep_tier_there_is_nothing_to_pack() {
        assert!(files(&serde_json::json!({"models": [{"file": "a.onnx", "tier": "quick"}]})).unwrap().is_empty());
        assert!(files(&serde_json::json!({"models": [{"tier": "deep"}]})).is_err());
    }
}
