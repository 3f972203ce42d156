//! Test clips as the page hears them.

use std::collections::BTreeSet;

use anyhow::Result;
use rayon::prelude::*;

use super::{Bench, Checkpoint};
use crate::condition::Condition;
use crate::deep::embed::{self, Embeddings};
use crate::split::{Fold, Protocol};

impl Bench<'_> {
    /// What the encoder gives for those clips, each taken once, noisy ones heard twice.
    pub(super) fn embed_tested(
        &self,
        clips: impl IntoIterator<Item = usize>,
        condition: Option<Condition>,
    ) -> Result<Embeddings> {
        let clips: Vec<usize> = clips.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        embed::embed_tested(&self.dataset, &clips, condition, &self.features, &self.encoder, &self.cache)
    }

    /// Of the clips that the folds are tested on, and that their votes are fitted to.
    pub(super) fn held_out(&self, folds: &[Fold], protocol: Protocol, seed: u64) -> Result<Embeddings> {
        let mut clips = Vec::new();
        for fold in folds {
            clips.extend(fold.test.iter().copied().chain(self.inner(protocol, fold, seed)?.test));
        }
        self.embed_tested(clips, None)
    }

    /// The same checkpoints with what the heads answer to their test clips under a condition.
    pub(super) fn under(
        &self,
        condition: Condition,
        mut answered: Vec<Vec<Checkpoint>>,
    ) -> Result<Vec<Vec<Checkpoint>>> {
        let tested = answered.iter().flatten().flat_map(|fold| fold.test.iter().copied());
        let embeddings = self.embed_tested(tested, Some(condition))?;
        for (checkpoints, seed) in answered.iter_mut().zip(&self.job.seeds) {
            let setting = self.setting(*seed, &embeddings);
            checkpoints.par_iter_mut().try_for_each(|fold| -> Result<()> {
                fold.test_answers = fold.fitted.answers(setting, &self.encoder, &self.features, &fold.test)?;
                Ok(())
            })?;
        }
        Ok(answered)
    }
}
