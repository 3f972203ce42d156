use std::path::Path;

use undertone::inference::Emotion;

use super::*;
use crate::corpus::{CorpusKind, CorpusPath};

/// A 16-bit mono WAV of 0.5 s at 16 kHz; another `pitch` makes another content.
fn wav(pitch: usize) -> Vec<u8> {
    let samples: Vec<u8> =
        (0..8000).flat_map(|i| (((i * (pitch + 20) / 40 % 200) as i16 - 100) * 100).to_le_bytes()).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + samples.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(16_000u32.to_le_bytes());
    bytes.extend(32_000u32.to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((samples.len() as u32).to_le_bytes());
    bytes.extend(samples);
    bytes
}

/// Two actors, 8 classes, 8 clips each; content of number `i` is `wav(i)`.
fn corpus(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut paths = Vec::new();
    for actor in 1..=2 {
        for class in 1..=8 {
            for take in 0..if class == 1 { 4 } else { 8 } {
                let (strong, statement, repetition) = (take / 4 + 1, take / 2 % 2 + 1, take % 2 + 1);
                let name = format!("03-01-{class:02}-{strong:02}-{statement:02}-{repetition:02}-{actor:02}.wav");
                let path = dir.join(name);
                std::fs::write(&path, wav(paths.len())).unwrap();
                paths.push(path);
            }
        }
    }
    paths
}

fn load(dir: &Path) -> Result<Dataset> {
    let corpus = Corpus::open(&CorpusPath { kind: CorpusKind::Ravdess, path: dir.to_owned() })?;
    Dataset::load(&[corpus], 16_000)
}

#[test]
fn the_same_samples_count_once() {
    let dir = tempfile::tempdir().unwrap();
    let paths = corpus(dir.path());
    std::fs::copy(&paths[10], &paths[11]).unwrap();
    let second = dir.path().join("again");
    std::fs::create_dir(&second).unwrap();
    for path in &paths[..7] {
        std::fs::copy(path, second.join(path.file_name().unwrap())).unwrap();
    }
    let dataset = load(dir.path()).unwrap();
    assert_eq!(dataset.len(), 119);
    assert_eq!(dataset.left_out.len(), 8);
    let kept = "ravdess/03-01-02-02-02-01-01".to_owned();
    let pair: Vec<_> =
        dataset.left_out.iter().filter(|left| matches!(left.reason, Reason::SameContent { .. })).collect();
    assert_eq!((pair.len(), &pair[0].reason), (1, &Reason::SameContent { kept }));
    assert!(dataset.summary().contains("the same samples as another clip: ravdess/03-01-02-02-02-02-01"));
    assert_eq!((dataset.audio.len(), dataset.content.len()), (119, 119));
}

#[test]
fn two_labels_for_one_content_remove_both() {
    let dir = tempfile::tempdir().unwrap();
    let paths = corpus(dir.path());
    std::fs::copy(&paths[3], &paths[40]).unwrap();
    let dataset = load(dir.path()).unwrap();
    assert_eq!(dataset.len(), 118);
    assert!(dataset.left_out.iter().all(|left| matches!(left.reason, Reason::ContradictoryLabels { .. })));
    assert_eq!(dataset.clips.iter().filter(|clip| clip.label == Emotion::Neutral).count(), 7);
}

#[test]
fn one_corrupt_clip_is_named_two_are_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let paths = corpus(dir.path());
    std::fs::write(&paths[5], b"this is no sound").unwrap();
    let dataset = load(dir.path()).unwrap();
    assert_eq!(dataset.len(), 119);
    assert!(matches!(&dataset.left_out[0].reason, Reason::Corrupt { error } if error.contains("could not be read")));

    let whole = std::fs::read(&paths[60]).unwrap();
    std::fs::write(&paths[60], &whole[..whole.len() / 2]).unwrap();
    let error = format!("{:#}", load(dir.path()).unwrap_err());
    assert!(error.contains("2 of 120 clips") && error.contains("ends before its header"), "{error}");
}
