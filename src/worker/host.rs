//! The worker's state: the models, the job that runs, and the one that waits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::live::Live;
use super::models::{self, Loaded};
use super::second::Second;
use super::timing::Timed;
use super::why::Questions;
use crate::analysis::{
    Analysis, Analyzer, Clip, Deepening, MAX_BYTES, NOISE_MODEL, NoiseModel, Question, Reasons, Step, Timing, sound_of,
};
use crate::browser::{Buffer, Download, File, Freshness, Scope, log_error, now, read_file, requests, spawn, yield_now};
use crate::inference::Engine;
use crate::protocol::{JobId, Request, Response, Sound};
use crate::{Error, Result};

/// A clip that is to be analysed.
struct Job {
    id: JobId,
    name: String,
    question: Question,
    file: File,
}

/// What a first answer is posted with, and what it leaves.
struct Outcome {
    analysis: Box<Analysis>,
    deepening: Option<Deepening>,
    timing: Option<Timing>,
    reasons: Option<Reasons>,
    heard: Option<Heard>,
}

/// The clip that was answered last, as the models heard it; outside the worker's own memory, which never shrinks.
struct Heard {
    job: JobId,
    sample_rate: u32,
    samples: Buffer,
}

enum Models {
    Absent,
    Loading,
    Ready { loaded: Rc<Loaded>, millis: f32 },
}

/// The worker as a whole.
pub(super) struct Host {
    scope: Scope,
    models: RefCell<Models>,
    /// The newest job, until it has its first answer; what else runs for a first answer is out of date.
    current: Cell<Option<JobId>>,
    waiting: RefCell<Option<Job>>,
    heard: RefCell<Option<Heard>>,
    /// RNNoise's network, once a clip has wanted it.
    noise: RefCell<Option<Rc<NoiseModel>>>,
    /// Whether something runs that must end, or give way, before another thing begins.
    pub(super) running: Cell<bool>,
    /// What comes after first answers.
    pub(super) second: Second,
    /// And its timeline.
    pub(super) timed: Timed,
    /// And why it was answered so.
    pub(super) questions: Questions,
    /// Somebody who speaks just now: before all else.
    pub(super) live: Live,
}

impl Host {
    pub(super) fn new(scope: Scope) -> Self {
        Self {
            scope,
            models: RefCell::new(Models::Absent),
            current: Cell::new(None),
            waiting: RefCell::new(None),
            heard: RefCell::new(None),
            noise: RefCell::new(None),
            running: Cell::new(false),
            second: Second::default(),
            timed: Timed::default(),
            questions: Questions::default(),
            live: Live::default(),
        }
    }

    /// Says that the worker runs, and fetches the models.
    pub(super) fn begin(self: &Rc<Self>) {
        self.post(&Response::Started);
        self.load();
    }

    /// Takes a message of the page.
    pub(super) fn receive(self: &Rc<Self>, message: Result<(Request, Option<File>)>) {
        match message {
            Ok((Request::Load, _)) => self.load(),
            Ok((Request::Analyze { job, name, question }, Some(file))) => {
                self.enqueue(Job { id: job, name, question, file });
            }
            Ok((Request::Analyze { job, .. }, None)) => {
                let error = Error::Browser { reason: "no file came with the request".into() };
                self.post(&Response::Failed { job, error });
            }
            Ok((Request::Cancel { job }, _)) => {
                if self.current.get() == Some(job) {
                    self.end_current();
                } else {
                    self.end_deepening(job);
                }
            }
            Ok((Request::Deepen(policy), _)) => self.deepen(policy),
            Ok((Request::Ordinary(baseline), _)) => self.set_ordinary(baseline.map(|baseline| *baseline)),
            Ok((Request::Sound { job, of: Sound::Heard }, _)) => self.hand_out(job),
            Ok((Request::Sound { job, of }, Some(file))) => self.hand_out_recorded(job, of, file),
            Ok((Request::Sound { job, of }, None)) => self.post(&Response::Sound { job, of, sample_rate: 0 }),
            Ok((Request::Why { job, emotion: Some(emotion) }, _)) => self.ask_why(job, emotion),
            Ok((Request::Why { job, emotion: None }, _)) => self.end_why(Some(job)),
            Ok((Request::Requests, _)) => self.post(&Response::Requests(requests())),
            Ok((Request::Forget { job }, _)) => {
                self.forget_job(job);
                self.forget_heard(|heard| heard.job == job);
                self.timed.forget(Some(job));
                self.forget_why(Some(job));
            }
            Ok((Request::LiveBegin { session, sample_rate }, _)) => self.begin_live(session, sample_rate),
            Ok((Request::LiveSamples { session, samples }, _)) => self.hear_live(session, &samples),
            Ok((Request::LiveEnd { session }, _)) => self.end_live(session),
            Err(error) => self.post(&Response::Crashed { reason: error.to_string() }),
        }
    }

    fn enqueue(self: &Rc<Self>, job: Job) {
        self.end_current();
        self.forget_answered();
        self.forget_heard(|_| true);
        self.timed.forget(None);
        self.forget_why(None);
        self.current.set(Some(job.id));
        self.waiting.replace(Some(job));
        if matches!(*self.models.borrow(), Models::Absent) {
            self.load();
        }
        self.run_next();
    }

    /// Ends the current job without a result.
    fn end_current(&self) {
        self.waiting.take();
        if let Some(job) = self.current.take() {
            self.post(&Response::Failed { job, error: Error::Cancelled });
        }
    }

    fn load(self: &Rc<Self>) {
        let known = match &*self.models.borrow() {
            Models::Loading => return,
            Models::Ready { loaded, millis } => Some(ready(loaded, *millis)),
            Models::Absent => None,
        };
        if let Some(ready) = known {
            return self.post(&ready);
        }
        self.models.replace(Models::Loading);
        let host = self.clone();
        spawn(async move {
            let begun = now();
            let loaded = models::load(|received, total| host.post(&Response::Fetching { received, total })).await;
            match loaded {
                Ok(loaded) => {
                    let millis = (now() - begun) as f32;
                    host.post(&ready(&loaded, millis));
                    host.models.replace(Models::Ready { loaded: Rc::new(loaded), millis });
                    host.run_next();
                }
                Err(error) => {
                    host.models.replace(Models::Absent);
                    host.waiting.take();
                    if let Some(job) = host.current.take() {
                        host.post(&Response::Failed { job, error: error.clone() });
                    }
                    host.post(&Response::LoadFailed(error));
                }
            }
        });
    }

    /// The quick tier, once it is ready.
    pub(super) fn loaded(&self) -> Option<Rc<Loaded>> {
        match &*self.models.borrow() {
            Models::Ready { loaded, .. } => Some(loaded.clone()),
            Models::Absent | Models::Loading => None,
        }
    }

    /// Begins what is to be done next, if nothing runs: a first answer before all else.
    pub(super) fn run_next(self: &Rc<Self>) {
        if self.running.get() {
            return;
        }
        let Some(loaded) = self.loaded() else { return };
        let Some(job) = self.waiting.take() else { return self.run_second(&loaded) };
        self.running.set(true);
        let host = self.clone();
        spawn(async move {
            let id = job.id;
            let outcome = host.analyse(&loaded.engine, job).await;
            if host.current.get() == Some(id) {
                host.current.set(None);
                match outcome {
                    Ok(Outcome { analysis, deepening, timing, reasons, heard }) => {
                        host.post(&Response::Done { job: id, analysis });
                        host.heard.replace(heard);
                        host.timed.replace(id, timing);
                        host.questions.replace(id, reasons);
                        host.answered(id, deepening);
                    }
                    Err(error) => host.post(&Response::Failed { job: id, error }),
                }
            }
            host.running.set(false);
            host.run_next();
        });
    }

    async fn analyse(&self, engine: &Engine, job: Job) -> Result<Outcome> {
        if job.file.size() > MAX_BYTES as f64 {
            return Err(Error::TooLarge { megabytes: job.file.size() / 1e6, limit: MAX_BYTES as f64 / 1e6 });
        }
        let bytes = read_file(&job.file).await?;
        let noise = if job.question.plan.noise > 0.0 { Some(self.noise_model().await?) } else { None };
        let mut analyzer = Analyzer::new(Clip::File { name: job.name, bytes }).asked(job.question, noise);
        let mut shown = None;
        loop {
            let stage = analyzer.next_stage();
            if let Some(stage) = stage.filter(|stage| shown != Some(*stage)) {
                shown = Some(stage);
                self.post(&Response::Progress { job: job.id, stage });
            }
            yield_now().await;
            if self.current.get() != Some(job.id) {
                return Err(Error::Cancelled);
            }
            if let Step::Done(analysis) = analyzer.step(engine, &now)? {
                let heard = analyzer.take_heard().map(|audio| Heard {
                    job: job.id,
                    sample_rate: audio.sample_rate(),
                    samples: Buffer::of_samples(audio.samples()),
                });
                let (timing, reasons) = (analyzer.take_timing(), analyzer.take_reasons());
                return Ok(Outcome { analysis, deepening: analyzer.into_deepening(), timing, reasons, heard });
            }
        }
    }

    pub(super) async fn noise_model(&self) -> Result<Rc<NoiseModel>> {
        if let Some(model) = &*self.noise.borrow() {
            return Ok(model.clone());
        }
        let bytes = Download::start(NOISE_MODEL, Freshness::Revalidate)?.bytes(|_| {}).await?;
        let model = Rc::new(NoiseModel::parse(&bytes)?);
        self.noise.replace(Some(model.clone()));
        Ok(model)
    }

    fn hand_out_recorded(self: &Rc<Self>, job: JobId, of: Sound, file: File) {
        let host = self.clone();
        spawn(async move {
            let sound = recorded(&file, of).await;
            let (sample_rate, samples) = sound.map_or((0, None), |(rate, samples)| (rate, Some(samples)));
            if let Err(error) = host.scope.post_beside(&Response::Sound { job, of, sample_rate }, samples.as_ref()) {
                log_error(&error);
            }
        });
    }

    fn hand_out(&self, job: JobId) {
        let heard = self.heard.borrow();
        let heard = heard.as_ref().filter(|heard| heard.job == job);
        let sample_rate = heard.map_or(0, |heard| heard.sample_rate);
        let response = Response::Sound { job, of: Sound::Heard, sample_rate };
        if let Err(error) = self.scope.post_beside(&response, heard.map(|heard| &heard.samples)) {
            log_error(&error);
        }
    }

    fn forget_heard(&self, which: impl Fn(&Heard) -> bool) {
        let mut heard = self.heard.borrow_mut();
        if heard.as_ref().is_some_and(which) {
            *heard = None;
        }
    }

    pub(super) fn post(&self, response: &Response) {
        if let Err(error) = self.scope.post(response) {
            log_error(&error);
        }
    }
}

/// A file's samples, or a part of them.
async fn recorded(file: &File, of: Sound) -> Result<(u32, Buffer)> {
    let Sound::Recorded(region) = of else { return Err(Error::Cancelled) };
    let clip = Clip::File { name: file.name(), bytes: read_file(file).await? };
    let audio = sound_of(clip, region)?;
    Ok((audio.sample_rate(), Buffer::of_samples(audio.samples())))
}

fn ready(loaded: &Loaded, millis: f32) -> Response {
    Response::Ready { models: loaded.models.clone(), deep: loaded.deep.clone(), millis }
}
