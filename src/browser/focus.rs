//! Where the keyboard is.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{document, spawn, yield_now};

/// Moves the focus to the first of these elements that is there, once what happens now is on the page.
pub fn focus_soon(ids: &'static [&'static str]) {
    spawn(async move {
        yield_now().await;
        let Ok(document) = document() else { return };
        let element = ids.iter().find_map(|id| document.get_element_by_id(id)?.dyn_into::<HtmlElement>().ok());
        if let Some(element) = element {
            // Only an element without a document refuses.
            let _ = element.focus();
        }
    });
}
