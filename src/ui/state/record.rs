//! What the page knows of a recording, and how each fact changes it.

use super::meter::Meter;
use crate::Error;
use crate::browser::{Device, MicrophoneError, Processing};

/// Seconds that a recording must have.
pub const SHORTEST: f64 = 0.1;

/// The recorder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorder {
    /// What it does.
    pub phase: Phase,
    /// What has to be said about it.
    pub notice: Option<Notice>,
}

/// What the recorder does.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing; the microphone is off.
    #[default]
    Idle,
    /// The browser asks the visitor for a microphone, or starts it.
    Asking,
    /// A microphone is on.
    Running(Session),
}

/// A recording under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// Whether what is heard is left out.
    pub paused: bool,
    /// Seconds recorded so far.
    pub seconds: f64,
    /// Its level.
    pub meter: Meter,
    /// All microphones.
    pub devices: Vec<Device>,
    /// Key of the one that is on.
    pub device: Option<String>,
    /// What is done to its sound.
    pub processing: Vec<Processing>,
}

/// Something to be said about a recording.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// There is none.
    Refused(MicrophoneError),
    /// The other microphone could not be used.
    NotSwitched(MicrophoneError),
    /// Too little was recorded.
    TooShort {
        /// Seconds.
        seconds: f64,
    },
    /// The browser could not make a file of it.
    Lost(Error),
    /// It was stopped because it was as long as can be.
    Full,
    /// It was stopped because the microphone was gone.
    Unplugged,
    /// The visitor did not want it.
    Discarded,
}

impl Notice {
    /// Whether there is nothing to analyse, against the visitor's will.
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Full | Self::Unplugged | Self::Discarded)
    }
}

/// Something that happened to the recorder.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordAction {
    /// The visitor wants to record.
    Asked,
    /// A microphone is on.
    Begun {
        /// Its key.
        device: Option<String>,
        /// What is done to its sound.
        processing: Vec<Processing>,
    },
    /// These microphones can be chosen.
    Listed(Vec<Device>),
    /// It was heard for `length` seconds.
    Heard {
        /// Seconds recorded in all.
        seconds: f64,
        /// Seconds of this block.
        length: f32,
        /// Its largest absolute sample.
        peak: f32,
    },
    /// Pause, or the end of one.
    Paused(bool),
    /// Another microphone could not be used.
    NotSwitched(MicrophoneError),
    /// The microphone is off.
    Ended(Option<Notice>),
    /// A clip came in another way.
    Cleared,
}

impl Recorder {
    /// The state after that fact.
    pub fn after(&self, action: RecordAction) -> Self {
        let mut next = self.clone();
        match (action, &mut next.phase) {
            (RecordAction::Asked, _) => return Self { phase: Phase::Asking, notice: None },
            (RecordAction::Ended(notice), _) => return Self { phase: Phase::Idle, notice },
            (RecordAction::Cleared, _) => next.notice = None,
            (RecordAction::Begun { device, processing }, Phase::Running(session)) => {
                session.device = device;
                session.processing = processing;
                next.notice = None;
            }
            (RecordAction::Begun { device, processing }, phase) => {
                *phase = Phase::Running(Session { device, processing, ..Session::default() });
            }
            (RecordAction::Listed(devices), Phase::Running(session)) => session.devices = devices,
            (RecordAction::Heard { seconds, length, peak }, Phase::Running(session)) => {
                session.seconds = seconds;
                session.meter = session.meter.after(peak, length);
            }
            (RecordAction::Paused(paused), Phase::Running(session)) => {
                session.paused = paused;
                session.meter = Meter::default();
            }
            (RecordAction::NotSwitched(error), Phase::Running(_)) => next.notice = Some(Notice::NotSwitched(error)),
            _ => {}
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running() -> Recorder {
        let begun = RecordAction::Begun { device: Some("a".into()), processing: vec![] };
        Recorder::default().after(RecordAction::Asked).after(begun)
    }

    fn session(recorder: &Recorder) -> &Session {
        match &recorder.phase {
            Phase::Running(session) => session,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_recording_grows_is_paused_and_ends() {
        let heard = running().after(RecordAction::Heard { seconds: 0.04, length: 0.04, peak: 0.5 });
        assert!(session(&heard).seconds > 0.0 && session(&heard).meter.level > -7.0);
        let paused = heard.after(RecordAction::Paused(true));
        assert!(session(&paused).paused && session(&paused).seconds > 0.0);
        assert_eq!(session(&paused).meter, Meter::default());
        assert_eq!(paused.after(RecordAction::Ended(None)), Recorder::default());
    }

    #[test]
    fn another_microphone_keeps_what_is_recorded() {
        let heard = running().after(RecordAction::Heard { seconds: 2.0, length: 0.04, peak: 0.5 });
        let refused = heard.after(RecordAction::NotSwitched(MicrophoneError::Busy));
        assert_eq!(refused.notice, Some(Notice::NotSwitched(MicrophoneError::Busy)));
        let echo = vec![Processing::EchoCancellation];
        let other = refused.after(RecordAction::Begun { device: Some("b".into()), processing: echo.clone() });
        assert_eq!((session(&other).seconds, other.notice.as_ref()), (2.0, None));
        assert_eq!((session(&other).device.as_deref(), &session(&other).processing), (Some("b"), &echo));
    }

    #[test]
    fn what_comes_late_changes_nothing() {
        let idle = Recorder::default();
        for late in [
            RecordAction::Heard { seconds: 1.0, length: 1.0, peak: 1.0 },
            RecordAction::Paused(true),
            RecordAction::Listed(vec![]),
            RecordAction::NotSwitched(MicrophoneError::Busy),
        ] {
            assert_eq!(idle.after(late), idle);
        }
        let denied = idle.after(RecordAction::Ended(Some(Notice::Refused(MicrophoneError::Denied))));
        assert!(denied.notice.as_ref().is_some_and(Notice::is_failure));
        assert_eq!(denied.after(RecordAction::Cleared), idle);
    }
}
