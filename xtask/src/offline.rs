//! The list of files that the service worker keeps for visits without a network, each with its SHA-256.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::page::content_hash;
use crate::{deep, size};

/// The script, and where the list stands in it.
const SCRIPT: &str = "service-worker.js";
const LIST_MARK: &str = "const FILES = [];";
const VERSION_MARK: &str = "const VERSION = \"\";";

/// Writes the list into the built script. The last step: every file must be as it is served.
pub fn write_list(dist: &Path) -> Result<()> {
    let script = dist.join(SCRIPT);
    let text = fs::read_to_string(&script).with_context(|| format!("Trunk copied no {SCRIPT}"))?;
    ensure!(text.contains(LIST_MARK) && text.contains(VERSION_MARK), "{SCRIPT} has no place for the list");
    let manifest = deep::manifest(&dist.join("models"))?;
    let mut files = Vec::new();
    for name in size::files(dist)? {
        if let Some(address) = kept_as(&name, &manifest) {
            let bytes = fs::read(dist.join(&name))?;
            let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            files.push(json!([address, hash]));
        }
    }
    let list = serde_json::to_string(&files)?;
    let version = content_hash(list.as_bytes());
    let text = text
        .replace(LIST_MARK, &format!("const FILES = {list};"))
        .replace(VERSION_MARK, &format!("const VERSION = \"{version}\";"));
    fs::write(script, text).map_err(Into::into)
}

/// The address by which the page asks for a file, if that is to be kept: the deep tier's are kept by the page itself, once
/// the visitor has them.
fn kept_as(name: &str, manifest: &Value) -> Option<String> {
    if name == SCRIPT || name == "models/parity.json" || name.ends_with(".gzip") || name.starts_with("module/") {
        return None;
    }
    let Some(model) = name.strip_prefix("models/").filter(|model| model.ends_with(".onnx")) else {
        return Some(name.into());
    };
    let entry = deep::of_tier(manifest, "quick").find(|entry| entry["file"] == model)?;
    Some(format!("{name}?sha256={}", entry["sha256"].as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_what_a_first_answer_needs() {
        let folder = std::env::temp_dir().join(format!("undertone-offline-{}", std::process::id()));
        let dist = folder.as_path();
        fs::remove_dir_all(dist).ok();
        fs::create_dir_all(dist.join("models")).unwrap();
        let manifest = json!({"models": [
            {"file": "mlp.onnx", "tier": "quick", "sha256": "ab"}, {"file": "svm.onnx", "tier": "deep", "sha256": "cd"},
        ]});
        fs::write(dist.join("models/manifest.json"), manifest.to_string()).unwrap();
        for name in ["index.html", "models/mlp.onnx", "models/svm.onnx", "models/svm.onnx.gzip", "models/parity.json"] {
            fs::write(dist.join(name), name).unwrap();
        }
        let script = dist.join(SCRIPT);
        fs::write(&script, format!("{LIST_MARK}\n{VERSION_MARK}\n")).unwrap();
        write_list(dist).unwrap();
        let text = fs::read_to_string(&script).unwrap();
        assert!(text.contains("[\"index.html\",\"") && text.contains("models/mlp.onnx?sha256=ab"), "{text}");
        assert!(!text.contains("svm") && !text.contains("parity") && !text.contains(SCRIPT), "{text}");
        assert!(!text.contains("VERSION = \"\""));
        assert!(write_list(dist).is_err(), "the marks are gone");
        fs::remove_dir_all(dist).unwrap();
    }

    #[test]
    fn the_script_has_its_marks() {
        let script = include_str!("../../www/service-worker.js");
        assert!(script.contains(LIST_MARK) && script.contains(VERSION_MARK));
    }
}
