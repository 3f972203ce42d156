//! Getting the deep tier: from what the browser has kept, or from the host; then parsing and optimising it.

use std::collections::HashMap;

use crate::browser::{Buffer, Download, FileCache, Freshness, can_unpack, now, yield_now};
use crate::inference::{BaselineEntry, DeepEngine, Encoder, EncoderEntry, Manifest, ModelEntry, Tier};
use crate::protocol::{DeepOffer, LoadedModel};
use crate::{Error, Result};

/// Where the build says which files are also there as `<file>.gzip`, so that every host sends few bytes, and how long
/// those are. No ending that servers know: they would add an encoding of their own.
pub(super) const PACKED: &str = "models/packed.json";
const STORE: &str = "undertone-deep";

/// Sizes of the packed files by name; none where the build has none.
pub(super) fn packed_sizes(json: Result<Vec<u8>>) -> HashMap<String, u64> {
    if !can_unpack() {
        return HashMap::new();
    }
    json.ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

/// What the page is told of the deep tier before it is fetched.
pub(super) fn offer(manifest: &Manifest, packed: &HashMap<String, u64>) -> Option<DeepOffer> {
    let encoder = manifest.encoder.as_ref()?;
    manifest.ensemble(Tier::Deep)?;
    Some(DeepOffer {
        version: manifest.deep_version()?,
        bytes: files(manifest, packed).iter().map(|file| file.travels).sum(),
        encoder: encoder.name.clone(),
        heads: manifest.tier(Tier::Deep).map(|entry| (entry.name.clone(), entry.kind)).collect(),
        files: std::iter::once((&encoder.name, encoder.bytes, &encoder.sha256))
            .chain(manifest.tier(Tier::Deep).map(|entry| (&entry.name, entry.bytes, &entry.sha256)))
            .chain(manifest.baseline.iter().map(|entry| (&entry.file, entry.bytes, &entry.sha256)))
            .map(|(name, bytes, sha256)| LoadedModel { name: name.clone(), bytes, sha256: sha256.clone() })
            .collect(),
    })
}

enum Entry<'a> {
    Encoder(&'a EncoderEntry),
    Head(&'a ModelEntry),
    Baseline(&'a BaselineEntry),
}

struct File<'a> {
    entry: Entry<'a>,
    name: &'a str,
    /// With its hash: neither a cache nor a store ever gives a file that has changed.
    url: String,
    bytes: u64,
    /// Bytes on their way.
    travels: u64,
    packed: bool,
}

impl File<'_> {
    fn check(&self, file: &Buffer) -> Result<()> {
        match self.entry {
            Entry::Encoder(entry) => entry.check(&file.to_vec()),
            Entry::Head(entry) => entry.check(&file.to_vec()),
            Entry::Baseline(entry) => entry.check(&file.to_vec()),
        }
    }

    fn address(&self) -> String {
        if self.packed { self.url.replacen('?', ".gzip?", 1) } else { self.url.clone() }
    }
}

fn files<'a>(manifest: &'a Manifest, packed: &HashMap<String, u64>) -> Vec<File<'a>> {
    let file = |entry, name: &'a str, sha256: &str, bytes| File {
        entry,
        name,
        url: format!("models/{name}?sha256={sha256}"),
        bytes,
        travels: packed.get(name).copied().unwrap_or(bytes),
        packed: packed.contains_key(name),
    };
    let encoder = manifest.encoder.iter().map(|e| file(Entry::Encoder(e), &e.file, &e.sha256, e.bytes));
    let heads = manifest.tier(Tier::Deep).map(|e| file(Entry::Head(e), &e.file, &e.sha256, e.bytes));
    let baseline = manifest.baseline.iter().map(|e| file(Entry::Baseline(e), &e.file, &e.sha256, e.bytes));
    encoder.chain(heads).chain(baseline).collect()
}

/// All files of the deep tier, checked, not yet in the worker's own memory.
pub(super) struct Fetched {
    files: HashMap<String, Buffer>,
    /// Whether all were kept from an earlier visit.
    pub(super) kept: bool,
    pub(super) millis: f32,
}

/// Takes what the browser has kept and fetches the rest, if `may_fetch` says so then and at every moment after. A kept
/// file that has been altered is dropped and fetched. `on_progress` hears bytes received and bytes in all, in steps.
///
/// # Errors
/// [`Error::Cancelled`] where files are missing and may not be fetched; what went wrong with a file.
pub(super) async fn fetch(
    manifest: &Manifest,
    packed: &HashMap<String, u64>,
    may_fetch: impl Fn() -> bool,
    on_progress: impl Fn(u64, u64),
) -> Result<Fetched> {
    let begun = now();
    let files = files(manifest, packed);
    let store = FileCache::open(STORE).await;
    let mut found = HashMap::with_capacity(files.len());
    let mut missing = Vec::new();
    for file in &files {
        let kept = match &store {
            Some(store) => store.get(&file.url).await,
            None => None,
        };
        match kept.map(|kept| file.check(&kept).map(|()| kept)) {
            Some(Ok(kept)) => drop(found.insert(file.name.to_owned(), kept)),
            Some(Err(_)) => {
                if let Some(store) = &store {
                    store.remove(&file.url).await;
                }
                missing.push(file);
            }
            None => missing.push(file),
        }
    }
    if let Some(store) = &store {
        store.keep_only(&files.iter().map(|file| file.url.clone()).collect::<Vec<_>>()).await;
    }
    if !missing.is_empty() && !may_fetch() {
        return Err(Error::Cancelled);
    }

    let kept = missing.is_empty();
    let total: u64 = missing.iter().map(|file| file.travels).sum();
    let freshness = if store.is_some() { Freshness::Unstored } else { Freshness::Revalidate };
    let mut downloads = Vec::with_capacity(missing.len());
    for file in missing {
        downloads.push((file, Download::start(&file.address(), freshness)?));
    }
    let (mut finished, mut told) = (0, 0);
    for (file, download) in downloads {
        let arrived = |received: u64| {
            if !may_fetch() {
                return Err(Error::Cancelled);
            }
            let received = finished + received * file.travels / file.bytes.max(1);
            if received == total || received >= told + total / 200 {
                told = received;
                on_progress(received, total);
            }
            Ok(())
        };
        let buffer = download.buffer(file.bytes, file.packed, arrived).await?;
        file.check(&buffer)?;
        if let Some(store) = &store {
            // Where there is no room, the next visit fetches it again.
            let _ = store.put(&file.url, &buffer).await;
        }
        finished += file.travels;
        found.insert(file.name.to_owned(), buffer);
    }
    Ok(Fetched { files: found, kept, millis: (now() - begun) as f32 })
}

/// Parses and optimises, in two pieces. No more than one file at a time is held beside what comes out of it.
///
/// # Errors
/// [`Error::Model`] for a file that tract can't read.
pub(super) async fn load(manifest: &Manifest, mut fetched: Fetched) -> Result<DeepEngine> {
    let entry = DeepEngine::encoder_entry(manifest)?;
    let missing = || Error::Model { model: entry.name.clone(), reason: "its file was not fetched".into() };
    let bytes = fetched.files.remove(&entry.file).ok_or_else(missing)?.to_vec();
    let encoder = Encoder::load(entry, &bytes, &[])?;
    drop(bytes);
    yield_now().await;
    let engine = DeepEngine::with_encoder(manifest.clone(), encoder.into(), |entry| {
        fetched.files.remove(&entry.file).map(|file| file.to_vec())
    })?;
    match manifest.baseline.as_ref().and_then(|entry| fetched.files.remove(&entry.file)) {
        Some(file) => engine.with_reference(&file.to_vec()),
        None => Ok(engine),
    }
}
