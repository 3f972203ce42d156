//! The engine, natively and in a browser, from one source: the numbers must be the same.

mod feature_sets;
#[path = "../support/mod.rs"]
mod support;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use support::{Sample, tone, voice, wav};
use undertone::analysis::{Analyzer, Clip, Stage};
use undertone::features::{FeatureConfig, extract, functional_names};
use undertone::inference::{Engine, Manifest, N_CLASSES, Tier};
use undertone::{Error, audio};

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Functionals of `voice(48000, 1.5)`, written by the native test where `UNDERTONE_WRITE_GOLDEN` is set.
const GOLDEN: &str = include_str!("../data/functionals.json");

/// A synthetic sentence of 1.5 s at 16 kHz.
fn sentence() -> audio::Audio {
    audio::decode(include_bytes!("../data/golden/signals/speech_en.wav").to_vec(), Some("wav")).unwrap().audio
}

fn clip() -> Clip {
    let samples = audio::resample(&sentence(), 48000).unwrap();
    Clip::File { name: "voice.wav".into(), bytes: wav(samples.samples(), 48000, 2, Sample::I16) }
}

fn functionals() -> Vec<f32> {
    let config = FeatureConfig::default();
    let decoded = audio::decode(wav(&voice(48000, 1.5), 48000, 2, Sample::I16), Some("wav")).unwrap();
    let prepared = audio::prepare(&audio::resample(&decoded.audio, config.sample_rate).unwrap()).unwrap();
    extract(&prepared.audio, &config).unwrap().functionals
}

#[test]
fn functionals_are_the_golden_ones() {
    let got = functionals();
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UNDERTONE_WRITE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/functionals.json");
        std::fs::write(path, serde_json::to_string(&got).unwrap() + "\n").unwrap();
        return;
    }
    let want: Vec<f32> = serde_json::from_str(GOLDEN).unwrap();
    let names = functional_names(&FeatureConfig::default());
    assert_eq!((got.len(), want.len()), (names.len(), names.len()));
    for ((got, want), name) in got.iter().zip(&want).zip(&names) {
        assert!((got - want).abs() <= 1e-3 * (want.abs() + 0.1), "{name}: {got} instead of {want}");
    }
}

fn file(name: &str) -> Option<Vec<u8>> {
    let files: [(&str, &[u8]); 5] = [
        ("cnn-2d.onnx", include_bytes!("../../models/cnn-2d.onnx")),
        ("mlp.onnx", include_bytes!("../../models/mlp.onnx")),
        ("xgboost.onnx", include_bytes!("../../models/xgboost.onnx")),
        ("lightgbm.onnx", include_bytes!("../../models/lightgbm.onnx")),
        ("logistic.onnx", include_bytes!("../../models/logistic.onnx")),
    ];
    files.iter().find(|(known, _)| *known == name).map(|(_, bytes)| bytes.to_vec())
}

fn engine() -> Engine {
    let manifest = Manifest::parse(include_bytes!("../../models/manifest.json")).unwrap();
    Engine::new(manifest, |entry| file(&entry.file)).unwrap()
}

#[test]
fn the_shipped_models_answer_a_clip_stage_by_stage() {
    let engine = engine();
    let mut analyzer = Analyzer::new(clip());
    let mut stages = Vec::new();
    let analysis = loop {
        stages.push(analyzer.next_stage().unwrap());
        if let undertone::analysis::Step::Done(analysis) = analyzer.step(&engine, &|| 0.0).unwrap() {
            break analysis;
        }
    };
    assert_eq!(stages[..5], Stage::ALL[..5]);
    assert_eq!(stages[5..].len(), engine.entries().len());
    assert_eq!(analyzer.next_stage(), None);
    assert_eq!(analysis.answers.len(), engine.manifest().tier(Tier::Quick).count());
    for probabilities in analysis.answers.iter().map(|answer| &answer.probabilities).chain([&analysis.probabilities]) {
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(probabilities.len(), N_CLASSES);
    }
    assert_eq!(analysis.mel.values.len(), analysis.mel.n_mels * analysis.mel.n_frames);
    assert_eq!((analysis.clip.sample_rate, analysis.clip.channels), (48000, 2));
}

#[test]
fn gain_does_not_change_the_answer() {
    let engine = engine();
    let of = |gain: f32| {
        let samples = sentence().samples().iter().map(|sample| sample * gain).collect();
        Analyzer::new(Clip::Pcm { samples, sample_rate: 16000 }).run(&engine, &|| 0.0).unwrap().0.probabilities
    };
    for (a, b) in of(1.0).iter().zip(of(0.1)) {
        assert!((a - b).abs() < 2e-3, "{a} {b}");
    }
}

#[test]
fn a_clip_without_speech_is_refused_and_the_next_one_answered() {
    let engine = engine();
    let mut state = 1u32;
    let noise = (0..32_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    });
    for samples in [noise.collect(), tone(16000, 2.0)] {
        let mut analyzer = Analyzer::new(Clip::Pcm { samples, sample_rate: 16000 });
        let refused = loop {
            match analyzer.step(&engine, &|| 0.0) {
                Ok(undertone::analysis::Step::Next(_)) => {}
                Ok(undertone::analysis::Step::Done(analysis)) => panic!("it was answered {:?}", analysis.winner),
                Err(error) => break error,
            }
        };
        assert_eq!(refused, Error::NoSpeech);
        assert!(refused.to_string().contains("No speech was found"));
        assert_eq!(analyzer.step(&engine, &|| 0.0).unwrap_err(), Error::Cancelled);
        assert!(Analyzer::new(clip()).run(&engine, &|| 0.0).is_ok());
    }
}

#[test]
fn an_altered_model_is_refused() {
    let manifest = Manifest::parse(include_bytes!("../../models/manifest.json")).unwrap();
    let error = Engine::new(manifest, |entry| {
        let mut bytes = file(&entry.file)?;
        bytes[100] ^= 1;
        Some(bytes)
    });
    assert!(matches!(error.err(), Some(Error::Model { reason, .. }) if reason.contains("SHA-256")));
}
