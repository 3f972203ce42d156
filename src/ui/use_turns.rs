//! Rendering in several tasks, so that none is long.

use yew::prelude::*;

use crate::browser::{pause, spawn};

/// How many parts are to be rendered beside the first: one more some milliseconds after each rendering, `all` in the end.
#[hook]
pub fn use_turns(all: usize, after_millis: i32) -> usize {
    let turn = use_state_eq(|| 0);
    {
        let setter = turn.setter();
        use_effect_with(*turn, move |turn| {
            let next = turn + 1;
            if next <= all {
                spawn(async move {
                    pause(after_millis).await;
                    setter.set(next);
                });
            }
        });
    }
    *turn
}
