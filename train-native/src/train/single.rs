//! Evaluation of a learner that stands for itself.

use anyhow::Result;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, Probabilities, Tier};

use super::Bench;
use crate::calibrate::{self, Voting};
use crate::cli::Job;
use crate::learners::single::Single;
use crate::learners::target::Targets;
use crate::metrics::{Outcome, score};
use crate::results::{CLEAN, Results, Run, RunInfo, commit};
use crate::split::{Fold, Protocol};
use crate::{atomic, interrupt};

/// Answers of one fold, not calibrated.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answers {
    inner: Vec<usize>,
    inner_answers: Vec<Probabilities>,
    test_answers: Vec<Probabilities>,
}

/// Evaluates a learner by one protocol and records its figures.
///
/// # Errors
/// As [`evaluate`](super::evaluate).
pub fn evaluate(job: &Job, protocol: Protocol, single: Single) -> Result<()> {
    let bench = Bench::new(job)?;
    let classes = protocol.classes(&bench.dataset.clips);
    let mut outcomes = Vec::new();
    for seed in &job.seeds {
        let folds = protocol.folds(&bench.dataset, *seed)?;
        let targets = bench.targets(&folds, protocol, *seed)?;
        let answered: Vec<Vec<Outcome>> = folds
            .par_iter()
            .zip(&targets)
            .map(|(fold, targets)| bench.single(fold, targets, protocol, *seed, single))
            .collect::<Result<_>>()?;
        for (fold, outcomes) in folds.iter().zip(&answered) {
            eprintln!("{protocol} {single} fold {}: UAR {:.1}", fold.name, 100.0 * score(outcomes, &classes).uar);
        }
        outcomes.push(answered.concat());
    }
    let info = RunInfo {
        protocol,
        train: protocol.trained_on(job.corpora.iter().map(|corpus| corpus.kind)),
        model: single.name().into(),
        tier: Tier::Quick,
        seeds: job.seeds.clone(),
        condition: CLEAN.into(),
        recipe: job.recipe.name.clone(),
        config_sha256: job.recipe.sha256(&bench.features)?,
        commit: commit(),
    };
    let run = Run::new(info, &classes, &outcomes)?;
    println!("{protocol} {single} {}", run.figures());
    Results::record(&job.models, vec![run]).map(drop)
}

impl Bench<'_> {
    fn single(
        &self,
        fold: &Fold,
        targets: &Targets,
        protocol: Protocol,
        seed: u64,
        single: Single,
    ) -> Result<Vec<Outcome>> {
        let path = self.checkpoint_path(fold, &format!("{protocol}-seed{seed}-{single}"), seed)?;
        let kept = || serde_json::from_slice::<Answers>(&std::fs::read(&path).ok()?).ok();
        let answers = match kept().filter(|_| self.job.resume) {
            Some(answers) => answers,
            None => {
                interrupt::check()?;
                let setting = self.setting(seed, targets)?;
                let inner = self.inner(protocol, fold, seed)?;
                let show = self.show(&format!("{protocol} fold {}", fold.name))?;
                let inner_answers = single.answers(setting, &inner.train, &inner.test, &show)?;
                let test_answers = single.answers(setting, &fold.train, &fold.test, &show)?;
                let answers = Answers { inner: inner.test, inner_answers, test_answers };
                atomic::write(&path, &serde_json::to_vec(&answers)?)?;
                answers
            }
        };
        let labels: Vec<Emotion> = answers.inner.iter().map(|clip| self.labels[*clip]).collect();
        let vote = calibrate::fit(&[answers.inner_answers], &labels, Voting::Even);
        let shares = targets.class_shares(&fold.train);
        let (_, joined) = calibrate::apply(&[answers.test_answers], &vote, &shares);
        let outcome = |(clip, probabilities): (&usize, Probabilities)| Outcome {
            speaker: self.dataset.clips[*clip].speaker.clone(),
            label: self.labels[*clip],
            probabilities,
        };
        Ok(fold.test.iter().zip(joined).map(outcome).collect())
    }
}
