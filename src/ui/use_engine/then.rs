//! What follows an answer.

use crate::protocol::{DeepEvent, JobId};
use crate::ui::state::Action;

/// What an answer is followed by.
pub(super) enum Then {
    Nothing,
    GoOn,
    Sharpened(Option<JobId>),
}

impl Then {
    pub(super) fn of(action: &Action) -> Self {
        match action {
            Action::AnalysisDone(_) | Action::AnalysisFailed { .. } => Self::GoOn,
            Action::DeepChanged(DeepEvent::Done { job, .. } | DeepEvent::Ended { job, .. }) => {
                Self::Sharpened(Some(*job))
            }
            Action::DeepChanged(DeepEvent::Failed(_)) => Self::Sharpened(None),
            _ => Self::Nothing,
        }
    }
}
