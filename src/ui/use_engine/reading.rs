//! Sentences that are read for the visitor's ordinary voice: clips to the worker, but none of the visit.

use std::cell::{Cell, RefCell};

use super::Link;
use crate::Error;
use crate::analysis::{Analysis, Baseline, Question};
use crate::browser::{File, time_of_day};
use crate::protocol::{DeepEvent, JobId, Request, Response};
use crate::ui::state::{Action, Unfit, VoicesAction, unfit};

/// Jobs of readings are told by this bit from those of the visit, and by the highest from stored ones.
const BIT: JobId = 1 << 30;

fn is_reading(job: JobId) -> bool {
    job & (BIT | BIT << 1) == BIT
}

/// A sentence that was recorded, and the name of the microphone.
#[derive(Clone, Debug, PartialEq)]
pub struct SpokenSentence {
    /// The recording.
    pub file: File,
    /// As the browser names it; may be empty.
    pub device: String,
}

#[derive(Default)]
pub(super) struct ReadingLink {
    last: Cell<JobId>,
    current: Cell<Option<JobId>>,
    device: RefCell<String>,
    analysis: RefCell<Option<Box<Analysis>>>,
    /// What deep answers are set against.
    ordinary: RefCell<Option<Box<Baseline>>>,
}

impl Link {
    /// Listens to a sentence; `None` to stop.
    pub(super) fn read(&self, sentence: Option<SpokenSentence>) {
        let link = &self.reading;
        if let Some(job) = link.current.take()
            && self.hears.get()
        {
            self.post(&Request::Cancel { job }, None);
        }
        let Some(SpokenSentence { file, device }) = sentence else { return };
        self.tell_voices(VoicesAction::TakeGiven);
        if !self.hears.get() {
            let reason = "the engine is not ready".into();
            return self.tell_voices(VoicesAction::TakeFailed(Unfit::Failed(Error::Browser { reason })));
        }
        let job = BIT | (link.last.get() + 1);
        link.last.set(link.last.get() + 1);
        link.current.set(Some(job));
        link.device.replace(device);
        link.analysis.take();
        let request = Request::Analyze { job, name: file.name(), question: Question::default() };
        self.post(&request, Some(&file));
    }

    /// Takes what the worker says of a sentence; tells whether it was of one.
    pub(super) fn take_reading(&self, response: &Response) -> bool {
        let of = |job: &JobId| is_reading(*job).then_some(*job);
        let job = match response {
            Response::Progress { job, .. }
            | Response::Done { job, .. }
            | Response::Failed { job, .. }
            | Response::Timing { job, .. }
            | Response::Why { job, .. }
            | Response::Deep(
                DeepEvent::Progress { job, .. }
                | DeepEvent::Done { job, .. }
                | DeepEvent::Against { job, .. }
                | DeepEvent::Ended { job, .. },
            ) => of(job),
            _ => None,
        };
        let Some(job) = job else { return false };
        if matches!(response, Response::Deep(_)) {
            self.deep_busy.set(matches!(response, Response::Deep(DeepEvent::Progress { .. })));
        }
        if self.reading.current.get() != Some(job) {
            return true;
        }
        match response {
            Response::Done { analysis, .. } => match unfit(analysis) {
                Some(why) => self.end_sentence(job, VoicesAction::TakeFailed(why)),
                None => drop(self.reading.analysis.replace(Some(analysis.clone()))),
            },
            Response::Failed { error, .. } | Response::Deep(DeepEvent::Ended { error, .. }) => {
                let why = match error {
                    Error::Cancelled => Unfit::Interrupted,
                    error => Unfit::Failed(error.clone()),
                };
                self.end_sentence(job, VoicesAction::TakeFailed(why));
            }
            Response::Deep(DeepEvent::Done { voice, .. }) => {
                if let Some(analysis) = self.reading.analysis.take() {
                    let baseline = Baseline::of(voice, &analysis, &self.reading.device.borrow());
                    let (utc, _) = time_of_day();
                    self.end_sentence(job, VoicesAction::TakeHeard(Box::new(baseline), utc));
                }
            }
            _ => {}
        }
        true
    }

    fn end_sentence(&self, job: JobId, action: VoicesAction) {
        self.reading.current.set(None);
        self.post(&Request::Forget { job }, None);
        self.tell_voices(action);
    }

    /// The worker is gone.
    pub(super) fn lose_sentence(&self) {
        self.reading.current.set(None);
    }

    /// Sets deep answers against that voice from now on.
    pub(super) fn set_ordinary(&self, baseline: Option<Box<Baseline>>) {
        let changed = self.reading.ordinary.replace(baseline.clone()) != baseline;
        if changed && self.hears.get() {
            self.post(&Request::Ordinary(baseline), None);
        }
    }

    /// Tells a new worker of the voice.
    pub(super) fn tell_ordinary(&self) {
        let ordinary = self.reading.ordinary.borrow().clone();
        if ordinary.is_some() {
            self.post(&Request::Ordinary(ordinary), None);
        }
    }

    fn tell_voices(&self, action: VoicesAction) {
        self.dispatcher.dispatch(Action::Voices(action));
    }
}
