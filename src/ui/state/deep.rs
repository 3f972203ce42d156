//! What the page knows of the deep tier, and of a clip in it.

use std::rc::Rc;

use super::{JobState, Report, State};
use crate::Error;
use crate::analysis::DeepAnalysis;
use crate::protocol::{DeepEvent, DeepReady, JobId};

/// The deep tier as the worker has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DeepState {
    /// Nothing has been done about it yet, or there is none.
    #[default]
    Absent,
    /// The visitor is to say whether it may be fetched.
    Asked,
    /// Its files are on their way.
    Fetching {
        /// Bytes that arrived.
        received: u64,
        /// Bytes in all; 0 while unknown.
        total: u64,
    },
    /// Its files are being prepared.
    Loading,
    /// It can be used.
    Ready(DeepReady),
    /// It could not be had.
    Failed(Error),
}

/// What the deep tier has made of a clip that has its first answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sharper {
    /// Nothing yet.
    #[default]
    Waiting,
    /// It works on it.
    Running {
        /// Windows that have been heard.
        window: usize,
        /// Windows in all; 0 while unknown.
        of: usize,
    },
    /// The second answer.
    Done(Rc<DeepAnalysis>),
    /// The visitor stopped it.
    Stopped,
    /// It failed on this clip.
    Failed(Error),
    /// The worker ended over it, and has forgotten the clip.
    Lost(Error),
}

/// The one thing that the page says of the deep tier under an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum DeepStatus {
    /// Nothing.
    Absent,
    /// It is switched off, and nothing has been asked.
    Off,
    /// Whether it may be fetched.
    Asked,
    /// How far its files have come.
    Fetching {
        /// Bytes that arrived.
        received: u64,
        /// Bytes in all; 0 while unknown.
        total: u64,
    },
    /// It is being prepared.
    Loading,
    /// It hears the clip.
    Running {
        /// Windows that have been heard.
        window: usize,
        /// Windows in all; 0 while unknown.
        of: usize,
    },
    /// A newer clip came before it had answered.
    Left,
    /// It has answered, or the visitor did not want it to.
    Ready {
        /// Whether the answer is its own.
        sharpened: bool,
    },
    /// It could not be had, or failed on this clip.
    Failed {
        /// Why.
        error: Error,
        /// Whether another attempt at this clip can be made.
        again: bool,
    },
}

impl DeepStatus {
    /// A word for the page's readers.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Off => "off",
            Self::Asked => "asked",
            Self::Fetching { .. } => "fetching",
            Self::Loading => "loading",
            Self::Running { .. } => "running",
            Self::Left => "left",
            Self::Ready { .. } => "ready",
            Self::Failed { .. } => "failed",
        }
    }
}

impl State {
    /// What the page says of the deep tier.
    pub fn deep_status(&self) -> DeepStatus {
        let Some(report) = self.result() else { return DeepStatus::Absent };
        match (&report.sharper, &self.deep) {
            (Sharper::Done(_), _) => DeepStatus::Ready { sharpened: true },
            // The worker holds no other clip than the newest.
            _ if report.job != self.visit.newest => DeepStatus::Left,
            (Sharper::Stopped, _) => DeepStatus::Ready { sharpened: false },
            (Sharper::Failed(error), _) | (Sharper::Waiting, DeepState::Failed(error)) => {
                DeepStatus::Failed { error: error.clone(), again: true }
            }
            (Sharper::Lost(error), _) => DeepStatus::Failed { error: error.clone(), again: false },
            (Sharper::Running { window, of }, _) => DeepStatus::Running { window: *window, of: *of },
            (Sharper::Waiting, DeepState::Absent) if self.offer.is_some() && !self.allowed => DeepStatus::Off,
            (Sharper::Waiting, DeepState::Absent) => DeepStatus::Absent,
            (Sharper::Waiting, DeepState::Asked) => DeepStatus::Asked,
            (Sharper::Waiting, DeepState::Fetching { received, total }) => {
                DeepStatus::Fetching { received: *received, total: *total }
            }
            (Sharper::Waiting, DeepState::Loading) => DeepStatus::Loading,
            (Sharper::Waiting, DeepState::Ready(_)) => DeepStatus::Running { window: 0, of: 0 },
        }
    }

    pub(super) fn take_deep(&mut self, event: DeepEvent) {
        let stopped = |job| {
            let is_stopped = |report: &Report| report.job == job && matches!(report.sharper, Sharper::Stopped);
            self.visit.clips.iter().any(is_stopped)
        };
        match event {
            DeepEvent::Progress { job, .. } | DeepEvent::Done { job, .. } if stopped(job) => {}
            DeepEvent::Asked => self.deep = DeepState::Asked,
            DeepEvent::Fetching { received, total } => self.deep = DeepState::Fetching { received, total },
            DeepEvent::Loading => self.deep = DeepState::Loading,
            DeepEvent::Ready(ready) => {
                self.deep = DeepState::Ready(ready);
                self.memory = self.memory.max(ready.memory);
            }
            DeepEvent::Failed(error) => self.deep = DeepState::Failed(error),
            DeepEvent::Progress { job, window, of } => self.sharpen(job, Sharper::Running { window, of }),
            DeepEvent::Done { job, analysis, voice, memory } => {
                self.memory = self.memory.max(memory);
                self.sharpen(job, Sharper::Done(Rc::new(*analysis)));
                self.hear_voice(job, Rc::new(*voice));
            }
            DeepEvent::Against { job, against } => self.set_against(job, against),
            DeepEvent::Ended { job, error: Error::Cancelled } => self.sharpen(job, Sharper::Stopped),
            DeepEvent::Ended { job, error } => self.sharpen(job, Sharper::Failed(error)),
        }
    }

    pub(super) fn stop_deep(&mut self, job: JobId) {
        if matches!(&self.job, JobState::Done(report) if report.job == job && matches!(report.sharper, Sharper::Running { .. }))
        {
            self.sharpen(job, Sharper::Stopped);
        }
    }

    fn sharpen(&mut self, job: JobId, sharper: Sharper) {
        self.for_each_report(job, |report| report.sharper = sharper.clone());
    }

    /// The worker is gone, and the deep tier with it. What it was busy with there is what may have ended it.
    pub(super) fn lose_deep(&mut self, error: &Error) {
        let busy = self.deep_busy();
        self.deep = if busy { DeepState::Failed(error.clone()) } else { DeepState::Absent };
        if let JobState::Done(report) = &self.job
            && busy
        {
            self.sharpen(report.job, Sharper::Lost(error.clone()));
        }
    }

    /// Whether the worker prepares or uses the deep tier.
    pub fn deep_busy(&self) -> bool {
        let running = matches!(&self.job, JobState::Done(report) if matches!(report.sharper, Sharper::Running { .. }));
        running || matches!(self.deep, DeepState::Loading)
    }

    /// The visitor has asked for it.
    pub(super) fn ask_for_deep(&mut self) {
        if matches!(self.deep, DeepState::Asked | DeepState::Failed(_)) {
            let total = self.offer.as_ref().map_or(0, |offer| offer.bytes);
            self.deep = DeepState::Fetching { received: 0, total };
        }
        if let JobState::Done(report) = &self.job
            && matches!(report.sharper, Sharper::Failed(_))
        {
            self.sharpen(report.job, Sharper::Waiting);
        }
    }
}
