//! Exported models, loaded as the page loads them, against what the trainer's own models answered.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use undertone::analysis::quick_inputs;
use undertone::audio::{self, Audio};
use undertone::features::{FeatureConfig, Features, extract};
use undertone::inference::{DeepEngine, DeepInputs, Engine, Manifest, Probabilities};

use crate::atomic;
use crate::report::MANIFEST;

/// Name of the file of expected answers in the folder of models.
pub const FILE: &str = "parity.json";
/// Clips of [`probe`].
pub const PROBES: usize = 4;
/// Largest difference of a probability that counts as the same.
pub const TOLERANCE: f32 = 1e-4;

/// What the trainer's own model answered to each probe, calibrated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Name of the model in the manifest.
    pub model: String,
    /// One answer for each of [`PROBES`].
    pub answers: Vec<Probabilities>,
}

/// Sound and features of probe `number`: a made-up voice (a pulse train through three resonances, with breath and a gliding
/// pitch), the same on every machine.
///
/// # Errors
/// If the feature path refuses it.
pub fn probe(number: usize, config: &FeatureConfig) -> Result<(Audio, Features)> {
    let mut rng = ChaCha8Rng::seed_from_u64(number as u64);
    let rate = config.sample_rate as f32;
    let samples = voice(&mut rng, rate, (rate * (1.0 + 0.9 * number as f32)) as usize);
    let audio = audio::prepare(&Audio::new(samples, config.sample_rate)?)?.audio;
    let features = extract(&audio, config)?;
    Ok((audio, features))
}

fn voice(rng: &mut ChaCha8Rng, rate: f32, len: usize) -> Vec<f32> {
    let (from, to) = (rng.random_range(90.0f32..260.0), rng.random_range(90.0f32..260.0));
    let mut formants = [
        Resonance::new(rng.random_range(300.0..800.0), 90.0, rate),
        Resonance::new(rng.random_range(900.0..2200.0), 120.0, rate),
        Resonance::new(rng.random_range(2300.0..3200.0), 180.0, rate),
    ];
    let mut phase = 0.0f32;
    (0..len)
        .map(|index| {
            let at = index as f32 / len as f32;
            phase += (from + (to - from) * at) / rate;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase = phase.fract();
            let source = pulse + 0.02 * rng.random_range(-1.0f32..1.0);
            let loudness = (12.0 * at).min(1.0) * (8.0 * (1.0 - at)).min(1.0);
            loudness * formants.iter_mut().map(|formant| formant.next(source)).sum::<f32>()
        })
        .collect()
}

struct Resonance {
    a: [f32; 2],
    y: [f32; 2],
}

impl Resonance {
    fn new(hz: f32, bandwidth: f32, rate: f32) -> Self {
        let radius = (-std::f32::consts::PI * bandwidth / rate).exp();
        Self { a: [2.0 * radius * (std::f32::consts::TAU * hz / rate).cos(), -radius * radius], y: [0.0; 2] }
    }

    fn next(&mut self, x: f32) -> f32 {
        let y = x + self.a[0] * self.y[0] + self.a[1] * self.y[1];
        self.y = [y, self.y[0]];
        y
    }
}

/// What each model of `engine` answers to each probe.
///
/// # Errors
/// A model that cannot run.
pub fn answers(engine: &Engine) -> Result<Vec<Expected>> {
    let names: Vec<String> = engine.entries().map(|entry| entry.name.clone()).collect();
    let mut found: Vec<Expected> = names.into_iter().map(|model| Expected { model, answers: Vec::new() }).collect();
    for number in 0..PROBES {
        let (audio, features) = probe(number, engine.features())?;
        let mut inputs = quick_inputs(engine, &audio, &features)?;
        for (index, expected) in found.iter_mut().enumerate() {
            let answer = engine.predict(index, &mut inputs)?;
            let sum: f32 = answer.iter().sum();
            ensure!((sum - 1.0).abs() < 1e-3, "the probabilities of {} sum to {sum}", expected.model);
            expected.answers.push(answer);
        }
    }
    Ok(found)
}

/// What each head of the deep tier answers to each probe.
///
/// # Errors
/// A model that cannot run.
pub fn deep_answers(engine: &DeepEngine, config: &FeatureConfig) -> Result<Vec<Expected>> {
    let names: Vec<String> = engine.entries().map(|entry| entry.name.clone()).collect();
    let mut found: Vec<Expected> = names.into_iter().map(|model| Expected { model, answers: Vec::new() }).collect();
    for number in 0..PROBES {
        let windows = engine.windows(&probe(number, config)?.1.log_mel);
        let encoded = windows.iter().map(|window| engine.encode(window)).collect::<undertone::Result<_>>()?;
        let mut inputs = DeepInputs::new(encoded);
        for (index, expected) in found.iter_mut().enumerate() {
            expected.answers.push(engine.predict(index, &mut inputs)?);
        }
    }
    Ok(found)
}

/// Both tiers of the models in a folder; the deep one where the manifest has it.
///
/// # Errors
/// A file that is missing or altered.
pub fn load(models: &Path) -> Result<(Engine, Option<DeepEngine>)> {
    let read = |name: &str| {
        let path = models.join(name);
        std::fs::read(&path).with_context(|| format!("cannot read {}; name the folder by --models", path.display()))
    };
    let manifest = Manifest::parse(&read(MANIFEST)?)?;
    for entry in &manifest.models {
        entry.check(&read(&entry.file)?)?;
    }
    let deep = match &manifest.encoder {
        Some(encoder) => {
            let bytes = read(&encoder.file)?;
            let deep = DeepEngine::new(manifest.clone(), &bytes, &[], |entry| read(&entry.file).ok())?;
            Some(match &manifest.baseline {
                Some(entry) => deep.with_reference(&read(&entry.file)?)?,
                None => deep,
            })
        }
        None => None,
    };
    Ok((Engine::new(manifest, |entry| read(&entry.file).ok())?, deep))
}

fn all_answers(models: &Path) -> Result<Vec<Expected>> {
    let (engine, deep) = load(models)?;
    let mut found = answers(&engine)?;
    if let Some(deep) = deep {
        found.extend(deep_answers(&deep, engine.features())?);
    }
    Ok(found)
}

/// Writes [`FILE`]: what the models in the folder answer now.
///
/// # Errors
/// As [`verify`].
pub fn record(models: &Path) -> Result<()> {
    let mut json = serde_json::to_vec_pretty(&all_answers(models)?)?;
    json.push(b'\n');
    atomic::write(&models.join(FILE), &json)
}

/// Loads all models of the manifest in `models`, compares them with [`FILE`] there, and says for each how far it is off.
///
/// # Errors
/// A file that is missing or altered, a model that cannot run, an answer off by more than [`TOLERANCE`].
pub fn verify(models: &Path) -> Result<String> {
    let found = all_answers(models)?;
    let path = models.join(FILE);
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let expected: Vec<Expected> =
        serde_json::from_slice(&bytes).with_context(|| format!("{FILE} is not a file of expected answers"))?;
    compare(&found, &expected)
}

/// One line a model: the largest difference of any probability.
///
/// # Errors
/// A model that only one side has, a difference above [`TOLERANCE`].
pub fn compare(found: &[Expected], expected: &[Expected]) -> Result<String> {
    let mut report = String::new();
    for wanted in expected {
        if !found.iter().any(|found| found.model == wanted.model) {
            bail!("{} is expected and not in the manifest", wanted.model);
        }
    }
    for found in found {
        let name = &found.model;
        let wanted = expected
            .iter()
            .find(|wanted| wanted.model == *name && wanted.answers.len() == found.answers.len())
            .with_context(|| format!("nothing to compare {name} with"))?;
        let off = found.answers.iter().flatten().zip(wanted.answers.iter().flatten()).map(|(a, b)| (a - b).abs());
        let worst = off.fold(0.0, f32::max);
        ensure!(worst <= TOLERANCE, "{name} is off by {worst:.1e}, more than {TOLERANCE:.0e}");
        writeln!(report, "{name}: {} probes, largest difference {worst:.1e}", found.answers.len())?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_are_voices_and_repeat() {
        let config = FeatureConfig::default();
        for number in 0..PROBES {
            let (_, features) = probe(number, &config).unwrap();
            assert_eq!(features.functionals, probe(number, &config).unwrap().1.functionals);
            assert!(features.functionals.iter().all(|value| value.is_finite()));
            assert!(features.log_mel.values.ncols() > 80);
        }
    }

    #[test]
    fn a_difference_is_an_error_that_names_the_model() {
        let answer = |p: f32| vec![Expected { model: "mlp".into(), answers: vec![[p; 8]; PROBES] }];
        assert!(compare(&answer(0.125), &answer(0.12501)).unwrap().contains("mlp: 4 probes"));
        assert!(compare(&answer(0.125), &answer(0.126)).unwrap_err().to_string().contains("mlp is off by 1.0e-3"));
        assert!(compare(&answer(0.125), &[]).is_err() && compare(&[], &answer(0.125)).is_err());
    }
}
