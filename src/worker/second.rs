//! The second answer: the deep tier is fetched after the first answer, prepared when nothing else is to be done, and then
//! hears the clip that was answered last.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::deep::{self, Fetched};
use super::host::Host;
use super::models::Loaded;
use crate::analysis::{Baseline, DeepStep, Deepened, Deepening, Reheard};
use crate::browser::{memory_bytes, now, spawn, yield_now};
use crate::inference::DeepEngine;
use crate::protocol::{DeepEvent, DeepPolicy, DeepReady, JobId, Response};
use crate::{Error, Result};

/// The deep tier, and the clip that is for it.
#[derive(Default)]
pub(super) struct Second {
    policy: Cell<DeepPolicy>,
    tier: RefCell<Tier>,
    clip: RefCell<Option<Answered>>,
    /// The clip that has its second answer.
    reheard: RefCell<Option<(JobId, Reheard)>>,
    /// The ordinary voice that answers are set against.
    pub(super) ordinary: RefCell<Option<Baseline>>,
    /// How often that has changed.
    pub(super) changes: Cell<u32>,
    /// Milliseconds that a window took when one was heard last; 0 while unknown.
    pub(super) window_millis: Cell<f32>,
}

#[derive(Default)]
enum Tier {
    #[default]
    Absent,
    /// Not kept in the browser, and not to be fetched.
    Asked,
    Fetching,
    Fetched(Fetched),
    Loading,
    Ready(Rc<DeepEngine>),
    Failed,
}

/// The clip that was answered last.
struct Answered {
    job: JobId,
    /// As it was before its first step.
    deepening: Deepening,
    /// Whether its second answer is still to come; false after one has failed.
    waits: bool,
}

impl Host {
    /// Takes the page's word on what may be fetched; where something has failed, tries it again.
    pub(super) fn deepen(self: &Rc<Self>, policy: DeepPolicy) {
        self.second.policy.set(policy);
        if policy != DeepPolicy::Fetch {
            return;
        }
        let again = matches!(*self.second.tier.borrow(), Tier::Asked | Tier::Failed);
        if again {
            self.second.tier.replace(Tier::Absent);
        }
        if let Some(clip) = &mut *self.second.clip.borrow_mut() {
            clip.waits = true;
        }
        self.run_next();
    }

    /// A job has its first answer.
    pub(super) fn answered(&self, job: JobId, deepening: Option<Deepening>) {
        self.second.clip.replace(deepening.map(|deepening| Answered { job, deepening, waits: true }));
    }

    /// Ends what is done for that job's second answer.
    pub(super) fn end_deepening(&self, job: JobId) {
        if self.waits_for_second(job) {
            self.second.clip.take();
            self.post_deep(DeepEvent::Ended { job, error: Error::Cancelled });
        }
    }

    /// A newer clip has come.
    pub(super) fn forget_answered(&self) {
        let job = self.second.clip.borrow().as_ref().map(|clip| clip.job);
        job.into_iter().for_each(|job| self.forget_job(job));
        self.second.reheard.take();
    }

    /// Lets go of that job, if it is the one that was answered last.
    pub(super) fn forget_job(&self, job: JobId) {
        if self.second.clip.borrow().as_ref().is_some_and(|clip| clip.job == job) {
            self.end_deepening(job);
            self.second.clip.take();
        }
        self.second.reheard.borrow_mut().take_if(|(held, _)| *held == job);
    }

    /// Sets all answers against that voice from now on, and the clip that was answered last at once.
    pub(super) fn set_ordinary(self: &Rc<Self>, baseline: Option<Baseline>) {
        self.timed.again();
        self.second.ordinary.replace(baseline);
        self.second.changes.set(self.second.changes.get().wrapping_add(1));
        if let Some(engine) = self.deep_engine()
            && let Some((job, reheard)) = &*self.second.reheard.borrow()
        {
            let ordinary = self.second.ordinary.borrow();
            let against = ordinary.as_ref().map(|baseline| reheard.against(&engine, baseline)).transpose();
            self.post_deep(DeepEvent::Against { job: *job, against: against.ok().flatten().flatten() });
        }
        self.run_next();
    }

    /// Set against the ordinary voice, where there is one that this tier can use.
    pub(super) fn against_ordinary(&self, engine: &DeepEngine, deepening: Deepening) -> Deepening {
        match &*self.second.ordinary.borrow() {
            Some(baseline) => deepening.clone().against(engine, baseline).unwrap_or(deepening),
            None => deepening,
        }
    }

    fn waits_for_second(&self, job: JobId) -> bool {
        self.second.clip.borrow().as_ref().is_some_and(|clip| clip.job == job && clip.waits)
    }

    /// The deep tier, once it can be used.
    pub(super) fn deep_engine(&self) -> Option<Rc<DeepEngine>> {
        match &*self.second.tier.borrow() {
            Tier::Ready(engine) => Some(engine.clone()),
            _ => None,
        }
    }

    /// Fetches, prepares or uses the deep tier, whichever is next.
    pub(super) fn run_second(self: &Rc<Self>, loaded: &Rc<Loaded>) {
        if self.live.is_on() || self.run_why(loaded) {
            return;
        }
        if loaded.deep.is_none() {
            return self.run_timing(loaded, None);
        }
        let tier = self.second.tier.replace(Tier::Loading);
        let (host, loaded) = (self.clone(), loaded.clone());
        match tier {
            Tier::Absent if self.second.policy.get() != DeepPolicy::Leave && self.second.clip.borrow().is_some() => {
                self.second.tier.replace(Tier::Fetching);
                let fetching = loaded.clone();
                spawn(async move { host.fetch_deep(&fetching).await });
                self.run_timing(&loaded, None);
            }
            Tier::Fetched(fetched) => {
                self.running.set(true);
                spawn(async move {
                    host.load_deep(&loaded, fetched).await;
                    host.running.set(false);
                    host.run_next();
                });
            }
            Tier::Ready(engine) => {
                self.second.tier.replace(Tier::Ready(engine.clone()));
                let clip = self.second.clip.borrow();
                let Some(clip) = clip.as_ref().filter(|clip| clip.waits) else {
                    return self.run_timing(&loaded, Some(engine));
                };
                let (job, deepening) = (clip.job, clip.deepening.clone());
                self.running.set(true);
                spawn(async move {
                    host.run_deep(&engine, job, deepening).await;
                    host.running.set(false);
                    host.run_next();
                });
            }
            other => {
                self.second.tier.replace(other);
                self.run_timing(&loaded, None);
            }
        }
    }

    async fn fetch_deep(self: &Rc<Self>, loaded: &Loaded) {
        let may_fetch = || self.second.policy.get() == DeepPolicy::Fetch;
        let told = |received, total| self.post_deep(DeepEvent::Fetching { received, total });
        let fetched = deep::fetch(loaded.engine.manifest(), &loaded.packed, may_fetch, told).await;
        let tier = match fetched {
            Ok(fetched) => Tier::Fetched(fetched),
            // The policy may have changed while the last word on the old one was under way.
            Err(Error::Cancelled) if may_fetch() => Tier::Absent,
            Err(Error::Cancelled) => {
                self.post_deep(DeepEvent::Asked);
                Tier::Asked
            }
            Err(error) => {
                self.post_deep(DeepEvent::Failed(error));
                Tier::Failed
            }
        };
        self.second.tier.replace(tier);
        self.run_next();
    }

    async fn load_deep(&self, loaded: &Loaded, fetched: Fetched) {
        self.post_deep(DeepEvent::Loading);
        yield_now().await;
        let begun = now();
        let (kept, fetch_millis) = (fetched.kept, fetched.millis);
        let tier = match deep::load(loaded.engine.manifest(), fetched).await {
            Ok(engine) => {
                let load_millis = (now() - begun) as f32;
                self.post_deep(DeepEvent::Ready(DeepReady { kept, fetch_millis, load_millis, memory: memory_bytes() }));
                Tier::Ready(Rc::new(engine))
            }
            Err(error) => {
                self.post_deep(DeepEvent::Failed(error));
                Tier::Failed
            }
        };
        self.second.tier.replace(tier);
    }

    async fn run_deep(&self, engine: &DeepEngine, job: JobId, deepening: Deepening) {
        let outcome = self.hear(engine, job, deepening).await;
        // Begun anew when nobody speaks any more.
        if !self.waits_for_second(job) || self.live.is_on() {
            return;
        }
        match outcome {
            Ok(Deepened { analysis, voice, reheard }) => {
                self.second.clip.take();
                self.second.reheard.replace(Some((job, reheard)));
                let (analysis, voice) = (Box::new(analysis), Box::new(voice));
                self.post_deep(DeepEvent::Done { job, analysis, voice, memory: memory_bytes() });
            }
            Err(error) => {
                if let Some(clip) = &mut *self.second.clip.borrow_mut() {
                    clip.waits = false;
                }
                self.post_deep(DeepEvent::Ended { job, error });
            }
        }
    }

    async fn hear(&self, engine: &DeepEngine, job: JobId, deepening: Deepening) -> Result<Deepened> {
        let mut told = None;
        let mut deepening = self.against_ordinary(engine, deepening);
        if deepening.wants_noise_model()
            && let Ok(model) = self.noise_model().await
        {
            deepening = deepening.with_noise_model(model);
        }
        loop {
            let (window, of) = deepening.progress();
            if told != Some((window, of)) {
                told = Some((window, of));
                self.post_deep(DeepEvent::Progress { job, window, of });
            }
            yield_now().await;
            if !self.waits_for_second(job) || self.live.is_on() {
                return Err(Error::Cancelled);
            }
            let begun = now();
            let step = deepening.step(engine, &now)?;
            if deepening.progress().0 > window {
                self.second.window_millis.set((now() - begun) as f32);
            }
            if let DeepStep::Done(found) = step {
                return Ok(*found);
            }
        }
    }

    fn post_deep(&self, event: DeepEvent) {
        self.post(&Response::Deep(event));
    }
}
