//! Clips that are analysed once more: prepared another way, or a part of them.

use super::Link;
use crate::Error;
use crate::analysis::{Plan, Question};
use crate::browser::File;
use crate::protocol::{JobId, Request};
use crate::ui::state::{Action, AgainAction, MOST_CLIPS};
use crate::ui::text;

/// Handles of more than so many bytes of files are not held, but for the newest clip's: those of recordings are sound that the
/// browser keeps.
const MOST_BYTES: f64 = 200e6;

/// A clip as it was given.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) file: File,
    pub(super) name: String,
    pub(super) question: Question,
}

impl Given {
    /// A whole file, prepared as usual.
    pub(super) fn new(file: File) -> Self {
        Self { name: file.name(), file, question: Question::default() }
    }
}

impl Link {
    /// Holds a clip's file for as long as the clip is one of this visit.
    pub(super) fn hold(&self, job: JobId, given: &Given) {
        let mut held = self.given.borrow_mut();
        held.retain(|(other, _)| *other != job);
        held.push((job, given.clone()));
        let bytes = |held: &[(JobId, Given)]| held.iter().map(|(_, given)| given.file.size()).sum::<f64>();
        while held.len() > MOST_CLIPS || (held.len() > 1 && bytes(&held) > MOST_BYTES) {
            held.remove(0);
        }
    }

    /// The clip as it was given, while it is held.
    pub(super) fn given(&self, job: JobId) -> Option<Given> {
        self.given.borrow().iter().find(|(held, _)| *held == job).map(|(_, given)| given.clone())
    }

    /// Lets go of a clip, or of all but one that is under way; tells which.
    pub(super) fn let_go(&self, job: Option<JobId>) -> Vec<JobId> {
        let under_way = self.under_way();
        let goes = |held: JobId| job.map_or(Some(held) != under_way, |job| job == held);
        let mut held = self.given.borrow_mut();
        let gone = held.iter().map(|(held, _)| *held).filter(|held| goes(*held)).collect();
        held.retain(|(held, _)| !goes(*held));
        gone
    }

    /// Whether that answer is of a clip that was prepared another way; then that is over.
    pub(super) fn is_again(&self, job: JobId) -> bool {
        let is = self.again.get() == Some(job);
        if is {
            self.again.set(None);
        }
        is
    }

    /// Analyses a clip once more, in its own place.
    pub(super) fn prepare(&self, job: JobId, plan: Plan) {
        self.dispatcher.dispatch(Action::Again(AgainAction::Asked(job, plan)));
        let Some(given) = self.given(job).filter(|_| self.hears.get()) else {
            let error = Error::Browser { reason: text::NOT_HELD.into() };
            return self.dispatcher.dispatch(Action::Again(AgainAction::Failed(job, error)));
        };
        self.again.set(Some(job));
        let question = Question { plan, ..given.question };
        self.post(&Request::Analyze { job, name: given.name, question }, Some(&given.file));
    }

    /// Analyses a part of a clip as one of its own.
    pub(super) fn give_part(&self, job: JobId, (from, to): (f32, f32)) {
        let Some(given) = self.given(job) else {
            let error = Error::Browser { reason: text::NOT_HELD.into() };
            self.dispatcher.dispatch(Action::Again(AgainAction::Asked(job, Plan::default())));
            return self.dispatcher.dispatch(Action::Again(AgainAction::Failed(job, error)));
        };
        let begin = given.question.region.map_or(0.0, |(begin, _)| begin);
        let question = Question { region: Some((begin + from, begin + to)), ..given.question };
        let name = text::part_of(&given.file.name(), begin + from, begin + to);
        self.give_all(vec![Given { file: given.file, name, question }]);
    }
}
