//! The figures of the evaluation, read from the results file that lies beside the models. No web types: tested natively.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::analysis::{Emotion, Tier};
use crate::{Error, Result};

/// The file, relative to the page.
pub const RESULTS: &str = "./models/results.json";
/// UAR of people on RAVDESS, audio alone, seven options (calm counted as neutral), ten ratings a clip: 62.4 % (Livingstone & Russo
/// 2018).
pub const PEOPLE: f64 = 0.624;

/// All runs of the file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Card {
    /// In the order of the file.
    pub runs: Vec<Run>,
}

/// One setting's figures; shares are in 0..=1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Run {
    /// How training and test clips were told apart.
    pub protocol: String,
    /// A learner's name, or `ensemble`.
    pub model: String,
    /// Its tier.
    pub tier: Tier,
    /// Number of classes.
    pub classes: usize,
    /// Unweighted average recall.
    pub uar: Spread,
    /// Expected calibration error.
    pub ece: f64,
    /// Recall and others by class name.
    pub per_class: BTreeMap<String, ClassScore>,
    /// Clips by true class (row) and answer (column), in class order.
    pub confusion: Vec<Vec<u64>>,
    /// Whether statistics of the test speakers were used.
    pub speaker_statistics: bool,
    /// Neutral clips of the speaker: a number, or `all`.
    pub baseline: serde_json::Value,
    /// How ordinary voices were answered.
    #[serde(default)]
    pub everyday: Option<Everyday>,
    /// What was done to the test clips.
    pub condition: String,
    /// Name of the recipe.
    pub recipe: String,
    /// Commit of the program that measured it.
    pub commit: String,
}

/// A figure and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Spread {
    /// Mean over the seeds.
    pub mean: f64,
    /// By resampling speakers.
    pub ci95: [f64; 2],
}

/// Figures of a class.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct ClassScore {
    /// Share of its clips that were found.
    pub recall: f64,
}

/// How ordinary people were answered.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Everyday {
    /// Share answered neutral or calm.
    pub neutral_or_calm: f64,
    /// Share where another class is above one half.
    pub false_alarms: f64,
}

impl Card {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Browser`] for anything but such a file.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .map_err(|_| Error::Browser { reason: "the file of the evaluation's figures is damaged".into() })
    }

    /// Clean runs of voices that nothing was known of, and no `everyday` ones, the best of each protocol first.
    pub fn plain(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| run.is_plain() && run.everyday.is_none() && !run.recipe.contains("-without-"))
    }

    /// A tier's ensemble by the protocol of the headline: the last one recorded.
    pub fn headline(&self, tier: Tier) -> Option<&Run> {
        self.plain().filter(|run| run.protocol == "luna5" && run.model == "ensemble" && run.tier == tier).last()
    }

    /// A tier's ensemble on ordinary voices: the last one recorded.
    pub fn everyday(&self, tier: Tier) -> Option<Everyday> {
        self.runs.iter().rev().filter(|run| run.model == "ensemble" && run.tier == tier).find_map(|run| run.everyday)
    }
}

impl Run {
    fn is_plain(&self) -> bool {
        self.condition == "clean" && !self.speaker_statistics && self.baseline == 0
    }

    /// The scored classes, in class order.
    pub fn emotions(&self) -> Vec<Emotion> {
        Emotion::ALL.into_iter().filter(|emotion| self.per_class.contains_key(emotion.name())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_file_that_ships() {
        let card = Card::read(include_bytes!("../../../models/results.json")).unwrap();
        for tier in [Tier::Quick, Tier::Deep] {
            let run = card.headline(tier).unwrap();
            let [low, high] = run.uar.ci95;
            assert!(low < run.uar.mean && run.uar.mean < high && run.uar.mean > 1.0 / 8.0);
            assert_eq!((run.emotions().len(), run.confusion.len(), run.classes), (8, 8, 8));
        }
        let ordinary = card.runs.iter().rfind(|run| run.tier == Tier::Deep && run.everyday.is_some()).unwrap();
        let headline = card.headline(Tier::Deep).unwrap();
        assert_eq!(
            ordinary.recipe, headline.recipe,
            "ordinary voices were heard by another recipe than the headline's"
        );
        assert!(card.everyday(Tier::Deep).unwrap().neutral_or_calm > 0.5);
        assert!(card.plain().count() > 10);
    }

    #[test]
    fn refuses_what_is_no_such_file() {
        for bad in ["", "[]", "{}", "{\"runs\": [{}]}", "<!doctype html>"] {
            assert!(Card::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
