//! What the page knows, and how each fact changes it. No web types: tested natively.

use std::rc::Rc;

use crate::Error;
use crate::analysis::{Analysis, Stage};
use crate::protocol::{JobId, LoadedModel};

/// All that the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The worker and its models.
    pub engine: EngineState,
    /// The clip in hand.
    pub job: JobState,
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

/// A result and the job it belongs to. Two are equal when they are of the same job.
#[derive(Clone, Debug)]
pub struct Report {
    /// The job.
    pub job: JobId,
    /// What was found.
    pub analysis: Rc<Analysis>,
}

impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.job == other.job
    }
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
        /// Milliseconds that it took.
        millis: f32,
    },
    /// The models could not be loaded.
    ModelsFailed(Error),
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
            Action::ModelsReady { models, millis } => next.engine = EngineState::Ready { models, millis },
            Action::ModelsFailed(error) => next.engine = EngineState::Failed(error),
            Action::ClipGiven { job, name } => next.job = JobState::Running { job, name, stage: None },
            Action::StageBegun { job, stage } => {
                if let JobState::Running { job: current, stage: shown, .. } = &mut next.job
                    && *current == job
                {
                    *shown = Some(stage);
                }
            }
            Action::AnalysisDone(report) => {
                if next.running() == Some(report.job) {
                    next.job = JobState::Done(report);
                }
            }
            Action::AnalysisFailed { job, error } => {
                if let JobState::Running { job: current, name, .. } = &next.job
                    && *current == job
                {
                    let name = name.clone();
                    next.job = match error {
                        Error::Cancelled => JobState::Cancelled { name },
                        error => JobState::Failed { name, error },
                    };
                }
            }
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
mod tests {
    use super::*;
    use crate::analysis::{ClipInfo, Emotion, Envelope, MelView};

    fn report(job: JobId) -> Report {
        let analysis = Analysis {
            clip: ClipInfo {
                name: "a.wav".into(),
                codec: "PCM".into(),
                sample_rate: 16_000,
                channels: 1,
                seconds: 1.0,
            },
            envelope: Envelope { minima: vec![], maxima: vec![] },
            kept: vec![],
            mel: MelView {
                n_mels: 0,
                n_frames: 0,
                values: vec![],
                frame_seconds: 0.01,
                centers_hz: vec![],
                floor_db: -80.0,
            },
            probabilities: [0.125; 8],
            winner: Emotion::Neutral,
            answers: vec![],
            notices: vec![],
            times: vec![],
        };
        Report { job, analysis: Rc::new(analysis) }
    }

    fn given(state: &State, job: JobId) -> State {
        state.after(Action::ClipGiven { job, name: format!("{job}.wav") })
    }

    #[test]
    fn a_new_clip_hides_the_old_result() {
        let done = given(&State::default(), 1).after(Action::AnalysisDone(report(1)));
        assert!(matches!(done.job, JobState::Done(_)));
        let next = given(&done, 2);
        assert_eq!(next.running(), Some(2));
    }

    #[test]
    fn a_late_answer_to_an_old_clip_changes_nothing() {
        let state = given(&given(&State::default(), 1), 2);
        assert_eq!(state.after(Action::AnalysisDone(report(1))), state);
        assert_eq!(state.after(Action::StageBegun { job: 1, stage: Stage::Models }), state);
        assert_eq!(state.after(Action::AnalysisFailed { job: 1, error: Error::Silent }), state);
        assert!(matches!(state.after(Action::AnalysisDone(report(2))).job, JobState::Done(_)));
    }

    #[test]
    fn cancel_is_no_error() {
        let state = given(&State::default(), 1).after(Action::AnalysisFailed { job: 1, error: Error::Cancelled });
        assert_eq!(state.job, JobState::Cancelled { name: "1.wav".into() });
    }

    #[test]
    fn a_crash_fails_the_running_job_and_keeps_a_shown_result() {
        let crash = |restarted| Action::WorkerCrashed { error: Error::Stopped { reason: "trap".into() }, restarted };
        let running = given(&State::default(), 1).after(crash(true));
        assert!(matches!(running.job, JobState::Failed { .. }));
        assert_eq!(running.engine, EngineState::Starting);
        let shown = given(&State::default(), 1).after(Action::AnalysisDone(report(1))).after(crash(false));
        assert!(matches!(shown.job, JobState::Done(_)));
        assert!(matches!(shown.engine, EngineState::Failed(_)));
    }

    #[test]
    fn models_that_failed_can_be_asked_for_again() {
        let failed = State::default().after(Action::ModelsFailed(Error::Silent));
        assert!(failed.started());
        let begun = EngineState::Fetching { received: 0, total: 0 };
        assert_eq!(failed.after(Action::ReloadAsked { restarted: false }).engine, begun);
        let restarted = failed.after(Action::ReloadAsked { restarted: true });
        assert!(!restarted.started());
        assert_eq!(restarted.after(Action::WorkerStarted).engine, begun);
    }

    #[test]
    fn a_new_attempt_forgets_the_clip_that_failed() {
        let failed = given(&State::default(), 1).after(Action::AnalysisFailed { job: 1, error: Error::Silent });
        assert_eq!(failed.after(Action::ReloadAsked { restarted: false }).job, JobState::Idle);
    }
}
