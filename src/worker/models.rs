//! Fetching the models of the quick tier, and what is known of the deep one beforehand.

use std::collections::HashMap;

use super::deep;
use crate::Result;
use crate::browser::{Download, Freshness};
use crate::inference::{Engine, Manifest, Tier};
use crate::protocol::{DeepOffer, LoadedModel};

/// The quick tier, ready, and what the page is told of it.
pub(super) struct Loaded {
    pub(super) engine: Engine,
    pub(super) models: Vec<LoadedModel>,
    pub(super) deep: Option<DeepOffer>,
    /// Sizes of the packed files.
    pub(super) packed: HashMap<String, u64>,
}

/// Fetches manifest and model files at once, checks them and prepares them. `on_progress` hears bytes received and bytes
/// in all.
pub(super) async fn load(mut on_progress: impl FnMut(u64, u64)) -> Result<Loaded> {
    let json = Download::start("models/manifest.json", Freshness::Revalidate)?.bytes(|_| {}).await?;
    let manifest = Manifest::parse(&json)?;
    let models: Vec<LoadedModel> = manifest
        .tier(Tier::Quick)
        .map(|entry| LoadedModel { name: entry.name.clone(), bytes: entry.bytes, sha256: entry.sha256.clone() })
        .collect();
    let total = models.iter().map(|model| model.bytes).sum();
    on_progress(0, total);

    let mut downloads = Vec::with_capacity(models.len());
    for entry in manifest.tier(Tier::Quick) {
        // The hash in the address: a model that has changed is never taken from an old cache.
        let url = format!("models/{}?sha256={}", entry.file, entry.sha256);
        downloads.push((entry.name.clone(), Download::start(&url, Freshness::AsServed)?));
    }
    let packed = match manifest.encoder {
        Some(_) => Some(Download::start(deep::PACKED, Freshness::Revalidate)?),
        None => None,
    };
    let mut files = HashMap::with_capacity(downloads.len());
    let mut finished = 0;
    for (name, download) in downloads {
        let bytes = download.bytes(|received| on_progress(finished + received, total)).await?;
        finished += bytes.len() as u64;
        files.insert(name, bytes);
    }
    let packed = match packed {
        Some(download) => deep::packed_sizes(download.bytes(|_| {}).await),
        None => HashMap::new(),
    };
    let deep = deep::offer(&manifest, &packed);
    let engine = Engine::new(manifest, |entry| files.remove(&entry.name))?;
    Ok(Loaded { engine, models, deep, packed })
}
