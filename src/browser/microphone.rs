//! The microphone: the visitor's permission, the devices, and their sound in blocks.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Float32Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AudioContext, AudioWorkletNode, AudioWorkletNodeOptions, ChannelCountMode, MediaDeviceInfo, MediaDeviceKind,
    MediaDevices, MediaStream, MediaStreamAudioSourceNode, MediaStreamConstraints, MediaStreamTrack,
    MediaTrackConstraints, MessageEvent,
};

use super::{Block, Listener, error, window};
use crate::Error;

const WORKLET_URL: &str = "./recorder.js";
const PROCESSOR: &str = "undertone-recorder";

/// Why no sound comes from a microphone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MicrophoneError {
    /// The page was not fetched safely, so that the browser has no microphones for it.
    Insecure,
    /// The browser can't record.
    Unsupported,
    /// The visitor, or a setting, has said no.
    Denied,
    /// There is no microphone.
    Missing,
    /// It is there, but gives no sound: another program may have it.
    Busy,
    /// Something else, in the browser's words.
    Other(String),
}

impl MicrophoneError {
    /// By the name that the browser gives to what it throws.
    fn named(name: &str, reason: String) -> Self {
        match name {
            "NotAllowedError" | "SecurityError" => Self::Denied,
            "NotFoundError" | "OverconstrainedError" => Self::Missing,
            "NotReadableError" | "AbortError" => Self::Busy,
            _ => Self::Other(reason),
        }
    }

    fn thrown(value: &JsValue) -> Self {
        let name = value.dyn_ref::<js_sys::Error>().map(|error| String::from(error.name())).unwrap_or_default();
        match error(value) {
            Error::Browser { reason } => Self::named(&name, reason),
            other => Self::Other(other.to_string()),
        }
    }

    fn other(value: &JsValue) -> Self {
        Self::Other(error(value).to_string())
    }
}

/// What a browser or a system may do to a voice before the page hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processing {
    /// Takes the loudspeaker's sound out.
    EchoCancellation,
    /// Brings loud and soft to one level.
    GainControl,
    /// Takes out what is not speech.
    NoiseSuppression,
}

/// A microphone that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The browser's key for it.
    pub id: String,
    /// Its name; empty where the browser does not tell.
    pub label: String,
}

/// All microphones. Their names are told only after the visitor has allowed one.
pub async fn microphones() -> Vec<Device> {
    let Ok(promise) = media_devices().and_then(|devices| devices.enumerate_devices().map_err(|e| thrown(&e))) else {
        return Vec::new();
    };
    let Ok(list) = JsFuture::from(promise).await else { return Vec::new() };
    let list: Array = list.unchecked_into();
    let infos = list.iter().map(JsCast::unchecked_into::<MediaDeviceInfo>);
    let microphones = infos.filter(|info| info.kind() == MediaDeviceKind::Audioinput);
    microphones.map(|info| Device { id: info.device_id(), label: info.label() }).collect()
}

fn thrown(value: &JsValue) -> MicrophoneError {
    MicrophoneError::thrown(value)
}

/// A microphone that is on; it is off as soon as this is dropped.
pub struct Microphone {
    context: Context,
    node: AudioWorkletNode,
    input: RefCell<Input>,
    on_lost: Rc<dyn Fn()>,
    _blocks: Listener,
}

impl Microphone {
    /// Asks for a microphone: the one of the browser's choice, or `device`. `on_block` gets its sound, `on_lost` is called when the device is
    /// unplugged or taken away.
    ///
    /// # Errors
    /// Where there is none, or it may not be used.
    pub async fn open(
        device: Option<&str>,
        mut on_block: impl FnMut(Block) + 'static,
        on_lost: impl Fn() + 'static,
    ) -> Result<Self, MicrophoneError> {
        let stream = Stream::ask_for(device).await?;
        let context = Context(AudioContext::new().map_err(|value| MicrophoneError::other(&value))?);
        let other = |value: JsValue| MicrophoneError::other(&value);
        let module = context.0.audio_worklet().and_then(|worklet| worklet.add_module(WORKLET_URL)).map_err(other)?;
        JsFuture::from(module).await.map_err(other)?;

        let options = AudioWorkletNodeOptions::new();
        options.set_channel_count(1);
        options.set_channel_count_mode(ChannelCountMode::Explicit);
        let node = AudioWorkletNode::new_with_options(&context.0, PROCESSOR, &options).map_err(other)?;
        let port = node.port().map_err(other)?;
        let blocks = Listener::new(&port, "message", move |event: MessageEvent| {
            if let Ok(samples) = event.data().dyn_into::<Float32Array>() {
                on_block(Block::new(samples));
            }
        })
        .map_err(|error| MicrophoneError::Other(error.to_string()))?;
        port.start();
        // The node writes nothing, so nothing is heard; not every browser runs a node that leads nowhere.
        node.connect_with_audio_node(&context.0.destination()).map_err(other)?;
        let on_lost: Rc<dyn Fn()> = Rc::new(on_lost);
        let input = Input::connect(&context.0, &node, stream, on_lost.clone())?;
        if let Ok(promise) = context.0.resume() {
            // It may wait for a gesture, or for ever.
            spawn_local(async move {
                let _ = JsFuture::from(promise).await;
            });
        }
        Ok(Self { context, node, input: RefCell::new(input), on_lost, _blocks: blocks })
    }

    /// Goes on with another device.
    ///
    /// # Errors
    /// Where that can't be used; the one before is kept.
    pub async fn switch(&self, device: &str) -> Result<(), MicrophoneError> {
        let stream = Stream::ask_for(Some(device)).await?;
        let input = Input::connect(&self.context.0, &self.node, stream, self.on_lost.clone())?;
        self.input.replace(input);
        Ok(())
    }

    /// Hz of the blocks, whatever the device has.
    pub fn sample_rate(&self) -> u32 {
        self.context.0.sample_rate() as u32
    }

    /// The device's key.
    pub fn device(&self) -> Option<String> {
        self.input.borrow().track.get_settings().get_device_id()
    }

    /// What is done to the sound although the page has asked for none of it.
    pub fn processing(&self) -> Vec<Processing> {
        let settings = self.input.borrow().track.get_settings();
        let all = [
            (Processing::EchoCancellation, settings.get_echo_cancellation()),
            (Processing::GainControl, settings.get_auto_gain_control()),
            (Processing::NoiseSuppression, settings.get_noise_suppression()),
        ];
        all.into_iter().filter(|(_, on)| *on == Some(true)).map(|(processing, _)| processing).collect()
    }
}

struct Context(AudioContext);

impl Drop for Context {
    fn drop(&mut self) {
        let _ = self.0.close();
    }
}

struct Stream(MediaStream);

impl Stream {
    async fn ask_for(device: Option<&str>) -> Result<Self, MicrophoneError> {
        let wishes = MediaTrackConstraints::new();
        // Wishes, not conditions: a device that can't do without them would be refused.
        wishes.set_echo_cancellation_bool(false);
        wishes.set_auto_gain_control_bool(false);
        wishes.set_noise_suppression_bool(false);
        if let Some(device) = device {
            // A condition: browsers choose freely among those that only come near a wish.
            let exact = js_sys::Object::new();
            Reflect::set(&exact, &JsValue::from_str("exact"), &JsValue::from_str(device))
                .map_err(|value| MicrophoneError::other(&value))?;
            wishes.set_device_id(&exact);
        }
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio_media_track_constraints(&wishes);
        let promise = media_devices()?.get_user_media_with_constraints(&constraints).map_err(|value| thrown(&value))?;
        let stream = JsFuture::from(promise).await.map_err(|value| thrown(&value))?;
        Ok(Self(stream.unchecked_into()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        for track in self.0.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

struct Input {
    source: MediaStreamAudioSourceNode,
    track: MediaStreamTrack,
    _stream: Stream,
    _ended: Listener,
}

impl Input {
    fn connect(
        context: &AudioContext,
        node: &AudioWorkletNode,
        stream: Stream,
        on_lost: Rc<dyn Fn()>,
    ) -> Result<Self, MicrophoneError> {
        let other = |value: JsValue| MicrophoneError::other(&value);
        let track: MediaStreamTrack = stream.0.get_audio_tracks().get(0).dyn_into().map_err(other)?;
        let ended = Listener::new(&track, "ended", move |_: web_sys::Event| on_lost())
            .map_err(|error| MicrophoneError::Other(error.to_string()))?;
        let source = context.create_media_stream_source(&stream.0).map_err(other)?;
        source.connect_with_audio_node(node).map_err(other)?;
        Ok(Self { source, track, _stream: stream, _ended: ended })
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // Only a node of another context could refuse.
        let _ = self.source.disconnect();
    }
}

fn media_devices() -> Result<MediaDevices, MicrophoneError> {
    let window = window().map_err(|_| MicrophoneError::Unsupported)?;
    let devices = Reflect::get(&window.navigator(), &JsValue::from_str("mediaDevices")).unwrap_or_default();
    match devices.dyn_into() {
        Ok(devices) => Ok(devices),
        Err(_) if window.is_secure_context() => Err(MicrophoneError::Unsupported),
        Err(_) => Err(MicrophoneError::Insecure),
    }
}

#[cfg(test)]
mod tests {
    use super::MicrophoneError;

    #[test]
    fn what_the_browser_throws_is_told_by_its_name() {
        let named = |name| MicrophoneError::named(name, "a reason".into());
        assert_eq!(named("NotAllowedError"), MicrophoneError::Denied);
        assert_eq!(named("NotFoundError"), MicrophoneError::Missing);
        assert_eq!(named("NotReadableError"), MicrophoneError::Busy);
        assert_eq!(named("TypeError"), MicrophoneError::Other("a reason".into()));
    }
}
