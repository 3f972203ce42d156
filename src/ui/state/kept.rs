//! Results that outlive a visit, if the visitor wants it: what is stored of one, and what comes back.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::{MOST_CLIPS, ModelFiles, Moment, Personal, Report, Sharper, State};
use crate::Error;
use crate::analysis::{Analysis, DeepAnalysis};
use crate::protocol::{JobId, LONGEST_CLIP};

/// Number of this layout; a record of another is passed over.
const SCHEMA: u32 = 3;
/// Bytes of a spectrogram that no clip exceeds.
const MOST_MEL: usize = 4 << 20;

/// Whether results are stored, and how that went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keeping {
    /// Whether the visitor wants it.
    pub on: bool,
    /// Whether what earlier visits stored is still to come back: until then what the visit holds is not all there is.
    pub restoring: bool,
    /// Why it does not work.
    pub trouble: Option<Error>,
    /// Stored results that could not be read.
    pub skipped: usize,
}

/// A result as it is stored. No sound is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    schema: u32,
    utc: String,
    local: String,
    analysis: Analysis,
    deep: Option<DeepAnalysis>,
    personal: Option<Personal>,
    files: ModelFiles,
}

impl Record {
    /// Of a report.
    pub fn of(report: &Report) -> Self {
        Self {
            schema: SCHEMA,
            utc: report.finished.utc.clone(),
            local: report.finished.local.clone(),
            analysis: (*report.analysis).clone(),
            deep: report.deep().cloned(),
            personal: report.personal.clone(),
            files: (*report.files).clone(),
        }
    }

    /// The key under which it is stored: a later result has a greater one.
    pub fn key(report: &Report) -> String {
        format!("{} {}", report.finished.utc, report.analysis.clip.name.chars().take(80).collect::<String>())
    }

    /// The report again, under that number; `None` where the record is of another layout, or not what the page wrote.
    pub fn into_report(self, job: JobId, threshold: u8) -> Option<Report> {
        let Analysis { clip, mel, envelope, kept, .. } = &self.analysis;
        let in_clip = |seconds: f32| (0.0..=LONGEST_CLIP as f32 + 1.0).contains(&seconds);
        let sound = self.schema == SCHEMA
            && in_clip(clip.seconds)
            && mel.values.len() <= MOST_MEL
            && mel.n_mels.checked_mul(mel.n_frames) == Some(mel.values.len())
            && mel.centers_hz.len() == mel.n_mels
            && envelope.minima.len() == envelope.maxima.len()
            && kept.iter().all(|(from, to)| in_clip(*from) && in_clip(*to) && from <= to);
        if !sound {
            return None;
        }
        let mut report = Report::new(job, self.analysis, Moment { utc: self.utc, local: self.local });
        if let Some(deep) = self.deep {
            report.sharper = Sharper::Done(Rc::new(deep));
        }
        report.personal = self.personal;
        report.files = Rc::new(self.files);
        report.threshold = threshold;
        Some(report)
    }
}

impl State {
    /// Stored results have come back; the newest first.
    pub(super) fn restore(&mut self, records: Vec<Option<Record>>) {
        let known: Vec<String> = self.visit.clips.iter().map(Record::key).collect();
        let threshold = self.threshold;
        for record in records {
            // Numbers from above: those of this visit count up from 1.
            let job = JobId::MAX - self.visit.clips.len() as JobId;
            match record.and_then(|record| record.into_report(job, threshold)) {
                Some(report) if known.contains(&Record::key(&report)) => {}
                Some(report) => self.visit.clips.push(report),
                None => self.keeping.skipped += 1,
            }
        }
        self.visit.clips.truncate(MOST_CLIPS);
        self.keeping.restoring = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answered, deep, offered, report, second};
    use super::super::*;
    use super::*;
    use crate::analysis::{Emotion, Tier};

    #[test]
    fn what_is_stored_comes_back_behind_what_is_new() {
        let state = deep(&answered(&offered(true)), second(1, Emotion::Happy));
        let record = Record::of(&state.visit.clips[0]);
        let mut later = report(1);
        later.finished.utc = "later".into();
        let mut fresh = State::default()
            .after(Action::ClipGiven { job: 1, name: "b.wav".into() })
            .after(Action::AnalysisDone(later));
        fresh.keeping = Keeping { on: true, restoring: true, ..Keeping::default() };
        let back = fresh.after(Action::Restored(vec![Some(record.clone()), None]));
        assert!(back.keeping.on && !back.keeping.restoring);
        assert_eq!((back.visit.clips.len(), back.keeping.skipped), (2, 1));
        let old = &back.visit.clips[1];
        assert_eq!((old.shown().tier, old.shown().winner), (Tier::Deep, Emotion::Happy));
        assert!(old.job > 1000 && back.after(Action::ClipChosen(old.job)).result() == Some(old));
        let twice = back.after(Action::Restored(vec![Some(record)]));
        assert_eq!(twice.visit.clips.len(), 2, "it came twice");
    }

    #[test]
    fn what_the_page_did_not_write_is_passed_over() {
        let sound = Record::of(&report(1));
        assert!(sound.clone().into_report(1, 40).is_some());
        let older = Record { schema: 0, ..sound.clone() };
        assert!(older.into_report(1, 40).is_none());
        let mut forged = sound.clone();
        (forged.analysis.mel.n_mels, forged.analysis.mel.n_frames) = (usize::MAX, 2);
        assert!(forged.into_report(1, 40).is_none());
        let mut forged = sound.clone();
        forged.analysis.kept = vec![(2.0, f32::NAN)];
        assert!(forged.into_report(1, 40).is_none());
        let mut forged = sound;
        forged.analysis.clip.seconds = 1e9;
        assert!(forged.into_report(1, 40).is_none());
    }
}
