//! Thin typed wrappers over web-sys: worker, files, fetch, cache, canvas, clock, saving. A `JsValue` stops here; what a browser throws
//! becomes [`Error::Browser`].

mod cache;
mod canvas;
mod clock;
mod decode;
mod event;
mod fetch;
mod file;
mod focus;
mod location;
mod message;
mod microphone;
mod offline;
mod player;
mod preference;
mod save;
mod scope;
mod store;
mod take;
mod watch;
mod worker;

pub use cache::{Buffer, FileCache, memory_bytes};
pub use canvas::{Baseline, Surface, TextAlign};
pub use clock::{now, time_of_day, yield_now};
pub use decode::{BrowserDecoded, decode_file};
pub use event::Listener;
pub use fetch::{Download, Freshness, can_unpack};
pub use file::{File, carries_files, chosen_files, dropped_files, fetched_file, pasted_files, read_file};
pub use focus::focus_soon;
pub use location::{copy, on_place, place, requests, scroll_up, site};
pub use microphone::{Device, Microphone, MicrophoneError, Processing, microphones};
pub use offline::{Keeper, pause};
pub use player::{Interval, Player};
pub use preference::{remember, remember_number, remembered, remembered_number, saves_data};
pub use save::Content;
pub use scope::Scope;
pub use store::Store;
pub use take::{Block, Take};
pub use watch::DrawWatch;
pub use worker::Worker;

/// Runs a future on the browser's event loop.
pub use wasm_bindgen_futures::spawn_local as spawn;

use wasm_bindgen::{JsCast, JsValue};

use crate::{Error, Result};

/// Writes an error that nobody waits for to the browser's console.
pub fn log_error(error: &Error) {
    web_sys::console::error_1(&JsValue::from_str(&error.to_string()));
}

/// What the browser threw, in its own words.
fn error(value: &JsValue) -> Error {
    let reason = match value.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => value.as_string().unwrap_or_else(|| "no reason was given".into()),
    };
    Error::Browser { reason: reason.trim_end_matches('.').into() }
}

/// The page's window.
///
/// # Errors
/// [`Error::Browser`] in a worker.
fn window() -> Result<web_sys::Window> {
    web_sys::window().ok_or_else(|| Error::Browser { reason: "this is not a page".into() })
}

/// The page's document, as a target of events.
///
/// # Errors
/// [`Error::Browser`] in a worker.
pub fn document() -> Result<web_sys::Document> {
    window()?.document().ok_or_else(|| Error::Browser { reason: "the page has no document".into() })
}
