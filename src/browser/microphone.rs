//! The microphone: raw samples at the device's own rate, through an AudioWorklet.

use js_sys::{Array, Float32Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioContext, AudioWorkletNode, DomException, Event, MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStream,
    MediaStreamConstraints, MediaStreamTrack, MessageEvent,
};

use super::{Listener, error, window};
use crate::{Error, Result};

/// The program of the audio thread, beside the page, and the name it goes by.
const PROCESSOR_URL: &str = "./recorder.js";
const PROCESSOR: &str = "undertone-recorder";
/// What browsers do to a voice unless they are asked not to.
const PROCESSING: [&str; 3] = ["echoCancellation", "autoGainControl", "noiseSuppression"];

/// A source of sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// What the browser knows it by.
    pub id: String,
    /// Its name, for people.
    pub label: String,
}

/// An open microphone. When dropped it is let go, and the browser's light for it goes out.
#[derive(Debug)]
pub struct Microphone {
    context: AudioContext,
    stream: MediaStream,
    _node: Option<AudioWorkletNode>,
    _listeners: Vec<Listener>,
}

impl Microphone {
    /// Asks for a microphone, the one named by `device` where that is given, with the browser's own processing off.
    /// `on_samples` gets what is heard, in -1..=1; `on_end` is called when the device goes away.
    ///
    /// # Errors
    /// [`Error::MicrophoneDenied`], [`Error::MicrophoneMissing`], [`Error::MicrophoneBusy`],
    /// [`Error::MicrophoneInsecure`]; [`Error::Browser`] for anything else.
    pub async fn open(
        device: Option<&str>,
        mut on_samples: impl FnMut(Vec<f32>) + 'static,
        mut on_end: impl FnMut() + 'static,
    ) -> Result<Self> {
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&asked_for(device));
        let asked =
            media_devices()?.get_user_media_with_constraints(&constraints).map_err(|thrown| refusal(&thrown))?;
        let stream: MediaStream = JsFuture::from(asked).await.map_err(|thrown| refusal(&thrown))?.unchecked_into();
        let context = match AudioContext::new() {
            Ok(context) => context,
            Err(thrown) => {
                stop(&stream);
                return Err(error(&thrown));
            }
        };
        // From here on a failure lets go of both.
        let mut microphone = Self { context, stream, _node: None, _listeners: Vec::new() };
        let failed = |thrown: JsValue| error(&thrown);
        let context = &microphone.context;
        let added = context.audio_worklet().and_then(|worklet| worklet.add_module(PROCESSOR_URL)).map_err(failed)?;
        JsFuture::from(added).await.map_err(failed)?;
        let node = AudioWorkletNode::new(context, PROCESSOR).map_err(failed)?;
        let source = context.create_media_stream_source(&microphone.stream).map_err(failed)?;
        source.connect_with_audio_node(&node).map_err(failed)?;
        // It gives silence, but what leads nowhere is not run by every browser.
        node.connect_with_audio_node(&context.destination()).map_err(failed)?;
        let port = node.port().map_err(failed)?;
        let samples = Listener::new(&port, "message", move |event: MessageEvent| {
            if let Ok(samples) = event.data().dyn_into::<Float32Array>() {
                on_samples(samples.to_vec());
            }
        })?;
        port.start();
        let mut listeners = vec![samples];
        if let Some(track) = microphone.track() {
            listeners.push(Listener::new(&track, "ended", move |_: Event| on_end())?);
        }
        JsFuture::from(context.resume().map_err(failed)?).await.map_err(failed)?;
        microphone._node = Some(node);
        microphone._listeners = listeners;
        Ok(microphone)
    }

    /// Hz.
    pub fn sample_rate(&self) -> u32 {
        self.context.sample_rate() as u32
    }

    /// The device in use.
    pub fn device(&self) -> Option<Device> {
        let track = self.track()?;
        let id = Reflect::get(&track.get_settings(), &JsValue::from_str("deviceId")).ok()?.as_string()?;
        Some(Device { id, label: track.label() })
    }

    /// Which of the browser's own changes to the sound stayed on although it was asked to leave them off.
    pub fn still_on(&self) -> Vec<&'static str> {
        let Some(track) = self.track() else { return Vec::new() };
        let settings = track.get_settings();
        let is_on =
            |name: &&str| Reflect::get(&settings, &JsValue::from_str(name)).is_ok_and(|value| value.is_truthy());
        PROCESSING.into_iter().filter(is_on).collect()
    }

    fn track(&self) -> Option<MediaStreamTrack> {
        self.stream.get_audio_tracks().get(0).dyn_into().ok()
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self._listeners.clear();
        stop(&self.stream);
        // A context that is closed already says so, and nobody minds.
        let _ = self.context.close();
    }
}

/// All microphones; without names before the visitor has allowed one.
///
/// # Errors
/// As [`Microphone::open`].
pub async fn microphones() -> Result<Vec<Device>> {
    let asked = media_devices()?.enumerate_devices().map_err(|thrown| refusal(&thrown))?;
    let found: Array = JsFuture::from(asked).await.map_err(|thrown| refusal(&thrown))?.unchecked_into();
    Ok(found
        .iter()
        .map(JsCast::unchecked_into::<MediaDeviceInfo>)
        .filter(|device| device.kind() == MediaDeviceKind::Audioinput && !device.device_id().is_empty())
        .map(|device| Device { id: device.device_id(), label: device.label() })
        .collect())
}

fn media_devices() -> Result<MediaDevices> {
    let navigator = window()?.navigator();
    // Undefined where the page was not fetched over a safe connection.
    let there = Reflect::get(&navigator, &JsValue::from_str("mediaDevices")).is_ok_and(|value| value.is_object());
    if there { navigator.media_devices().map_err(|thrown| error(&thrown)) } else { Err(Error::MicrophoneInsecure) }
}

fn asked_for(device: Option<&str>) -> JsValue {
    let asked = Object::new();
    let set = |object: &Object, name: &str, value: &JsValue| {
        // Only a frozen object could refuse.
        let _ = Reflect::set(object, &JsValue::from_str(name), value);
    };
    for name in PROCESSING {
        set(&asked, name, &JsValue::FALSE);
    }
    if let Some(device) = device {
        let exactly = Object::new();
        set(&exactly, "exact", &JsValue::from_str(device));
        set(&asked, "deviceId", &exactly);
    }
    asked.into()
}

fn refusal(thrown: &JsValue) -> Error {
    match thrown.dyn_ref::<DomException>().map(DomException::name).as_deref() {
        Some("NotAllowedError" | "SecurityError") => Error::MicrophoneDenied,
        Some("NotFoundError" | "OverconstrainedError") => Error::MicrophoneMissing,
        Some("NotReadableError" | "AbortError") => Error::MicrophoneBusy,
        _ => error(thrown),
    }
}

fn stop(stream: &MediaStream) {
    stream.get_tracks().iter().for_each(|track| track.unchecked_into::<MediaStreamTrack>().stop());
}
