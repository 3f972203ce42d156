//! The worker's side of the channel.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::message::{pack, unpack};
use super::{Buffer, File, error};
use crate::{Error, Result};

/// The global scope of a dedicated worker.
#[derive(Clone, Debug)]
pub struct Scope(DedicatedWorkerGlobalScope);

impl Scope {
    /// The scope that this code runs in.
    ///
    /// # Errors
    /// [`Error::Browser`] outside a dedicated worker.
    pub fn current() -> Result<Self> {
        js_sys::global().dyn_into().map(Self).map_err(|_| Error::Browser { reason: "this is not a worker".into() })
    }

    /// Sends a message to the page.
    ///
    /// # Errors
    /// [`Error::Browser`] where the browser refuses to carry it.
    pub fn post<T: Serialize>(&self, message: &T) -> Result<()> {
        self.post_beside(message, None)
    }

    /// Sends a message, and a copy of a buffer beside it.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub fn post_beside<T: Serialize>(&self, message: &T, buffer: Option<&Buffer>) -> Result<()> {
        let packed = pack(message, buffer.map(|buffer| buffer.array().as_ref()))?;
        self.0.post_message_with_transfer(&packed.data, &packed.transfer).map_err(|thrown| error(&thrown))
    }

    /// Calls `callback` for each message of the page, as long as the worker lives.
    pub fn on_message<T: DeserializeOwned>(&self, mut callback: impl FnMut(Result<(T, Option<File>)>) + 'static) {
        let closure =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| callback(unpack(&event.data())));
        self.0.set_onmessage(Some(closure.as_ref().unchecked_ref()));
        closure.forget();
    }
}
