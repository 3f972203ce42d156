//! Knowing when a drawing no longer fits: another size, another density, another colour scheme.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, ResizeObserver};

use super::{Listener, error, window};
use crate::Result;

const SCHEME_QUERIES: [&str; 3] =
    ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"];

/// Calls back whenever an element must be drawn again, until dropped.
#[derive(Debug)]
pub struct DrawWatch {
    observer: ResizeObserver,
    _on_resize: Closure<dyn FnMut()>,
    _listeners: Vec<Listener>,
}

impl DrawWatch {
    /// Watches `element`; the first call comes at once, from the browser's first layout.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the browser has no `ResizeObserver`.
    pub fn new(element: &Element, draw: impl Fn() + 'static) -> Result<Self> {
        let draw = Rc::new(draw);
        let window = window()?;
        let mut listeners = Vec::with_capacity(SCHEME_QUERIES.len() + 1);
        for query in SCHEME_QUERIES {
            if let Ok(Some(list)) = window.match_media(query) {
                let draw = draw.clone();
                listeners.push(Listener::new(&list, "change", move |_: Event| draw())?);
            }
        }
        let again = draw.clone();
        listeners.push(Listener::new(&window, "resize", move |_: Event| again())?);
        let on_resize = Closure::<dyn FnMut()>::new(move || draw());
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).map_err(|thrown| error(&thrown))?;
        observer.observe(element);
        Ok(Self { observer, _on_resize: on_resize, _listeners: listeners })
    }
}

impl Drop for DrawWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
