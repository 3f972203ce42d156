//! Why a clip was answered so, as far as the page knows.

use std::rc::Rc;

use super::State;
use crate::Error;
use crate::protocol::{JobId, WhyEvent};

/// What is asked, and how far that is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Whys {
    /// The clip that is asked about, steps that are done, and all; 0 of 0 while unknown.
    pub running: Option<(JobId, usize, usize)>,
    /// The clip that could not be explained.
    pub failed: Option<(JobId, Error)>,
}

impl State {
    /// The visitor asks.
    pub(super) fn ask_why(&mut self, job: JobId) {
        self.whys = Whys { running: Some((job, 0, 0)), failed: None };
    }

    pub(super) fn take_why(&mut self, job: JobId, event: WhyEvent) {
        if self.whys.running.is_none_or(|(asked, ..)| asked != job) {
            return;
        }
        self.whys.running = match event {
            WhyEvent::Progress { done, of } => Some((job, done, of)),
            WhyEvent::Done(why) => {
                let why = Rc::new(*why);
                self.for_each_report(job, |report| report.why = Some(why.clone()));
                None
            }
            WhyEvent::Ended(error) => {
                self.whys.failed = (error != Error::Cancelled).then_some((job, error));
                None
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::answered;
    use super::super::*;
    use super::*;
    use crate::analysis::{Emotion, Occlusion, Why};

    fn why() -> Box<Why> {
        let heard = Occlusion { probability: 0.5, seconds: vec![], bands: vec![], hertz: vec![], hidden: vec![] };
        Box::new(Why { emotion: Emotion::Sad, heard, trees: vec![] })
    }

    #[test]
    fn an_answer_lands_on_its_clip_and_only_when_asked() {
        let state = answered(&State::default());
        let told = |state: &State, event| state.after(Action::WhyTold { job: 1, event });
        assert_eq!(told(&state, WhyEvent::Done(why())), state);
        let asked = state.after(Action::WhyAsked(1));
        let asked = told(&asked, WhyEvent::Progress { done: 3, of: 9 });
        assert_eq!(asked.whys.running, Some((1, 3, 9)));
        let done = told(&asked, WhyEvent::Done(why()));
        assert_eq!(done.result().unwrap().why.as_ref().map(|why| why.emotion), Some(Emotion::Sad));
        assert!(done.whys.running.is_none() && done.result() != asked.result());
        let stopped = told(&asked, WhyEvent::Ended(Error::Cancelled));
        assert_eq!(stopped.whys, Whys::default());
        let failed = told(&asked, WhyEvent::Ended(Error::Silent));
        assert_eq!(failed.whys.failed, Some((1, Error::Silent)));
    }
}
