//! The deep tier as teacher of the quick one.

use std::cell::OnceCell;

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, Probabilities};

use super::Bench;
use crate::atomic;
use crate::cli::DeepJob;
use crate::deep::heads::HEADS;
use crate::split::{Fold, Protocol};

/// What the ensemble of a fold makes of the fold's own training clips.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Calibrated answers.
    pub answers: Vec<Probabilities>,
    /// Directions of the clips in the heads' projection, each of length 1.
    pub directions: Vec<Vec<f32>>,
}

/// One lesson a fold; folds that have no checkpoint yet are trained.
///
/// # Errors
/// As [`evaluate`](super::evaluate).
pub fn teach(job: &DeepJob, protocol: Protocol, folds: &[Fold], seed: u64) -> Result<Vec<Lesson>> {
    Bench::new(job)?.teach(protocol, folds, seed)
}

impl Bench<'_> {
    fn teach(&self, protocol: Protocol, folds: &[Fold], seed: u64) -> Result<Vec<Lesson>> {
        let of_all = |fold: &Fold| fold.test.is_empty();
        let name = if folds.iter().all(of_all) { "deep-final".into() } else { format!("deep-{protocol}-seed{seed}") };
        let checkpoints = self.all_folds(folds, protocol, &name, seed)?;
        let embeddings = OnceCell::new();
        let mut lessons = Vec::with_capacity(folds.len());
        for (fold, checkpoint) in folds.iter().zip(&checkpoints) {
            let path = self.checkpoint_path(fold, protocol, &format!("{name}-teacher"), seed)?;
            let kept = || serde_json::from_slice::<Lesson>(&std::fs::read(&path).ok()?).ok();
            if let Some(kept) = kept().filter(|kept| self.job.resume && kept.answers.len() == fold.train.len()) {
                lessons.push(kept);
                continue;
            }
            if embeddings.get().is_none() {
                let _ = embeddings.set(self.embed_clips(seed)?);
            }
            let setting = self.setting(seed, embeddings.get().context("no embeddings")?);
            let fitted = &checkpoint.fitted;
            let answers = |clips: &[usize]| fitted.answers(setting, &self.encoder, &self.features, clips);
            let directions = |clips: &[usize]| fitted.directions(setting, &self.encoder, &self.features, clips);
            let parts: Vec<(Vec<_>, Vec<_>)> = fold
                .train
                .par_chunks(256)
                .map(|clips| Ok((answers(clips)?, directions(clips)?)))
                .collect::<Result<_>>()?;
            let heads =
                (0..HEADS.len()).map(|head| parts.iter().flat_map(|(part, _)| part[head].clone()).collect::<Vec<_>>());
            let (_, answers) = self.vote(checkpoint, &Emotion::ALL).apply(&heads.collect::<Vec<_>>());
            let directions = parts.into_iter().flat_map(|(_, directions)| directions).collect();
            let lesson = Lesson { answers, directions };
            atomic::write(&path, &serde_json::to_vec(&lesson)?)?;
            lessons.push(lesson);
        }
        Ok(lessons)
    }
}
