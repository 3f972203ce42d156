//! A notice for people who are recorded, ready to be copied.

use yew::prelude::*;

use crate::browser::{self, spawn};
use crate::ui::text;

#[function_component]
pub(super) fn Notice() -> Html {
    let said = use_state(String::new);
    let on_copy = {
        let setter = said.setter();
        Callback::from(move |_: MouseEvent| {
            let setter = setter.clone();
            spawn(async move {
                setter.set(match browser::copy(text::NOTICE).await {
                    Ok(()) => text::COPIED.into(),
                    Err(error) => error.to_string(),
                });
            });
        })
    };
    html! {
        <section class="card" aria-labelledby="notice-title">
            <header class="card-head"><h2 id="notice-title" class="card-title">{ text::NOTICE_TITLE }</h2></header>
            <p>{ text::NOTICE_LEAD }</p>
            <blockquote id="notice" class="about-notice">{ text::NOTICE }</blockquote>
            <p class="about-copy">
                <button id="notice-copy" type="button" class="button is-quiet" onclick={on_copy}>{ text::COPY }</button>
                <span role="status">{ &*said }</span>
            </p>
        </section>
    }
}
