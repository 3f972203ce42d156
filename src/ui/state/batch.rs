//! Several files that were given at once.

use super::MOST_CLIPS;
use crate::Error;

/// Files that were given at once; one after the other is analysed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// How many are analysed.
    pub of: usize,
    /// How many have been begun.
    pub begun: usize,
    /// How many have ended, with a result or without.
    pub ended: usize,
    /// How many were given, but are more than a visit holds.
    pub left_out: usize,
    /// Those without a result: name, and why.
    pub failed: Vec<(String, Error)>,
    /// Whether the visitor has stopped it.
    pub stopped: bool,
}

impl Batch {
    /// So many files have been given at once.
    pub fn new(given: usize) -> Self {
        let of = given.min(MOST_CLIPS);
        Self { of, left_out: given - of, ..Self::default() }
    }

    /// Whether there is anything to say of it.
    pub fn is_shown(&self) -> bool {
        self.of > 1
    }

    /// Whether a file is still to come, or under way.
    pub fn runs(&self) -> bool {
        !self.stopped && self.ended < self.of
    }

    pub(super) fn begin(&mut self) {
        self.begun = (self.begun + 1).min(self.of);
    }

    pub(super) fn end(&mut self, failed: Option<(String, Error)>) {
        self.ended = (self.ended + 1).min(self.of);
        self.failed.extend(failed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{given, report};
    use super::super::*;
    use super::*;

    #[test]
    fn one_after_the_other_and_failures_are_kept() {
        let state = State::default().after(Action::FilesGiven(3));
        let first = given(&state, 1);
        assert_eq!((first.batch.begun, first.batch.ended), (1, 0));
        let failed = first.after(Action::AnalysisFailed { job: 1, error: Error::Silent });
        let second = given(&failed, 2).after(Action::AnalysisDone(report(2)));
        assert!(second.batch.runs());
        let third = given(&second, 3).after(Action::AnalysisDone(report(3)));
        assert!(third.batch.is_shown() && !third.batch.runs());
        assert_eq!(third.batch.failed, [("1.wav".to_owned(), Error::Silent)]);
        assert_eq!(third.visit.clips.len(), 2);
        assert_eq!(third.after(Action::FilesGiven(1)).batch, Batch::new(1));
    }

    #[test]
    fn cancel_and_a_crash_end_it() {
        let second =
            given(&given(&State::default().after(Action::FilesGiven(3)), 1).after(Action::AnalysisDone(report(1))), 2);
        let cancelled = second.after(Action::AnalysisFailed { job: 2, error: Error::Cancelled });
        assert!(cancelled.batch.stopped && !cancelled.batch.runs() && cancelled.batch.failed.is_empty());
        let dropped = second.after(Action::FilesDropped).after(Action::AnalysisDone(report(2)));
        assert_eq!((dropped.batch.runs(), dropped.batch.ended), (false, 2));
        let crash = Action::WorkerCrashed { error: Error::Silent, restarted: true };
        assert!(second.after(crash).batch.stopped);
    }

    #[test]
    fn no_more_than_a_visit_holds() {
        let many = Batch::new(MOST_CLIPS + 3);
        assert_eq!((many.of, many.left_out), (MOST_CLIPS, 3));
        assert!(!Batch::new(1).is_shown());
    }
}
