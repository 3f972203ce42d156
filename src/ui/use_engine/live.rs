//! A voice that speaks just now, on its way to the worker.

use std::cell::Cell;

use super::Link;
use crate::protocol::{Request, SessionId};
use crate::ui::state::{Action, LiveAction};

/// What the recorder tells of a voice that is to be judged at once.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveCommand {
    /// It begins.
    Begin {
        /// Hz.
        sample_rate: u32,
    },
    /// Its next samples.
    Hear(Vec<f32>),
    /// It is over.
    End,
}

/// The session under way.
#[derive(Default)]
pub(super) struct LiveLink {
    last: Cell<SessionId>,
    current: Cell<Option<(SessionId, u32)>>,
}

impl Link {
    pub(super) fn live(&self, command: LiveCommand) {
        match command {
            LiveCommand::Begin { sample_rate } => {
                let session = self.live.last.get() + 1;
                self.live.last.set(session);
                self.live.current.set(Some((session, sample_rate)));
                self.dispatcher.dispatch(Action::Live(LiveAction::Begun(session)));
                self.begin_live();
            }
            LiveCommand::Hear(samples) => {
                if let Some((session, _)) = self.live.current.get().filter(|_| self.hears.get()) {
                    self.post(&Request::LiveSamples { session, samples }, None);
                }
            }
            LiveCommand::End => {
                if let Some((session, _)) = self.live.current.take() {
                    self.dispatcher.dispatch(Action::Live(LiveAction::Ended));
                    if self.hears.get() {
                        self.post(&Request::LiveEnd { session }, None);
                    }
                }
            }
        }
    }

    /// Tells the worker of the session, once it hears; one that has been replaced is told anew.
    pub(super) fn begin_live(&self) {
        if let Some((session, sample_rate)) = self.live.current.get().filter(|_| self.hears.get()) {
            self.post(&Request::LiveBegin { session, sample_rate }, None);
        }
    }
}
