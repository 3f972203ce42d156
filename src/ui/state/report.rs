//! A result, and what has come to it since.

use std::rc::Rc;

use super::{DEFAULT_THRESHOLD, Personal, Sharper, Usual};
use crate::analysis::{Analysis, Answer, ClipVoice, DeepAnalysis, Emotion, Probabilities, Tier, Timeline, Why};
use crate::protocol::{JobId, LoadedModel};

/// A result and the job it belongs to. Two are equal when they are of the same job, equally far, prepared the same way, and
/// judged by the same threshold, for the same voice.
#[derive(Clone, Debug)]
pub struct Report {
    /// The job.
    pub job: JobId,
    /// The first answer, and what was found beside it.
    pub analysis: Rc<Analysis>,
    /// What the deep tier has made of it.
    pub sharper: Sharper,
    /// What a correction of it is made of; `None` of one that was stored.
    pub voice: Option<Rc<ClipVoice>>,
    /// Key of the voice that the second answer is set against.
    pub heard_for: Option<String>,
    /// What the second answer is for the visitor, where that is not the same as for anyone.
    pub personal: Option<Personal>,
    /// Whether the visitor wants to see the answer for anyone nevertheless.
    pub plain: bool,
    /// What is heard over its time, where it is long enough.
    pub timeline: Option<Rc<Timeline>>,
    /// Why it was answered so, where that has been asked.
    pub why: Option<Rc<Why>>,
    /// What was said before it was prepared another way.
    pub usual: Option<Usual>,
    /// So many times it has been prepared another way.
    pub turn: u32,
    /// When the first answer came.
    pub finished: Moment,
    /// The files of all models that could be asked then.
    pub files: Rc<ModelFiles>,
    /// Per cent of certainty below which no emotion is said.
    pub threshold: u8,
}

/// The files behind an answer.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ModelFiles {
    /// Of both tiers' models.
    pub models: Vec<LoadedModel>,
    /// The deep tier's encoder.
    pub encoder: Option<LoadedModel>,
}

/// A time of day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// As ISO 8601, in UTC.
    pub utc: String,
    /// Hours and minutes where the visitor is.
    pub local: String,
}

/// The answer that is shown: the deep tier's, once there is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown<'a> {
    /// Whose.
    pub tier: Tier,
    /// The ensemble's probabilities.
    pub probabilities: &'a Probabilities,
    /// The ensemble's winner.
    pub winner: Emotion,
    /// What each model of the tier said.
    pub answers: &'a [Answer],
}

impl Report {
    /// A first answer.
    pub fn new(job: JobId, analysis: Analysis, finished: Moment) -> Self {
        Self {
            job,
            analysis: Rc::new(analysis),
            sharper: Sharper::Waiting,
            voice: None,
            heard_for: None,
            personal: None,
            plain: false,
            timeline: None,
            why: None,
            usual: None,
            turn: 0,
            finished,
            files: Rc::default(),
            threshold: DEFAULT_THRESHOLD,
        }
    }

    /// The second answer, if there is one.
    pub fn deep(&self) -> Option<&DeepAnalysis> {
        match &self.sharper {
            Sharper::Done(analysis) => Some(analysis),
            _ => None,
        }
    }

    /// What the second answer is for the visitor, where it is there and not put aside.
    pub fn for_you(&self) -> Option<&Personal> {
        self.personal.as_ref().filter(|_| !self.plain && self.deep().is_some())
    }

    /// The answer to show.
    pub fn shown(&self) -> Shown<'_> {
        let shown = self.for_anyone();
        match self.for_you() {
            Some(Personal { probabilities, winner, .. }) => Shown { probabilities, winner: *winner, ..shown },
            None => shown,
        }
    }

    /// The answer that knows nothing of the visitor.
    pub fn for_anyone(&self) -> Shown<'_> {
        match self.deep() {
            Some(DeepAnalysis { probabilities, winner, answers, .. }) => {
                Shown { tier: Tier::Deep, probabilities, winner: *winner, answers }
            }
            None => self.first(),
        }
    }

    /// The first answer.
    pub fn first(&self) -> Shown<'_> {
        let Analysis { probabilities, winner, answers, .. } = &*self.analysis;
        Shown { tier: Tier::Quick, probabilities, winner: *winner, answers }
    }
}

impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        let told = |report: &Self| (report.job, report.turn, report.threshold, report.plain);
        told(self) == told(other)
            && self.sharper == other.sharper
            && self.personal == other.personal
            && self.timeline == other.timeline
            && self.why == other.why
    }
}
