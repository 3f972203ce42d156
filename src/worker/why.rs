//! Why the clip that was answered last was answered so: when it is asked, and before anything but a newer clip.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::host::Host;
use super::models::Loaded;
use crate::analysis::{Asking, AskingStep, Emotion, Reasons, Why};
use crate::browser::{now, spawn, yield_now};
use crate::protocol::{JobId, Response, WhyEvent};
use crate::{Error, Result};

/// How far it is, is told when so many milliseconds have gone.
const TELL_MILLIS: f64 = 100.0;

/// The clip that can be asked about, and what is asked.
#[derive(Default)]
pub(super) struct Questions {
    clip: RefCell<Option<(JobId, Reasons)>>,
    asked: Cell<Option<(JobId, Emotion)>>,
}

impl Questions {
    pub(super) fn replace(&self, job: JobId, reasons: Option<Reasons>) {
        self.clip.replace(reasons.map(|reasons| (job, reasons)));
    }

    /// Whether something is asked that has no answer yet.
    pub(super) fn are_open(&self) -> bool {
        self.asked.get().is_some()
    }
}

impl Host {
    /// The visitor wants to know why that emotion.
    pub(super) fn ask_why(self: &Rc<Self>, job: JobId, emotion: Emotion) {
        if self.questions.clip.borrow().as_ref().is_none_or(|(held, _)| *held != job) {
            let error = Error::Browser { reason: "the recording is not held any more, give it once more".into() };
            return self.post(&Response::Why { job, event: WhyEvent::Ended(error) });
        }
        self.questions.asked.set(Some((job, emotion)));
        self.run_next();
    }

    /// That clip is not asked about any more, or none.
    pub(super) fn end_why(&self, job: Option<JobId>) {
        if let Some((asked, _)) = self.questions.asked.get().filter(|(asked, _)| job.is_none_or(|job| job == *asked)) {
            self.questions.asked.set(None);
            self.post(&Response::Why { job: asked, event: WhyEvent::Ended(Error::Cancelled) });
        }
    }

    /// Lets go of the clip that could be asked about.
    pub(super) fn forget_why(&self, job: Option<JobId>) {
        self.end_why(job);
        self.questions.clip.borrow_mut().take_if(|(held, _)| job.is_none_or(|job| job == *held));
    }

    /// Answers what is asked; tells whether there is something.
    pub(super) fn run_why(self: &Rc<Self>, loaded: &Rc<Loaded>) -> bool {
        let Some((job, emotion)) = self.questions.asked.get() else { return false };
        let asking = self.questions.clip.borrow().as_ref().map(|(_, reasons)| reasons.ask(emotion));
        let Some(asking) = asking else { return false };
        self.running.set(true);
        let (host, loaded) = (self.clone(), loaded.clone());
        spawn(async move {
            let outcome = host.explain(&loaded, job, asking).await;
            if host.questions.asked.get() == Some((job, emotion)) {
                host.questions.asked.set(None);
                let event = outcome.map_or_else(WhyEvent::Ended, WhyEvent::Done);
                host.post(&Response::Why { job, event });
            }
            host.running.set(false);
            host.run_next();
        });
        true
    }

    async fn explain(&self, loaded: &Loaded, job: JobId, mut asking: Asking) -> Result<Box<Why>> {
        let asked = self.questions.asked.get();
        let mut told = f64::NEG_INFINITY;
        loop {
            if now() - told > TELL_MILLIS {
                told = now();
                let (done, of) = asking.progress();
                self.post(&Response::Why { job, event: WhyEvent::Progress { done, of } });
            }
            yield_now().await;
            if self.questions.asked.get() != asked {
                return Err(Error::Cancelled);
            }
            if let AskingStep::Done(why) = asking.step(&loaded.engine)? {
                return Ok(why);
            }
        }
    }
}
