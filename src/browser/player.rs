//! Playing a sound.

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, HtmlAudioElement, Url};

use super::{Content, Listener, error, window};
use crate::Result;

/// A sound that is ready to be played; it falls silent when dropped.
#[derive(Debug)]
pub struct Player {
    audio: HtmlAudioElement,
    address: String,
    _listeners: Vec<Listener>,
}

impl Player {
    /// Of a sound file. `on_end` is called when it has come to its end, or, with `true`, where the browser can't play it.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where there is no way to play anything.
    pub fn new(content: &Content, on_end: impl Fn(bool) + Clone + 'static) -> Result<Self> {
        let thrown = |value: JsValue| error(&value);
        let address = content.address()?;
        let audio = HtmlAudioElement::new_with_src(&address).map_err(thrown)?;
        let failed = on_end.clone();
        let listeners = vec![
            Listener::new(&audio, "ended", move |_: Event| on_end(false))?,
            Listener::new(&audio, "error", move |_: Event| failed(true))?,
        ];
        Ok(Self { audio, address, _listeners: listeners })
    }

    /// Plays from where it stands.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the browser does not let the page.
    pub fn play(&self) -> Result<()> {
        // A refusal comes as an `error` event too; without a listener of its own the promise would shout in the console.
        let quiet = Closure::once_into_js(|_: JsValue| ());
        let playing = self.audio.play().map_err(|value| error(&value))?;
        let caught: std::result::Result<js_sys::Function, _> =
            js_sys::Reflect::get(&playing, &"catch".into()).and_then(JsCast::dyn_into::<js_sys::Function>);
        if let Ok(catch) = caught {
            let _ = catch.call1(&playing, &quiet);
        }
        Ok(())
    }

    /// Seconds from the beginning.
    pub fn position(&self) -> f64 {
        self.audio.current_time()
    }

    /// Goes to the end, and so ends.
    pub fn end(&self) {
        let end = self.audio.duration();
        if end.is_finite() {
            self.audio.set_current_time(end);
        }
    }

    /// Goes there.
    pub fn seek(&self, seconds: f64) {
        self.audio.set_current_time(seconds.max(0.0));
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // Neither can fail in a way that matters to somebody who lets go of it.
        let _ = self.audio.pause();
        let _ = Url::revoke_object_url(&self.address);
    }
}

/// Something that is done again and again, until dropped.
#[derive(Debug)]
pub struct Interval {
    id: i32,
    _tick: Closure<dyn FnMut()>,
}

impl Interval {
    /// Calls `tick` about every so many milliseconds.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] outside a page.
    pub fn new(millis: i32, tick: impl FnMut() + 'static) -> Result<Self> {
        let tick = Closure::<dyn FnMut()>::new(tick);
        let id = window()?
            .set_interval_with_callback_and_timeout_and_arguments_0(tick.as_ref().unchecked_ref(), millis)
            .map_err(|value| error(&value))?;
        Ok(Self { id, _tick: tick })
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        if let Ok(window) = window() {
            window.clear_interval_with_handle(self.id);
        }
    }
}
