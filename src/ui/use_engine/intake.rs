//! Files on their way to the worker: one after the other, and by way of the browser's decoder where the engine has none.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use super::Link;
use super::again::Given;
use crate::analysis::Analysis;
use crate::browser::{File, decode_file, spawn};
use crate::protocol::{JobId, LONGEST_CLIP, Request};
use crate::ui::state::{Action, MOST_CLIPS};
use crate::ui::text;
use crate::ui::use_recorder::wav;
use crate::{Error, Result};

/// The browser decodes a file as a whole: five minutes of the codecs in question are less than this, hours are not.
const MOST_DECODED_BYTES: f64 = 20e6;

/// What waits, and what is under way.
#[derive(Default)]
pub(super) struct Intake {
    waiting: RefCell<VecDeque<Given>>,
    /// The file whose first answer is to come.
    current: RefCell<Option<(JobId, Given)>>,
    /// The job whose file is in the browser's decoder.
    decoding: Cell<Option<JobId>>,
    decoded: RefCell<Option<Decoded>>,
    /// The job whose second answer the next file waits for.
    sharpened: Cell<Option<JobId>>,
}

/// What the browser has decoded.
struct Decoded {
    job: JobId,
    codec: String,
    channels: usize,
}

impl Link {
    /// Takes files that were given at once; they end what was given before.
    pub(super) fn give(&self, files: Vec<File>) {
        self.give_all(files.into_iter().map(Given::new).collect());
    }

    pub(super) fn give_all(&self, files: Vec<Given>) {
        if files.is_empty() {
            return;
        }
        self.intake.sharpened.set(None);
        self.dispatcher.dispatch(Action::FilesGiven(files.len()));
        self.intake.waiting.replace(files.into_iter().take(MOST_CLIPS).collect());
        self.give_next();
    }

    fn give_next(&self) {
        let Some(given) = self.intake.waiting.borrow_mut().pop_front() else { return };
        self.intake.decoding.set(None);
        let job = self.analyze(&given);
        self.intake.current.replace(Some((job, given)));
    }

    /// The job whose first answer is to come.
    pub(super) fn under_way(&self) -> Option<JobId> {
        self.intake.current.borrow().as_ref().map(|(job, _)| *job)
    }

    /// Drops what waits, and what the browser decodes; tells whether that was all that ran.
    pub(super) fn drop_waiting(&self) -> bool {
        if self.intake.current.borrow().is_some() {
            self.intake.waiting.borrow_mut().clear();
            // The job may end before the worker hears of it.
            self.dispatcher.dispatch(Action::FilesDropped);
        }
        let decodes = self.intake.decoding.take().is_some();
        if decodes {
            self.intake.current.take();
        }
        decodes
    }

    /// All is lost with the worker.
    pub(super) fn forget_files(&self) {
        self.intake.waiting.borrow_mut().clear();
        self.intake.current.take();
        self.intake.decoding.set(None);
        self.intake.sharpened.set(None);
    }

    /// A job has its first answer. The next file waits for the second where that can be had.
    pub(super) fn first_answer(&self, job: JobId, analysis: &mut Analysis) {
        if let Some(decoded) = self.intake.decoded.take().filter(|decoded| decoded.job == job) {
            (analysis.clip.codec, analysis.clip.channels) = (decoded.codec, decoded.channels);
        }
        self.no_answer(job);
        let waits = self.deep_ready.get() && !self.intake.waiting.borrow().is_empty();
        self.intake.sharpened.set(waits.then_some(job));
    }

    /// A first answer has been shown, or there is none.
    pub(super) fn go_on(&self) {
        if self.intake.sharpened.get().is_none() && self.intake.current.borrow().is_none() {
            self.give_next();
        }
    }

    /// A second answer has come, or will not.
    pub(super) fn second_answer(&self, job: Option<JobId>) {
        if self.intake.sharpened.get().is_some_and(|waits| job.is_none_or(|job| job == waits)) {
            self.intake.sharpened.set(None);
            self.give_next();
        }
    }

    /// Whether the browser now tries what the engine could not read.
    pub(super) fn tries_again(&self, job: JobId, failure: &Error) -> bool {
        let Some((_, given)) = self.intake.current.borrow().clone().filter(|(current, _)| *current == job) else {
            return false;
        };
        let what = match failure {
            Error::Unsupported { what } => Some(what.clone()),
            Error::Unreadable { .. } => None,
            _ => return false,
        };
        let once_more = self.intake.decoded.borrow().as_ref().is_some_and(|decoded| decoded.job == job);
        let Some(link) = self.myself.upgrade().filter(|_| !once_more) else { return false };
        self.intake.decoding.set(Some(job));
        let failure = failure.clone();
        spawn(async move {
            let decoded = decoded(&given.file, what).await;
            if link.intake.decoding.get() != Some(job) {
                return;
            }
            link.intake.decoding.set(None);
            match decoded {
                Ok((sound, codec, channels)) => {
                    link.intake.decoded.replace(Some(Decoded { job, codec, channels }));
                    let given = Given { file: sound, ..given };
                    link.hold(job, &given);
                    let Given { file, name, question } = given;
                    link.post(&Request::Analyze { job, name, question }, Some(&file));
                }
                Err(error) => {
                    link.intake.current.take();
                    let error = error.unwrap_or(failure);
                    link.dispatcher.dispatch(Action::AnalysisFailed { job, error });
                    link.go_on();
                }
            }
        });
        true
    }

    /// A job has ended without an answer.
    pub(super) fn no_answer(&self, job: JobId) {
        if self.intake.current.borrow().as_ref().is_some_and(|(current, _)| *current == job) {
            self.intake.current.take();
        }
    }
}

/// The sound as a WAV file, what it was, and its channels; an error where there is more to say than that it can't be read.
async fn decoded(file: &File, what: Option<String>) -> std::result::Result<(File, String, usize), Option<Error>> {
    if file.size() > MOST_DECODED_BYTES {
        let (megabytes, limit) = (file.size() / 1e6, MOST_DECODED_BYTES / 1e6);
        return Err(what.map(|what| Error::TooLargeToDecode { what, megabytes, limit }));
    }
    let found = match decode_file(file, LONGEST_CLIP).await {
        Ok(found) => found,
        Err(_) => return Err(what.map(|what| Error::Undecodable { what })),
    };
    if found.seconds > LONGEST_CLIP {
        return Err(Some(Error::TooLong { limit: LONGEST_CLIP }));
    }
    let sound: Result<File> = wav(&found.take, &file.name());
    Ok((sound.map_err(Some)?, text::DECODED_BY_BROWSER.into(), found.channels as usize))
}
