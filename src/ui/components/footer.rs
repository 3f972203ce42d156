//! Privacy, limits, law and licences.

use yew::prelude::*;

use crate::ui::text;

#[function_component]
pub(crate) fn Footer() -> Html {
    let parts = [
        (text::PRIVACY_TITLE, text::PRIVACY),
        (text::LIMITS_TITLE, text::LIMITS),
        (text::LICENCE_TITLE, text::LICENCE),
    ];
    html! {
        <footer class="foot">
            { for parts.map(|(title, words)| html! { <section><h2>{ title }</h2><p>{ words }</p></section> }) }
        </footer>
    }
}
