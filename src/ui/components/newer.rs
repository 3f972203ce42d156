//! A newer version of the page is announced, and used when the visitor says so.

use yew::prelude::*;

use crate::browser::{Keeper, log_error, pause, spawn};
use crate::ui::text;

const SCRIPT: &str = "./service-worker.js";
/// The first visit has better things to do first.
const AFTER_MILLIS: i32 = 3_000;

#[derive(PartialEq, Properties)]
pub(crate) struct NewerProps {
    /// Whether the models are ready: nothing is kept for later before that.
    pub(crate) ready: bool,
}

#[function_component]
pub(crate) fn Newer(props: &NewerProps) -> Html {
    let newer = use_state_eq(|| false);
    let keeper = use_state_eq(|| None::<Keeper>);
    {
        let (newer, keeper) = (newer.setter(), keeper.setter());
        use_effect_with(props.ready, move |ready| {
            if *ready {
                spawn(async move {
                    pause(AFTER_MILLIS).await;
                    // Without it the page works as well, while there is a network.
                    match Keeper::register(SCRIPT, move || newer.set(true)).await {
                        Ok(found) => keeper.set(found),
                        Err(error) => log_error(&error),
                    }
                });
            }
        });
    }
    if !*newer {
        return html! {};
    }
    let on_use = {
        let keeper = keeper.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(Err(error)) = keeper.as_ref().map(Keeper::use_newer) {
                log_error(&error);
            }
        })
    };
    let on_later = Callback::from(move |_: MouseEvent| newer.set(false));
    html! {
        <aside id="newer" class="newer" aria-label={text::NEWER}>
            <p role="status">{ text::NEWER }{ " " }<span class="note">{ text::NEWER_NOTE }</span></p>
            <button id="newer-use" type="button" class="button is-small" onclick={on_use}>{ text::USE_NEWER }</button>
            <button id="newer-later" type="button" class="button is-quiet is-small" onclick={on_later}>{ text::LATER }</button>
        </aside>
    }
}
