//! The timeline of the clip that was answered last: by the quick tier as soon as nothing else is to be done, by the deep one
//! when that has given its own answer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::host::Host;
use super::models::Loaded;
use crate::Result;
use crate::analysis::{Timeline, Timing, TimingStep};
use crate::browser::{now, spawn, yield_now};
use crate::inference::DeepEngine;
use crate::protocol::{JobId, Response, TimingEvent};

/// A new number of windows is told when so many milliseconds have gone.
const TELL_MILLIS: f64 = 150.0;

/// The clip that a timeline is made of.
#[derive(Default)]
pub(super) struct Timed {
    /// Whose timeline is wanted; none after a newer clip has come.
    job: Cell<Option<JobId>>,
    clip: RefCell<Option<Clip>>,
}

struct Clip {
    timing: Timing,
    /// What is still to be done.
    quick: bool,
    deep: bool,
}

impl Timed {
    pub(super) fn replace(&self, job: JobId, timing: Option<Timing>) {
        self.job.set(timing.is_some().then_some(job));
        self.clip.replace(timing.map(|timing| Clip { timing, quick: true, deep: true }));
    }

    /// The deep tier's is to be made anew; one that is being made is when it is done.
    pub(super) fn again(&self) {
        if let Some(clip) = &mut *self.clip.borrow_mut() {
            clip.deep = true;
        }
    }

    /// Lets go of that job's clip, or of any.
    pub(super) fn forget(&self, job: Option<JobId>) {
        if job.is_none() || self.job.get() == job {
            self.job.set(None);
            self.clip.take();
        }
    }
}

impl Host {
    /// Works on the timeline, if something of it is to be done and nothing else runs.
    pub(super) fn run_timing(self: &Rc<Self>, loaded: &Rc<Loaded>, deep: Option<Rc<DeepEngine>>) {
        let Some(job) = self.timed.job.get() else { return };
        let wanted = |clip: &Clip| clip.quick || (clip.deep && deep.is_some());
        if !self.timed.clip.borrow().as_ref().is_some_and(wanted) {
            return;
        }
        let Some(mut clip) = self.timed.clip.take() else { return };
        self.running.set(true);
        let (host, loaded) = (self.clone(), loaded.clone());
        spawn(async move {
            let deep = deep.filter(|_| !clip.quick);
            clip.timing.set_against(host.second.ordinary.borrow().clone());
            let asked = host.second.changes.get();
            let outcome = host.time(&loaded, deep.as_deref(), job, &mut clip.timing).await;
            if host.timed.job.get() == Some(job) {
                match outcome {
                    Ok(Some(timeline)) => {
                        (clip.quick, clip.deep) = (false, deep.is_none() || asked != host.second.changes.get());
                        host.post(&Response::Timing { job, event: TimingEvent::Done(timeline) });
                    }
                    // Somebody speaks, or asks: begun anew when that is over.
                    Ok(None) => clip.timing.restart(),
                    Err(error) => {
                        (clip.quick, clip.deep) = (false, false);
                        host.post(&Response::Timing { job, event: TimingEvent::Ended(error) });
                    }
                }
                host.timed.clip.replace(Some(clip));
            }
            host.running.set(false);
            host.run_next();
        });
    }

    async fn time(
        &self,
        loaded: &Loaded,
        deep: Option<&DeepEngine>,
        job: JobId,
        timing: &mut Timing,
    ) -> Result<Option<Box<Timeline>>> {
        let mut told = f64::NEG_INFINITY;
        loop {
            if now() - told > TELL_MILLIS {
                told = now();
                let (window, of) = timing.progress();
                self.post(&Response::Timing { job, event: TimingEvent::Progress { window, of } });
            }
            yield_now().await;
            if self.timed.job.get() != Some(job) || self.live.is_on() || self.questions.are_open() {
                return Ok(None);
            }
            if let TimingStep::Done(timeline) = timing.step(&loaded.engine, deep, &now)? {
                return Ok(Some(timeline));
            }
        }
    }
}
