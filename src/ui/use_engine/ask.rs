//! Questions to the worker.

use super::Link;
use crate::analysis::Emotion;
use crate::protocol::{JobId, Request};
use crate::ui::state::Action;

impl Link {
    pub(super) fn ask_why(&self, job: JobId, emotion: Option<Emotion>) {
        if emotion.is_some() {
            self.dispatcher.dispatch(Action::WhyAsked(job));
        }
        if self.hears.get() {
            self.post(&Request::Why { job, emotion }, None);
        }
    }

    pub(super) fn ask_for_requests(&self) {
        if self.hears.get() {
            self.post(&Request::Requests, None);
        }
    }
}
