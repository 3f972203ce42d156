//! Where the visitor is on the page, what the page has asked its host for, and what is handed to the clipboard.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, Performance};

use super::{Listener, error, window};
use crate::{Error, Result};

/// What stands behind `#` in the address; empty for nothing.
pub fn place() -> String {
    let hash = window().ok().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Calls `callback` whenever [`place`] changes, until what it gives is dropped.
///
/// # Errors
/// [`Error::Browser`] in a worker.
pub fn on_place(mut callback: impl FnMut(String) + 'static) -> Result<Listener> {
    let window = window()?;
    Listener::new(&window, "hashchange", move |_: Event| callback(place()))
}

/// To the top of the page.
pub fn scroll_up() {
    if let Ok(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The addresses that this page, or this worker, has asked for so far, in that order, as the browser has noted them.
pub fn requests() -> Vec<String> {
    let performance = Reflect::get(&js_sys::global(), &JsValue::from_str("performance"));
    let Some(performance) = performance.ok().and_then(|value| value.dyn_into::<Performance>().ok()) else {
        return Vec::new();
    };
    let entries: Array = performance.get_entries_by_type("resource");
    let name = |entry: JsValue| Reflect::get(&entry, &JsValue::from_str("name")).ok()?.as_string();
    entries.iter().filter_map(name).collect()
}

/// The address that relative ones start from: everything up to the last slash.
pub fn site() -> String {
    let here = window().ok().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let here = here.split(['?', '#']).next().unwrap_or_default();
    here.rfind('/').map(|slash| here[..=slash].to_owned()).unwrap_or_default()
}

/// Puts text on the clipboard.
///
/// # Errors
/// [`Error::Browser`] where the browser does not let it.
pub async fn copy(text: &str) -> Result<()> {
    let navigator = window()?.navigator();
    // Undefined where the page was not fetched over a safe connection.
    let there = Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|value| value.is_object());
    if !there {
        return Err(Error::Browser { reason: "this browser lets no page copy here".into() });
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await.map(drop).map_err(|thrown| error(&thrown))
}
