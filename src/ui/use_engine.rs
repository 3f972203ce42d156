//! The one worker, as a hook: what the page knows, and what it may ask for.

mod again;
mod ask;
mod deep;
mod intake;
mod live;
mod reading;
mod sound;
mod then;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use yew::prelude::*;

pub use self::live::LiveCommand;
pub use self::reading::SpokenSentence;
pub use self::sound::Listen;

use self::again::Given;
use self::intake::Intake;
use self::live::LiveLink;
use self::reading::ReadingLink;
use self::sound::Wanted;
use self::then::Then;
use super::state::{
    Action, AgainAction, DEFAULT_THRESHOLD, Keeping, LiveAction, Moment, Report, Saved, State, THRESHOLDS, VoicesAction,
};
use super::use_kept::{keeps, use_kept};
use super::use_voices::use_voices;
use crate::analysis::{Emotion, Plan};
use crate::browser::{
    Buffer, File, Worker, remember_number, remembered, remembered_number, saves_data, spawn, time_of_day,
};
use crate::protocol::{DeepEvent, DeepPolicy, JobId, Request, Response};
use crate::{Error, Result};

const WORKER_URL: &str = "./worker_loader.js";
/// The one thing that the page keeps beside the deep tier's files: whether those may be fetched without a question.
const SHARPER: &str = "undertone-sharper";
/// And below what certainty it says that it is not sure.
const THRESHOLD: &str = "undertone-threshold";

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        Rc::new(self.after(action))
    }
}

/// What [`use_engine`] gives.
#[derive(Clone, PartialEq)]
pub struct EngineHandle {
    /// What the page knows.
    pub state: UseReducerHandle<State>,
    /// Analyse these files, one after the other; they end the jobs before them.
    pub analyze: Callback<Vec<File>>,
    /// Judge a voice while it speaks.
    pub live: Callback<LiveCommand>,
    /// End the running job.
    pub cancel: Callback<()>,
    /// Try once more to get the models.
    pub reload: Callback<()>,
    /// Get the deep tier this once, or try again.
    pub deepen: Callback<()>,
    /// Whether the deep tier may be fetched without a question, from now on.
    pub allow_deep: Callback<bool>,
    /// Go back to a clip of this visit.
    pub choose: Callback<JobId>,
    /// Let go of a clip of this visit, or of all.
    pub forget: Callback<Option<JobId>>,
    /// Save that clip's sound under that name.
    pub sound: Callback<(JobId, String)>,
    /// Hand that clip's sound over, to be played.
    pub listen: Callback<Listen>,
    /// Ask why that clip sounds like that emotion; `None` to stop asking.
    pub why: Callback<(JobId, Option<Emotion>)>,
    /// Prepare that clip another way.
    pub prepare: Callback<(JobId, Plan)>,
    /// Analyse a part of that clip, start and end in seconds, as a clip of its own.
    pub part: Callback<(JobId, (f32, f32))>,
    /// Below what certainty nothing is to be said, in per cent.
    pub threshold: Callback<u8>,
    /// Ask the worker what it has asked its host for.
    pub requests: Callback<()>,
    /// Whether results outlive the visit.
    pub keep: Callback<bool>,
    /// Something of that clip was to be saved.
    pub saved: Callback<(JobId, Saved)>,
    /// Listen to a sentence for the ordinary voice; `None` to stop.
    pub read: Callback<Option<SpokenSentence>>,
    /// Something about voices and corrections.
    pub voices: Callback<VoicesAction>,
}

/// Starts the worker with the component, and ends it with it.
#[hook]
pub fn use_engine() -> EngineHandle {
    let state = use_reducer_eq(|| {
        let threshold = remembered_number(THRESHOLD).and_then(|number| u8::try_from(number).ok());
        let threshold = threshold.filter(|threshold| THRESHOLDS.contains(threshold)).unwrap_or(DEFAULT_THRESHOLD);
        let allowed = remembered(SHARPER).unwrap_or_else(|| !saves_data());
        let keeping = Keeping { on: keeps(), restoring: keeps(), ..Keeping::default() };
        State { allowed, threshold, keeping, ..State::default() }
    });
    let link = {
        let dispatcher = state.dispatcher();
        let policy = policy(state.allowed);
        use_memo((), move |()| Link::new(dispatcher, policy))
    };
    {
        let link = link.clone();
        use_effect_with((), move |()| {
            link.start();
            move || link.stop()
        });
    }
    let analyze = {
        let link = link.clone();
        use_callback((), move |files, ()| link.give(files))
    };
    let live = {
        let link = link.clone();
        use_callback((), move |command, ()| link.live(command))
    };
    let cancel = {
        let link = link.clone();
        use_callback((), move |(), ()| link.cancel())
    };
    let reload = {
        let link = link.clone();
        use_callback((), move |(), ()| link.reload())
    };
    let deepen = {
        let link = link.clone();
        use_callback((), move |(), ()| link.deepen())
    };
    let (choose, saved, voices) = {
        let (choose, saved, voices) = (state.dispatcher(), state.dispatcher(), state.dispatcher());
        (
            use_callback((), move |job, ()| choose.dispatch(Action::ClipChosen(job))),
            use_callback((), move |(job, outcome), ()| saved.dispatch(Action::Saved { job, outcome })),
            use_callback((), move |action, ()| voices.dispatch(Action::Voices(action))),
        )
    };
    let (read, ordinary) = (link.clone(), link.clone());
    let read = use_callback((), move |sentence, ()| read.read(sentence));
    let ordinary = use_callback((), move |baseline, ()| ordinary.set_ordinary(baseline));
    let forget = {
        let link = link.clone();
        use_callback((), move |job, ()| link.forget(job))
    };
    let sound = {
        let link = link.clone();
        use_callback((), move |(job, name), ()| link.ask_for_sound(job, name))
    };
    let listen = {
        let link = link.clone();
        use_callback((), move |listen, ()| link.ask_to_listen(listen))
    };
    let why = {
        let link = link.clone();
        use_callback((), move |(job, emotion), ()| link.ask_why(job, emotion))
    };
    let prepare = {
        let link = link.clone();
        use_callback((), move |(job, plan), ()| link.prepare(job, plan))
    };
    let part = {
        let link = link.clone();
        use_callback((), move |(job, region), ()| link.give_part(job, region))
    };
    let threshold = {
        let dispatcher = state.dispatcher();
        use_callback((), move |threshold: u8, ()| {
            remember_number(THRESHOLD, u32::from(threshold));
            dispatcher.dispatch(Action::ThresholdSet(threshold));
        })
    };
    let requests = {
        let link = link.clone();
        use_callback((), move |(), ()| link.ask_for_requests())
    };
    let keep = use_kept(&state);
    use_voices(&state, &ordinary, &prepare);
    let allow_deep = use_callback((), move |allowed, ()| link.allow_deep(allowed));
    EngineHandle {
        state,
        analyze,
        live,
        cancel,
        reload,
        deepen,
        allow_deep,
        choose,
        forget,
        sound,
        listen,
        why,
        prepare,
        part,
        keep,
        saved,
        read,
        voices,
        threshold,
        requests,
    }
}

fn policy(allowed: bool) -> DeepPolicy {
    if allowed { DeepPolicy::Fetch } else { DeepPolicy::Kept }
}

/// The page's end of the channel.
struct Link {
    myself: Weak<Self>,
    dispatcher: UseReducerDispatcher<State>,
    worker: RefCell<Option<Worker>>,
    /// Whether the worker hears yet; what is posted before that would be lost.
    hears: Cell<bool>,
    /// Whether this worker ever had its models ready: one that crashes before is not started again by itself.
    proven: Cell<bool>,
    /// The clip that was given before the worker heard.
    early: RefCell<Option<(Request, File)>>,
    last_job: Cell<JobId>,
    policy: Cell<DeepPolicy>,
    /// Whether the worker prepares or uses the deep tier; one that ends over it is not to begin it again by itself.
    deep_busy: Cell<bool>,
    /// Whether the deep tier can be used.
    deep_ready: Cell<bool>,
    intake: Intake,
    live: LiveLink,
    /// The clips of this visit as they were given, the newest last.
    given: RefCell<Vec<(JobId, Given)>>,
    /// The clip that is prepared another way.
    again: Cell<Option<JobId>>,
    /// The sound that was asked for, and what for.
    sound: RefCell<Option<Wanted>>,
    reading: ReadingLink,
}

impl Link {
    fn new(dispatcher: UseReducerDispatcher<State>, policy: DeepPolicy) -> Rc<Self> {
        Rc::new_cyclic(|myself| Self {
            myself: myself.clone(),
            dispatcher,
            worker: RefCell::new(None),
            hears: Cell::new(false),
            proven: Cell::new(false),
            early: RefCell::new(None),
            last_job: Cell::new(0),
            policy: Cell::new(policy),
            deep_busy: Cell::new(false),
            deep_ready: Cell::new(false),
            intake: Intake::default(),
            live: LiveLink::default(),
            given: RefCell::default(),
            again: Cell::new(None),
            sound: RefCell::default(),
            reading: ReadingLink::default(),
        })
    }

    fn start(&self) {
        self.stop();
        let (messages, failures) = (self.myself.clone(), self.myself.clone());
        let on_message = move |message| {
            if let Some(link) = messages.upgrade() {
                link.receive(message);
            }
        };
        let on_error = move |reason| {
            if let Some(link) = failures.upgrade() {
                link.crashed(reason);
            }
        };
        match Worker::spawn(WORKER_URL, on_message, on_error) {
            Ok(worker) => {
                self.worker.replace(Some(worker));
            }
            Err(error) => self.dispatcher.dispatch(Action::WorkerCrashed { error, restarted: false }),
        }
    }

    fn stop(&self) {
        self.hears.set(false);
        self.proven.set(false);
        self.deep_busy.set(false);
        self.deep_ready.set(false);
        self.worker.take();
    }

    fn receive(&self, message: Result<(Response, Option<Buffer>)>) {
        if let Ok((response, _)) = &message
            && self.take_reading(response)
        {
            return;
        }
        let (message, beside) =
            message.map_or_else(|error| (Err(error), None), |(message, beside)| (Ok(message), beside));
        let action = match message {
            Ok(Response::Started) => {
                self.hears.set(true);
                self.post(&Request::Deepen(self.policy.get()), None);
                self.tell_ordinary();
                if let Some((request, file)) = self.early.take() {
                    self.post(&request, Some(&file));
                }
                self.begin_live();
                Action::WorkerStarted
            }
            Ok(Response::Fetching { received, total }) => Action::ModelsFetched { received, total },
            Ok(Response::Ready { models, deep, millis }) => {
                self.proven.set(true);
                Action::ModelsReady { models, offer: deep, millis }
            }
            Ok(Response::LoadFailed(error)) => Action::ModelsFailed(error),
            Ok(Response::Progress { job, stage }) => Action::StageBegun { job, stage },
            Ok(Response::Done { job, analysis }) if self.is_again(job) => {
                Action::Again(AgainAction::Done(job, analysis))
            }
            Ok(Response::Failed { job, error }) if self.is_again(job) => Action::Again(AgainAction::Failed(job, error)),
            Ok(Response::Why { job, event }) => Action::WhyTold { job, event },
            Ok(Response::Timing { job, event }) => Action::Again(AgainAction::Timing(job, event)),
            Ok(Response::Done { job, mut analysis }) => {
                self.first_answer(job, &mut analysis);
                let (utc, local) = time_of_day();
                Action::AnalysisDone(Report::new(job, *analysis, Moment { utc, local }))
            }
            Ok(Response::Failed { job, error }) if self.tries_again(job, &error) => return,
            Ok(Response::Failed { job, error }) => {
                self.no_answer(job);
                Action::AnalysisFailed { job, error }
            }
            Ok(Response::Live { session, heard }) => Action::Live(LiveAction::Heard(session, heard)),
            Ok(Response::Deep(event)) => {
                self.deep_busy.set(matches!(event, DeepEvent::Loading | DeepEvent::Progress { .. }));
                self.deep_ready.set(self.deep_ready.get() || matches!(event, DeepEvent::Ready(_)));
                Action::DeepChanged(event)
            }
            Ok(Response::Sound { job, of, sample_rate }) => match self.sound_here(job, of, sample_rate, beside) {
                Some(outcome) => Action::Saved { job, outcome },
                None => return,
            },
            Ok(Response::Requests(requests)) => Action::RequestsTold(requests),
            Ok(Response::Crashed { reason }) => return self.crashed(reason),
            Err(error) => return self.crashed(error.to_string()),
        };
        let then = Then::of(&action);
        self.dispatcher.dispatch(action);
        match then {
            Then::Nothing => {}
            Then::GoOn => self.go_on(),
            Then::Sharpened(job) => self.second_answer(job),
        }
    }

    /// Replaces the worker, a moment later: this runs inside one of its callbacks.
    fn crashed(&self, reason: String) {
        let Some(link) = self.myself.upgrade() else { return };
        spawn(async move {
            let restarted = link.proven.get();
            link.early.take();
            link.forget_files();
            link.again.set(None);
            link.lose_sentence();
            if link.deep_busy.get() {
                link.policy.set(DeepPolicy::Leave);
            }
            let error = if restarted {
                link.start();
                Error::Stopped { reason }
            } else {
                link.stop();
                Error::Browser { reason: format!("the engine could not start, {reason}") }
            };
            link.dispatcher.dispatch(Action::WorkerCrashed { error, restarted });
        });
    }

    fn analyze(&self, given: &Given) -> JobId {
        let job = self.last_job.get() + 1;
        self.last_job.set(job);
        self.hold(job, given);
        let Given { file, name, question } = given.clone();
        self.dispatcher.dispatch(Action::ClipGiven { job, name: name.clone() });
        let request = Request::Analyze { job, name, question };
        if self.hears.get() {
            self.post(&request, Some(&file));
        } else {
            self.early.replace(Some((request, file)));
            if self.worker.borrow().is_none() {
                self.reload();
            }
        }
        job
    }

    fn cancel(&self) {
        let job = self.last_job.get();
        if self.drop_waiting() {
            self.dispatcher.dispatch(Action::AnalysisFailed { job, error: Error::Cancelled });
        } else if self.hears.get() {
            self.post(&Request::Cancel { job }, None);
            self.dispatcher.dispatch(Action::DeepStopped(job));
        } else {
            self.early.take();
            self.dispatcher.dispatch(Action::AnalysisFailed { job, error: Error::Cancelled });
        }
    }

    fn forget(&self, job: Option<JobId>) {
        // A clip that is under way is none of those that are held.
        for job in self.let_go(job) {
            if self.hears.get() {
                self.post(&Request::Forget { job }, None);
            }
        }
        self.dispatcher.dispatch(job.map_or(Action::AllForgotten, Action::ClipForgotten));
    }

    fn reload(&self) {
        if self.hears.get() {
            self.dispatcher.dispatch(Action::ReloadAsked { restarted: false });
            self.post(&Request::Load, None);
        } else {
            self.dispatcher.dispatch(Action::ReloadAsked { restarted: true });
            self.start();
        }
    }

    fn post(&self, request: &Request, file: Option<&File>) {
        if let Some(worker) = &*self.worker.borrow()
            && let Err(error) = worker.post(request, file)
        {
            self.dispatcher.dispatch(Action::AnalysisFailed { job: self.last_job.get(), error });
        }
    }
}
