//! The recorder, as a hook: a microphone that is on only while the visitor records, and the file that comes of it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use yew::prelude::*;

use super::export::float_wav_header;
use super::state::{Notice, RecordAction, Recorder, SHORTEST};
use super::text;
use super::use_engine::LiveCommand;
use crate::browser::{Block, File, Microphone, Take, focus_soon, microphones, spawn};
use crate::protocol::LONGEST_CLIP;
use crate::{Error, Result};

impl Reducible for Recorder {
    type Action = RecordAction;

    fn reduce(self: Rc<Self>, action: RecordAction) -> Rc<Self> {
        Rc::new(self.after(action))
    }
}

/// What [`use_recorder`] gives.
#[derive(Clone, PartialEq)]
pub struct RecorderHandle {
    /// What the recorder does.
    pub state: UseReducerHandle<Recorder>,
    /// Tells it what to do.
    pub send: Callback<RecorderCommand>,
}

/// What a visitor may want of the recorder.
#[derive(Clone, Debug, PartialEq)]
pub enum RecorderCommand {
    /// Ask for a microphone and record.
    Record {
        /// Whether it is to be judged while it is made.
        live: bool,
    },
    /// Leave out what is heard, or no longer.
    Pause(bool),
    /// End it and hand it on.
    Stop,
    /// End it and drop it.
    Discard,
    /// Go on with the microphone of that key.
    Switch(String),
    /// Hand on files that were not recorded.
    Give(Vec<File>),
}

/// Elements that get the focus: while the browser asks, while a microphone is on, and afterwards.
pub type Places = [&'static [&'static str]; 3];

/// A recorder whose recordings go to `on_files`, and what is to be judged at once to `on_live`. The microphone goes off with
/// the component.
#[hook]
pub fn use_recorder(
    on_files: Callback<Vec<File>>,
    on_live: Callback<LiveCommand>,
    places: &'static Places,
) -> RecorderHandle {
    let state = use_reducer_eq(Recorder::default);
    let desk = {
        let dispatcher = state.dispatcher();
        use_memo((), move |()| Desk::new(dispatcher, places))
    };
    desk.on_files.replace(on_files);
    desk.on_live.replace(on_live);
    {
        let desk = desk.clone();
        use_effect_with((), move |()| {
            move || {
                desk.off();
            }
        });
    }
    let send = use_callback((), move |command, ()| match command {
        RecorderCommand::Record { live } => desk.record(live),
        RecorderCommand::Pause(paused) => desk.pause(paused),
        RecorderCommand::Stop => desk.finish(None),
        RecorderCommand::Discard => desk.discard(),
        RecorderCommand::Switch(device) => desk.switch(device),
        RecorderCommand::Give(files) => desk.give(files),
    });
    RecorderHandle { state, send }
}

struct Desk {
    myself: Weak<Self>,
    dispatcher: UseReducerDispatcher<Recorder>,
    places: &'static Places,
    on_files: RefCell<Callback<Vec<File>>>,
    on_live: RefCell<Callback<LiveCommand>>,
    live: Cell<bool>,
    began_live: Cell<bool>,
    microphone: RefCell<Option<Rc<Microphone>>>,
    take: RefCell<Option<Take>>,
    paused: Cell<bool>,
    /// Counts recordings, those that were refused too; what belongs to an earlier one is dropped.
    turn: Cell<u32>,
    /// Counts files.
    files: Cell<u32>,
}

impl Desk {
    fn new(dispatcher: UseReducerDispatcher<Recorder>, places: &'static Places) -> Rc<Self> {
        Rc::new_cyclic(|myself| Self {
            myself: myself.clone(),
            dispatcher,
            places,
            on_files: RefCell::default(),
            on_live: RefCell::default(),
            live: Cell::new(false),
            began_live: Cell::new(false),
            microphone: RefCell::new(None),
            take: RefCell::new(None),
            paused: Cell::new(false),
            turn: Cell::new(0),
            files: Cell::new(0),
        })
    }

    fn record(&self, live: bool) {
        let Some(desk) = self.myself.upgrade() else { return };
        let turn = self.off();
        self.live.set(live);
        self.began_live.set(live);
        self.dispatcher.dispatch(RecordAction::Asked);
        focus_soon(self.places[0]);
        let (heard, lost) = (self.myself.clone(), self.myself.clone());
        let on_block = move |block| {
            if let Some(desk) = heard.upgrade() {
                desk.hear(turn, &block);
            }
        };
        let on_lost = move || {
            if let Some(desk) = lost.upgrade() {
                desk.finish_later(turn, Notice::Unplugged);
            }
        };
        spawn(async move {
            let opened = Microphone::open(None, on_block, on_lost).await;
            if desk.turn.get() != turn {
                return;
            }
            match opened {
                Ok(microphone) => desk.begin(turn, Rc::new(microphone)).await,
                Err(error) => desk.end(Some(Notice::Refused(error))),
            }
        });
    }

    async fn begin(&self, turn: u32, microphone: Rc<Microphone>) {
        self.take.replace(Some(Take::new(microphone.sample_rate(), LONGEST_CLIP)));
        if self.live.get() {
            self.tell_live(LiveCommand::Begin { sample_rate: microphone.sample_rate() });
        }
        self.microphone.replace(Some(microphone.clone()));
        self.tell(&microphone);
        focus_soon(self.places[1]);
        drop(microphone);
        let devices = microphones().await;
        if self.turn.get() == turn {
            self.dispatcher.dispatch(RecordAction::Listed(devices));
        }
    }

    fn tell(&self, microphone: &Microphone) {
        let (device, processing) = (microphone.device(), microphone.processing());
        self.dispatcher.dispatch(RecordAction::Begun { device, processing });
    }

    fn hear(&self, turn: u32, block: &Block) {
        if self.turn.get() != turn || self.paused.get() {
            return;
        }
        let mut take = self.take.borrow_mut();
        let Some(take) = take.as_mut().filter(|take| !take.is_full()) else { return };
        let before = take.seconds();
        take.push(block);
        let seconds = take.seconds();
        let length = (seconds - before) as f32;
        let samples = block.to_vec();
        let peak = samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
        self.dispatcher.dispatch(RecordAction::Heard { seconds, length, peak });
        if self.live.get() {
            self.tell_live(LiveCommand::Hear(samples));
        }
        if take.is_full() {
            self.finish_later(turn, Notice::Full);
        }
    }

    fn pause(&self, paused: bool) {
        self.paused.set(paused);
        self.dispatcher.dispatch(RecordAction::Paused(paused));
    }

    fn switch(&self, device: String) {
        let Some(desk) = self.myself.upgrade() else { return };
        let Some(microphone) = self.microphone.borrow().clone() else { return };
        let turn = self.turn.get();
        spawn(async move {
            let switched = microphone.switch(&device).await;
            if desk.turn.get() != turn {
                return;
            }
            match switched {
                Ok(()) => desk.tell(&microphone),
                Err(error) => desk.dispatcher.dispatch(RecordAction::NotSwitched(error)),
            }
        });
    }

    /// A moment later: this is asked for inside callbacks that end with the microphone.
    fn finish_later(&self, turn: u32, notice: Notice) {
        let Some(desk) = self.myself.upgrade() else { return };
        spawn(async move {
            if desk.turn.get() == turn {
                desk.finish(Some(notice));
            }
        });
    }

    fn finish(&self, notice: Option<Notice>) {
        let take = self.take.take();
        self.off();
        let Some(take) = take else { return };
        let seconds = take.seconds();
        let file = if seconds < SHORTEST {
            Err(Notice::TooShort { seconds })
        } else {
            wav(&take, &text::recording_name(self.files.get() + 1)).map_err(Notice::Lost)
        };
        match file {
            Ok(file) => {
                self.files.set(self.files.get() + 1);
                self.end(notice);
                self.hand_on(vec![file]);
            }
            Err(failure) => self.end(Some(failure)),
        }
    }

    fn discard(&self) {
        let notice = self.take.borrow().is_some().then_some(Notice::Discarded);
        self.off();
        self.end(notice);
    }

    /// The button that began it has the focus again.
    fn end(&self, notice: Option<Notice>) {
        self.dispatcher.dispatch(RecordAction::Ended(notice));
        focus_soon(if self.began_live.get() { &["live-start"] } else { self.places[2] });
    }

    fn give(&self, files: Vec<File>) {
        self.dispatcher.dispatch(RecordAction::Cleared);
        self.hand_on(files);
    }

    fn hand_on(&self, files: Vec<File>) {
        let on_files = self.on_files.borrow().clone();
        on_files.emit(files);
    }

    fn tell_live(&self, command: LiveCommand) {
        let on_live = self.on_live.borrow().clone();
        on_live.emit(command);
    }

    /// Ends what there is; gives the number of the next turn.
    fn off(&self) -> u32 {
        self.turn.set(self.turn.get() + 1);
        self.paused.set(false);
        if self.live.replace(false) {
            self.tell_live(LiveCommand::End);
        }
        self.take.take();
        self.microphone.take();
        self.turn.get()
    }
}

/// A WAV file of what was recorded: mono, 32-bit float, at the rate it was recorded at.
///
/// # Errors
/// [`Error::Browser`] where it is too long, or the browser has no room for it.
pub(super) fn wav(take: &Take, name: &str) -> Result<File> {
    let header = float_wav_header(take.sample_rate(), take.samples());
    let header = header.ok_or_else(|| Error::Browser { reason: "the sound is too long for a WAV file".into() })?;
    take.file(name, &header)
}
