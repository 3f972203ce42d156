//! A clip's sound, from the worker: saved, or played.

use yew::prelude::*;

use super::Link;
use crate::browser::{Buffer, Content};
use crate::protocol::{JobId, Request, Sound};
use crate::ui::export::float_wav_header;
use crate::ui::state::{Action, Saved};
use crate::{Error, Result};

/// A sound that is to be played.
#[derive(Clone, PartialEq)]
pub struct Listen {
    /// The clip.
    pub job: JobId,
    /// Which of its sounds.
    pub of: Sound,
    /// What is to be done with it; `None` where it is not held any more.
    pub then: Callback<Option<Content>>,
}

/// What a sound was asked for.
pub(super) enum Wanted {
    Save(JobId, String),
    Play(Listen),
}

impl Link {
    pub(super) fn ask_for_sound(&self, job: JobId, name: String) {
        if self.hears.get() {
            self.sound.replace(Some(Wanted::Save(job, name)));
            self.post(&Request::Sound { job, of: Sound::Heard }, None);
        } else {
            self.dispatcher.dispatch(Action::Saved { job, outcome: Saved::SoundGone });
        }
    }

    pub(super) fn ask_to_listen(&self, listen: Listen) {
        let Listen { job, of, .. } = listen;
        let given = self.given(job);
        let missing = matches!(of, Sound::Recorded(_)) && given.is_none();
        if missing || !self.hears.get() {
            return listen.then.emit(None);
        }
        self.sound.replace(Some(Wanted::Play(listen)));
        let file = given.filter(|_| matches!(of, Sound::Recorded(_))).map(|given| given.file);
        self.post(&Request::Sound { job, of }, file.as_ref());
    }

    /// The sound has come, or is not held any more; what became of an attempt to save it.
    pub(super) fn sound_here(&self, job: JobId, of: Sound, rate: u32, samples: Option<Buffer>) -> Option<Saved> {
        let is_this = |wanted: &mut Wanted| match wanted {
            Wanted::Save(asked, _) => *asked == job && of == Sound::Heard,
            Wanted::Play(listen) => (listen.job, listen.of) == (job, of),
        };
        let wanted = self.sound.borrow_mut().take_if(is_this)?;
        match wanted {
            Wanted::Play(listen) => {
                listen.then.emit(samples.and_then(|samples| wav(rate, &samples).ok()));
                None
            }
            Wanted::Save(_, name) => Some(match samples.map(|samples| wav(rate, &samples)) {
                None => Saved::SoundGone,
                Some(file) => match file.and_then(|file| file.save(&name)) {
                    Ok(()) => Saved::File(name),
                    Err(error) => Saved::Failed(error),
                },
            }),
        }
    }
}

fn wav(sample_rate: u32, samples: &Buffer) -> Result<Content> {
    let too_long = || Error::Browser { reason: "the sound is too long for a WAV file".into() };
    let header = u32::try_from(samples.size() / 4).ok().and_then(|count| float_wav_header(sample_rate, count));
    Content::new("audio/wav", &header.ok_or_else(too_long)?, Some(samples))
}
