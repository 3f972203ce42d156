//! How each fact changes voices, corrections, and the answers that hang on them.

use std::rc::Rc;

use super::super::{JobState, Report, Sharper, State};
use super::{MOST_CORRECTIONS, Personal, Reading, Said, VoicesAction, VoicesTrouble, cleaned};
use crate::analysis::{Against, ClipVoice, Correction, Corrector, DeepAnalysis, Emotion, Probabilities, winner};
use crate::protocol::JobId;

impl State {
    pub(in crate::ui::state) fn take_voices(&mut self, action: VoicesAction) {
        let voices = &mut self.voices;
        let lasting = matches!(action, VoicesAction::Plainly(..) | VoicesAction::Restored(_) | VoicesAction::Failed(_));
        if !lasting {
            (voices.said, voices.trouble) = (None, None);
        }
        match action {
            VoicesAction::Begun { again } => {
                let into = voices.active.clone().filter(|_| again);
                voices.reading = Some(Reading { into, ..Reading::default() });
            }
            VoicesAction::Cancelled => {
                let given = |reading: Reading| reading.sentence > 0 || reading.judging || reading.trouble.is_some();
                voices.taken += u32::from(voices.reading.take().is_some_and(given));
            }
            VoicesAction::TakeGiven => {
                if let Some(reading) = &mut voices.reading {
                    (reading.judging, reading.trouble) = (true, None);
                }
            }
            VoicesAction::TakeFailed(unfit) => {
                if let Some(reading) = &mut voices.reading {
                    (reading.judging, reading.trouble) = (false, Some(unfit));
                }
            }
            VoicesAction::TakeHeard(baseline, id) => voices.take_heard(*baseline, id),
            VoicesAction::Chosen(id) => voices.active = id,
            VoicesAction::Renamed(name) => voices.change_chosen(|voice| voice.name = cleaned(&name)),
            VoicesAction::Kept => {
                voices.change_chosen(|voice| voice.kept = true);
                voices.said = Some(Said::Kept);
            }
            VoicesAction::Erased { all } => self.erase_voices(all),
            VoicesAction::Imported(record, id) => {
                voices.active = Some(id.clone());
                voices.all.push(record.into_voice(id, false));
                voices.said = Some(Said::Imported);
            }
            VoicesAction::Saved(name) => voices.said = Some(Said::Saved(name)),
            VoicesAction::Failed(trouble) => {
                if matches!(trouble, VoicesTrouble::NotStored(_)) {
                    voices.all.iter_mut().for_each(|voice| Rc::make_mut(voice).kept = false);
                }
                (voices.said, voices.trouble) = (None, Some(trouble));
            }
            VoicesAction::Restored(records) => {
                let mut skipped = 0;
                for (id, record) in records {
                    match record.filter(|record| record.problem().is_none()) {
                        Some(_) if voices.all.iter().any(|voice| voice.id == id) => {}
                        Some(record) => {
                            voices.active = voices.active.take().or(record.used.then(|| id.clone()));
                            voices.all.push(record.into_voice(id, true));
                        }
                        None => skipped += 1,
                    }
                }
                voices.all.sort_by(|a, b| a.id.cmp(&b.id));
                if skipped > 0 {
                    voices.trouble = Some(VoicesTrouble::Skipped(skipped));
                }
            }
            VoicesAction::Plainly(job, plain) => self.for_each_report(job, |report| report.plain = plain),
            VoicesAction::Corrected(job, label) => self.correct(job, label),
            VoicesAction::Undone => {
                voices.change_corrections(|all| drop(all.pop()));
                voices.said = Some(Said::Undone);
            }
            VoicesAction::Forgotten => {
                voices.change_corrections(Vec::clear);
                voices.said = Some(Said::Forgotten);
            }
        }
        self.personalize();
    }

    fn erase_voices(&mut self, all: bool) {
        let voices = &mut self.voices;
        let active = voices.active.take();
        let gone = |id: &String| all || Some(id) == active.as_ref();
        let current = match &mut self.job {
            JobState::Done(report) => Some(report),
            _ => None,
        };
        for report in self.visit.clips.iter_mut().chain(current) {
            if report.personal.take_if(|personal| personal.voice.as_ref().is_some_and(gone)).is_some()
                && let Some(deep) = report.deep_mut()
            {
                deep.against = None;
            }
        }
        voices.all.retain(|voice| !gone(&voice.id));
        voices.said = Some(if all { Said::ErasedAll } else { Said::Erased });
    }

    fn correct(&mut self, job: JobId, label: Emotion) {
        let report = self.result().filter(|report| report.job == job);
        let Some((voice, answer)) = report.and_then(|report| Some((report.voice.clone()?, report.uncorrected()?)))
        else {
            return;
        };
        let ClipVoice { version, direction, .. } = (*voice).clone();
        self.voices.change_corrections(|all| {
            // Another word on the same clip takes the place of the one before.
            all.retain(|one| one.direction != direction);
            all.push(Correction { version, direction, answer, label });
            if all.len() > MOST_CORRECTIONS {
                all.remove(0);
            }
        });
        self.voices.said = Some(Said::Corrected(label));
        self.for_each_report(job, |report| report.plain = false);
    }

    /// A clip has its second answer.
    pub(in crate::ui::state) fn hear_voice(&mut self, job: JobId, voice: Rc<ClipVoice>) {
        self.for_each_report(job, |report| report.voice = Some(voice.clone()));
        self.set_for(job);
    }

    /// A clip's second answer is set against another voice.
    pub(in crate::ui::state) fn set_against(&mut self, job: JobId, against: Option<Against>) {
        self.for_each_report(job, |report| {
            if let Some(deep) = report.deep_mut() {
                deep.against = against;
            }
        });
        self.set_for(job);
    }

    /// A clip's second answer is now for the voice in use.
    fn set_for(&mut self, job: JobId) {
        let voice = self.voices.usable().map(|voice| voice.id.clone());
        self.for_each_report(job, |report| report.heard_for.clone_from(&voice));
        self.personalize();
    }

    /// Works out what the answers are for the visitor, of all clips that were heard for the voice in use.
    pub(in crate::ui::state) fn personalize(&mut self) {
        let voice = self.voices.usable().cloned();
        let id = voice.as_ref().map(|voice| &voice.id);
        let corrections = self.voices.corrections();
        let fitting = |version: &str| -> Vec<Correction> {
            corrections.iter().filter(|one| one.version == version).cloned().collect()
        };
        let fitted = fitting(self.voices.version.as_deref().unwrap_or_default());
        let corrector = (!fitted.is_empty()).then(|| Corrector::fit(&fitted));
        let name = voice.as_ref().map(|voice| voice.name.clone()).unwrap_or_default();
        let current = match &mut self.job {
            JobState::Done(report) => Some(report),
            _ => None,
        };
        for report in self.visit.clips.iter_mut().chain(current) {
            let (Some(heard), Some(answer)) = (&report.voice, report.uncorrected()) else { continue };
            if report.heard_for.as_ref() != id {
                continue;
            }
            let corrected = corrector.as_ref().map(|corrector| corrector.correct(&answer, &heard.direction));
            let corrected = corrected.filter(|corrected| *corrected != answer);
            let against = report.deep().and_then(|deep| deep.against);
            report.personal = (against.is_some() || corrected.is_some()).then(|| Personal {
                probabilities: corrected.unwrap_or(answer),
                winner: corrected.map_or_else(|| against.map_or(Emotion::Neutral, |a| a.winner), |p| winner(&p)),
                against: against.is_some(),
                corrected: corrected.is_some(),
                name: name.clone(),
                voice: id.cloned(),
            });
        }
    }
}

impl Report {
    fn deep_mut(&mut self) -> Option<&mut DeepAnalysis> {
        match &mut self.sharper {
            Sharper::Done(deep) => Some(Rc::make_mut(deep)),
            _ => None,
        }
    }

    /// The second answer for the visitor, before anything is corrected.
    fn uncorrected(&self) -> Option<Probabilities> {
        self.deep().map(|deep| deep.against.map_or(deep.probabilities, |against| against.probabilities))
    }
}
