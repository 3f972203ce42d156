//! Rendering in two tasks, so that neither is long.

use yew::prelude::*;

use crate::browser::{pause, spawn};

/// Whether the rest is to be rendered too: some milliseconds after the first rendering.
#[hook]
pub fn use_whole(after_millis: i32) -> bool {
    let whole = use_state_eq(|| false);
    {
        let whole = whole.setter();
        use_effect_with((), move |()| {
            spawn(async move {
                pause(after_millis).await;
                whole.set(true);
            });
        });
    }
    *whole
}
