//! The deep tier's recipe.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use undertone::features::FeatureConfig;
use undertone::inference::sha256_hex;

use super::attention::AttentionTraining;
use super::baseline::BaselineTraining;
use super::heads::HEADS;
use super::linear::LinearTraining;
use super::svm::SvmTraining;
use super::vote::VoteTraining;
use crate::augment::Augmentation;
use crate::corpus::CorpusKind;
use crate::recipe::{LightgbmTraining, XgboostTraining, is_none};
use crate::split::Protocol;

/// The recipe that is used where none is named.
pub const DEFAULT: &str = "deep-baseline";
/// Teaches the quick tier: heads that know no baselines.
pub const TEACHER: &str = "deep";
/// The recipe that only shows that everything runs.
pub const SMOKE: &str = "deep-smoke";

const BUILT_IN: [(&str, &str); 6] = [
    (DEFAULT, include_str!("../../recipes/deep-baseline.toml")),
    (TEACHER, include_str!("../../recipes/deep.toml")),
    ("deep-even", include_str!("../../recipes/deep-even.toml")),
    ("deep-even-baseline", include_str!("../../recipes/deep-even-baseline.toml")),
    ("deep-crema", include_str!("../../recipes/deep-crema.toml")),
    (SMOKE, include_str!("../../recipes/deep-smoke.toml")),
];

/// A recipe of the deep tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeepRecipe {
    /// Its name in the results file.
    pub name: String,
    /// One evaluation a seed; the first one trains the shipped heads.
    pub seeds: Vec<u64>,
    /// Folds of the protocol to run, the first ones; all where it is left out. With fewer than all, nothing is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_folds: Option<usize>,
    /// Training speakers that are held out while everything is fitted once, for temperatures and the ensemble's weights.
    pub inner_speakers: usize,
    /// Longest window of the encoder in mel frames.
    pub window_frames: usize,
    /// Directions of the projection that SVM and trees stand on.
    pub projection: usize,
    /// Rows that the projection is fitted on, at most.
    pub projection_rows: usize,
    /// Clips that each head's part in the vote is given beforehand, as if the held-out clips had shown it.
    pub prior_clips: f64,
    /// Whether the vote's members are chosen too, among all sets of heads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub choose_members: bool,
    /// How the heads learn to know a speaker's baseline; where it is left out, they know none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baselines: Option<BaselineTraining>,
    /// How the heads' logarithmic pool is fitted; where it is left out, they vote by a weighted mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<VoteTraining>,
    /// What is done to training sound; the copies are each corpus' own.
    pub augmentation: Augmentation,
    /// How each corpus counts.
    pub corpora: BTreeMap<CorpusKind, CorpusShare>,
    /// The regression.
    pub linear: LinearTraining,
    /// The support vector machine.
    pub svm: SvmTraining,
    /// The network with attention.
    pub attention: AttentionTraining,
    /// XGBoost on the projection.
    pub xgboost: XgboostTraining,
    /// LightGBM on the projection.
    pub lightgbm: LightgbmTraining,
}

/// How a corpus counts in training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusShare {
    /// Weight of its average clip, which the clip's copies share.
    pub weight: f32,
    /// Augmented copies of each clip, beside the clip itself.
    pub copies: usize,
    /// Part of the target that listeners' votes give where a clip has some; the label gives the rest. The support vector machine learns
    /// the label alone.
    #[serde(default, skip_serializing_if = "is_none")]
    pub votes: f32,
}

impl DeepRecipe {
    /// A built-in recipe by name, or the one in a file.
    ///
    /// # Errors
    /// No such recipe, a key that is missing or unknown, a number out of range.
    pub fn load(name_or_path: &str) -> Result<Self> {
        let text = match BUILT_IN.iter().find(|(name, _)| *name == name_or_path) {
            Some((_, text)) => (*text).to_owned(),
            None => match std::fs::read_to_string(Path::new(name_or_path)) {
                Ok(text) => text,
                Err(error) => bail!(
                    "no recipe {name_or_path}: not one of those built in for this tier: {}; and as a file: {error}",
                    BUILT_IN.map(|(name, _)| name).join(", ")
                ),
            },
        };
        let recipe: Self = toml::from_str(&text).with_context(|| format!("recipe {name_or_path}"))?;
        recipe.check().with_context(|| format!("recipe {name_or_path}"))?;
        Ok(recipe)
    }

    fn check(&self) -> Result<()> {
        let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        ensure!(!self.name.is_empty() && plain(&self.name), "name: letters, digits, - and _ only");
        ensure!(!self.seeds.is_empty(), "seeds: at least one is needed");
        ensure!(self.max_folds != Some(0), "max_folds: at least 1");
        ensure!((1..=20).contains(&self.inner_speakers), "inner_speakers: 1 to 20");
        ensure!(
            (100..=3000).contains(&self.window_frames) && self.window_frames.is_multiple_of(10),
            "window_frames: a multiple of 10 from 100 to 3000"
        );
        ensure!((2..=1024).contains(&self.projection), "projection: 2 to 1024");
        ensure!(self.projection_rows >= self.projection, "projection_rows: at least the directions");
        ensure!(self.prior_clips >= 0.0 && self.prior_clips.is_finite(), "prior_clips: not negative");
        if let Some(baselines) = &self.baselines {
            let shares = [baselines.none, baselines.neutral];
            ensure!(
                shares.iter().all(|share| (0.0..=1.0).contains(share)) && shares.iter().sum::<f32>() <= 1.0,
                "baselines: none and neutral are shares, of sum 1 at most"
            );
            ensure!((0.0..=100.0).contains(&baselines.shrinkage), "baselines.shrinkage: 0 to 100");
        }
        ensure!(
            self.baselines.is_some() == self.vote.is_some(),
            "vote: heads that know baselines need it, and no others do"
        );
        if let Some(vote) = &self.vote {
            ensure!((0.0..=1.0).contains(&vote.evenness), "vote.evenness: 0 to 1");
            ensure!(!self.choose_members, "vote: its members are named, not chosen");
            ensure!(!vote.with_baseline.is_empty(), "vote.with_baseline: at least one head");
            for name in &vote.with_baseline {
                let heads = HEADS.map(|(name, _)| name);
                ensure!(heads.contains(&name.as_str()), "vote.with_baseline: {name} is none of {}", heads.join(", "));
            }
        }
        for (corpus, share) in &self.corpora {
            ensure!(share.weight >= 0.0 && share.weight.is_finite(), "corpora.{corpus}.weight: not negative");
            ensure!(share.copies <= 50, "corpora.{corpus}.copies: 0 to 50");
            ensure!((0.0..=1.0).contains(&share.votes), "corpora.{corpus}.votes: 0 to 1");
        }
        ensure!(self.linear.l2 >= 0.0 && self.linear.iterations > 0, "linear: l2 not negative, iterations positive");
        ensure!(self.svm.c > 0.0 && self.svm.gamma > 0.0 && self.svm.rows > 0, "svm: c, gamma and rows positive");
        let attention = &self.attention;
        ensure!(
            [attention.hidden, attention.attention, attention.rows, attention.batch, attention.epochs]
                .iter()
                .all(|n| *n > 0)
                && (0.0..1.0).contains(&attention.dropout),
            "attention: sizes positive, dropout in 0 to 1"
        );
        ensure!((1..=8).contains(&attention.networks), "attention: networks from 1 to 8");
        Ok(())
    }

    /// Weight of a corpus; 0 for one that the recipe does not name.
    pub fn weight(&self, corpus: CorpusKind) -> f32 {
        self.corpora.get(&corpus).map_or(0.0, |share| share.weight)
    }

    /// Part of a target that listeners' votes give.
    pub fn votes(&self, corpus: CorpusKind) -> f32 {
        self.corpora.get(&corpus).map_or(0.0, |share| share.votes)
    }

    /// Copies of a clip of that corpus; none where nothing of it is trained on.
    pub fn copies_under(&self, protocol: Protocol, corpus: CorpusKind) -> usize {
        let is_trained = !protocol.trained_on(std::iter::once(corpus)).is_empty();
        self.corpora.get(&corpus).filter(|_| is_trained).map_or(0, |share| share.copies)
    }

    /// Whether it says how each corpus that `protocol` trains on counts.
    ///
    /// # Errors
    /// The first that it does not name.
    pub fn check_corpora(&self, protocol: Protocol, given: impl Iterator<Item = CorpusKind>) -> Result<()> {
        for corpus in protocol.trained_on(given) {
            ensure!(
                self.corpora.contains_key(&corpus),
                "the recipe {} says nothing of {corpus}; write weight and copies under [corpora.{corpus}] into a recipe file \
                 and give it by --recipe, or only test on it by --protocol cross:{corpus}",
                self.name
            );
        }
        Ok(())
    }

    /// Hash of everything that decides a figure but the seeds.
    ///
    /// # Errors
    /// A recipe that cannot be written as JSON.
    pub fn sha256(&self, features: &FeatureConfig, encoder_sha256: &str) -> Result<String> {
        let recipe = Self { seeds: Vec::new(), ..self.clone() };
        let all = serde_json::to_vec(&(&recipe, features, encoder_sha256)).context("the recipe as JSON")?;
        Ok(sha256_hex(&all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_that_is_only_tested_needs_no_entry() {
        let recipe = DeepRecipe::load("deep").unwrap();
        let given = [CorpusKind::Ravdess, CorpusKind::Folder];
        let check = |protocol: Protocol| recipe.check_corpora(protocol, given.into_iter());
        let error = format!("{:#}", check(Protocol::Luna5).unwrap_err());
        assert!(error.contains("deep says nothing of folder") && error.contains("[corpora.folder]"), "{error}");
        assert!(check(Protocol::Cross(CorpusKind::Folder)).is_ok());
        assert_eq!(recipe.copies_under(Protocol::Cross(CorpusKind::Folder), CorpusKind::Folder), 0);
        assert_eq!(recipe.copies_under(Protocol::Cross(CorpusKind::Ravdess), CorpusKind::Ravdess), 0);
        assert_eq!(recipe.copies_under(Protocol::Luna5, CorpusKind::Ravdess), 8);
        assert!(check(Protocol::Cross(CorpusKind::Ravdess)).is_err());
    }

    #[test]
    fn built_in_recipes_are_sound_and_bear_their_names() {
        for (name, _) in BUILT_IN {
            assert_eq!(DeepRecipe::load(name).unwrap().name, name);
        }
        assert!(format!("{:#}", DeepRecipe::load("ravdess").unwrap_err()).contains("built in for this tier: deep"));
    }
}
