//! What a fold's heads say beside their answers: of wrong baselines, and where each test clip lies. It needs no training, so it is kept in a
//! file of its own beside the checkpoint.

use anyhow::Result;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::baselines::Heard;
use super::{Bench, Checkpoint};
use crate::atomic;
use crate::split::{Fold, Protocol};

/// Of a fold; empty of heads that know no baselines.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Aside {
    /// With wrong baselines.
    pub misled: Vec<Heard>,
    /// Directions of the test clips, in the checkpoint's order.
    pub directions: Vec<Vec<f32>>,
}

impl Bench<'_> {
    /// Finds or makes those of all folds, by seed.
    pub(super) fn asides(
        &self,
        protocol: Protocol,
        folds: &[Vec<Fold>],
        answered: &[Vec<Checkpoint>],
    ) -> Result<Vec<Vec<Aside>>> {
        let each = folds.iter().zip(answered).zip(&self.job.seeds);
        each.map(|((folds, checkpoints), seed)| self.asides_of(protocol, folds, checkpoints, *seed)).collect()
    }

    fn asides_of(
        &self,
        protocol: Protocol,
        folds: &[Fold],
        checkpoints: &[Checkpoint],
        seed: u64,
    ) -> Result<Vec<Aside>> {
        if !self.tries_baselines(protocol) {
            return Ok(vec![Aside::default(); checkpoints.len()]);
        }
        let path =
            |fold: &Fold| self.checkpoint_path(fold, protocol, &format!("deep-{protocol}-seed{seed}-aside"), seed);
        let paths = folds.iter().map(path).collect::<Result<Vec<_>>>()?;
        let kept = |path| serde_json::from_slice::<Aside>(&std::fs::read(path).ok()?).ok();
        let found: Option<Vec<Aside>> = paths.iter().map(kept).collect();
        if let Some(found) = found.filter(|_| self.job.resume) {
            return Ok(found);
        }
        let tested = checkpoints.iter().flat_map(|fold| fold.test.iter().copied());
        let embeddings = self.embed_tested(tested, None)?;
        let setting = self.setting(seed, &embeddings);
        let make = |(path, checkpoint): (&std::path::PathBuf, &Checkpoint)| {
            let aside = Aside {
                misled: self.misled(setting, &checkpoint.fitted, &checkpoint.test)?,
                directions: checkpoint.fitted.directions(setting, &self.encoder, &self.features, &checkpoint.test)?,
            };
            atomic::write(path, &serde_json::to_vec(&aside)?)?;
            Ok(aside)
        };
        paths.par_iter().zip(checkpoints).map(make).collect()
    }
}
