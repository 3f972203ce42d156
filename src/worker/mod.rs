//! The engine inside a Web Worker: takes [`Request`]s, gives [`Response`]s. Between any two steps of a job it listens,
//! so that Cancel and newer jobs arrive.

mod deep;
mod host;
mod live;
mod models;
mod second;
mod timing;
mod why;

use std::rc::Rc;

use host::Host;

use crate::browser::Scope;
use crate::protocol::Response;

/// Begins to listen, and fetches the models without being asked.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(scope) = Scope::current() {
            // Whether or not this arrives, the trap that follows reaches the page as an error event.
            let _ = scope.post(&Response::Crashed { reason: panic.to_string() });
        }
        console_error_panic_hook::hook(panic);
    }));
    let Ok(scope) = Scope::current() else { return };
    let host = Rc::new(Host::new(scope.clone()));
    let listener = host.clone();
    scope.on_message(move |message| listener.receive(message));
    host.begin();
}
