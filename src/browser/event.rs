//! Event listeners that end with their owner.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

use super::error;
use crate::Result;

/// A listener that is removed when dropped.
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `callback` for each event of that `kind` on `target`, until dropped.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the target takes no listeners.
    pub fn new<E: JsCast>(
        target: &EventTarget,
        kind: &'static str,
        mut callback: impl FnMut(E) + 'static,
    ) -> Result<Self> {
        let callback = Closure::<dyn FnMut(Event)>::new(move |event: Event| callback(event.unchecked_into()));
        target
            .add_event_listener_with_callback(kind, callback.as_ref().unchecked_ref())
            .map_err(|thrown| error(&thrown))?;
        Ok(Self { target: target.clone(), kind, callback })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Only an unknown target could refuse, and then nothing listens.
        let _ = self.target.remove_event_listener_with_callback(self.kind, self.callback.as_ref().unchecked_ref());
    }
}
