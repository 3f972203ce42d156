//! What the visitor has said about data: to the browser, and to this page.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::window;

/// Whether the visitor asked the browser to save data (`navigator.connection.saveData`); false where it does not tell.
pub fn saves_data() -> bool {
    let field = |value: &JsValue, name: &str| Reflect::get(value, &JsValue::from_str(name)).unwrap_or_default();
    window().is_ok_and(|window| {
        let connection = field(window.navigator().as_ref(), "connection");
        connection.is_object() && field(&connection, "saveData").is_truthy()
    })
}

/// A choice that [`remember`] has kept.
pub fn remembered(name: &str) -> Option<bool> {
    match kept(name)?.as_str() {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// Keeps a choice for the next visit, where the browser lets it be kept.
pub fn remember(name: &str, choice: bool) {
    keep(name, if choice { "on" } else { "off" });
}

/// A number that [`remember_number`] has kept.
pub fn remembered_number(name: &str) -> Option<u32> {
    kept(name)?.parse().ok()
}

/// Keeps a number for the next visit, where the browser lets it be kept.
pub fn remember_number(name: &str, number: u32) {
    keep(name, &number.to_string());
}

fn kept(name: &str) -> Option<String> {
    window().ok()?.local_storage().ok()??.get_item(name).ok()?
}

fn keep(name: &str, value: &str) {
    if let Some(storage) = window().ok().and_then(|window| window.local_storage().ok().flatten()) {
        // A private window may refuse; the choice then holds for this visit.
        let _ = storage.set_item(name, value);
    }
}
