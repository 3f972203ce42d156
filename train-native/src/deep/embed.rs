//! The encoder's outputs for every clip and its augmented copies, computed on all cores and kept on disk.

use std::cell::OnceCell;

use anyhow::{Context, Result};
use half::f16;
use half::slice::HalfFloatSliceExt;
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use undertone::audio::{Audio, prepare};
use undertone::features::{ENCODER_BLOCK, ENCODER_STRIDE, FeatureConfig, encoder_windows, mel_spectrogram};
use undertone::inference::{Encoded, Encoder, EncoderEntry};

use crate::augment::{Augmentation, augment, copy_seed};
use crate::cache::{FeatureCache, Key};
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
    /// `[n_blocks, columns]`.
    pub blocks: Vec<f16>,
}

impl Embedded {
    fn of(encoded: &Encoded) -> Self {
        let half = |values: &[f32]| values.iter().map(|value| f16::from_f32(*value)).collect();
        Self { frames: encoded.frames as u32, pooled: half(&encoded.pooled), blocks: half(&encoded.blocks) }
    }

    /// As the engine takes it.
    pub fn encoded(&self) -> Encoded {
        let float = |values: &[f16]| values.to_f32_vec();
        Encoded { pooled: float(&self.pooled), blocks: float(&self.blocks), frames: self.frames as usize, start: 0 }
    }
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
                        augment(audio()?, augmentation, copy, copy_seed)
                    })
                })
                .collect()
        })
        .collect();
    bar.finish_and_clear();
    found
}

/// The outputs for `clips` as they are; the other clips have none.
///
/// # Errors
/// As [`embed`].
pub fn embed_these(
    dataset: &Dataset,
    clips: &[usize],
    config: &FeatureConfig,
    encoder: &Encoder,
    cache: &FeatureCache,
) -> Result<Embeddings> {
    embed_by(dataset, clips, "speech encoder", |clip| {
        cached(&dataset.content[clip], "", config, encoder, cache, || {
            Ok(prepare(&recorded(&dataset.clips[clip], config.sample_rate)?)?.audio)
        })
    })
}

/// The outputs for `clips` under `condition`, of each one copy; the other clips have none.
///
/// # Errors
/// As [`embed`]; what the condition says.
pub fn embed_under(
    condition: Condition,
    dataset: &Dataset,
    clips: &[usize],
    config: &FeatureConfig,
    encoder: &Encoder,
    cache: &FeatureCache,
) -> Result<Embeddings> {
    embed_by(dataset, clips, &format!("speech encoder, {condition}"), |clip| {
        let content = &dataset.content[clip];
        cached(content, &format!("condition {condition}"), config, encoder, cache, || {
            let clip = recorded(&dataset.clips[clip], config.sample_rate)?;
            Ok(prepare(&condition.apply(&clip, content)?)?.audio)
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
    audio: impl FnOnce() -> Result<Audio>,
) -> Result<Vec<Embedded>> {
    let entry = encoder.entry();
    let key = Key::new(content, &(config, &entry.sha256, entry.window_frames), changed)?;
    if let Some(found) = cache.get_bytes(&key).and_then(|bytes| decode(&bytes, entry)) {
        return Ok(found);
    }
    let made = run(&audio()?, config, encoder)?;
    cache.put_bytes(&key, &encode(&made))?;
    Ok(made)
}

fn run(audio: &Audio, config: &FeatureConfig, encoder: &Encoder) -> Result<Vec<Embedded>> {
    let windows = encoder_windows(&mel_spectrogram(audio, config), encoder.entry().window_frames);
    windows.iter().map(|window| Ok(Embedded::of(&encoder.run(window)?))).collect()
}

fn encode(windows: &[Embedded]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for window in windows {
        bytes.extend(window.frames.to_le_bytes());
        bytes.extend(window.pooled.iter().chain(&window.blocks).flat_map(|value| value.to_le_bytes()));
    }
    bytes
}

fn decode(mut bytes: &[u8], entry: &EncoderEntry) -> Option<Vec<Embedded>> {
    let mut windows = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(4)?;
        let frames = u32::from_le_bytes(head.try_into().ok()?);
        let n_blocks = (frames as usize).div_ceil(ENCODER_STRIDE).div_ceil(ENCODER_BLOCK);
        let (pooled, rest) = rest.split_at_checked(2 * entry.pooled)?;
        let (blocks, rest) = rest.split_at_checked(2 * n_blocks * entry.columns)?;
        let half = |bytes: &[u8]| bytes.chunks_exact(2).map(|two| f16::from_le_bytes([two[0], two[1]])).collect();
        windows.push(Embedded { frames, pooled: half(pooled), blocks: half(blocks) });
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
        let bytes = encode(&windows);
        assert_eq!(decode(&bytes, &entry).unwrap(), windows);
        assert_eq!(windows[1].encoded(), encoded(11, 2));
        assert!(decode(&bytes[..bytes.len() - 1], &entry).is_none() && decode(&[], &entry).is_none());
    }
}
