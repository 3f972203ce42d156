//! The encoder's outputs for every clip and its augmented copies, computed on all cores and kept on disk.

use std::cell::OnceCell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use half::f16;
use half::slice::HalfFloatSliceExt;
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use undertone::audio::{NoiseModel, prepare};
use undertone::features::{
    ENCODER_BLOCK, ENCODER_STRIDE, FeatureConfig, MelSpectrogram, Twice, encoder_windows, hear_twice, mel_spectrogram,
    wants_second_hearing,
};
use undertone::inference::{Encoded, Encoder, EncoderEntry, VoiceMean};

use crate::augment::{Augmentation, augment, copy_seed};
use crate::cache::{DIGEST, FeatureCache, Key};
use crate::condition::Condition;
use crate::dataset::{Dataset, progress, recorded};
use crate::interrupt;

/// What the encoder gave for one window of one copy of a clip, in half precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// Mel frames.
    pub frames: u32,
    /// `pooled`.
    pub pooled: Vec<f16>,
    /// Mean of its blocks.
    pub mean: Vec<f32>,
    blocks: Blocks,
}

/// `[n_blocks, columns]`, by far the most of what the encoder gives.
#[derive(Clone, Debug, PartialEq)]
enum Blocks {
    Held(Vec<f16>),
    Kept { file: Arc<Path>, start: u64, len: usize },
}

impl Embedded {
    fn of(encoded: &Encoded) -> Self {
        let half = |values: &[f32]| values.iter().map(|value| f16::from_f32(*value)).collect();
        Self::new(encoded.frames as u32, half(&encoded.pooled), half(&encoded.blocks))
    }

    /// Of a window of `frames` mel frames.
    pub fn new(frames: u32, pooled: Vec<f16>, blocks: Vec<f16>) -> Self {
        let encoded = Encoded { pooled: Vec::new(), blocks: blocks.to_f32_vec(), frames: frames as usize, start: 0 };
        Self { frames, pooled, mean: VoiceMean::of(&[encoded]).blocks, blocks: Blocks::Held(blocks) }
    }

    /// Values of its blocks.
    pub fn len(&self) -> usize {
        match &self.blocks {
            Blocks::Held(values) => values.len(),
            Blocks::Kept { len, .. } => *len,
        }
    }

    /// Whether it has no block.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `[n_blocks, columns]`.
    ///
    /// # Errors
    /// A file of the cache that is gone.
    pub fn blocks(&self) -> Result<Vec<f32>> {
        match &self.blocks {
            Blocks::Held(values) => Ok(values.to_f32_vec()),
            Blocks::Kept { file, start, len } => {
                let mut bytes = vec![0; 2 * len];
                let read = |bytes: &mut [u8]| {
                    let mut file = File::open(file)?;
                    file.seek(SeekFrom::Start(*start))?;
                    file.read_exact(bytes)
                };
                read(&mut bytes).with_context(|| format!("{}: gone or cut while it was in use", file.display()))?;
                Ok(halves(&bytes).to_f32_vec())
            }
        }
    }

    /// As the engine takes it.
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks).
    pub fn encoded(&self) -> Result<Encoded> {
        let blocks = self.blocks()?;
        Ok(Encoded { pooled: self.pooled.to_f32_vec(), blocks, frames: self.frames as usize, start: 0 })
    }

    /// Means over the windows of a clip, each weighed by its length.
    pub fn voice(windows: &[Self]) -> VoiceMean {
        let means: Vec<(VoiceMean, f32)> = windows
            .iter()
            .map(|one| (VoiceMean { pooled: one.pooled.to_f32_vec(), blocks: one.mean.clone() }, one.frames as f32))
            .collect();
        VoiceMean::weighted(means.iter().map(|(mean, frames)| (mean, *frames)))
    }
}

fn n_blocks(frames: u32) -> usize {
    (frames as usize).div_ceil(ENCODER_STRIDE).div_ceil(ENCODER_BLOCK)
}

fn halves(bytes: &[u8]) -> Vec<f16> {
    bytes.chunks_exact(2).map(|two| f16::from_le_bytes([two[0], two[1]])).collect()
}

/// By clip, by copy (0 is the clip itself), by window.
pub type Embeddings = Vec<Vec<Vec<Embedded>>>;

/// Lengths in mel frames for which the encoder is optimised while clips of all lengths go through it.
pub fn lengths(entry: &EncoderEntry) -> Vec<usize> {
    (100..entry.window_frames).step_by(50).collect()
}

/// Computes or finds the outputs of all clips and of `copies(clip)` augmented copies of each. The same seed gives the same
/// copies.
///
/// # Errors
/// What the feature path or the encoder says; Ctrl-C, after which what was computed is kept.
pub fn embed(
    dataset: &Dataset,
    copies: &(dyn Fn(usize) -> usize + Sync),
    augmentation: &Augmentation,
    config: &FeatureConfig,
    encoder: &Encoder,
    seed: u64,
    cache: &FeatureCache,
) -> Result<Embeddings> {
    let settings = Augmentation { copies: 0, ..augmentation.clone() };
    let settings = serde_json::to_string(&(settings, seed)).context("settings as JSON")?;
    let bar = progress(dataset.len(), "speech encoder");
    let found = (0..dataset.len())
        .into_par_iter()
        .progress_with(bar.clone())
        .map(|clip| {
            let content = &dataset.content[clip];
            let sound = OnceCell::new();
            let audio = || match sound.get() {
                Some(audio) => Ok(audio),
                None => {
                    let read = prepare(&recorded(&dataset.clips[clip], config.sample_rate)?)?.audio;
                    Ok::<_, anyhow::Error>(sound.get_or_init(|| read))
                }
            };
            let copy_seed = copy_seed(seed, content);
            (0..=copies(clip))
                .map(|copy| {
                    interrupt::check()?;
                    let changed = if copy == 0 { String::new() } else { format!("{copy} {settings}") };
                    cached(content, &changed, config, encoder, cache, || {
                        Ok(vec![mel_spectrogram(&augment(audio()?, augmentation, copy, copy_seed)?, config)])
                    })
                })
                .collect()
        })
        .collect();
    bar.finish_and_clear();
    found
}

/// The outputs for `clips` as the page hears them, noisy ones twice, under `condition` where there is one; of each one copy. The
/// other clips have none.
///
/// # Errors
/// As [`embed`]; what the condition says.
pub fn embed_tested(
    dataset: &Dataset,
    clips: &[usize],
    condition: Option<Condition>,
    config: &FeatureConfig,
    encoder: &Encoder,
    cache: &FeatureCache,
) -> Result<Embeddings> {
    let noise = NoiseModel::included()?;
    let changed = condition.map_or_else(String::new, |condition| format!("condition {condition}"));
    let message = condition.map_or_else(|| "speech encoder".into(), |condition| format!("speech encoder, {condition}"));
    embed_by(dataset, clips, &message, |clip| {
        let content = &dataset.content[clip];
        let recording = recorded(&dataset.clips[clip], config.sample_rate)?;
        let recording = match condition {
            Some(condition) => condition.apply(&recording, content)?,
            None => recording,
        };
        let is_noisy = wants_second_hearing(&recording);
        let changed = if is_noisy { format!("heard twice {changed}") } else { changed.clone() };
        cached(content, &changed, config, encoder, cache, || {
            let prepared = prepare(&recording)?.audio;
            let twice = if is_noisy { hear_twice(&prepared, &noise, config)? } else { None };
            Ok(match twice {
                Some(Twice { as_it_is, cleaned, .. }) => vec![as_it_is, cleaned],
                None => vec![mel_spectrogram(&prepared, config)],
            })
        })
    })
}

fn embed_by(
    dataset: &Dataset,
    clips: &[usize],
    message: &str,
    of: impl Fn(usize) -> Result<Vec<Embedded>> + Sync,
) -> Result<Embeddings> {
    let bar = progress(clips.len(), message);
    let checked = |clip: &usize| {
        interrupt::check()?;
        of(*clip)
    };
    let found: Vec<Vec<Embedded>> = clips.par_iter().progress_with(bar.clone()).map(checked).collect::<Result<_>>()?;
    bar.finish_and_clear();
    let mut embeddings = vec![Vec::new(); dataset.len()];
    for (clip, windows) in clips.iter().zip(found) {
        embeddings[*clip] = vec![windows];
    }
    Ok(embeddings)
}

fn cached(
    content: &str,
    changed: &str,
    config: &FeatureConfig,
    encoder: &Encoder,
    cache: &FeatureCache,
    mels: impl FnOnce() -> Result<Vec<MelSpectrogram>>,
) -> Result<Vec<Embedded>> {
    let entry = encoder.entry();
    let key = Key::new(content, &(config, &entry.sha256, entry.window_frames), changed)?;
    let mut found = match cache.get_bytes(&key).and_then(|bytes| decode(&bytes, entry)) {
        Some(found) => found,
        None => {
            let mut made = Vec::new();
            for mel in mels()? {
                made.extend(run(&mel, encoder)?);
            }
            cache.put_bytes(&key, &encode(&made)?)?;
            made
        }
    };
    leave(&mut found, &cache.path(&key));
    Ok(found)
}

/// Lets go of the blocks, which lie in that file of the cache.
fn leave(windows: &mut [Embedded], file: &Path) {
    let file: Arc<Path> = Arc::from(file);
    let mut start = DIGEST;
    for window in windows {
        start += 4 + 2 * window.pooled.len();
        let len = window.len();
        window.blocks = Blocks::Kept { file: Arc::clone(&file), start: start as u64, len };
        start += 2 * len;
    }
}

fn run(mel: &MelSpectrogram, encoder: &Encoder) -> Result<Vec<Embedded>> {
    let windows = encoder_windows(mel, encoder.entry().window_frames);
    windows.iter().map(|window| Ok(Embedded::of(&encoder.run(window)?))).collect()
}

fn encode(windows: &[Embedded]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for window in windows {
        bytes.extend(window.frames.to_le_bytes());
        bytes.extend(window.pooled.iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend(window.blocks()?.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()));
    }
    Ok(bytes)
}

fn decode(mut bytes: &[u8], entry: &EncoderEntry) -> Option<Vec<Embedded>> {
    let mut windows = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(4)?;
        let frames = u32::from_le_bytes(head.try_into().ok()?);
        let (pooled, rest) = rest.split_at_checked(2 * entry.pooled)?;
        let (blocks, rest) = rest.split_at_checked(2 * n_blocks(frames) * entry.columns)?;
        windows.push(Embedded::new(frames, halves(pooled), halves(blocks)));
        bytes = rest;
    }
    (!windows.is_empty()).then_some(windows)
}

#[cfg(test)]
mod tests {
    use undertone::features::ENCODER_FEATURES;

    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_a_cut_file_does_not() {
        let entry = EncoderEntry {
            name: "encoder".into(),
            file: "encoder.onnx".into(),
            bytes: 1,
            sha256: String::new(),
            features: ENCODER_FEATURES.into(),
            window_frames: 300,
            pooled: 4,
            columns: 3,
            license: "MIT".into(),
        };
        let encoded = |frames: usize, blocks: usize| Encoded {
            pooled: vec![0.5; 4],
            blocks: vec![-0.25; 3 * blocks],
            frames,
            start: 0,
        };
        let windows = vec![Embedded::of(&encoded(300, 30)), Embedded::of(&encoded(11, 2))];
        let bytes = encode(&windows).unwrap();
        let mut found = decode(&bytes, &entry).unwrap();
        assert_eq!(found, windows);
        assert_eq!(windows[1].encoded().unwrap(), encoded(11, 2));
        let (voice, same) = (Embedded::voice(&windows), VoiceMean::of(&[encoded(300, 30), encoded(11, 2)]));
        let near = |a: &[f32], b: &[f32]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near(&voice.pooled, &same.pooled) && near(&voice.blocks, &same.blocks), "{voice:?} {same:?}");

        let dir = tempfile::tempdir().unwrap();
        let cache = FeatureCache::new(dir.path());
        let key = Key::new("abc", &entry, "").unwrap();
        cache.put_bytes(&key, &bytes).unwrap();
        leave(&mut found, &cache.path(&key));
        assert!(found[1] != windows[1] && found[1].encoded().unwrap() == encoded(11, 2));
        std::fs::remove_file(cache.path(&key)).unwrap();
        assert!(found[0].blocks().is_err());
        assert!(decode(&bytes[..bytes.len() - 1], &entry).is_none() && decode(&[], &entry).is_none());
    }
}
