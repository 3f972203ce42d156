//! What the page knows, and how each fact changes it. No web types: tested natively.

mod again;
mod batch;
mod card;
mod deep;
mod kept;
mod live;
mod meter;
mod record;
mod report;
mod verdict;
mod visit;
mod voices;
mod why;

pub use again::{Again, AgainAction, Usual, clip_time, kept_time};
pub use batch::Batch;
pub use card::{Card, Everyday, PEOPLE, RESULTS, Run};
pub use deep::{DeepState, DeepStatus, Sharper};
pub use kept::{Keeping, Record};
pub use live::{LIVE_SECONDS, LiveAction, LiveView};
pub use meter::{FLOOR_DB, Meter};
pub use record::{Notice, Phase, RecordAction, Recorder, SHORTEST, Session};
pub use report::{ModelFiles, Moment, Report, Shown};
pub use verdict::{DEFAULT_THRESHOLD, THRESHOLDS, Verdict};
pub use visit::{MOST_CLIPS, Saved, Visit};
pub use voices::{
    MOST_NAME, Personal, Reading, SENTENCES, Said, Unfit, Voice, VoiceRecord, Voices, VoicesAction, VoicesTrouble,
    unfit,
};
pub use why::Whys;

use crate::Error;
use crate::analysis::Stage;
use crate::protocol::{DeepEvent, DeepOffer, JobId, LoadedModel, WhyEvent};

/// All that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The worker and its models.
    pub engine: EngineState,
    /// The clip in hand.
    pub job: JobState,
    /// The deep tier.
    pub deep: DeepState,
    /// What is known of a deep tier that can be had.
    pub offer: Option<DeepOffer>,
    /// Whether it may be fetched without a question.
    pub allowed: bool,
    /// Most bytes that the worker's memory is known to have held.
    pub memory: u64,
    /// The clips of this visit.
    pub visit: Visit,
    /// The files that were given at once.
    pub batch: Batch,
    /// What is done once more about a clip that has its answer.
    pub again: Again,
    /// Why a clip was answered so.
    pub whys: Whys,
    /// A voice that speaks just now.
    pub live: Option<LiveView>,
    /// Per cent of certainty below which no emotion is said.
    pub threshold: u8,
    /// Whether results outlive the visit.
    pub keeping: Keeping,
    /// Whose voice answers are set against, and what has been corrected.
    pub voices: Voices,
    /// What the worker has asked its host for.
    pub requests: Vec<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            engine: EngineState::default(),
            job: JobState::default(),
            deep: DeepState::default(),
            offer: None,
            allowed: false,
            memory: 0,
            visit: Visit::default(),
            batch: Batch::default(),
            again: Again::default(),
            whys: Whys::default(),
            live: None,
            threshold: DEFAULT_THRESHOLD,
            keeping: Keeping::default(),
            voices: Voices::default(),
            requests: Vec::new(),
        }
    }
}

/// The worker and its models.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum EngineState {
    /// The worker's script is on its way.
    #[default]
    Starting,
    /// Model files are on their way.
    Fetching {
        /// Bytes that arrived.
        received: u64,
        /// Bytes in all; 0 while unknown.
        total: u64,
    },
    /// All models can be used.
    Ready {
        /// The files.
        models: Vec<LoadedModel>,
        /// Milliseconds that fetching and preparing took.
        millis: f32,
    },
    /// Nothing can be analysed until a new attempt.
    Failed(Error),
}

/// The clip in hand.
// There is one, and it is mostly done: a box would save nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, Default, PartialEq)]
pub enum JobState {
    /// None yet.
    #[default]
    Idle,
    /// Under way.
    Running {
        /// The job.
        job: JobId,
        /// File name.
        name: String,
        /// What is being done; `None` before the worker has begun.
        stage: Option<Stage>,
    },
    /// The result is shown.
    Done(Report),
    /// No result, and why.
    Failed {
        /// File name.
        name: String,
        /// Why.
        error: Error,
    },
    /// The user stopped it.
    Cancelled {
        /// File name.
        name: String,
    },
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The worker runs and hears.
    WorkerStarted,
    /// The worker is of no more use; `restarted` tells whether another has taken its place.
    WorkerCrashed {
        /// What happened.
        error: Error,
        /// Whether another worker is starting.
        restarted: bool,
    },
    /// A new attempt at the models has begun; `restarted` tells whether with another worker.
    ReloadAsked {
        /// Whether another worker is starting.
        restarted: bool,
    },
    /// More of the models has arrived.
    ModelsFetched {
        /// Bytes that arrived.
        received: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The models are ready.
    ModelsReady {
        /// The files.
        models: Vec<LoadedModel>,
        /// The deep tier, if there is one.
        offer: Option<DeepOffer>,
        /// Milliseconds that it took.
        millis: f32,
    },
    /// The models could not be loaded.
    ModelsFailed(Error),
    /// The user gave so many files at once.
    FilesGiven(usize),
    /// The user wants no more of them.
    FilesDropped,
    /// Something about a clip that is prepared another way, or a timeline.
    Again(AgainAction),
    /// The visitor asks why a clip was answered so.
    WhyAsked(JobId),
    /// Something about that.
    WhyTold {
        /// The job.
        job: JobId,
        /// What.
        event: WhyEvent,
    },
    /// Something of a voice that speaks just now.
    Live(LiveAction),
    /// The user gave a clip.
    ClipGiven {
        /// Its job.
        job: JobId,
        /// File name.
        name: String,
    },
    /// A job has begun a stage.
    StageBegun {
        /// The job.
        job: JobId,
        /// The stage.
        stage: Stage,
    },
    /// A job's result has come.
    AnalysisDone(Report),
    /// A job has ended without a result.
    AnalysisFailed {
        /// The job.
        job: JobId,
        /// Why.
        error: Error,
    },
    /// Something has become of the deep tier.
    DeepChanged(DeepEvent),
    /// The visitor wants no second answer to that job. The worker hears of it when its window is over.
    DeepStopped(JobId),
    /// The visitor has said whether the deep tier may be fetched without a question.
    DeepAllowed(bool),
    /// The visitor has asked for the deep tier, or for another attempt at it.
    DeepAskedFor,
    /// The worker has told what it has asked its host for.
    RequestsTold(Vec<String>),
    /// The visitor has said below what certainty nothing is to be said, in per cent.
    ThresholdSet(u8),
    /// Stored results, the newest first; `None` for one that could not be read.
    Restored(Vec<Option<Record>>),
    /// The visitor has said whether results are to be stored.
    KeepingSet(bool),
    /// They can't be stored, or not be erased.
    KeepingFailed(Error),
    /// Something about the visitor's ordinary voice, or a correction.
    Voices(VoicesAction),
    /// The visitor goes back to a clip of this visit.
    ClipChosen(JobId),
    /// The visitor lets go of a clip of this visit.
    ClipForgotten(JobId),
    /// The visitor lets go of all clips of this visit.
    AllForgotten,
    /// Something of a clip was to be saved.
    Saved {
        /// The job.
        job: JobId,
        /// What came of it.
        outcome: Saved,
    },
}

impl State {
    /// The state after that fact. What concerns any job but the current one changes nothing.
    pub fn after(&self, action: Action) -> Self {
        let mut next = self.clone();
        match action {
            Action::WorkerStarted => {
                if matches!(next.engine, EngineState::Starting) {
                    next.engine = EngineState::Fetching { received: 0, total: 0 };
                }
            }
            Action::WorkerCrashed { error, restarted } => {
                next.engine = if restarted { EngineState::Starting } else { EngineState::Failed(error.clone()) };
                next.lose_deep(&error);
                next.batch.stopped = true;
                next.voices.lose_take(&error);
                (next.again, next.whys) = (Again::default(), Whys::default());
                if let JobState::Running { name, .. } = next.job {
                    next.job = JobState::Failed { name, error };
                }
            }
            Action::ReloadAsked { restarted } => {
                next.engine =
                    if restarted { EngineState::Starting } else { EngineState::Fetching { received: 0, total: 0 } };
                if matches!(next.job, JobState::Failed { .. }) {
                    next.job = JobState::Idle;
                }
            }
            Action::ModelsFetched { received, total } => next.engine = EngineState::Fetching { received, total },
            Action::ModelsReady { models, offer, millis } => {
                next.engine = EngineState::Ready { models, millis };
                next.voices.version = offer.as_ref().map(|offer| offer.version.clone());
                next.offer = offer;
                next.personalize();
            }
            Action::ModelsFailed(error) => next.engine = EngineState::Failed(error),
            Action::FilesGiven(count) => next.batch = Batch::new(count),
            Action::FilesDropped => next.batch.stopped = true,
            Action::Again(action) => next.take_again(action),
            Action::WhyAsked(job) => next.ask_why(job),
            Action::WhyTold { job, event } => next.take_why(job, event),
            Action::Live(action) => next.take_live(action),
            Action::ClipGiven { job, name } => {
                next.batch.begin();
                (next.again, next.whys) = (Again::default(), Whys::default());
                next.job = JobState::Running { job, name, stage: None };
                next.visit.begin(job);
            }
            Action::StageBegun { job, stage } => {
                if let JobState::Running { job: current, stage: shown, .. } = &mut next.job
                    && *current == job
                {
                    *shown = Some(stage);
                }
            }
            Action::AnalysisDone(report) => {
                if next.running() == Some(report.job) {
                    next.batch.end(None);
                    next.finish(report);
                }
            }
            Action::AnalysisFailed { job, error } => {
                if let JobState::Running { job: current, name, .. } = &next.job
                    && *current == job
                {
                    let name = name.clone();
                    next.visit.chosen = None;
                    next.job = match error {
                        Error::Cancelled => {
                            next.batch.stopped = true;
                            JobState::Cancelled { name }
                        }
                        error => {
                            next.batch.end(Some((name.clone(), error.clone())));
                            JobState::Failed { name, error }
                        }
                    };
                }
            }
            Action::DeepChanged(event) => next.take_deep(event),
            Action::DeepStopped(job) => next.stop_deep(job),
            Action::DeepAllowed(allowed) => {
                next.allowed = allowed;
                if allowed {
                    next.ask_for_deep();
                }
            }
            Action::DeepAskedFor => next.ask_for_deep(),
            Action::RequestsTold(requests) => next.requests = requests,
            Action::ThresholdSet(threshold) => next.set_threshold(threshold),
            Action::Restored(records) => next.restore(records),
            Action::KeepingSet(on) => next.keeping = Keeping { on, ..Keeping::default() },
            Action::KeepingFailed(error) => next.keeping.trouble = Some(error),
            Action::Voices(action) => next.take_voices(action),
            Action::ClipChosen(job) => next.visit.choose(job),
            Action::ClipForgotten(job) => next.forget(job),
            Action::AllForgotten => next.forget_all(),
            Action::Saved { job, outcome } => next.visit.saved = Some((job, outcome)),
        }
        next
    }

    /// The job that is under way.
    pub fn running(&self) -> Option<JobId> {
        match self.job {
            JobState::Running { job, .. } => Some(job),
            _ => None,
        }
    }

    /// Whether the worker has started.
    pub fn started(&self) -> bool {
        !matches!(self.engine, EngineState::Starting)
    }
}

#[cfg(test)]
mod tests;
