//! Evaluation and training: folds, checkpoints, export.

pub mod single;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use undertone::features::FeatureConfig;
use undertone::inference::{Emotion, Manifest, Probabilities, Tier, sha256_hex};

use crate::cache::FeatureCache;
use crate::calibrate;
use crate::cli::Job;
use crate::corpus::Clip;
use crate::dataset::Dataset;
use crate::learners::stack::{Fitted, Setting, fit, models};
use crate::learners::target::Targets;
use crate::material::Material;
use crate::metrics::{Outcome, score};
use crate::recipe::Recipe;
use crate::results::{Everyday, Results, Run, RunInfo, commit};
use crate::split::{Fold, Protocol, inner, validation};
use crate::{atomic, deep, interrupt, report, verify};

/// A fold's answers, not calibrated.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Checkpoint {
    /// Held-out training clips and the answers to them: `[model][clip]`.
    inner: Vec<usize>,
    inner_answers: Vec<Vec<Probabilities>>,
    /// Test clips and the answers to them.
    test: Vec<usize>,
    test_answers: Vec<Vec<Probabilities>>,
    /// The models fitted on all training clips, where they are to be exported.
    fitted: Option<Fitted>,
}

/// A dataset with its features, and where things are kept.
struct Bench<'a> {
    job: &'a Job,
    dataset: Dataset,
    labels: Vec<Emotion>,
    features: FeatureConfig,
    material: BTreeMap<u64, Material>,
    bars: MultiProgress,
}

/// Cleared when it is dropped.
struct Bar(ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Evaluates by one protocol and records the figures.
///
/// # Errors
/// What reading, training and writing say; Ctrl-C, after which the finished folds are kept.
pub fn evaluate(job: &Job, protocol: Protocol) -> Result<()> {
    Bench::new(job)?.evaluate(protocol)
}

/// Evaluates by `luna5`, trains on all clips with the first seed, exports, verifies, and writes the model card.
///
/// # Errors
/// As [`evaluate`].
pub fn train(job: &Job) -> Result<()> {
    let bench = Bench::new(job)?;
    bench.evaluate(Protocol::Luna5)?;
    bench.export()
}

/// Trains on all clips with the first seed, exports, verifies, and writes the model card.
///
/// # Errors
/// As [`evaluate`].
pub fn export(job: &Job) -> Result<()> {
    Bench::new(job)?.export()
}

impl<'a> Bench<'a> {
    fn new(job: &'a Job) -> Result<Self> {
        let features = FeatureConfig::default();
        let mut dataset = Dataset::load(&job.corpora, features.sample_rate)?;
        eprintln!("{}", dataset.summary());
        let cache = FeatureCache::new(job.work.join("features"));
        let recipe = &job.recipe;
        let copies = |clip: usize| recipe.copies(dataset.clips[clip].corpus);
        let prepare = |seed: u64| {
            let tables = (recipe.table_copies, recipe.logistic.is_some());
            Material::prepare(&dataset, &recipe.augmentation, &copies, tables, &features, seed, &cache)
        };
        let material = job.seeds.iter().map(|seed| Ok((*seed, prepare(*seed)?))).collect::<Result<_>>()?;
        dataset.audio = Vec::new();
        let labels = dataset.clips.iter().map(|clip| clip.label).collect();
        Ok(Self { job, dataset, labels, features, material, bars: MultiProgress::new() })
    }

    fn setting<'b>(&'b self, seed: u64, targets: &'b Targets) -> Result<Setting<'b>> {
        let material = self.material.get(&seed).with_context(|| format!("no features for seed {seed}"))?;
        let (recipe, clips) = (&self.job.recipe, &self.dataset.clips[..]);
        Ok(Setting { material, targets, clips, recipe, features: &self.features, seed })
    }

    /// What is learned in each of the folds.
    fn targets(&self, folds: &[Fold], protocol: Protocol, seed: u64) -> Result<Vec<Targets>> {
        let recipe = &self.job.recipe;
        let (votes, weight) = (|clip: &Clip| recipe.votes(clip.corpus), |clip: &Clip| recipe.weight(clip.corpus));
        let labels = Targets::of_clips(&self.dataset.clips, votes, weight);
        let (Some(how), Some(teacher)) = (&recipe.distillation, &self.job.teacher) else {
            return Ok(vec![labels; folds.len()]);
        };
        let taught = deep::train::teach(teacher, protocol, folds, seed)?;
        Ok(folds.iter().zip(taught).map(|(fold, lesson)| labels.clone().taught(&fold.train, &lesson, how)).collect())
    }

    fn evaluate(&self, protocol: Protocol) -> Result<()> {
        let recipe = &self.job.recipe;
        let classes = match protocol {
            Protocol::Everyday => Emotion::ALL.to_vec(),
            _ => protocol.classes(&self.dataset.clips),
        };
        let mut outcomes: Vec<Vec<Vec<Outcome>>> = vec![Vec::new(); models(recipe).len() + 1];
        let mut is_whole = true;
        for seed in &self.job.seeds {
            let mut folds = protocol.folds(&self.dataset, *seed)?;
            if let Some(max) = recipe.max_folds.filter(|max| *max < folds.len()) {
                folds.truncate(max);
                is_whole = false;
            }
            let targets = self.targets(&folds, protocol, *seed)?;
            let name = format!("{protocol}-seed{seed}");
            let checkpoints = folds
                .par_iter()
                .zip(&targets)
                .map(|(fold, targets)| self.fold(fold, targets, protocol, &name, *seed, false))
                .collect::<Result<Vec<_>>>()?;
            for (slot, outcomes) in outcomes.iter_mut().zip(self.outcomes(&folds, &targets, &checkpoints)) {
                slot.push(outcomes);
            }
        }
        let mut runs = Vec::new();
        for (index, outcomes) in outcomes.iter().enumerate() {
            let info = RunInfo {
                protocol,
                train: protocol.trained_on(self.job.corpora.iter().map(|corpus| corpus.kind)),
                model: models(recipe).get(index).map_or("ensemble", |(name, _)| *name).to_owned(),
                tier: Tier::Quick,
                seeds: self.job.seeds.clone(),
                condition: crate::results::CLEAN.into(),
                recipe: recipe.name.clone(),
                config_sha256: recipe.sha256(&self.features)?,
                commit: commit(),
            };
            let mut run = Run::new(info, &classes, outcomes)?;
            let mut line = format!("{protocol} {:9} {}", run.model, run.figures());
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
        if is_whole {
            Results::record(&self.job.models, runs)?;
        } else {
            println!("Not all folds were run: nothing is recorded.");
        }
        Ok(())
    }

    /// Calibrated test outcomes of each model, the vote last.
    fn outcomes(&self, folds: &[Fold], targets: &[Targets], checkpoints: &[Checkpoint]) -> Vec<Vec<Outcome>> {
        let mut outcomes = vec![Vec::new(); models(&self.job.recipe).len() + 1];
        for ((fold, targets), checkpoint) in folds.iter().zip(targets).zip(checkpoints) {
            let inner_labels: Vec<Emotion> = checkpoint.inner.iter().map(|clip| self.labels[*clip]).collect();
            let vote = calibrate::fit(&checkpoint.inner_answers, &inner_labels, self.job.recipe.voting());
            let (each, joined) = calibrate::apply(&checkpoint.test_answers, &vote, &targets.class_shares(&fold.train));
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

    /// What is held out of training for calibration.
    fn inner(&self, protocol: Protocol, fold: &Fold, seed: u64) -> Result<Fold> {
        let (clips, n) = (&self.dataset.clips, self.job.recipe.inner_speakers);
        match protocol {
            Protocol::Cross(_) | Protocol::Everyday => validation(protocol, clips, &fold.train, n, seed),
            _ => inner(clips, &fold.train, protocol.test_corpus(), n, seed),
        }
    }

    /// A bar that shows each step's part, loss and time left; it goes when this is dropped.
    fn show(&self, name: &str) -> Result<impl Fn(&str, usize, usize, Option<f32>) + use<>> {
        let style = ProgressStyle::with_template(
            "{prefix} {bar:24} {pos}/{len} {msg} [{elapsed_precise}, {eta_precise} left]",
        )?;
        let bar = self.bars.add(ProgressBar::new(1).with_style(style.progress_chars("=> ")));
        let (bar, name) = (Bar(bar), name.to_owned());
        Ok(move |part: &str, done: usize, of: usize, loss: Option<f32>| {
            bar.0.set_prefix(format!("{name} {part}"));
            bar.0.set_length(of as u64);
            bar.0.set_position(done as u64);
            bar.0.set_message(loss.map_or_else(String::new, |loss| format!("loss {loss:.3}")));
        })
    }

    /// Fits without some training speakers, for calibration, then on all of them, and answers the test clips; or finds the
    /// checkpoint of the same work.
    fn fold(
        &self,
        fold: &Fold,
        targets: &Targets,
        protocol: Protocol,
        name: &str,
        seed: u64,
        keep: bool,
    ) -> Result<Checkpoint> {
        let path = self.checkpoint_path(fold, name, seed)?;
        if self.job.resume
            && let Some(found) = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok())
        {
            return Ok(found);
        }
        let setting = self.setting(seed, targets)?;
        let inner = self.inner(protocol, fold, seed)?;
        let fit = |phase: &str, clips: &[usize]| {
            fit(setting, clips, &self.show(&format!("{name} fold {} {phase}", fold.name))?)
        };
        let (inner_answers, fitted) = rayon::join(
            || fit("calibration", &inner.train)?.answers(setting, &inner.test),
            || fit("all speakers", &fold.train),
        );
        let (inner_answers, fitted) = (inner_answers?, fitted?);
        for ((model, _), off) in models(&self.job.recipe).iter().zip(&fitted.parity) {
            ensure!(
                *off <= verify::TOLERANCE,
                "{model}: the exported file is off by {off} from the trainer's own answer"
            );
        }
        let test_answers = fitted.answers(setting, &fold.test)?;
        let checkpoint = Checkpoint {
            inner: inner.test,
            inner_answers,
            test: fold.test.clone(),
            test_answers,
            fitted: keep.then_some(fitted),
        };
        atomic::write(&path, &serde_json::to_vec(&checkpoint)?)?;
        if !checkpoint.test.is_empty() {
            let line = self.fold_line(name, fold, targets, &checkpoint);
            self.bars.suspend(|| eprintln!("{line}"));
        }
        Ok(checkpoint)
    }

    fn fold_line(&self, name: &str, fold: &Fold, targets: &Targets, checkpoint: &Checkpoint) -> String {
        use std::slice::from_ref;
        let mut line = format!("{name} fold {}: UAR", fold.name);
        let outcomes = self.outcomes(from_ref(fold), from_ref(targets), from_ref(checkpoint));
        for (index, outcomes) in outcomes.iter().enumerate() {
            let model = models(&self.job.recipe).get(index).map_or("ensemble", |(name, _)| *name);
            line += &format!(" {model} {:.1}", 100.0 * score(outcomes, &Emotion::ALL).uar);
        }
        line
    }

    /// Where the checkpoint of a fold lies: its name holds what the answers depend on.
    fn checkpoint_path(&self, fold: &Fold, name: &str, seed: u64) -> Result<PathBuf> {
        let of = |clips: &[usize]| {
            clips.iter().map(|clip| self.dataset.content[*clip].as_str()).collect::<Vec<_>>().join(" ")
        };
        // The vote is fitted to what a checkpoint holds.
        let models = Recipe { prior_clips: None, halves: false, ..self.job.recipe.clone() };
        let all = (models.sha256(&self.features)?, of(&fold.train), of(&fold.test), seed);
        let hash = sha256_hex(&serde_json::to_vec(&all)?);
        Ok(self.job.work.join("folds").join(format!("{}-{}.json", name.replace(':', "-"), &hash[..24])))
    }

    fn export(&self) -> Result<()> {
        let seed = *self.job.seeds.first().context("no seed")?;
        let fold = Fold { name: "of all".into(), train: (0..self.dataset.len()).collect(), test: Vec::new() };
        let targets = self.targets(std::slice::from_ref(&fold), Protocol::Luna5, seed)?.remove(0);
        let checkpoint = self.fold(&fold, &targets, Protocol::Luna5, "final", seed, true)?;
        let fitted =
            checkpoint.fitted.context("the checkpoint of the last training holds no models; use --no-resume")?;
        let inner_labels: Vec<Emotion> = checkpoint.inner.iter().map(|clip| self.labels[*clip]).collect();
        let vote = calibrate::fit(&checkpoint.inner_answers, &inner_labels, self.job.recipe.voting());
        let version = format!("{}-{}", self.job.recipe.name, &self.job.recipe.sha256(&self.features)?[..12]);
        let mut manifest = fitted.manifest(&self.features, &vote, targets.class_shares(&fold.train), &version);
        self.keep_deep(&mut manifest);
        interrupt::check()?;
        let mut files: Vec<(String, Vec<u8>)> =
            manifest.tier(Tier::Quick).map(|entry| entry.file.clone()).zip(fitted.files.iter().cloned()).collect();
        files.push((report::MANIFEST.into(), json(&manifest)?));
        atomic::write_all(&self.job.models, &files)?;
        verify::record(&self.job.models)?;
        print!("{}", verify::verify(&self.job.models)?);
        report::write(&self.job.models, readme(&self.job.models).as_deref())
    }

    /// Takes the deep tier over from the manifest that is there, where its heads were trained on the same features.
    fn keep_deep(&self, manifest: &mut Manifest) {
        let there = std::fs::read(self.job.models.join(report::MANIFEST)).ok();
        let Some(old) = there.and_then(|json| Manifest::parse(&json).ok()) else { return };
        if old.encoder.is_none() || old.features != manifest.features {
            return;
        }
        if let Some((_, deep)) = old.version.split_once('+') {
            manifest.version = format!("{}+{deep}", manifest.version);
        }
        manifest.baseline = old.baseline;
        manifest.models.extend(old.models.into_iter().filter(|entry| entry.tier == Tier::Deep));
        manifest.ensembles.extend(old.ensembles.into_iter().filter(|ensemble| ensemble.tier == Tier::Deep));
        manifest.encoder = old.encoder;
    }
}

/// The README beside the folder of models, if there is one.
pub(crate) fn readme(models: &Path) -> Option<PathBuf> {
    let readme = models.parent()?.join("README.md");
    readme.is_file().then_some(readme)
}

pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(crate) fn confusion_table(confusion: &[Vec<u64>], classes: &[Emotion]) -> String {
    let mut table = format!("{:>10}", "");
    for class in classes {
        table += &format!("{:>10}", class.name());
    }
    for (class, row) in classes.iter().zip(confusion) {
        table += &format!("\n{:>10}", class.name());
        for cell in row {
            table += &format!("{cell:>10}");
        }
    }
    table + "\n"
}
