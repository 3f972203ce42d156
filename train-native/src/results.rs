//! `models/results.json`: every figure, one object a run, written by the evaluation only.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, N_CLASSES, Probabilities, Tier, winner};

use crate::atomic;
use crate::corpus::CorpusKind;
use crate::metrics::{
    ClassScore, Outcome, ReliabilityBin, Scores, mean, reliability, score, speaker_uars, standard_deviation,
    uar_interval,
};
use crate::split::Protocol;

/// Name of the file in the folder of models.
pub const FILE: &str = "results.json";
/// The condition of clips that are heard as they are.
pub const CLEAN: &str = "clean";
/// Seed of the bootstrap over speakers.
const INTERVAL_SEED: u64 = 0;

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// In the order of their first writing.
    pub runs: Vec<Run>,
}

/// One setting's figures, means over its seeds. Shares are in 0..=1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// How training and test clips were told apart.
    pub protocol: Protocol,
    /// Corpora trained on.
    pub train: Vec<CorpusKind>,
    /// Corpus tested on.
    pub test: CorpusKind,
    /// A learner's name, or `ensemble`.
    pub model: String,
    /// Its tier.
    pub tier: Tier,
    /// Number of classes scored.
    pub classes: usize,
    /// `level-invariant` where no figure depends on a recording's gain.
    pub input: String,
    /// One training a seed.
    pub seeds: Vec<u64>,
    /// Unweighted average recall.
    pub uar: Spread,
    /// Share of right answers.
    pub accuracy: f64,
    /// Mean F1.
    pub macro_f1: f64,
    /// Mean of -ln of the true class' probability.
    pub log_loss: f64,
    /// Expected calibration error, 15 bins.
    pub ece: f64,
    /// By class name.
    pub per_class: BTreeMap<String, ClassScore>,
    /// Clips by true class (row) and answer (column), summed over the seeds, in class order.
    pub confusion: Vec<Vec<u64>>,
    /// Ten bins of the answers' probabilities, over all seeds; not in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliability: Option<Vec<ReliabilityBin>>,
    /// UAR by test speaker, the mean over the seeds; not in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_speaker: Option<BTreeMap<String, f64>>,
    /// Whether statistics of the test speakers were used.
    pub speaker_statistics: bool,
    /// What of the test speaker was used.
    pub baseline: Baseline,
    /// With a baseline of the test speaker: UAR of the ensemble on the same clips without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<f64>,
    /// What the ensemble learns from clips of the test speaker that somebody set right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrections: Option<Corrections>,
    /// How the ensemble marks shifts in calls made of the test clips.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shifts: Option<Shifts>,
    /// By the protocol `everyday`: how ordinary voices were answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub everyday: Option<Everyday>,
    /// `clean`, or what was done to the test clips.
    pub condition: String,
    /// Name of the recipe.
    pub recipe: String,
    /// Hash of recipe and feature configuration.
    pub config_sha256: String,
    /// Commit of the program; ends in `-modified` where its sources were changed.
    pub commit: String,
}

/// The same clips with and without a corrector that was fitted to a few others of their speaker.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corrections {
    /// Clips of each speaker that were set right; they are not scored.
    pub clips: u32,
    /// UAR of the rest without them, the mean over the draws.
    pub uar_before: f64,
    /// UAR of the rest with them.
    pub uar_after: f64,
    /// Of all classes the least change of recall, the mean over the draws.
    pub worst_class_change: f64,
}

/// Marks in calls of three minutes that change from ordinary speech to one emotion once, by the first seed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shifts {
    /// Number of calls.
    pub calls: u32,
    /// Share of the changes with a mark within four seconds.
    pub found: f64,
    /// All other marks in ten minutes.
    pub per_ten_minutes: f64,
    /// Share of the changes to an angry or fearful voice after which strain is marked.
    pub strain_found: f64,
    /// Stretches of strain in ten minutes of ordinary speech.
    pub strain_per_ten_minutes: f64,
}

/// How ordinary people, who play no emotion, were answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Everyday {
    /// Share answered neutral or calm.
    pub neutral_or_calm: f64,
    /// Share where another class is above one half.
    pub false_alarms: f64,
}

impl Everyday {
    /// Counted over answers.
    pub fn of(answers: &[Probabilities]) -> Self {
        let quiet = [Emotion::Neutral.index(), Emotion::Calm.index()];
        let (mut right, mut alarms) = (0usize, 0usize);
        for answer in answers {
            right += usize::from(quiet.contains(&winner(answer).index()));
            alarms += usize::from((0..N_CLASSES).any(|class| !quiet.contains(&class) && answer[class] > 0.5));
        }
        let n = answers.len().max(1) as f64;
        Self { neutral_or_calm: right as f64 / n, false_alarms: alarms as f64 / n }
    }
}

impl fmt::Display for Everyday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [calm, alarms] = [self.neutral_or_calm, self.false_alarms].map(|share| 100.0 * share);
        write!(f, "neutral or calm {calm:.1} %, false alarms {alarms:.1} %")
    }
}

/// A figure over seeds and speakers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Mean over the seeds.
    pub mean: f64,
    /// Sample standard deviation over the seeds; 0 with one seed.
    pub sd: f64,
    /// 95 % interval by resampling speakers.
    pub ci95: [f64; 2],
}

/// What a baseline was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Baseline {
    /// That many neutral clips of the test speaker.
    Clips(u32),
    /// Other clips.
    Of(Source),
}

/// What a baseline was made of, other than neutral clips of the test speaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// All other clips of the test speaker.
    All,
    /// A wrong one: two neutral clips of another speaker.
    Stranger,
    /// A wrong one: two angry clips of the test speaker.
    Angry,
}

/// What a run is called and came from.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// How training and test clips were told apart.
    pub protocol: Protocol,
    /// Corpora trained on.
    pub train: Vec<CorpusKind>,
    /// A learner's name, or `ensemble`.
    pub model: String,
    /// Its tier.
    pub tier: Tier,
    /// One training a seed.
    pub seeds: Vec<u64>,
    /// `clean`, or what was done to the test clips.
    pub condition: String,
    /// Name of the recipe.
    pub recipe: String,
    /// Hash of recipe and feature configuration.
    pub config_sha256: String,
    /// Commit of the program.
    pub commit: String,
}

impl Run {
    /// Figures of a level-invariant run without anything of the test speaker. `outcomes` holds, for each seed, every
    /// test clip of all folds once.
    ///
    /// # Errors
    /// No outcome, or not one list a seed.
    pub fn new(info: RunInfo, classes: &[Emotion], outcomes: &[Vec<Outcome>]) -> Result<Self> {
        let RunInfo { protocol, train, model, tier, seeds, condition, recipe, config_sha256, commit } = info;
        ensure!(
            !outcomes.is_empty() && outcomes.len() == seeds.len(),
            "{} runs for {} seeds",
            outcomes.len(),
            seeds.len()
        );
        ensure!(outcomes.iter().all(|run| !run.is_empty()), "a run of {model} by {protocol} tested nothing");
        let scores: Vec<Scores> = outcomes.iter().map(|run| score(run, classes)).collect();
        let each = |figure: fn(&Scores) -> f64| scores.iter().map(figure).collect::<Vec<f64>>();
        let uars = each(|scores| scores.uar);
        let ci95 = uar_interval(outcomes, classes, INTERVAL_SEED).map(rounded);
        let class_mean = |class: usize, figure: fn(&ClassScore) -> f64| {
            rounded(mean(&scores.iter().map(|scores| figure(&scores.per_class[class])).collect::<Vec<_>>()))
        };
        let per_class = classes.iter().enumerate().map(|(class, emotion)| {
            let precision = class_mean(class, |score| score.precision);
            let recall = class_mean(class, |score| score.recall);
            let f1 = class_mean(class, |score| score.f1);
            (emotion.name().to_owned(), ClassScore { precision, recall, f1 })
        });
        let cell = |row: usize, column: usize| scores.iter().map(|scores| scores.confusion[row][column]).sum();
        let confusion = (0..classes.len()).map(|row| (0..classes.len()).map(|column| cell(row, column)).collect());
        let bins = reliability(outcomes, classes).into_iter().map(|bin| ReliabilityBin {
            confidence: rounded(bin.confidence),
            accuracy: rounded(bin.accuracy),
            count: bin.count,
        });
        let per_speaker = speaker_uars(outcomes, classes).into_iter().map(|(speaker, uar)| (speaker, rounded(uar)));
        Ok(Self {
            protocol,
            train,
            test: protocol.test_corpus(),
            model,
            tier,
            classes: classes.len(),
            input: "level-invariant".into(),
            seeds,
            uar: Spread { mean: rounded(mean(&uars)), sd: rounded(standard_deviation(&uars)), ci95 },
            accuracy: rounded(mean(&each(|scores| scores.accuracy))),
            macro_f1: rounded(mean(&each(|scores| scores.macro_f1))),
            log_loss: rounded(mean(&each(|scores| scores.log_loss))),
            ece: rounded(mean(&each(|scores| scores.ece))),
            per_class: per_class.collect(),
            confusion: confusion.collect(),
            reliability: Some(bins.collect()),
            per_speaker: Some(per_speaker.collect()),
            speaker_statistics: false,
            baseline: Baseline::Clips(0),
            without: None,
            corrections: None,
            shifts: None,
            everyday: None,
            condition,
            recipe,
            config_sha256,
            commit,
        })
    }

    /// Whether `other` is the same setting, so that the newer one takes the older one's place.
    fn same_setting(&self, other: &Self) -> bool {
        self.protocol == other.protocol
            && self.train == other.train
            && self.test == other.test
            && self.model == other.model
            && self.tier == other.tier
            && self.classes == other.classes
            && self.input == other.input
            && self.speaker_statistics == other.speaker_statistics
            && self.baseline == other.baseline
            && self.condition == other.condition
            && self.recipe == other.recipe
    }

    /// The main figures in one line, for people.
    pub fn figures(&self) -> String {
        let [mean, sd, low, high] = [self.uar.mean, self.uar.sd, self.uar.ci95[0], self.uar.ci95[1]].map(|p| 100.0 * p);
        let (accuracy, log_loss, ece) = (100.0 * self.accuracy, self.log_loss, self.ece);
        let spread = if self.seeds.len() > 1 { format!(" (sd {sd:.1})") } else { String::new() };
        format!(
            "UAR {mean:.1} %{spread} [{low:.1}-{high:.1}], accuracy {accuracy:.1} %, log loss {log_loss:.3}, ECE {ece:.3}"
        )
    }

    /// The scored classes, in class order.
    pub fn emotions(&self) -> Vec<Emotion> {
        Emotion::ALL.into_iter().filter(|emotion| self.per_class.contains_key(emotion.name())).collect()
    }
}

impl Results {
    /// Reads `results.json` in `dir`; none yet is an empty one.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        serde_json::from_str(&text).with_context(|| format!("{} is not a results file", path.display()))
    }

    /// Puts `runs` into the file in `dir`: in the place of older ones of the same setting, else at the end.
    pub fn record(dir: &Path, runs: Vec<Run>) -> Result<Self> {
        let mut results = Self::read(dir)?;
        for run in runs {
            match results.runs.iter_mut().find(|old| old.same_setting(&run)) {
                Some(old) => *old = run,
                None => results.runs.push(run),
            }
        }
        let mut text = serde_json::to_string_pretty(&results).context("the results cannot be written as JSON")?;
        text.push('\n');
        atomic::write(&dir.join(FILE), text.as_bytes())?;
        Ok(results)
    }
}

/// The commit that `git` names for the working folder; `unknown` without git or a repository.
pub fn commit() -> String {
    let git = |args: &[&str]| -> Result<String> {
        let output = Command::new("git").args(args).output()?;
        if !output.status.success() {
            bail!("git failed");
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Ok(commit) = git(&["rev-parse", "HEAD"]) else { return "unknown".into() };
    let sources = ["status", "--porcelain", "--", ":/src", ":/train-native", ":/Cargo.lock"];
    match git(&sources) {
        Ok(changes) if changes.is_empty() => commit,
        _ => format!("{commit}-modified"),
    }
}

/// To six decimals, so that the file is no longer than what it says.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
pub(crate) mod tests;
