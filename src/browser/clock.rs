//! Time, and giving way to other events.

use js_sys::{Date, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, Performance};

/// Milliseconds since the page or worker began (`performance.now`); 0 where there is no such clock.
pub fn now() -> f64 {
    Reflect::get(&js_sys::global(), &JsValue::from_str("performance"))
        .ok()
        .and_then(|value| value.dyn_into::<Performance>().ok())
        .map_or(0.0, |clock| clock.now())
}

/// Now, as ISO 8601 in UTC, and as hours and minutes where the visitor is.
pub fn time_of_day() -> (String, String) {
    let date = Date::new_0();
    (String::from(date.to_iso_string()), format!("{:02}:{:02}", date.get_hours(), date.get_minutes()))
}

/// Lets every event that already waits be handled first: a message through a channel is a macrotask, and is not held
/// back for milliseconds as timers are.
pub async fn yield_now() {
    let Ok(channel) = MessageChannel::new() else { return };
    let (sender, receiver) = (channel.port1(), channel.port2());
    let arrived = Promise::new(&mut |resolve, _| {
        receiver.set_onmessage(Some(&resolve));
        if sender.post_message(&JsValue::NULL).is_err() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    // The promise is never rejected.
    let _ = JsFuture::from(arrived).await;
    receiver.close();
}
