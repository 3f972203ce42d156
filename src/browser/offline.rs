//! The service worker that keeps the page for visits without a network.

use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};

use super::{Listener, error, window};
use crate::Result;

/// The service worker of this page.
#[derive(Clone)]
pub struct Keeper {
    registration: ServiceWorkerRegistration,
    _listeners: Rc<std::cell::RefCell<Vec<Listener>>>,
}

impl PartialEq for Keeper {
    fn eq(&self, other: &Self) -> bool {
        self.registration == other.registration
    }
}

impl Keeper {
    /// Registers the script at `url`; `None` where the browser has no service workers to give. `on_newer` is called when a
    /// newer version of the page has been kept and waits to be used.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the script can't be registered.
    pub async fn register(url: &str, on_newer: impl Fn() + 'static) -> Result<Option<Self>> {
        let Some(container) = container() else { return Ok(None) };
        let registered = JsFuture::from(container.register(url)).await.map_err(|thrown| error(&thrown))?;
        let registration: ServiceWorkerRegistration = registered.unchecked_into();
        let listeners = Rc::new(std::cell::RefCell::new(Vec::new()));
        let on_newer: Rc<dyn Fn()> = Rc::new(on_newer);
        if registration.waiting().is_some() {
            on_newer();
        }
        let (watched, held) = (registration.clone(), listeners.clone());
        let found = Listener::new(&registration, "updatefound", move |_: Event| {
            let Some(installing) = watched.installing() else { return };
            let (worker, on_newer): (ServiceWorker, _) = (installing.clone(), on_newer.clone());
            let changed = Listener::new(&installing, "statechange", move |_: Event| {
                // The first version of all has no other to wait for.
                if worker.state() == ServiceWorkerState::Installed && is_kept() {
                    on_newer();
                }
            });
            if let Ok(changed) = changed {
                held.borrow_mut().push(changed);
            }
        })?;
        listeners.borrow_mut().push(found);
        Ok(Some(Self { registration, _listeners: listeners }))
    }

    /// Uses the version that waits, and opens the page anew with it.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the browser refuses.
    pub fn use_newer(&self) -> Result<()> {
        let (Some(container), Some(waiting)) = (container(), self.registration.waiting()) else { return reload() };
        let listener = Listener::new(&container, "controllerchange", |_: Event| drop(reload()))?;
        self._listeners.borrow_mut().push(listener);
        waiting.post_message(&JsValue::from_str("use")).map_err(|thrown| error(&thrown))
    }
}

fn reload() -> Result<()> {
    window()?.location().reload().map_err(|thrown| error(&thrown))
}

fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window().ok()?.navigator();
    Reflect::get(navigator.as_ref(), &JsValue::from_str("serviceWorker")).ok()?.dyn_into().ok()
}

/// Whether the page itself came from what is kept.
fn is_kept() -> bool {
    container().is_some_and(|container| container.controller().is_some())
}

/// Resolves after so many milliseconds.
pub async fn pause(millis: i32) {
    let waited = js_sys::Promise::new(&mut |resolve, _| {
        if let Ok(window) = window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
        }
    });
    let _ = JsFuture::from(waited).await;
}
