//! Calls of three minutes, joined from the clips of an unseen actor: ordinary speech up to a change, then one emotion. What is marked in
//! them, where it should be, and where not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use indicatif::ParallelProgressIterator;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use undertone::analysis::{Timeline, Timing};
use undertone::audio::{Audio, prepare};
use undertone::inference::{
    DeepEngine, Emotion, Engine, EnsembleEntry, Manifest, Member, Model, ModelEntry, ModelKind, N_CLASSES, Output,
    Pool, Tier, sha256_hex,
};

use super::{Bench, Checkpoint};
use crate::dataset::{progress, recorded};
use crate::deep::marks::{Call, chosen, shipped, strained};
use crate::results::{Shifts, rounded};
use crate::split::{Fold, Protocol};
use crate::{atomic, interrupt};

/// Calls of each actor, each of another emotion.
const CALLS: usize = 2;
/// Seconds of a call.
const SECONDS: f32 = 180.0;
/// The last ordinary clip is the first to end after so many seconds.
const CHANGE: std::ops::Range<f32> = 60.0..120.0;
/// Seconds between two clips.
const PAUSE: std::ops::Range<f32> = 0.3..0.8;

/// A quick tier that says nothing: windows need one on their way, and no deep vote listens to it.
struct Mute;

impl Model for Mute {
    fn run(&self, _: &[f32]) -> undertone::Result<Output> {
        Ok(Output { probabilities: [1.0 / N_CLASSES as f32; N_CLASSES], embedding: Vec::new(), attention: Vec::new() })
    }
}

impl Bench<'_> {
    /// The marks of all calls by `luna5`, which the heads of the first seed hear; `None` by other protocols, and of heads that know no
    /// baselines.
    pub(super) fn shifts(
        &self,
        protocol: Protocol,
        folds: &[Vec<Fold>],
        answered: &[Vec<Checkpoint>],
        moments: Option<&Path>,
    ) -> Result<Option<Shifts>> {
        if protocol != Protocol::Luna5 || self.job.recipe.baselines.is_none() {
            return Ok(None);
        }
        let first = folds.first().zip(answered.first()).zip(self.job.seeds.first());
        let ((folds, checkpoints), seed) = first.context("no seed")?;
        let mut calls = Vec::new();
        for (fold, checkpoint) in folds.iter().zip(checkpoints) {
            calls.extend(self.calls(protocol, fold, checkpoint, *seed)?);
        }
        if let Some(path) = moments {
            atomic::write(path, &serde_json::to_vec(&calls)?)?;
        }
        let shifts = chosen(&calls);
        let strain = strained(&calls);
        let found = Shifts {
            calls: calls.len() as u32,
            found: rounded(shifts.found),
            per_ten_minutes: rounded(shifts.per_ten_minutes),
            strain_found: rounded(strain.found),
            strain_per_ten_minutes: rounded(strain.per_ten_minutes),
        };
        let (as_shipped, penalty) = shipped(&calls);
        println!("{protocol}, {} calls, shifts by a rule chosen on the other folds: {shifts}", calls.len());
        println!(
            "{protocol}, by the rule that ships: {as_shipped}; on all folds a penalty of {penalty} would be chosen"
        );
        println!("{protocol}, strain: {strain}");
        Ok(Some(found))
    }

    /// Finds or makes a fold's calls.
    fn calls(&self, protocol: Protocol, fold: &Fold, checkpoint: &Checkpoint, seed: u64) -> Result<Vec<Call>> {
        // The vote is no part of a checkpoint's name.
        let recipe = &self.job.recipe;
        let vote = sha256_hex(&serde_json::to_vec(&(&recipe.vote, recipe.choose_members, recipe.prior_clips))?);
        let name = format!("deep-{protocol}-seed{seed}-calls-{}", &vote[..8]);
        let path = self.checkpoint_path(fold, protocol, &name, seed)?;
        let kept = || serde_json::from_slice::<Vec<Call>>(&std::fs::read(&path).ok()?).ok();
        if let Some(kept) = kept().filter(|_| self.job.resume) {
            return Ok(kept);
        }
        let mut speakers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for clip in &fold.test {
            speakers.entry(&self.dataset.clips[*clip].speaker).or_default().push(*clip);
        }
        let speakers: Vec<(usize, (&str, Vec<usize>))> = speakers.into_iter().enumerate().collect();
        let bar = progress(speakers.len(), &format!("calls of fold {}", fold.name));
        let made: Vec<Vec<Call>> = speakers
            .par_iter()
            .progress_with(bar.clone())
            .map(|(number, (speaker, clips))| {
                let deep = self.fold_engine(checkpoint)?;
                let sounds = clips.iter().map(|clip| self.sound(*clip)).collect::<Result<Vec<_>>>()?;
                let clips: Vec<(Emotion, Audio)> = clips.iter().map(|clip| self.labels[*clip]).zip(sounds).collect();
                let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1000).wrapping_add(*number as u64));
                let mut emotions: Vec<Emotion> =
                    Emotion::ALL.into_iter().filter(|emotion| !ORDINARY.contains(emotion)).collect();
                emotions.shuffle(&mut rng);
                let call = |emotion: &Emotion| {
                    interrupt::check()?;
                    let (audio, change) = join(&clips, *emotion, &mut rng)?;
                    let seconds = audio.seconds();
                    let timeline = self.listen(audio, &deep)?;
                    Ok(Call::new(&fold.name, speaker, *emotion, [change, seconds], timeline))
                };
                emotions[..CALLS].iter().map(call).collect::<Result<Vec<_>>>()
            })
            .collect::<Result<_>>()?;
        bar.finish_and_clear();
        let calls: Vec<Call> = made.into_iter().flatten().collect();
        atomic::write(&path, &serde_json::to_vec(&calls)?)?;
        Ok(calls)
    }

    fn listen(&self, audio: Audio, deep: &DeepEngine) -> Result<Timeline> {
        let entry = ModelEntry {
            name: "mute".into(),
            kind: ModelKind::Mlp,
            tier: Tier::Quick,
            file: String::new(),
            bytes: 0,
            sha256: String::new(),
            functionals: None,
            input: Vec::new(),
            embedding: 0,
            temperature: 1.0,
        };
        let members = vec![Member { model: entry.name.clone(), weight: 1.0 }];
        let ensemble = EnsembleEntry { tier: Tier::Quick, pool: Pool::Linear, members, temperature: 1.0 };
        let deep_manifest = deep.manifest();
        let manifest = Manifest { models: vec![entry], ensembles: vec![ensemble], ..deep_manifest.clone() };
        let quick = Engine::with_models(manifest, vec![Box::new(Mute)]);
        Ok(Timing::new(audio).context("a call is too short")?.run(&quick, Some(deep))?)
    }

    /// The fold's heads as they would ship.
    fn fold_engine(&self, checkpoint: &Checkpoint) -> Result<DeepEngine> {
        let vote = self.vote(checkpoint, &Emotion::ALL);
        let mut manifest = checkpoint.fitted.manifest(&self.entry, &self.features, &vote.temperatures);
        let (baseline, reference) = self.baseline_entry(checkpoint).context("heads that know no baselines")?;
        let heads = manifest.models.iter().zip(&vote.weights);
        let members = heads.map(|(head, weight)| Member { model: head.name.clone(), weight: *weight }).collect();
        manifest.ensembles =
            vec![EnsembleEntry { tier: Tier::Deep, pool: vote.pool, members, temperature: vote.joined }];
        manifest.baseline = Some(baseline);
        let mut files = checkpoint.fitted.files.iter();
        let engine = DeepEngine::with_encoder(manifest, Arc::clone(&self.encoder), |_| files.next().cloned())?;
        Ok(engine.with_reference(&reference)?)
    }

    /// A clip without the silence at its ends, as loud as it was recorded.
    fn sound(&self, clip: usize) -> Result<Audio> {
        let audio = recorded(&self.dataset.clips[clip], self.features.sample_rate)?;
        let (from, to) = prepare(&audio)?.kept;
        let place = |seconds: f32| ((seconds * audio.sample_rate() as f32) as usize).min(audio.samples().len());
        Ok(Audio::new(audio.samples()[place(from)..place(to)].to_vec(), audio.sample_rate())?)
    }
}

/// What a call begins with.
const ORDINARY: [Emotion; 2] = [Emotion::Neutral, Emotion::Calm];

/// Ordinary clips in random order, each as often as any other, and then those of `emotion`; the second at which those begin.
fn join(clips: &[(Emotion, Audio)], emotion: Emotion, rng: &mut impl Rng) -> Result<(Audio, f32)> {
    let rate = clips.first().context("an actor without clips")?.1.sample_rate();
    let seconds = |samples: &[f32]| samples.len() as f32 / rate as f32;
    let until = rng.random_range(CHANGE);
    let (mut samples, mut change) = (Vec::new(), 0.0);
    for (labels, end) in [(&ORDINARY[..], until), (&[emotion], SECONDS)] {
        let pool: Vec<&Audio> =
            clips.iter().filter(|(label, _)| labels.contains(label)).map(|(_, audio)| audio).collect();
        ensure!(!pool.is_empty(), "an actor without clips of a class");
        change = seconds(&samples);
        let mut left: Vec<&Audio> = Vec::new();
        while seconds(&samples) < end {
            if left.is_empty() {
                left.clone_from(&pool);
                left.shuffle(rng);
            }
            samples.extend(left.pop().map_or(&[][..], Audio::samples));
            let pause = rng.random_range(PAUSE) * rate as f32;
            samples.resize(samples.len() + pause as usize, 0.0);
        }
    }
    Ok((Audio::new(samples, rate)?, change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_changes_once_where_it_says() {
        let clip = |label: Emotion, value: f32| (label, Audio::new(vec![value; 40_000], 16_000).unwrap());
        let clips =
            [clip(Emotion::Neutral, 0.1), clip(Emotion::Calm, 0.2), clip(Emotion::Sad, 0.3), clip(Emotion::Angry, 0.9)];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (audio, change) = join(&clips, Emotion::Angry, &mut rng).unwrap();
        assert!((SECONDS..SECONDS + 4.0).contains(&audio.seconds()), "{}", audio.seconds());
        assert!((CHANGE.start..CHANGE.end + 4.0).contains(&change), "{change}");
        let at = (change * 16_000.0) as usize;
        assert!(audio.samples()[..at].iter().all(|value| [0.0, 0.1, 0.2].contains(value)));
        assert!(audio.samples()[at + 1..].iter().all(|value| [0.0, 0.9].contains(value)));
        assert!(join(&clips, Emotion::Happy, &mut rng).is_err());
    }
}
