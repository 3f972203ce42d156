//! Evaluation and training of the deep tier: folds, checkpoints, export.

mod asides;
mod baselines;
mod calls;
mod corrections;
mod teach;
mod tested;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use undertone::features::{FeatureConfig, SECOND_HEARING_DB};
use undertone::inference::{
    Emotion, Encoder, EncoderEntry, EnsembleEntry, Manifest, Member, Probabilities, Tier, sha256_hex,
};

use self::baselines::Heard;
pub use self::teach::{Lesson, teach};
use super::embed::{self, Embeddings};
use super::heads::{Fitted, HEADS, Setting, fit};
use super::linear::Linear;
use super::recipe::DeepRecipe;
use super::vote::{self, Vote};
use crate::cache::FeatureCache;
use crate::cli::DeepJob;
use crate::condition::Condition;
use crate::dataset::Dataset;
use crate::encoder;
use crate::metrics::{Outcome, score};
use crate::results::{CLEAN, Everyday, Results, Run, RunInfo, commit};
use crate::split::{Fold, Protocol, validation};
use crate::train::{confusion_table, json, readme};
use crate::{atomic, interrupt, report, verify};

/// Name of the training speakers' file beside the manifest.
pub const BASELINE_FILE: &str = "baseline.bin";
/// Name of the encoder's file beside the manifest.
pub const ENCODER_FILE: &str = "encoder.onnx";

/// A fold's answers, not calibrated.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Checkpoint {
    inner: Vec<usize>,
    inner_answers: Vec<Vec<Probabilities>>,
    test: Vec<usize>,
    test_answers: Vec<Vec<Probabilities>>,
    fitted: Fitted,
    /// With baselines of the speakers, where the heads know them.
    #[serde(default)]
    heard: Vec<Heard>,
}

struct Bench<'a> {
    job: &'a DeepJob,
    dataset: Dataset,
    labels: Vec<Emotion>,
    features: FeatureConfig,
    entry: EncoderEntry,
    layers: usize,
    encoder: Arc<Encoder>,
    cache: FeatureCache,
    bars: MultiProgress,
}

/// Evaluates the deep tier by one protocol, on test clips as they are and under each of `conditions`, and records the figures. The
/// moments of the calls that shifts are marked in are written to `moments`, where it is given.
///
/// # Errors
/// What reading, training and writing say; Ctrl-C, after which the finished folds are kept.
pub fn evaluate(job: &DeepJob, protocol: Protocol, conditions: &[Condition], moments: Option<&Path>) -> Result<()> {
    Bench::new(job)?.evaluate(protocol, conditions, moments)
}

/// Evaluates the deep tier by `luna5`, trains the heads on all clips with the first seed, adds them to the manifest,
/// verifies, and writes the model card.
///
/// # Errors
/// As [`evaluate`].
pub fn train(job: &DeepJob) -> Result<()> {
    let bench = Bench::new(job)?;
    bench.evaluate(Protocol::Luna5, &[], None)?;
    bench.export()
}

/// Trains the heads on all clips with the first seed, adds them to the manifest, verifies, and writes the model card.
///
/// # Errors
/// As [`evaluate`].
pub fn export(job: &DeepJob) -> Result<()> {
    Bench::new(job)?.export()
}

impl<'a> Bench<'a> {
    fn new(job: &'a DeepJob) -> Result<Self> {
        let features = FeatureConfig::default();
        let recipe = &job.recipe;
        let (entry, layers) = encoder::entry(&job.encoder, ENCODER_FILE, recipe.window_frames)
            .with_context(|| format!("{}: make it by train-native encoder", job.encoder_path.display()))?;
        let encoder = Arc::new(Encoder::load(&entry, &job.encoder, &embed::lengths(&entry))?);
        let mut dataset = Dataset::load(&job.corpora, features.sample_rate)?;
        eprintln!("{}", dataset.summary());
        dataset.audio = Vec::new();
        let labels = dataset.clips.iter().map(|clip| clip.label).collect();
        let cache = FeatureCache::new(job.work.join("encoder"));
        Ok(Self { job, dataset, labels, features, entry, layers, encoder, cache, bars: MultiProgress::new() })
    }

    /// What the encoder gives for all clips and, where they are trained on, their copies by that seed: gigabytes.
    fn embed(&self, protocol: Protocol, seed: u64) -> Result<Embeddings> {
        let recipe = &self.job.recipe;
        let copies = |clip: usize| recipe.copies_under(protocol, self.dataset.clips[clip].corpus);
        embed::embed(&self.dataset, &copies, &recipe.augmentation, &self.features, &self.encoder, seed, &self.cache)
    }

    /// What the encoder gives for all clips without their copies.
    fn embed_clips(&self, seed: u64) -> Result<Embeddings> {
        let augmentation = &self.job.recipe.augmentation;
        embed::embed(&self.dataset, &|_| 0, augmentation, &self.features, &self.encoder, seed, &self.cache)
    }

    fn setting<'b>(&'b self, seed: u64, embeddings: &'b Embeddings) -> Setting<'b> {
        Setting {
            clips: &self.dataset.clips,
            embeddings,
            recipe: &self.job.recipe,
            encoder: &self.entry,
            layers: self.layers,
            seed,
        }
    }

    fn evaluate(&self, protocol: Protocol, conditions: &[Condition], moments: Option<&Path>) -> Result<()> {
        let mut is_whole = true;
        let (mut answered, mut divided) = (Vec::new(), Vec::new());
        for seed in &self.job.seeds {
            let mut folds = protocol.folds(&self.dataset, *seed)?;
            if let Some(max) = self.job.recipe.max_folds.filter(|max| *max < folds.len()) {
                folds.truncate(max);
                is_whole = false;
            }
            answered.push(self.all_folds(&folds, protocol, &format!("deep-{protocol}-seed{seed}"), *seed)?);
            divided.push(folds);
        }
        let mut runs = self.runs(protocol, CLEAN, &answered)?;
        let asides = self.asides(protocol, &divided, &answered)?;
        let corrections = self.corrections(protocol, &answered, &asides);
        let mut ensemble = runs.pop().context("no ensemble")?;
        ensemble.corrections = corrections;
        runs.push(ensemble.clone());
        if self.tries_baselines(protocol) {
            runs.extend(self.baseline_runs(protocol, &answered, &asides)?);
        }
        for condition in conditions {
            let changed = self.under(*condition, answered.clone())?;
            runs.extend(self.runs(protocol, condition.name(), &changed)?);
        }
        if is_whole {
            Results::record(&self.job.models, runs)?;
        } else {
            println!("Not all folds were run: nothing is recorded.");
        }
        // Calls are heard for minutes, and the figures are safe before.
        ensemble.shifts = self.shifts(protocol, &divided, &answered, moments)?;
        if is_whole && ensemble.shifts.is_some() {
            Results::record(&self.job.models, vec![ensemble])?;
        }
        Ok(())
    }

    /// Finds or makes the checkpoints of all folds by one seed.
    fn all_folds(&self, folds: &[Fold], protocol: Protocol, name: &str, seed: u64) -> Result<Vec<Checkpoint>> {
        let kept = folds.iter().map(|fold| self.kept(fold, protocol, name, seed)).collect::<Result<Vec<_>>>()?;
        if kept.iter().all(Option::is_some) {
            return Ok(kept.into_iter().flatten().collect());
        }
        let embeddings = [self.embed(protocol, seed)?, self.held_out(folds, protocol, seed)?];
        folds
            .par_iter()
            .zip(kept)
            .map(|(fold, kept)| kept.map_or_else(|| self.fold(fold, protocol, name, seed, &embeddings), Ok))
            .collect()
    }

    /// The figures of each head and of the vote, printed and ready to be recorded; `answered` has the folds of each seed.
    fn runs(&self, protocol: Protocol, condition: &str, answered: &[Vec<Checkpoint>]) -> Result<Vec<Run>> {
        let recipe: &DeepRecipe = &self.job.recipe;
        let classes = self.classes(protocol);
        let mut outcomes: Vec<Vec<Vec<Outcome>>> = vec![Vec::new(); HEADS.len() + 1];
        for checkpoints in answered {
            for (slot, outcomes) in outcomes.iter_mut().zip(self.outcomes(checkpoints, &classes)) {
                slot.push(outcomes);
            }
        }
        let mut runs = Vec::new();
        for (index, outcomes) in outcomes.iter().enumerate() {
            let info = RunInfo {
                protocol,
                train: protocol.trained_on(self.job.corpora.iter().map(|corpus| corpus.kind)),
                model: HEADS.get(index).map_or("ensemble", |(name, _)| *name).to_owned(),
                tier: Tier::Deep,
                seeds: self.job.seeds.clone(),
                condition: condition.to_owned(),
                recipe: recipe.name.clone(),
                config_sha256: recipe.sha256(&self.features, &self.entry.sha256)?,
                commit: commit(),
            };
            let mut run = Run::new(info, &classes, outcomes)?;
            let mut line = format!("{protocol}, {condition}, {:13} {}", run.model, run.figures());
            if protocol == Protocol::Everyday {
                let answers: Vec<Probabilities> = outcomes.iter().flatten().map(|one| one.probabilities).collect();
                let everyday = Everyday::of(&answers);
                line += &format!("; {everyday}");
                run.everyday = Some(everyday);
            }
            println!("{line}");
            runs.push(run);
        }
        if let Some(ensemble) = outcomes.last().and_then(|seeds| seeds.first()) {
            print!("{}", confusion_table(&score(ensemble, &classes).confusion, &classes));
        }
        Ok(runs)
    }

    /// The classes that a protocol's answers are among.
    fn classes(&self, protocol: Protocol) -> Vec<Emotion> {
        match protocol {
            Protocol::Everyday => Emotion::ALL.to_vec(),
            _ => protocol.classes(&self.dataset.clips),
        }
    }

    /// Fitted to the held-out clips whose labels are among `classes`.
    fn vote(&self, checkpoint: &Checkpoint, classes: &[Emotion]) -> Vote {
        let labels: Vec<Emotion> = checkpoint.inner.iter().map(|clip| self.labels[*clip]).collect();
        let is_scored = |label: &Emotion| classes.contains(label);
        let scored = |answers: &Vec<Probabilities>| {
            answers.iter().zip(&labels).filter(|(_, label)| is_scored(label)).map(|(answer, _)| *answer).collect()
        };
        let answers: Vec<Vec<Probabilities>> = checkpoint.inner_answers.iter().map(scored).collect();
        let answers = vote::among(&answers, classes);
        let labels: Vec<Emotion> = labels.iter().copied().filter(is_scored).collect();
        if let Some(how) = &self.job.recipe.vote {
            let all: Vec<usize> = (0..HEADS.len()).collect();
            return vote::fit_pool(&answers, &labels, &all, how.evenness);
        }
        let fit = if self.job.recipe.choose_members { vote::choose } else { vote::fit };
        fit(&answers, &labels, self.job.recipe.prior_clips)
    }

    /// Calibrated test outcomes of each head, the vote last.
    fn outcomes(&self, checkpoints: &[Checkpoint], classes: &[Emotion]) -> Vec<Vec<Outcome>> {
        let mut outcomes = vec![Vec::new(); HEADS.len() + 1];
        for checkpoint in checkpoints {
            let answers = vote::among(&checkpoint.test_answers, classes);
            let (each, joined) = self.vote(checkpoint, classes).apply(&answers);
            for (slot, answers) in outcomes.iter_mut().zip(each.iter().chain([&joined])) {
                slot.extend(checkpoint.test.iter().zip(answers).map(|(clip, probabilities)| Outcome {
                    speaker: self.dataset.clips[*clip].speaker.clone(),
                    label: self.labels[*clip],
                    probabilities: *probabilities,
                }));
            }
        }
        outcomes
    }

    /// The checkpoint of the same work, where there is one and it may be used.
    fn kept(&self, fold: &Fold, protocol: Protocol, name: &str, seed: u64) -> Result<Option<Checkpoint>> {
        let path = self.checkpoint_path(fold, protocol, name, seed)?;
        let found = || serde_json::from_slice(&std::fs::read(path).ok()?).ok();
        Ok(if self.job.resume { found() } else { None })
    }

    /// Fits without some training speakers, for the vote, then on all of them, and answers the test clips.
    fn fold(
        &self,
        fold: &Fold,
        protocol: Protocol,
        name: &str,
        seed: u64,
        [training, tested]: &[Embeddings; 2],
    ) -> Result<Checkpoint> {
        let (setting, as_tested) = (self.setting(seed, training), self.setting(seed, tested));
        let inner = self.inner(protocol, fold, seed)?;
        let bar = self.bars.add(ProgressBar::new(1));
        bar.set_style(
            ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} [{elapsed_precise}, {eta_precise} left]")?
                .progress_chars("=> "),
        );
        let show = |phase: &'static str| {
            let bar = &bar;
            move |part: &str, done: usize, of: usize| {
                bar.set_prefix(format!("{name} fold {} {phase} {part}", fold.name));
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
        };
        let calibration = fit(setting, &inner.train, None, &show("calibration"))?;
        let answers =
            |fitted: &Fitted, clips: &[usize]| fitted.answers(as_tested, &self.encoder, &self.features, clips);
        let inner_answers = answers(&calibration, &inner.test)?;
        let start: Option<&Linear> = calibration.linear.as_ref();
        let fitted = fit(setting, &fold.train, start, &show("all speakers"))?;
        let test_answers = answers(&fitted, &fold.test)?;
        let heard = if self.tries_baselines(protocol) {
            self.heard(as_tested, (&calibration, &inner.test), (&fitted, &fold.test))?
        } else {
            Vec::new()
        };
        bar.finish_and_clear();
        let test = fold.test.clone();
        let checkpoint = Checkpoint { inner: inner.test, inner_answers, test, test_answers, fitted, heard };
        atomic::write(&self.checkpoint_path(fold, protocol, name, seed)?, &serde_json::to_vec(&checkpoint)?)?;
        if !checkpoint.test.is_empty() {
            let line = self.fold_line(name, fold, &checkpoint, &self.classes(protocol));
            self.bars.suspend(|| eprintln!("{line}"));
        }
        Ok(checkpoint)
    }

    /// What is held out of training for the vote.
    fn inner(&self, protocol: Protocol, fold: &Fold, seed: u64) -> Result<Fold> {
        validation(protocol, &self.dataset.clips, &fold.train, self.job.recipe.inner_speakers, seed)
    }

    fn fold_line(&self, name: &str, fold: &Fold, checkpoint: &Checkpoint, classes: &[Emotion]) -> String {
        let mut line = format!("{name} fold {}: UAR", fold.name);
        for (index, outcomes) in self.outcomes(std::slice::from_ref(checkpoint), classes).iter().enumerate() {
            let model = HEADS.get(index).map_or("ensemble", |(name, _)| *name);
            line += &format!(" {model} {:.1}", 100.0 * score(outcomes, classes).uar);
        }
        line + &format!(", weights {:.2?}", self.vote(checkpoint, classes).weights)
    }

    fn checkpoint_path(&self, fold: &Fold, protocol: Protocol, name: &str, seed: u64) -> Result<PathBuf> {
        let of = |clips: &[usize]| {
            clips.iter().map(|clip| self.dataset.content[*clip].as_str()).collect::<Vec<_>>().join(" ")
        };
        // The vote is fitted to what a checkpoint holds.
        let heads = DeepRecipe { choose_members: false, vote: None, ..self.job.recipe.clone() };
        let recipe = heads.sha256(&self.features, &self.entry.sha256)?;
        let inner = self.inner(protocol, fold, seed)?;
        let hash = sha256_hex(&serde_json::to_vec(&(
            recipe,
            of(&inner.train),
            of(&inner.test),
            of(&fold.test),
            seed,
            SECOND_HEARING_DB,
        ))?);
        Ok(self.job.work.join("folds").join(format!("{}-{}.json", name.replace(':', "-"), &hash[..24])))
    }

    fn export(&self) -> Result<()> {
        let seed = *self.job.seeds.first().context("no seed")?;
        let fold = Fold { name: "of all".into(), train: (0..self.dataset.len()).collect(), test: Vec::new() };
        let checkpoint = self.all_folds(&[fold], Protocol::Luna5, "deep-final", seed)?.remove(0);
        let vote = self.vote(&checkpoint, &Emotion::ALL);
        let (baseline, reference) = self.baseline_entry(&checkpoint).unzip();
        let fitted = checkpoint.fitted;
        let path = self.job.models.join(report::MANIFEST);
        let json_of_quick = std::fs::read(&path)
            .with_context(|| format!("{}: train the quick tier first, the deep one joins it", path.display()))?;
        let mut manifest = Manifest::parse(&json_of_quick)?;
        ensure!(manifest.features == self.features, "the quick tier was trained on other features; train it anew");
        let quick = manifest.version.split('+').next().unwrap_or_default();
        let own = &self.job.recipe.sha256(&self.features, &self.entry.sha256)?[..12];
        manifest.version = format!("{quick}+{}-{own}", self.job.recipe.name);
        manifest.models.retain(|entry| entry.tier != Tier::Deep);
        manifest.ensembles.retain(|ensemble| ensemble.tier != Tier::Deep);
        let heads = fitted.entries(&self.entry, &vote.temperatures);
        let members =
            heads.iter().zip(&vote.weights).map(|(head, weight)| Member { model: head.name.clone(), weight: *weight });
        manifest.ensembles.push(EnsembleEntry {
            tier: Tier::Deep,
            pool: vote.pool,
            members: members.collect(),
            temperature: vote.joined,
        });
        manifest.encoder = Some(self.entry.clone());
        manifest.baseline = baseline;
        let mut files: Vec<(String, Vec<u8>)> =
            heads.iter().map(|entry| entry.file.clone()).zip(fitted.files.iter().cloned()).collect();
        manifest.models.extend(heads);
        interrupt::check()?;
        files.extend(reference.map(|bytes| (BASELINE_FILE.to_owned(), bytes)));
        files.push((ENCODER_FILE.into(), self.job.encoder.clone()));
        files.push((report::MANIFEST.into(), json(&manifest)?));
        atomic::write_all(&self.job.models, &files)?;
        verify::record(&self.job.models)?;
        print!("{}", verify::verify(&self.job.models)?);
        report::write(&self.job.models, readme(&self.job.models).as_deref())
    }
}
