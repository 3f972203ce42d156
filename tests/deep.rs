//! The shipped deep tier, with a speaker's ordinary voice and of a noisy clip: the page's own path, natively.
#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};
use std::rc::Rc;

use undertone::analysis::{Analysis, Analyzer, Baseline, Clip, Deepened, Deepening, Timing};
use undertone::audio::{Audio, NoiseModel, decode, resample};
use undertone::inference::{DeepEngine, Engine, Manifest, Probabilities, VoiceMean};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn model(name: &str) -> Vec<u8> {
    std::fs::read(file("models").join(name)).unwrap()
}

fn engines() -> (Engine, DeepEngine) {
    let manifest = Manifest::parse(&model("manifest.json")).unwrap();
    let quick = Engine::new(manifest.clone(), |entry| Some(model(&entry.file))).unwrap();
    let encoder = model(&DeepEngine::encoder_entry(&manifest).unwrap().file);
    let reference = model(&manifest.baseline.as_ref().expect("the shipped heads know baselines").file);
    let deep = DeepEngine::new(manifest, &encoder, &[], |entry| Some(model(&entry.file))).unwrap();
    (quick, deep.with_reference(&reference).unwrap())
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(file("www/samples").join(name)).unwrap()
}

fn heard(quick: &Engine, name: &str) -> (Analysis, Deepening) {
    let clip = Clip::File { name: name.into(), bytes: sample(name) };
    let (analysis, deepening) = Analyzer::new(clip).run(quick, &|| 0.0).unwrap();
    (analysis, deepening.unwrap())
}

fn baseline_of(analysis: &Analysis, found: &Deepened) -> Baseline {
    Baseline::of(&found.voice, analysis, "a microphone")
}

fn distance(a: &Probabilities, b: &Probabilities) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>() / 2.0
}

#[test]
fn an_answer_against_the_ordinary_voice_is_another_one_and_the_same_each_way() {
    let (quick, deep) = engines();
    let (even, even_deepening) = heard(&quick, "even-voice.flac");
    let (_, excited) = heard(&quick, "excited-voice.flac");
    let even_found = even_deepening.run(&deep, &|| 0.0).unwrap();
    assert!(even_found.analysis.against.is_none(), "nobody gave a baseline");
    let baseline = baseline_of(&even, &even_found);
    assert_eq!(baseline.problem(), None);
    assert_eq!(baseline.version, deep.manifest().deep_version().unwrap());
    let length: f32 = even_found.voice.direction.iter().map(|value| value * value).sum();
    assert!((length - 1.0).abs() < 1e-4);

    let plain = excited.clone().run(&deep, &|| 0.0).unwrap();
    let set = excited.against(&deep, &baseline).unwrap().run(&deep, &|| 0.0).unwrap();
    assert_eq!(set.analysis.probabilities, plain.analysis.probabilities);
    let against = set.analysis.against.unwrap();
    assert!((against.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-4);
    assert!(distance(&against.probabilities, &plain.analysis.probabilities) > 1e-3);
    let again = plain.reheard.against(&deep, &baseline).unwrap().unwrap();
    assert!(distance(&again.probabilities, &against.probabilities) < 1e-5, "{again:?} {against:?}");
}

#[test]
fn a_baseline_of_another_encoder_is_refused() {
    let (quick, deep) = engines();
    let (even, deepening) = heard(&quick, "even-voice.flac");
    let found = deepening.clone().run(&deep, &|| 0.0).unwrap();
    let mean = VoiceMean { pooled: vec![0.0; 3], blocks: vec![0.0; 3] };
    let other = Baseline { mean, ..baseline_of(&even, &found) };
    assert!(deepening.against(&deep, &other).is_err());
    assert!(found.reheard.against(&deep, &other).is_err());
}

#[test]
fn a_recording_is_read_against_its_own_voice_and_against_a_known_one() {
    let (quick, deep) = engines();
    let (even, deepening) = heard(&quick, "even-voice.flac");
    let found = deepening.run(&deep, &|| 0.0).unwrap();
    let mut samples = Vec::new();
    for name in ["even-voice.flac", "even-voice.flac", "excited-voice.flac"] {
        let sound = decode(sample(name), Some("flac")).unwrap().audio;
        samples.extend_from_slice(resample(&sound, 16_000).unwrap().samples());
    }
    let timing = || Timing::new(Audio::new(samples.clone(), 16_000).unwrap()).unwrap();
    let own = timing().run(&quick, Some(&deep)).unwrap();
    let mut known = timing();
    known.set_against(Some(baseline_of(&even, &found)));
    let known = known.run(&quick, Some(&deep)).unwrap();
    assert_eq!(own.moments, known.moments, "as heard it is the same");
    let (own_reading, known_reading) = (own.against.unwrap(), known.against.unwrap());
    assert_eq!(own_reading.moments.len(), own.moments.len());
    assert_eq!(own_reading.moments[0], own.moments[0], "nothing had been heard before");
    assert_ne!(own_reading.moments, own.moments);
    assert_ne!(own_reading.moments, known_reading.moments);
    assert!(timing().run(&quick, None).unwrap().against.is_none(), "the quick tier knows no baselines");
}

#[test]
fn a_noisy_clip_is_heard_twice_where_its_noise_can_be_reduced() {
    let (quick, deep) = engines();
    let clean = resample(&decode(sample("excited-voice.flac"), Some("flac")).unwrap().audio, 16_000).unwrap();
    let mut state = 1u32;
    let noisy = clean.samples().iter().map(|sample| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sample + 0.1 * f32::from((state >> 16) as u16 as i16) / 32_768.0
    });
    let clip = |samples: Vec<f32>| Clip::Pcm { samples, sample_rate: 16_000 };
    let deepening = |clip| Analyzer::new(clip).run(&quick, &|| 0.0).unwrap().1.unwrap();
    let noise = Rc::new(NoiseModel::included().unwrap());

    let once = deepening(clip(clean.samples().to_vec()));
    assert!(!once.wants_noise_model());
    let found = once.with_noise_model(Rc::clone(&noise)).run(&deep, &|| 0.0).unwrap().analysis;
    assert_eq!(found.hearings, 1);

    let noisy = deepening(clip(noisy.collect()));
    assert!(noisy.wants_noise_model());
    let once = noisy.clone().run(&deep, &|| 0.0).unwrap();
    let twice = noisy.with_noise_model(noise);
    assert!(!twice.wants_noise_model());
    let twice = twice.run(&deep, &|| 0.0).unwrap();
    assert_eq!((once.analysis.hearings, twice.analysis.hearings), (1, 2));
    assert!(twice.analysis.windows > once.analysis.windows);
    let attended = |found: &Deepened| found.analysis.attention.len();
    assert!(attended(&twice) > 5 && attended(&twice) <= attended(&once) + 1, "it lies within the clip");
    assert!((twice.analysis.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-4);
    assert!(distance(&once.analysis.probabilities, &twice.analysis.probabilities) > 1e-3);
    assert!(distance(&once.voice.answer, &twice.voice.answer) > 1e-3 && once.voice.mean != twice.voice.mean);
}
