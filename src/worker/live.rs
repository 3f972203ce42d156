//! Somebody is listened to while they speak.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::host::Host;
use crate::Result;
use crate::analysis::{DeepStep, Ear, Hearing, RunningBaseline};
use crate::browser::{now, spawn, yield_now};
use crate::inference::{DeepEngine, Engine, Probabilities};
use crate::protocol::{Response, SessionId};

/// A window of the deep tier that takes longer leaves no time for two quick answers in a second.
const DEEP_MILLIS: f32 = 600.0;
/// Milliseconds between two answers of the deep tier.
const DEEP_EVERY: f64 = 1000.0;

/// The one who speaks.
#[derive(Default)]
pub(super) struct Live {
    session: RefCell<Option<Session>>,
    busy: Cell<bool>,
}

struct Session {
    id: SessionId,
    ear: Ear,
    /// When the deep tier was asked last.
    deepened: f64,
    /// What has been heard of the voice so far.
    running: RunningBaseline,
}

impl Live {
    /// Whether somebody speaks.
    pub(super) fn is_on(&self) -> bool {
        self.session.borrow().is_some()
    }

    fn with<T>(&self, id: SessionId, change: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.session.borrow_mut().as_mut().filter(|session| session.id == id).map(change)
    }
}

impl Host {
    pub(super) fn begin_live(&self, id: SessionId, sample_rate: u32) {
        match Ear::new(sample_rate) {
            Ok(ear) => drop(self.live.session.replace(Some(Session {
                id,
                ear,
                deepened: f64::NEG_INFINITY,
                running: RunningBaseline::default(),
            }))),
            Err(error) => self.post(&Response::Live { session: id, heard: Err(error) }),
        }
    }

    pub(super) fn hear_live(self: &Rc<Self>, id: SessionId, samples: &[f32]) {
        self.live.with(id, |session| session.ear.hear(samples));
        self.listen(id);
    }

    pub(super) fn end_live(self: &Rc<Self>, id: SessionId) {
        if self.live.with(id, |_| ()).is_some() {
            self.live.session.take();
            self.run_next();
        }
    }

    /// Works on an answer, beside whatever else runs and between its steps.
    fn listen(self: &Rc<Self>, id: SessionId) {
        if self.live.busy.get() {
            return;
        }
        let Some(loaded) = self.loaded() else { return };
        let Some(hearing) = self.live.with(id, |session| session.ear.listen()).flatten() else { return };
        self.live.busy.set(true);
        let host = self.clone();
        spawn(async move {
            if let Err(error) = host.answer_live(id, &loaded.engine, hearing).await {
                host.post(&Response::Live { session: id, heard: Err(error) });
                host.end_live(id);
            }
            host.live.busy.set(false);
        });
    }

    async fn answer_live(&self, id: SessionId, engine: &Engine, mut hearing: Hearing) -> Result<()> {
        let begun = now();
        while hearing.step(engine)? {
            yield_now().await;
        }
        let point = self.live.with(id, |session| session.ear.take(&hearing, (now() - begun) as f32));
        let Some(point) = point else { return Ok(()) };
        self.post(&Response::Live { session: id, heard: Ok(point) });
        if let Some(deep) = self.deep_engine()
            && (0.0..DEEP_MILLIS).contains(&self.second.window_millis.get())
            && self.live.with(id, |session| now() - session.deepened >= DEEP_EVERY) == Some(true)
        {
            yield_now().await;
            self.live.with(id, |session| session.deepened = now());
            if let Some(answer) = self.deepen_live(id, &deep, &hearing).await? {
                self.live.with(id, |session| session.ear.take_deep(&hearing, answer));
            }
        }
        Ok(())
    }

    /// Set against the ordinary voice that is known, else against what has been heard so far.
    async fn deepen_live(&self, id: SessionId, deep: &DeepEngine, hearing: &Hearing) -> Result<Option<Probabilities>> {
        let Some(deepening) = hearing.deepening() else { return Ok(None) };
        let running =
            if self.second.ordinary.borrow().is_some() { None } else { self.live.with(id, |s| s.running.clone()) };
        let mut deepening = match running {
            Some(running) => running.set(deep, deepening)?,
            None => self.against_ordinary(deep, deepening),
        };
        loop {
            let begun = now();
            let before = deepening.progress().0;
            let step = deepening.step(deep, &now)?;
            if deepening.progress().0 > before {
                self.second.window_millis.set((now() - begun) as f32);
            }
            if let DeepStep::Done(found) = step {
                let plain = found.analysis.probabilities;
                self.live.with(id, |session| session.running.hear(&found.voice.mean, DEEP_EVERY as f32 / 1e3, &plain));
                return Ok(Some(found.analysis.against.map_or(plain, |against| against.probabilities)));
            }
            yield_now().await;
        }
    }
}
