//! The clips of this visit: which are held, and which is shown.

use std::rc::Rc;

use super::{EngineState, JobState, ModelFiles, Report, State, THRESHOLDS};
use crate::Error;
use crate::protocol::JobId;

/// So many clips are held; with one more the oldest leaves.
pub const MOST_CLIPS: usize = 20;

/// The clips of this visit. Nothing of it outlives the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visit {
    /// Results, the newest first.
    pub clips: Vec<Report>,
    /// The one that the visitor has gone back to.
    pub chosen: Option<JobId>,
    /// The newest clip that was given, whatever has become of it.
    pub newest: JobId,
    /// What came of the last attempt to save something, and of which clip.
    pub saved: Option<(JobId, Saved)>,
}

/// What came of an attempt to save something.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// The browser has it, under this name.
    File(String),
    /// The worker does not hold the clip's sound any more.
    SoundGone,
    /// It failed.
    Failed(Error),
}

impl Visit {
    pub(super) fn begin(&mut self, job: JobId) {
        (self.newest, self.chosen, self.saved) = (job, None, None);
    }

    pub(super) fn choose(&mut self, job: JobId) {
        if self.clips.iter().any(|report| report.job == job) {
            (self.chosen, self.saved) = (Some(job), None);
        }
    }
}

impl State {
    /// The result to show: the one that was chosen, or the newest clip's.
    pub fn result(&self) -> Option<&Report> {
        match (self.visit.chosen, &self.job) {
            (Some(job), _) => self.visit.clips.iter().find(|report| report.job == job),
            (None, JobState::Done(report)) => Some(report),
            (None, _) => None,
        }
    }

    /// The running job has its first answer, and is shown.
    pub(super) fn finish(&mut self, mut report: Report) {
        if let EngineState::Ready { models, .. } = &self.engine {
            let deep = self.offer.as_ref().map(|offer| offer.files.as_slice()).unwrap_or_default();
            let models = models.iter().chain(deep.iter().skip(1)).cloned().collect();
            report.files = Rc::new(ModelFiles { models, encoder: deep.first().cloned() });
        }
        report.threshold = self.threshold;
        self.visit.clips.insert(0, report.clone());
        self.visit.clips.truncate(MOST_CLIPS);
        self.visit.chosen = None;
        self.job = JobState::Done(report);
    }

    /// Every answer is judged by the same threshold.
    pub(super) fn set_threshold(&mut self, threshold: u8) {
        self.threshold = threshold.min(*THRESHOLDS.end());
        let current = match &mut self.job {
            JobState::Done(report) => Some(report),
            _ => None,
        };
        self.visit.clips.iter_mut().chain(current).for_each(|report| report.threshold = self.threshold);
    }

    /// Changes that job's report wherever it stands.
    pub(super) fn for_each_report(&mut self, job: JobId, change: impl Fn(&mut Report)) {
        let current = match &mut self.job {
            JobState::Done(report) => Some(report),
            _ => None,
        };
        self.visit.clips.iter_mut().chain(current).filter(|report| report.job == job).for_each(change);
    }

    /// Where the clip was shown, its neighbour takes its place.
    pub(super) fn forget(&mut self, job: JobId) {
        let Some(place) = self.visit.clips.iter().position(|report| report.job == job) else { return };
        let shown = self.result().is_some_and(|report| report.job == job);
        self.visit.clips.remove(place);
        if matches!(&self.job, JobState::Done(report) if report.job == job) {
            self.job = JobState::Idle;
        }
        if shown {
            let neighbour = self.visit.clips.get(place).or(self.visit.clips.last());
            self.visit.chosen = neighbour.map(|report| report.job);
        }
    }

    /// A clip that is under way goes on.
    pub(super) fn forget_all(&mut self) {
        self.visit.clips.clear();
        (self.visit.chosen, self.visit.saved) = (None, None);
        if matches!(self.job, JobState::Done(_)) {
            self.job = JobState::Idle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answered, deep, file, given, offered, report, second};
    use super::super::*;
    use super::*;
    use crate::analysis::Emotion;

    fn done(state: &State, job: JobId) -> State {
        given(state, job).after(Action::AnalysisDone(report(job)))
    }

    fn jobs(state: &State) -> Vec<JobId> {
        state.visit.clips.iter().map(|report| report.job).collect()
    }

    fn shown(state: &State) -> Option<JobId> {
        state.result().map(|report| report.job)
    }

    #[test]
    fn clips_are_gone_back_to_and_a_new_one_is_the_one_shown() {
        let state = done(&done(&State::default(), 1), 2);
        assert_eq!((jobs(&state), shown(&state)), (vec![2, 1], Some(2)));
        let back = state.after(Action::ClipChosen(1));
        assert_eq!(shown(&back), Some(1));
        assert_eq!(shown(&back.after(Action::ClipChosen(2))), Some(2));
        assert_eq!(shown(&back.after(Action::ClipChosen(7))), Some(1));
        let running = given(&back, 3);
        assert_eq!(shown(&running), None);
        let looking = running.after(Action::ClipChosen(1));
        assert_eq!((shown(&looking), looking.running()), (Some(1), Some(3)));
        assert_eq!(shown(&looking.after(Action::AnalysisDone(report(3)))), Some(3));
        let failed = looking.after(Action::AnalysisFailed { job: 3, error: Error::Silent });
        assert_eq!(shown(&failed), None, "the failure is to be seen");
    }

    #[test]
    fn a_second_answer_lands_on_its_own_clip_while_another_is_looked_at() {
        let first = done(&offered(true), 1);
        let state = deep(&done(&first, 2).after(Action::ClipChosen(1)), second(2, Emotion::Sad));
        let winners: Vec<Emotion> = state.visit.clips.iter().map(|report| report.shown().winner).collect();
        assert_eq!(winners, [Emotion::Sad, Emotion::Neutral]);
        assert_eq!((shown(&state), state.deep_status()), (Some(1), DeepStatus::Left));
        let newest = state.after(Action::ClipChosen(2));
        assert_eq!(newest.deep_status(), DeepStatus::Ready { sharpened: true });
        assert_eq!(newest.result().unwrap().shown().winner, Emotion::Sad);
    }

    #[test]
    fn a_failure_of_an_earlier_clip_offers_no_second_attempt() {
        let failed = deep(&answered(&offered(true)), DeepEvent::Ended { job: 1, error: Error::Silent });
        assert!(matches!(failed.deep_status(), DeepStatus::Failed { again: true, .. }));
        assert_eq!(done(&failed, 2).after(Action::ClipChosen(1)).deep_status(), DeepStatus::Left);
    }

    #[test]
    fn the_oldest_leaves() {
        let many = MOST_CLIPS as JobId + 2;
        let state = (1..=many).fold(State::default(), |state, job| done(&state, job));
        assert_eq!(jobs(&state), (3..=many).rev().collect::<Vec<_>>());
    }

    #[test]
    fn a_cleared_clip_is_gone_and_its_neighbour_is_shown() {
        let state = (1..=3).fold(State::default(), |state, job| done(&state, job));
        let without = state.after(Action::ClipForgotten(3));
        assert_eq!((jobs(&without), shown(&without)), (vec![2, 1], Some(2)));
        let back = without.after(Action::ClipChosen(1)).after(Action::ClipForgotten(1));
        assert_eq!((jobs(&back), shown(&back)), (vec![2], Some(2)));
        let other = state.after(Action::ClipForgotten(1));
        assert_eq!(shown(&other), Some(3));
        assert_eq!(back.after(Action::ClipForgotten(2)).job, JobState::Idle);
        let behind = state.after(Action::ClipChosen(1)).after(Action::ClipForgotten(3));
        assert_eq!((jobs(&behind), shown(&behind)), (vec![2, 1], Some(1)));
        let none = state.after(Action::AllForgotten);
        assert_eq!((jobs(&none), shown(&none), none.job), (vec![], None, JobState::Idle));
        assert_eq!(given(&state, 4).after(Action::AllForgotten).running(), Some(4));
    }

    #[test]
    fn a_result_knows_the_files_that_it_came_from() {
        let ready = Action::ModelsReady { models: vec![file("mlp")], offer: offered(true).offer, millis: 1.0 };
        let state = done(&State::default().after(ready), 1);
        let files = &state.visit.clips[0].files;
        assert_eq!((&files.models[..], &files.encoder), (&[file("mlp")][..], &Some(file("encoder"))));
    }

    #[test]
    fn what_was_saved_is_told_of_that_clip_until_another_is_shown() {
        let saved = Action::Saved { job: 1, outcome: Saved::File("a.json".into()) };
        let state = done(&State::default(), 1).after(saved);
        assert_eq!(state.visit.saved, Some((1, Saved::File("a.json".into()))));
        assert_eq!(given(&state, 2).visit.saved, None);
        assert_eq!(state.after(Action::ClipChosen(1)).visit.saved, None);
    }
}
