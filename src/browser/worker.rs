//! The page's side of the channel.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::{ErrorEvent, Event, MessageEvent, WorkerOptions, WorkerType};

use super::message::{pack, unpack};
use super::{Buffer, File, Listener, error};
use crate::Result;

/// A running worker; it ends when dropped.
#[derive(Debug)]
pub struct Worker {
    inner: web_sys::Worker,
    _listeners: [Listener; 2],
}

impl Worker {
    /// Starts the module script at `url`. `on_message` gets what the worker posts, and the buffer beside it; `on_error` what it did not catch: a
    /// script that could not be loaded, or a crash, after which the worker is of no more use.
    ///
    /// # Errors
    /// [`Error::Browser`] where the browser has no workers, or forbids this one.
    pub fn spawn<T: DeserializeOwned>(
        url: &str,
        mut on_message: impl FnMut(Result<(T, Option<Buffer>)>) + 'static,
        mut on_error: impl FnMut(String) + 'static,
    ) -> Result<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let inner = web_sys::Worker::new_with_options(url, &options).map_err(|thrown| error(&thrown))?;
        let message = Listener::new(&inner, "message", move |event: MessageEvent| {
            on_message(unpack(&event.data()).map(|(message, bytes)| (message, bytes.map(Buffer::new))));
        })?;
        let failure = Listener::new(&inner, "error", move |event: Event| {
            let reason = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            on_error(if reason.is_empty() { "its script could not be loaded".into() } else { reason });
        })?;
        Ok(Self { inner, _listeners: [message, failure] })
    }

    /// Sends a message, and a file handle beside it.
    ///
    /// # Errors
    /// [`Error::Browser`] where the browser refuses to carry it.
    pub fn post<T: Serialize>(&self, message: &T, file: Option<&File>) -> Result<()> {
        let packed = pack(message, file.map(AsRef::as_ref))?;
        self.inner.post_message_with_transfer(&packed.data, &packed.transfer).map_err(|thrown| error(&thrown))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.inner.terminate();
    }
}
