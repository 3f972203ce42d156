//! Sets of functionals by themselves: as a table for researchers, and under a logistic regression or a support vector machine, which says what they are
//! worth.

mod regression;
mod scores;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use indicatif::ParallelProgressIterator;
use ndarray::Array2;
use rayon::prelude::*;
use serde::Serialize;
use undertone::audio::{Audio, decode, resample};
use undertone::features::{FeatureConfig, FeatureSet};
use undertone::inference::{Emotion, Tier, sha256_hex};

use crate::augment::{Augmentation, augment, copy_seed};
use crate::cache::{FeatureCache, Key};
use crate::cli::FunctionalsArgs;
use crate::corpus::{Clip, Corpus};
use crate::dataset::{Dataset, progress};
use crate::interrupt;
use crate::metrics::{Outcome, score};
use crate::results::{Results, Run, RunInfo, commit};
use crate::train::confusion_table;

pub use regression::{Choice, Learner, is_of_functionals};
pub use table::write;

/// Name of the recipe without copies, at an even level.
pub const RECIPE: &str = "functionals";

/// Everything that decides the figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Settings {
    set: &'static str,
    as_recorded: bool,
    augmentation: Augmentation,
    choice: Choice,
}

/// Evaluates a learner on a set of functionals by one protocol and records the figures.
///
/// # Errors
/// What reading, fitting and writing say; Ctrl-C.
pub fn evaluate(args: &FunctionalsArgs) -> Result<()> {
    let set = args.set;
    let settings = Settings {
        set: set.name(),
        as_recorded: args.as_recorded,
        augmentation: Augmentation { copies: args.copies, ..Augmentation::light() },
        choice: Choice::of(args.learner),
    };
    let corpora = args.corpora.iter().map(Corpus::open).collect::<Result<Vec<_>>>()?;
    let tested = args.protocol.test_corpus();
    ensure!(
        corpora.iter().any(|corpus| corpus.kind == tested),
        "{} tests on {tested}, which is not given; add --corpus {tested}=PATH",
        args.protocol
    );
    for corpus in &corpora {
        eprintln!("{}", corpus.summary());
    }
    let dataset = Dataset::load(&corpora, FeatureConfig::default().sample_rate)?;
    eprintln!("{}", dataset.summary());
    let work = args.work.clone().unwrap_or_else(|| PathBuf::from(".runs/functionals"));
    let tables = tables(&dataset, set, &settings, args.seed, &FeatureCache::new(work.join("features")))?;
    let labels: Vec<Emotion> = dataset.clips.iter().map(|clip| clip.label).collect();
    let folds = args.protocol.folds(&dataset, args.seed)?;
    let classes = args.protocol.classes(&dataset.clips);
    let mut outcomes: Vec<Outcome> = Vec::new();
    for fold in &folds {
        interrupt::check()?;
        let (tested, penalty) =
            regression::fold(&dataset.clips, &labels, &tables, fold, tested, (args.learner, &settings.choice))?;
        eprintln!(
            "{} fold {}: UAR {:.1}, penalty {penalty}",
            args.protocol,
            fold.name,
            100.0 * score(&tested, &classes).uar
        );
        outcomes.extend(tested);
    }
    let info = RunInfo {
        protocol: args.protocol,
        train: corpora.iter().map(|corpus| corpus.kind).collect(),
        model: format!("{}{set}", args.learner.prefix()),
        tier: Tier::Quick,
        seeds: vec![args.seed],
        condition: crate::results::CLEAN.into(),
        recipe: recipe(args),
        config_sha256: sha256_hex(&serde_json::to_vec(&settings)?),
        commit: commit(),
    };
    let table = confusion_table(&score(&outcomes, &classes).confusion, &classes);
    let mut run = Run::new(info, &classes, &[outcomes])?;
    if args.as_recorded {
        run.input = "as recorded".into();
    }
    let [low, high] = run.uar.ci95.map(|bound| 100.0 * bound);
    println!(
        "{} {}: {} columns, UAR {:.1} % [{low:.1}-{high:.1}], accuracy {:.1} %, log loss {:.3}, ECE {:.3}",
        args.protocol,
        run.model,
        set.columns().len(),
        100.0 * run.uar.mean,
        100.0 * run.accuracy,
        run.log_loss,
        run.ece
    );
    print!("{table}");
    Results::record(&args.out, vec![run])?;
    Ok(())
}

fn recipe(args: &FunctionalsArgs) -> String {
    let copies = if args.copies == 0 { String::new() } else { format!(", {} copies", args.copies) };
    let input = if args.as_recorded { ", as recorded" } else { "" };
    format!("{RECIPE}{input}{copies}")
}

/// For each clip `[copies + 1, columns]`, the clip itself first.
fn tables(
    dataset: &Dataset,
    set: FeatureSet,
    settings: &Settings,
    seed: u64,
    cache: &FeatureCache,
) -> Result<Vec<Array2<f32>>> {
    let names = sha256_hex(set.columns().join(" ").as_bytes());
    let Settings { augmentation, as_recorded, .. } = settings;
    dataset
        .audio
        .par_iter()
        .zip(&dataset.content)
        .zip(&dataset.clips)
        .progress_with(progress(dataset.len(), set.name()))
        .map(|((audio, content), clip)| {
            interrupt::check()?;
            let copy_seed = copy_seed(seed, content);
            let described = serde_json::to_string(&(augmentation, as_recorded, seed)).context("settings as JSON")?;
            let key = Key::new(content, &(set.name(), &names), &described)?;
            cache.get_or(&key, || {
                let recorded = if *as_recorded { Some(read(clip, audio.sample_rate())?) } else { None };
                let audio = recorded.as_ref().unwrap_or(audio);
                let rows = (0..=augmentation.copies)
                    .map(|copy| {
                        let copied = augment(audio, augmentation, copy, copy_seed)?;
                        let copied = if *as_recorded && copy > 0 { at_level_of(&copied, audio)? } else { copied };
                        Ok(set.measure(&copied)?)
                    })
                    .collect::<Result<Vec<Vec<f32>>>>()?;
                let columns = rows.first().map_or(0, Vec::len);
                Array2::from_shape_vec((rows.len(), columns), rows.concat()).context("rows of unequal length")
            })
        })
        .collect()
}

/// A clip with its own level and silence.
fn read(clip: &Clip, sample_rate: u32) -> Result<Audio> {
    let decoded = decode(clip.source.read()?, clip.source.extension())?;
    Ok(resample(&decoded.audio, sample_rate)?)
}

fn at_level_of(audio: &Audio, other: &Audio) -> Result<Audio> {
    let power = |audio: &Audio| {
        let energy: f64 = audio.samples().iter().map(|sample| f64::from(*sample).powi(2)).sum();
        energy / audio.samples().len().max(1) as f64
    };
    let gain = (power(other) / power(audio).max(f64::MIN_POSITIVE)).sqrt() as f32;
    Ok(Audio::new(audio.samples().iter().map(|sample| sample * gain).collect(), audio.sample_rate())?)
}
