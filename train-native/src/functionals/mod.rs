//! Sets of functionals by themselves: as a table for researchers, and under a logistic regression, which says what they are
//! worth.

mod regression;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use indicatif::ParallelProgressIterator;
use ndarray::Array2;
use rayon::prelude::*;
use serde::Serialize;
use undertone::features::{FeatureConfig, FeatureSet};
use undertone::inference::{Emotion, Tier, sha256_hex};

use crate::augment::{Augmentation, augment};
use crate::cache::{FeatureCache, Key};
use crate::cli::FunctionalsArgs;
use crate::corpus::Corpus;
use crate::dataset::{Dataset, progress};
use crate::interrupt;
use crate::metrics::{Outcome, score};
use crate::results::{Results, Run, RunInfo, commit};
use crate::train::confusion_table;

pub use regression::Choice;
pub use table::write;

/// Everything that decides the figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Settings {
    set: &'static str,
    augmentation: Augmentation,
    choice: Choice,
}

/// Evaluates a logistic regression on a set of functionals by one protocol and records the figures.
///
/// # Errors
/// What reading, fitting and writing say; Ctrl-C.
pub fn evaluate(args: &FunctionalsArgs) -> Result<()> {
    let set = args.set;
    let settings = Settings {
        set: set.name(),
        augmentation: Augmentation { copies: args.copies, ..Augmentation::light() },
        choice: Choice::default(),
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
    let tables = tables(&dataset, set, &settings.augmentation, args.seed, &FeatureCache::new(work.join("features")))?;
    let labels: Vec<Emotion> = dataset.clips.iter().map(|clip| clip.label).collect();
    let folds = args.protocol.folds(&dataset, args.seed)?;
    let mut outcomes = Vec::new();
    for fold in &folds {
        interrupt::check()?;
        let (answers, l2) = regression::fold(&dataset.clips, &labels, &tables, fold, tested, &settings.choice)?;
        let tested: Vec<Outcome> = fold
            .test
            .iter()
            .zip(answers)
            .map(|(clip, probabilities)| Outcome {
                speaker: dataset.clips[*clip].speaker.clone(),
                label: labels[*clip],
                probabilities,
            })
            .collect();
        let classes = args.protocol.classes(&dataset.clips);
        eprintln!("{} fold {}: UAR {:.1}, l2 {l2}", args.protocol, fold.name, 100.0 * score(&tested, &classes).uar);
        outcomes.extend(tested);
    }
    let classes = args.protocol.classes(&dataset.clips);
    let info = RunInfo {
        protocol: args.protocol,
        train: corpora.iter().map(|corpus| corpus.kind).collect(),
        model: format!("logistic-{set}"),
        tier: Tier::Quick,
        seeds: vec![args.seed],
        recipe: if args.copies == 0 { "functionals".into() } else { format!("functionals, {} copies", args.copies) },
        config_sha256: sha256_hex(&serde_json::to_vec(&settings)?),
        commit: commit(),
    };
    let table = confusion_table(&score(&outcomes, &classes).confusion, &classes);
    let run = Run::new(info, &classes, &[outcomes])?;
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

/// For each clip `[copies + 1, columns]`, the clip itself first.
fn tables(
    dataset: &Dataset,
    set: FeatureSet,
    augmentation: &Augmentation,
    seed: u64,
    cache: &FeatureCache,
) -> Result<Vec<Array2<f32>>> {
    let names = sha256_hex(set.columns().join(" ").as_bytes());
    dataset
        .audio
        .par_iter()
        .zip(&dataset.content)
        .progress_with(progress(dataset.len(), set.name()))
        .map(|(audio, content)| {
            interrupt::check()?;
            let copy_seed = seed ^ u64::from_str_radix(content.get(..16).unwrap_or_default(), 16).unwrap_or_default();
            let settings = serde_json::to_string(&(augmentation, seed)).context("settings as JSON")?;
            let key = Key::new(content, &(set.name(), &names), &settings)?;
            cache.get_or(&key, || {
                let rows = (0..=augmentation.copies)
                    .map(|copy| Ok(set.measure(&augment(audio, augmentation, copy, copy_seed)?)?))
                    .collect::<Result<Vec<Vec<f32>>>>()?;
                let columns = rows.first().map_or(0, Vec::len);
                Array2::from_shape_vec((rows.len(), columns), rows.concat()).context("rows of unequal length")
            })
        })
        .collect()
}
