//! The visitor's ordinary voice: how it is read, whose is used, and what has been corrected.

mod change;

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::analysis::{Analysis, Baseline, Correction, Emotion, Notice, Probabilities};
use crate::protocol::JobId;

/// Sentences of a reading.
pub const SENTENCES: usize = 3;
/// Letters of a name at most.
pub const MOST_NAME: usize = 40;
/// Name of the layout of a voice that is stored or saved; a changed meaning makes a new name.
const SCHEMA: &str = "undertone-voice-1";
/// A sentence has at least as many seconds of speech.
const SHORTEST: f32 = 2.0;
/// With one more the oldest leaves.
const MOST_CORRECTIONS: usize = 500;
const MOST_DIRECTION: usize = 4096;
const NAME: &str = "My voice";
const UNREADABLE: &str = "it is not what this page writes";
const OLDER: &str = "it was made with other models; read the three sentences again";

/// Whose voice answers are set against, and what has been corrected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voices {
    /// All that are known, the oldest first.
    pub all: Vec<Rc<Voice>>,
    /// The one that is chosen.
    pub active: Option<String>,
    /// Of the deep tier, once that is known; voices of another are void.
    pub version: Option<String>,
    /// A reading under way.
    pub reading: Option<Reading>,
    /// Readings that were finished in this visit.
    pub readings: u32,
    /// Readings for which the worker has let go of the clip that was shown, finished or not.
    pub taken: u32,
    /// Corrections that belong to no voice; they last as long as the visit.
    pub loose: Vec<Correction>,
    /// What has happened last.
    pub said: Option<Said>,
    /// What went wrong last.
    pub trouble: Option<VoicesTrouble>,
}

/// A voice with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Voice {
    /// Its key, in the order of time.
    pub id: String,
    /// As the visitor calls it.
    pub name: String,
    /// How it sounds.
    pub baseline: Rc<Baseline>,
    /// Answers about it that were set right, the newest last.
    pub corrections: Vec<Correction>,
    /// Whether the visitor wants it kept on the device.
    pub kept: bool,
}

/// A voice as it is stored, and as it is saved as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceRecord {
    schema: String,
    name: String,
    /// Whether it was the chosen one.
    used: bool,
    baseline: Baseline,
    corrections: Vec<Correction>,
}

/// A reading under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The voice that is read anew; `None` for a new one.
    pub into: Option<String>,
    /// The sentence that is to be read, from 0.
    pub sentence: usize,
    /// What the sentences before have made.
    pub heard: Option<Baseline>,
    /// Whether a sentence is being listened to by the models.
    pub judging: bool,
    /// Why the sentence is to be read again.
    pub trouble: Option<Unfit>,
}

/// Why a sentence can't be used.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfit {
    /// Too much noise.
    Noisy,
    /// Too loud.
    Clipped,
    /// As on a telephone.
    Narrow,
    /// Too little speech.
    Short,
    /// Another clip came between.
    Interrupted,
    /// No answer, as where nobody speaks.
    Failed(Error),
}

/// What is told when something has been done.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The voice has been read, and is used.
    Read,
    /// It is kept on the device.
    Kept,
    /// A file has become a voice, which is used.
    Imported,
    /// It was saved under that name.
    Saved(String),
    /// One is gone.
    Erased,
    /// All are gone.
    ErasedAll,
    /// An answer has been set right.
    Corrected(Emotion),
    /// The last correction is gone.
    Undone,
    /// All corrections are gone.
    Forgotten,
}

/// What went wrong with a voice.
#[derive(Clone, Debug, PartialEq)]
pub enum VoicesTrouble {
    /// The browser does not store, or not erase.
    NotStored(Error),
    /// So many stored voices could not be read.
    Skipped(usize),
    /// A file is no voice that can be used.
    NotImported(String),
    /// A file could not be saved.
    NotSaved(Error),
}

/// What a deep answer is for the visitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Personal {
    /// Probabilities.
    pub probabilities: Probabilities,
    /// The most probable.
    pub winner: Emotion,
    /// Whether it is set against a voice.
    pub against: bool,
    /// Whether corrections have changed it.
    pub corrected: bool,
    /// Name of the voice; empty where there is none, and not stored with the result.
    #[serde(skip)]
    pub name: String,
    /// Key of the voice.
    #[serde(skip)]
    pub voice: Option<String>,
}

/// What happens to voices and corrections.
#[derive(Clone, Debug, PartialEq)]
pub enum VoicesAction {
    /// A reading begins: of the chosen voice again, or of a new one.
    Begun {
        /// Whether of the chosen one.
        again: bool,
    },
    /// The visitor does not want to go on.
    Cancelled,
    /// A sentence has been recorded.
    TakeGiven,
    /// It can't be used.
    TakeFailed(Unfit),
    /// It has been heard; the key is that of a voice that comes of it.
    TakeHeard(Box<Baseline>, String),
    /// The visitor chooses a voice, or none.
    Chosen(Option<String>),
    /// The visitor calls the chosen voice so.
    Renamed(String),
    /// The visitor wants the chosen voice kept on the device.
    Kept,
    /// The chosen voice is to go, or all.
    Erased {
        /// Whether all.
        all: bool,
    },
    /// A file of a voice was read; the key is the voice's.
    Imported(Box<VoiceRecord>, String),
    /// A file of a voice was saved under that name.
    Saved(String),
    /// Something went wrong.
    Failed(VoicesTrouble),
    /// Stored voices by key; `None` for one that can't be read.
    Restored(Vec<(String, Option<VoiceRecord>)>),
    /// The visitor wants to see a clip's answer for anyone, or no longer.
    Plainly(JobId, bool),
    /// The visitor says what a clip's answer should have been.
    Corrected(JobId, Emotion),
    /// The last correction is to go.
    Undone,
    /// All corrections are to go.
    Forgotten,
}

/// Why a recorded sentence can't be used, if so.
pub fn unfit(analysis: &Analysis) -> Option<Unfit> {
    let found = analysis.notices.iter().find_map(|notice| match notice {
        Notice::Noisy { .. } => Some(Unfit::Noisy),
        Notice::Clipped => Some(Unfit::Clipped),
        Notice::Narrow { .. } => Some(Unfit::Narrow),
        _ => None,
    });
    let seconds: f32 = analysis.kept.iter().map(|(from, to)| to - from).sum();
    found.or((seconds < SHORTEST).then_some(Unfit::Short))
}

impl Voice {
    /// As it is stored or saved.
    pub fn record(&self, used: bool) -> VoiceRecord {
        let (baseline, corrections) = ((*self.baseline).clone(), self.corrections.clone());
        VoiceRecord { schema: SCHEMA.into(), name: self.name.clone(), used, baseline, corrections }
    }
}

impl VoiceRecord {
    /// What is wrong with one that came from outside.
    pub fn problem(&self) -> Option<&'static str> {
        let sound = |one: &Correction| {
            (1..=MOST_DIRECTION).contains(&one.direction.len())
                && one.version.len() <= 64
                && one.direction.iter().all(|value| value.is_finite())
                && one.answer.iter().all(|p| (0.0..=1.0).contains(p))
        };
        if self.schema != SCHEMA {
            return Some("it was written by another version of the page, or is no voice at all");
        }
        if self.corrections.len() > MOST_CORRECTIONS || !self.corrections.iter().all(sound) {
            return Some("its corrections can't be true");
        }
        self.baseline.problem()
    }

    /// Of a file that a visitor has chosen.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_file(bytes: &[u8], version: Option<&str>) -> Result<Self, &'static str> {
        let record: Self = serde_json::from_slice(bytes).map_err(|_| UNREADABLE)?;
        match record.problem() {
            Some(problem) => Err(problem),
            None if version != Some(record.baseline.version.as_str()) => Err(OLDER),
            None => Ok(record),
        }
    }

    /// As the visitor calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn into_voice(self, id: String, kept: bool) -> Rc<Voice> {
        let Self { name, baseline, corrections, .. } = self;
        Rc::new(Voice { id, name: cleaned(&name), baseline: Rc::new(baseline), corrections, kept })
    }
}

fn cleaned(name: &str) -> String {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(MOST_NAME).collect();
    let name = name.trim();
    if name.is_empty() { NAME.into() } else { name.into() }
}

impl Voices {
    /// The chosen voice, whether it can be used or not.
    pub fn chosen(&self) -> Option<&Rc<Voice>> {
        self.all.iter().find(|voice| Some(&voice.id) == self.active.as_ref())
    }

    /// The chosen voice, where the deep tier can use it.
    pub fn usable(&self) -> Option<&Rc<Voice>> {
        self.chosen().filter(|voice| self.version.as_ref() == Some(&voice.baseline.version))
    }

    /// Whether a voice was made with other models.
    pub fn is_void(&self, voice: &Voice) -> bool {
        self.version.as_ref().is_some_and(|version| *version != voice.baseline.version)
    }

    /// The corrections that new ones join, the newest last.
    pub fn corrections(&self) -> &[Correction] {
        self.usable().map_or(&self.loose, |voice| &voice.corrections)
    }

    /// The worker is gone, and the sentence with it.
    pub(super) fn lose_take(&mut self, error: &Error) {
        if let Some(reading) = self.reading.as_mut().filter(|reading| reading.judging) {
            (reading.judging, reading.trouble) = (false, Some(Unfit::Failed(error.clone())));
        }
    }

    fn change_chosen(&mut self, change: impl FnOnce(&mut Voice)) {
        let active = self.active.clone();
        if let Some(voice) = self.all.iter_mut().find(|voice| Some(&voice.id) == active.as_ref()) {
            change(Rc::make_mut(voice));
        }
    }

    fn change_corrections(&mut self, change: impl FnOnce(&mut Vec<Correction>)) {
        if self.usable().is_some() {
            self.change_chosen(|voice| change(&mut voice.corrections));
        } else {
            change(&mut self.loose);
        }
    }

    fn free_name(&self) -> String {
        let mut names = (1..).map(|count| if count == 1 { NAME.to_owned() } else { format!("{NAME} {count}") });
        names.find(|name| self.all.iter().all(|voice| voice.name != *name)).unwrap_or_default()
    }

    fn take_heard(&mut self, baseline: Baseline, id: String) {
        let Some(reading) = &mut self.reading else { return };
        (reading.judging, reading.trouble) = (false, None);
        // Of other models than the sentences before: those are void.
        let both = reading.heard.as_ref().map(|heard| heard.merge(&baseline));
        reading.sentence = if matches!(both, Some(None)) { 1 } else { reading.sentence + 1 };
        let heard = both.flatten().unwrap_or(baseline);
        if reading.sentence < SENTENCES {
            reading.heard = Some(heard);
            return;
        }
        let into = self.reading.take().and_then(|reading| reading.into);
        let baseline = Rc::new(heard);
        match self.all.iter_mut().find(|voice| Some(&voice.id) == into.as_ref()) {
            Some(voice) => {
                Rc::make_mut(voice).baseline = baseline;
                self.active = into;
            }
            None => {
                let name = self.free_name();
                self.active = Some(id.clone());
                self.all.push(Rc::new(Voice { id, name, baseline, corrections: Vec::new(), kept: false }));
            }
        }
        self.readings += 1;
        self.taken += 1;
        self.said = Some(Said::Read);
    }
}

#[cfg(test)]
mod tests;
