//! The microphone, as a hook: what is being recorded, and what may be done with it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use yew::prelude::*;

use super::export::float_wav_header;
use super::state::{METER_FLOOR, Take};
use super::text;
use crate::Result;
use crate::browser::{Device, File, Microphone, file_of, log_error, microphones, spawn};

/// What the recorder does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing.
    #[default]
    Idle,
    /// The browser asks the visitor, or opens the device.
    Asking,
    /// The microphone is open.
    Recording,
    /// The microphone is open, and nothing is kept.
    Paused,
}

/// What the page shows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecorderView {
    /// What it does.
    pub phase: Phase,
    /// Seconds kept.
    pub seconds: f32,
    /// Level now, and the highest of late, in dB of full scale.
    pub level: f32,
    /// See there.
    pub hold: f32,
    /// Whether the recording is clipped.
    pub clipped: bool,
    /// All microphones.
    pub devices: Vec<Device>,
    /// The one in use.
    pub device: Option<Device>,
    /// What the visitor should know.
    pub note: Option<String>,
    /// Why there is no recording.
    pub error: Option<String>,
}

impl Default for RecorderView {
    fn default() -> Self {
        Self {
            phase: Phase::Idle,
            seconds: 0.0,
            level: METER_FLOOR,
            hold: METER_FLOOR,
            clipped: false,
            devices: Vec::new(),
            device: None,
            note: None,
            error: None,
        }
    }
}

/// What [`use_recorder`] gives.
#[derive(Clone, PartialEq)]
pub struct RecorderHandle {
    /// What the page shows.
    pub view: RecorderView,
    /// Ask for the microphone, and record.
    pub start: Callback<()>,
    /// Pause, or go on.
    pub pause: Callback<()>,
    /// End, and hand the recording over.
    pub stop: Callback<()>,
    /// End, and forget it.
    pub discard: Callback<()>,
    /// Go on with the microphone of this id.
    pub choose: Callback<String>,
}

/// Records from the microphone; `on_file` gets each recording as a WAV file. The microphone is let go with the component.
#[hook]
pub fn use_recorder(on_file: Callback<File>) -> RecorderHandle {
    let view = use_state_eq(RecorderView::default);
    let recorder = {
        let show = view.setter();
        use_memo((), move |()| Recorder::new(show, on_file))
    };
    {
        let recorder = recorder.clone();
        use_effect_with((), move |()| move || recorder.let_go());
    }
    let action = |of: fn(&Recorder)| {
        let recorder = recorder.clone();
        Callback::from(move |()| of(&recorder))
    };
    let choose = {
        let recorder = recorder.clone();
        Callback::from(move |id| recorder.open(Some(id)))
    };
    RecorderHandle {
        view: (*view).clone(),
        start: action(|recorder| recorder.open(None)),
        pause: action(Recorder::pause),
        stop: action(|recorder| recorder.finish(None)),
        discard: action(Recorder::discard),
        choose,
    }
}

struct Recorder {
    myself: Weak<Self>,
    show: UseStateSetter<RecorderView>,
    on_file: Callback<File>,
    view: RefCell<RecorderView>,
    take: RefCell<Take>,
    microphone: RefCell<Option<Microphone>>,
    /// Counts what was begun, so that an answer to an older question is let go.
    attempt: Cell<u64>,
    made: Cell<usize>,
}

impl Recorder {
    fn new(show: UseStateSetter<RecorderView>, on_file: Callback<File>) -> Rc<Self> {
        Rc::new_cyclic(|myself| Self {
            myself: myself.clone(),
            show,
            on_file,
            view: RefCell::default(),
            take: RefCell::default(),
            microphone: RefCell::default(),
            attempt: Cell::new(0),
            made: Cell::new(0),
        })
    }

    fn change(&self, change: impl FnOnce(&mut RecorderView)) {
        let mut view = self.view.borrow_mut();
        change(&mut view);
        self.show.set(view.clone());
    }

    /// Lets go of the microphone, and of one that is still being asked for.
    fn let_go(&self) {
        self.attempt.set(self.attempt.get() + 1);
        self.microphone.take();
    }

    fn open(&self, device: Option<String>) {
        let Some(recorder) = self.myself.upgrade() else { return };
        let goes_on = self.microphone.borrow().is_some();
        self.let_go();
        let attempt = self.attempt.get();
        if !goes_on {
            self.take.replace(Take::default());
        }
        self.change(|view| {
            let (devices, seconds) = (std::mem::take(&mut view.devices), if goes_on { view.seconds } else { 0.0 });
            *view = RecorderView { phase: Phase::Asking, devices, seconds, ..RecorderView::default() };
        });
        spawn(async move {
            let (hears, ends) = (recorder.myself.clone(), recorder.myself.clone());
            let on_samples = move |block: Vec<f32>| {
                if let Some(recorder) = hears.upgrade() {
                    recorder.hear(&block);
                }
            };
            let on_end = move || {
                if let Some(recorder) = ends.upgrade() {
                    // This runs inside a callback of the microphone that is about to go.
                    spawn(async move { recorder.finish(Some(text::RECORD_ENDED)) });
                }
            };
            let opened = Microphone::open(device.as_deref(), on_samples, on_end).await;
            let devices = microphones().await;
            if recorder.attempt.get() != attempt {
                return;
            }
            match opened {
                Ok(microphone) => recorder.begin(microphone, devices),
                Err(error) => recorder.change(|view| {
                    *view = RecorderView { error: Some(error.to_string()), ..RecorderView::default() };
                }),
            }
        });
    }

    fn begin(&self, microphone: Microphone, devices: Result<Vec<Device>>) {
        let rate = microphone.sample_rate();
        let mut note = None;
        if self.take.borrow().sample_rate() != rate {
            if !self.take.borrow().samples().is_empty() {
                note = Some(text::RECORD_ANEW.to_owned());
            }
            self.take.replace(Take::new(rate));
        }
        let still_on = microphone.still_on();
        if !still_on.is_empty() {
            note = Some(text::still_on(&still_on));
        }
        let device = microphone.device();
        self.microphone.replace(Some(microphone));
        self.change(|view| {
            view.phase = Phase::Recording;
            view.device = device;
            view.note = note;
            match devices {
                Ok(devices) => view.devices = devices,
                Err(error) => log_error(&error),
            }
        });
    }

    fn hear(&self, block: &[f32]) {
        let phase = self.view.borrow().phase;
        if !matches!(phase, Phase::Recording | Phase::Paused) {
            return;
        }
        let mut take = self.take.borrow_mut();
        take.hear(block, phase == Phase::Recording);
        let is_full = take.is_full();
        self.change(|view| {
            view.seconds = take.seconds();
            view.level = take.level();
            view.hold = take.hold();
            view.clipped = take.is_clipped();
        });
        drop(take);
        if is_full && let Some(recorder) = self.myself.upgrade() {
            spawn(async move { recorder.finish(Some(text::RECORD_FULL)) });
        }
    }

    fn pause(&self) {
        self.change(|view| {
            view.phase = match view.phase {
                Phase::Recording => Phase::Paused,
                Phase::Paused => Phase::Recording,
                other => other,
            };
        });
    }

    fn discard(&self) {
        self.let_go();
        self.take.replace(Take::default());
        self.change(|view| *view = RecorderView::default());
    }

    fn finish(&self, note: Option<&str>) {
        if self.microphone.borrow().is_none() {
            return;
        }
        self.let_go();
        let take = self.take.replace(Take::default());
        let mut view = RecorderView { note: note.map(str::to_owned), ..RecorderView::default() };
        match self.file(&take) {
            Ok(Some(file)) => self.on_file.emit(file),
            Ok(None) => view = RecorderView { error: Some(text::RECORD_EMPTY.into()), ..view },
            Err(error) => view = RecorderView { error: Some(error.to_string()), ..view },
        }
        self.change(|shown| *shown = view);
    }

    fn file(&self, take: &Take) -> Result<Option<File>> {
        let count = u32::try_from(take.samples().len()).unwrap_or(u32::MAX);
        let header = float_wav_header(take.sample_rate(), count).filter(|_| count > 0);
        let Some(header) = header else { return Ok(None) };
        self.made.set(self.made.get() + 1);
        let bytes: Vec<u8> = take.samples().iter().flat_map(|sample| sample.to_le_bytes()).collect();
        file_of(&text::recording_name(self.made.get()), &[&header, &bytes]).map(Some)
    }
}
