//! Recipes: every number of a training, in one TOML file. A misspelt key is an error.

mod part;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use undertone::features::FeatureConfig;
use undertone::inference::sha256_hex;
use undertone_boosters::{lightgbm, xgboost};

pub use self::part::Part;
use crate::augment::Augmentation;
use crate::calibrate::Voting;
use crate::corpus::CorpusKind;
use crate::learners::cnn_train::CnnTraining;
use crate::learners::logistic::LogisticTraining;

/// The recipe that is used where none is named.
pub const DEFAULT: &str = "ravdess";
/// The recipe that only shows that everything runs; its figures are in no report.
pub const SMOKE: &str = "smoke";

/// Stands in the name of a recipe before the part that was left out of it.
pub const WITHOUT: &str = "-without-";

const BUILT_IN: [(&str, &str); 3] = [
    (DEFAULT, include_str!("../recipes/ravdess.toml")),
    ("full", include_str!("../recipes/full.toml")),
    (SMOKE, include_str!("../recipes/smoke.toml")),
];

/// A recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Its name in the results file.
    pub name: String,
    /// One evaluation a seed; the first one trains the shipped models.
    pub seeds: Vec<u64>,
    /// Folds of the protocol to run, the first ones; all where it is left out. With fewer than all, nothing is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_folds: Option<usize>,
    /// Training speakers that are held out while everything is fitted once, to calibrate it; then all is fitted again on all
    /// training speakers, and the temperatures are kept.
    pub inner_speakers: usize,
    /// Augmented copies of each training clip, beside the clip itself, in the table of embeddings and functionals.
    pub table_copies: usize,
    /// Clips that each model's part in the vote is given beforehand, as if the held-out clips had shown it; where it is left out,
    /// all weigh the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_clips: Option<f64>,
    /// Whether the regression is one half of a logarithmic pool and all other models the other, and only the share of each is fitted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub halves: bool,
    /// What is done to training sound.
    pub augmentation: Augmentation,
    /// How each corpus counts; where it is left out, every clip counts the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub corpora: BTreeMap<CorpusKind, Share>,
    /// A teacher whose answers are learned beside the labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distillation: Option<Distillation>,
    /// The convolutional network.
    pub cnn: CnnTraining,
    /// The perceptron on embedding and functionals.
    pub mlp: MlpTraining,
    /// XGBoost on the same.
    pub xgboost: XgboostTraining,
    /// LightGBM on the same.
    pub lightgbm: LightgbmTraining,
    /// A logistic regression on the large set of functionals; without one the tier does without that set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logistic: Option<LogisticTraining>,
}

/// How a corpus counts in the quick tier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Part of its clips that each pass over the clips sees, drawn afresh, and weight of a clip for the trees: above 0, to 1.
    pub weight: f32,
    /// Augmented copies of each clip, beside the clip itself.
    pub copies: usize,
    /// Part of the target that listeners' votes give where a clip has some; the label gives the rest.
    #[serde(default, skip_serializing_if = "is_none")]
    pub votes: f32,
}

/// Whether a share is none.
pub(crate) fn is_none(share: &f32) -> bool {
    *share == 0.0
}

/// Knowledge distillation (Hinton et al. 2015) from the deep tier's ensemble, which is trained inside the same fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distillation {
    /// The teacher's recipe.
    pub recipe: String,
    /// Part of the target that the teacher gives; the label gives the rest.
    pub share: f32,
    /// Temperature that the teacher's answers are softened by.
    pub temperature: f32,
}

/// How the perceptron is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpTraining {
    /// Units of the hidden layers.
    pub hidden: Vec<usize>,
    /// Share of units dropped.
    pub dropout: f32,
    /// Passes over the rows.
    pub epochs: usize,
    /// Rows a step.
    pub batch: usize,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Share of the target spread evenly over the classes.
    pub label_smoothing: f32,
}

/// How XGBoost is trained; the names are its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XgboostTraining {
    /// Rounds; each adds one tree a class.
    pub rounds: usize,
    /// Learning rate.
    pub eta: f64,
    /// Greatest depth.
    pub max_depth: u32,
    /// Least sum of second derivatives in a child.
    pub min_child_weight: f64,
    /// L2 penalty.
    pub lambda: f64,
    /// Part of the rows that each tree sees.
    pub subsample: f64,
    /// Part of the columns that each tree sees.
    pub colsample_bytree: f64,
}

/// How LightGBM is trained; the names are its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LightgbmTraining {
    /// Rounds; each adds one tree a class.
    pub rounds: usize,
    /// Learning rate.
    pub learning_rate: f64,
    /// Greatest number of leaves.
    pub num_leaves: u32,
    /// Least number of rows in a leaf.
    pub min_data_in_leaf: u32,
    /// L2 penalty.
    pub lambda_l2: f64,
    /// Part of the columns that each tree sees.
    pub feature_fraction: f64,
    /// Part of the rows that each tree sees.
    pub bagging_fraction: f64,
}

impl Recipe {
    /// A built-in recipe by name, or the one in a file.
    ///
    /// # Errors
    /// No such recipe, a key that is missing or unknown, a number out of range.
    pub fn load(name_or_path: &str) -> Result<Self> {
        let built_in = if name_or_path == "ravdess-only" { DEFAULT } else { name_or_path };
        if let Some((_, text)) = BUILT_IN.iter().find(|(name, _)| *name == built_in) {
            return Self::parse(text).with_context(|| format!("recipe {name_or_path}"));
        }
        let text = match std::fs::read_to_string(Path::new(name_or_path)) {
            Ok(text) => text,
            Err(error) => {
                let names = BUILT_IN.map(|(name, _)| name).join(", ");
                bail!("no recipe {name_or_path}: not one of those built in: {names}; and as a file: {error}");
            }
        };
        Self::parse(&text).with_context(|| format!("recipe {name_or_path}"))
    }

    fn parse(text: &str) -> Result<Self> {
        let recipe: Self = toml::from_str(text)?;
        recipe.check()?;
        Ok(recipe)
    }

    fn check(&self) -> Result<()> {
        let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        ensure!(!self.name.is_empty() && plain(&self.name), "name: letters, digits, - and _ only");
        ensure!(!self.seeds.is_empty(), "seeds: at least one is needed");
        ensure!(self.max_folds != Some(0), "max_folds: at least 1");
        ensure!((1..=20).contains(&self.inner_speakers), "inner_speakers: 1 to 20");
        ensure!(self.table_copies <= self.augmentation.copies, "table_copies: at most augmentation.copies");
        self.check_augmentation()?;
        for (corpus, share) in &self.corpora {
            ensure!(share.weight > 0.0 && share.weight <= 1.0, "corpora.{corpus}.weight: above 0, to 1");
            ensure!(
                (self.table_copies..=self.augmentation.copies).contains(&share.copies),
                "corpora.{corpus}.copies: from table_copies to augmentation.copies"
            );
            within(&format!("corpora.{corpus}.votes"), [f64::from(share.votes)], 0.0, 1.0)?;
        }
        within("prior_clips", self.prior_clips, 0.0, 1e6)?;
        ensure!(
            !self.halves || self.logistic.is_some(),
            "halves: one of them is the regression, without [logistic] there is none"
        );
        ensure!(!self.halves || self.prior_clips.is_none(), "halves: prior_clips is of another vote");
        if let Some(teacher) = &self.distillation {
            within("distillation.share", [f64::from(teacher.share)], 0.0, 1.0)?;
            within("distillation.temperature", [f64::from(teacher.temperature)], 0.2, 10.0)?;
        }
        let cnn = &self.cnn;
        within("cnn.hint", [f64::from(cnn.hint)], 0.0, 100.0)?;
        ensure!(cnn.hint == 0.0 || self.distillation.is_some(), "cnn.hint: there is no teacher without [distillation]");
        let shape = &cnn.shape;
        let widths = shape.stem.iter().chain([&shape.trunk, &shape.attention, &shape.embedding]);
        within("cnn.shape: a width", widths.map(|width| *width as f64), 1.0, 4096.0)?;
        within("cnn.shape.dilations", shape.dilations.iter().map(|dilation| *dilation as f64), 1.0, 64.0)?;
        within("cnn.shape.dropout", [f64::from(shape.dropout)], 0.0, 0.9)?;
        within("mlp.hidden", self.mlp.hidden.iter().map(|units| *units as f64), 1.0, 4096.0)?;
        within("mlp.dropout", [f64::from(self.mlp.dropout)], 0.0, 0.9)?;
        for (part, epochs, batch, rate, decay, smoothing) in [
            ("cnn", cnn.epochs, cnn.batch, cnn.learning_rate, cnn.weight_decay, cnn.label_smoothing),
            (
                "mlp",
                self.mlp.epochs,
                self.mlp.batch,
                self.mlp.learning_rate,
                self.mlp.weight_decay,
                self.mlp.label_smoothing,
            ),
        ] {
            within(&format!("{part}.epochs"), [epochs as f64], 1.0, 10_000.0)?;
            within(&format!("{part}.batch"), [batch as f64], 2.0, 4096.0)?;
            within(&format!("{part}.learning_rate"), [rate], 1e-7, 1.0)?;
            within(&format!("{part}.weight_decay"), [f64::from(decay)], 0.0, 10.0)?;
            within(&format!("{part}.label_smoothing"), [f64::from(smoothing)], 0.0, 0.9)?;
        }
        if let Some(logistic) = &self.logistic {
            ensure!(!logistic.l2.is_empty(), "logistic.l2: at least one is needed");
            within("logistic.l2", logistic.l2.iter().copied(), 0.0, 1e3)?;
            within("logistic.iterations", [logistic.iterations as f64], 1.0, 10_000.0)?;
            within("logistic.clip", [f64::from(logistic.clip)], 0.1, 100.0)?;
            within("logistic.weights", logistic.weights.values().map(|weight| f64::from(*weight)), 1e-6, 1.0)?;
        }
        self.check_trees()
    }

    /// Leaves a part out, and says so in the name.
    pub fn leave_out(&mut self, part: Part) {
        let augmentation = &mut self.augmentation;
        match part {
            Part::Speed => augmentation.speed = 0.0,
            Part::Pitch => augmentation.pitch = 0.0,
            Part::Babble => augmentation.babble_share = 0.0,
            Part::Noise => augmentation.noise_share = 0.0,
            Part::Tilt => augmentation.tilt = 0.0,
            Part::Room => augmentation.room_share = 0.0,
            Part::Telephone => augmentation.telephone_share = 0.0,
            Part::Codec => augmentation.codec_share = 0.0,
            Part::Masks => (self.cnn.mask_mels, self.cnn.mask_frames) = (0, 0),
            Part::Distillation => (self.distillation, self.cnn.hint) = (None, 0.0),
            Part::Embedding => self.cnn.hint = 0.0,
            Part::Corpora => {
                for (_, share) in self.corpora.iter_mut().filter(|(corpus, _)| **corpus != CorpusKind::Ravdess) {
                    share.weight = f32::MIN_POSITIVE;
                }
            }
        }
        self.name = format!("{}{WITHOUT}{}", self.name, part.name());
    }

    fn check_augmentation(&self) -> Result<()> {
        let augmentation = &self.augmentation;
        within("augmentation.copies", [augmentation.copies as f64], 0.0, 64.0)?;
        within("augmentation.speed", [f64::from(augmentation.speed)], 0.0, 0.5)?;
        within("augmentation.pitch", [f64::from(augmentation.pitch)], 0.0, 12.0)?;
        within("augmentation.babble_share", [f64::from(augmentation.babble_share)], 0.0, 1.0)?;
        within("augmentation.noise_share", [f64::from(augmentation.noise_share)], 0.0, 1.0)?;
        within("augmentation.tilt", [f64::from(augmentation.tilt)], 0.0, 0.95)?;
        within("augmentation.snr_db", augmentation.snr_db.map(f64::from), -20.0, 100.0)?;
        ensure!(augmentation.snr_db[0] <= augmentation.snr_db[1], "augmentation.snr_db: the lowest comes first");
        Ok(())
    }

    fn check_trees(&self) -> Result<()> {
        let (xgboost, lightgbm) = (&self.xgboost, &self.lightgbm);
        within("rounds of xgboost and lightgbm", [xgboost.rounds as f64, lightgbm.rounds as f64], 1.0, 5000.0)?;
        within("xgboost.eta, lightgbm.learning_rate", [xgboost.eta, lightgbm.learning_rate], 1e-4, 1.0)?;
        within("xgboost.max_depth", [f64::from(xgboost.max_depth)], 1.0, 16.0)?;
        within("xgboost.min_child_weight", [xgboost.min_child_weight], 0.0, 1e6)?;
        within("lightgbm.num_leaves", [f64::from(lightgbm.num_leaves)], 2.0, 4096.0)?;
        within("xgboost.lambda, lightgbm.lambda_l2", [xgboost.lambda, lightgbm.lambda_l2], 0.0, 1e6)?;
        let shares =
            [xgboost.subsample, xgboost.colsample_bytree, lightgbm.feature_fraction, lightgbm.bagging_fraction];
        within("shares of rows and columns", shares, 0.01, 1.0)
    }

    /// Part of a corpus' clips that a pass sees.
    pub fn weight(&self, corpus: CorpusKind) -> f32 {
        self.corpora.get(&corpus).map_or(1.0, |share| share.weight)
    }

    /// How its models are joined.
    pub fn voting(&self) -> Voting {
        if self.halves { Voting::Halves } else { self.prior_clips.map_or(Voting::Even, Voting::Weighted) }
    }

    /// Part of a target that listeners' votes give.
    pub fn votes(&self, corpus: CorpusKind) -> f32 {
        self.corpora.get(&corpus).map_or(0.0, |share| share.votes)
    }

    /// Augmented copies of a clip of that corpus.
    pub fn copies(&self, corpus: CorpusKind) -> usize {
        self.corpora.get(&corpus).map_or(self.augmentation.copies, |share| share.copies)
    }

    /// Hash of everything that decides a figure: the recipe and the feature configuration, whatever the file's layout. The
    /// seeds, which the results file names by themselves, are not in it.
    pub fn sha256(&self, features: &FeatureConfig) -> Result<String> {
        let recipe = Self { seeds: Vec::new(), ..self.clone() };
        Ok(sha256_hex(&serde_json::to_vec(&(&recipe, features)).context("the recipe cannot be written as JSON")?))
    }
}

impl XgboostTraining {
    /// With the library's own values for the rest.
    pub fn params(&self, seed: u32) -> xgboost::Params {
        xgboost::Params {
            rounds: self.rounds,
            eta: self.eta,
            max_depth: self.max_depth,
            min_child_weight: self.min_child_weight,
            lambda: self.lambda,
            subsample: self.subsample,
            colsample_bytree: self.colsample_bytree,
            seed,
            ..xgboost::Params::default()
        }
    }
}

impl LightgbmTraining {
    /// With the library's own values for the rest.
    pub fn params(&self, seed: u32) -> lightgbm::Params {
        lightgbm::Params {
            rounds: self.rounds,
            learning_rate: self.learning_rate,
            num_leaves: self.num_leaves,
            min_data_in_leaf: self.min_data_in_leaf,
            lambda_l2: self.lambda_l2,
            feature_fraction: self.feature_fraction,
            bagging_fraction: self.bagging_fraction,
            bagging_freq: 1,
            seed,
            ..lightgbm::Params::default()
        }
    }
}

fn within(what: &str, values: impl IntoIterator<Item = f64>, low: f64, high: f64) -> Result<()> {
    values.into_iter().try_for_each(|value| {
        ensure!((low..=high).contains(&value), "{what}: {value} is not in {low} to {high}");
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_recipes_are_sound_and_bear_their_names() {
        for (name, _) in BUILT_IN {
            assert_eq!(Recipe::load(name).unwrap().name, name);
        }
    }

    #[test]
    fn an_ablation_leaves_one_part_out_and_bears_another_name() {
        let whole = Recipe::load("full").unwrap();
        for (part, name) in Part::ALL {
            let mut recipe = whole.clone();
            recipe.leave_out(name.parse().unwrap());
            assert_eq!(recipe.name, format!("full-without-{name}"));
            let is_there = !matches!(part, Part::Pitch | Part::Babble | Part::Room | Part::Telephone | Part::Codec);
            assert_eq!(Recipe { name: "full".into(), ..recipe } != whole, is_there, "{name}");
        }
        assert!("nois".parse::<Part>().unwrap_err().to_string().contains("known: speed, pitch"));
    }

    #[test]
    fn a_typo_is_named() {
        let (_, text) = BUILT_IN[0];
        let error = |text: &str| format!("{:#}", Recipe::parse(text).unwrap_err());
        let typo = error(&text.replacen("epochs", "epocs", 1));
        assert!(typo.contains("epocs") && typo.contains("expected"), "{typo}");
        assert!(
            error(&text.replacen("inner_speakers = ", "inner_speakers = 9", 1)).contains("inner_speakers: 1 to 20")
        );
        assert!(error(&text.replacen("[lightgbm]", "[lightgbn]", 1)).contains("lightgbn"));
        assert!(error("name = 3").contains("expected a string"));
        assert!(error(&text.replacen("[cnn]", "[cnn]\nhint = 0.5", 1)).contains("no teacher without [distillation]"));
        let missing = format!("{:#}", Recipe::load("ravdes").unwrap_err());
        assert!(missing.contains("built in: ravdess, full, smoke"), "{missing}");
    }

    #[test]
    fn the_hash_is_of_the_numbers_not_of_the_file() {
        let (_, text) = BUILT_IN[0];
        let features = FeatureConfig::default();
        let hash = |text: &str| Recipe::parse(text).unwrap().sha256(&features).unwrap();
        assert_eq!(hash(text), hash(&format!("# a remark\n{text}")));
        assert_ne!(hash(text), hash(BUILT_IN[2].1));
        let other = FeatureConfig { window_frames: 128, ..features.clone() };
        assert_ne!(hash(text), Recipe::parse(text).unwrap().sha256(&other).unwrap());
    }
}
