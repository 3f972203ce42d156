//! Sounds without speech are refused, speech is not.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::path::{Path, PathBuf};

use support::sounds::{self, CHOSEN_ON, Kind, NEVER_SEEN, RATE, Random};
use undertone::audio::{Audio, decode, prepare, resample};
use undertone::features::{FeatureConfig, SpeechEvidence, extract, require_speech, speech_cues, speech_evidence};
use undertone::{Error, Result};

fn evidence(audio: &Audio) -> Result<SpeechEvidence> {
    let config = FeatureConfig::default();
    let features = extract(&prepare(&resample(audio, config.sample_rate)?)?.audio, &config)?;
    let found = speech_evidence(&features.log_mel, &features.f0);
    assert_eq!(require_speech(&features.log_mel, &features.f0), found.is_speech().then_some(()).ok_or(Error::NoSpeech));
    Ok(found)
}

fn of_file(path: &Path) -> Result<SpeechEvidence> {
    evidence(&decode(std::fs::read(path).unwrap(), None)?.audio)
}

/// Whether a clip is taken for speech; silence, and what is too short to be judged, is not.
fn accepted(found: &Result<SpeechEvidence>) -> bool {
    match found {
        Ok(found) => found.is_speech(),
        Err(Error::Silent | Error::TooShort { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

fn wrongly_accepted(kinds: &[Kind], seeds: std::ops::Range<u64>) -> Vec<String> {
    let names = kinds.iter().flat_map(|kind| seeds.clone().map(move |seed| (kind, seed)));
    let found = names.filter(|(kind, seed)| {
        let audio = Audio::new(sounds::sound(kind, *seed), RATE).unwrap();
        accepted(&evidence(&audio))
    });
    found.map(|(kind, seed)| format!("{} {seed}", kind.0)).collect()
}

#[test]
fn noise_hum_clicks_and_music_are_refused() {
    // The limits were chosen with the seeds below 60.
    assert_eq!(wrongly_accepted(&CHOSEN_ON, 1000..1040), [""; 0]);
}

#[test]
fn kinds_that_no_limit_was_chosen_on_are_refused() {
    let wrong = wrongly_accepted(&NEVER_SEEN, 1000..1030);
    println!("{} of {} are taken for speech: {wrong:?}", wrong.len(), NEVER_SEEN.len() * 30);
    assert!(wrong.len() * 200 <= NEVER_SEEN.len() * 30, "{wrong:?}");
    let musical = ["guitar", "melody, FM", "melody, square", "chords in a row", "bell", "blue noise"];
    assert!(!wrong.iter().any(|name| musical.iter().any(|kind| name.starts_with(kind))), "{wrong:?}");
}

#[test]
fn silence_is_refused() {
    for level in [0.0, 1e-9, 3e-5] {
        let mut random = Random::new(1);
        let samples = (0..48_000).map(|_| random.between(-level, level)).collect();
        assert!(!accepted(&evidence(&Audio::new(samples, RATE).unwrap())), "{level}");
    }
}

/// A synthetic sentence.
fn sentence(name: &str) -> Audio {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden/signals").join(name);
    decode(std::fs::read(path).unwrap(), None).unwrap().audio
}

#[test]
fn a_sentence_is_speech_at_any_gain_and_rate() {
    for name in ["speech_en.wav", "speech_en_f.wav"] {
        let audio = sentence(name);
        let plain = evidence(&audio).unwrap();
        assert!(plain.score > 0.6, "{name}: {plain:?}");
        for gain in [1e-2, 0.3, 8.0, 1e3] {
            let scaled = Audio::new(audio.samples().iter().map(|s| s * gain).collect(), RATE).unwrap();
            let got = evidence(&scaled).unwrap();
            assert!((got.score - plain.score).abs() < 0.02, "{name}, gain {gain}: {} {}", got.score, plain.score);
        }
        for rate in [8000, 22_050, 44_100, 48_000] {
            let got = evidence(&resample(&audio, rate).unwrap()).unwrap();
            assert!(got.is_speech(), "{name}, {rate} Hz: {got:?}");
        }
    }
}

#[test]
fn noise_is_refused_at_any_gain() {
    for kind in CHOSEN_ON.iter().take(4) {
        let samples = sounds::sound(kind, 7);
        let peak = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        for level in [2e-3, 0.1, 1.0, 100.0] {
            let scaled = samples.iter().map(|sample| sample * level / peak).collect();
            assert!(!accepted(&evidence(&Audio::new(scaled, RATE).unwrap())), "{} at {level}", kind.0);
        }
    }
}

#[test]
fn a_sentence_in_a_long_recording_is_found() {
    let sentence = sentence("speech_en.wav");
    for at in [0, 7, 19] {
        let mut random = Random::new(3);
        let mut samples: Vec<f32> = (0..20 * 16_000 + 24_000).map(|_| random.between(-1e-2, 1e-2)).collect();
        samples[at * 16_000..].iter_mut().zip(sentence.samples()).for_each(|(sample, speech)| *sample += speech);
        let got = evidence(&Audio::new(samples, RATE).unwrap()).unwrap();
        assert!(got.is_speech(), "{at}: {got:?}");
        assert!((got.frames.0..got.frames.1).contains(&(at * 100 + 75)), "{at}: {:?}", got.frames);
    }
}

#[test]
fn sound_of_any_length_is_weighed() {
    let sentence = sentence("speech_en.wav");
    let config = FeatureConfig::default();
    for length in [1, 2, 159, 160, 161, 400, 800, 1600, 3200, 8000] {
        let flat = vec![0.25; length];
        for samples in [sentence.samples()[..length].to_vec(), vec![0.0; length], flat] {
            let features = extract(&Audio::new(samples, RATE).unwrap(), &config).unwrap();
            let found = speech_evidence(&features.log_mel, &features.f0);
            assert!(found.score.is_finite() && found.cues.iter().all(|cue| cue.is_finite()), "{length}: {found:?}");
            assert_eq!(found.cues.len(), speech_cues().count());
        }
    }
}

/// Sound files under a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| ["flac", "ogg", "wav"].iter().any(|e| extension == *e)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// With `UNDERTONE_ALL_CLIPS` set all clips of the corpora are weighed, without it a fixed part of them.
#[test]
fn clips_of_the_corpora_are_accepted() {
    let data = std::env::var_os("UNDERTONE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let all = std::env::var_os("UNDERTONE_ALL_CLIPS").is_some();
    let corpora = [("ravdess", 11, 0.995), ("crema-d", 13, 0.995), ("nemo", 149, 0.99), ("everyday", 37, 0.99)];
    let mut wrong = Vec::new();
    for (corpus, every, least) in corpora {
        let clips: Vec<PathBuf> = files(&data.join(corpus)).into_iter().step_by(if all { 1 } else { every }).collect();
        if clips.is_empty() {
            println!("SKIPPED: no {corpus} in ../shared/data or UNDERTONE_DATA");
            continue;
        }
        let refused: Vec<String> = clips
            .iter()
            .map(|clip| (clip, of_file(clip)))
            .filter(|(_, found)| !accepted(found))
            .map(|(clip, found)| {
                let name = clip.file_name().unwrap_or_default().to_string_lossy();
                found.map_or_else(|error| format!("{name} ({error})"), |found| format!("{name} {:.2}", found.score))
            })
            .collect();
        let share = 1.0 - refused.len() as f64 / clips.len() as f64;
        println!("{corpus}: {} of {} accepted, {:.2} %", clips.len() - refused.len(), clips.len(), 100.0 * share);
        refused.iter().for_each(|name| println!("    {name}"));
        if share < least {
            wrong.push(corpus);
        }
    }
    assert!(wrong.is_empty(), "too many refused of {wrong:?}");
}
