//! Privacy, limits, law and licences.

use yew::prelude::*;

use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct FooterProps {
    /// Whether the line of law stands here; the first screen has it further up.
    pub(crate) law: bool,
}

#[function_component]
pub(crate) fn Footer(props: &FooterProps) -> Html {
    let parts = [
        Some((text::PRIVACY_TITLE, text::PRIVACY)),
        Some((text::LIMITS_TITLE, text::LIMITS)),
        props.law.then_some((text::LAW_TITLE, text::LAW)),
        Some((text::LICENCE_TITLE, text::LICENCE)),
    ];
    html! {
        <footer class="foot">
            { for parts.into_iter().flatten().map(|(title, words)| html! { <section><h2>{ title }</h2><p>{ words }</p></section> }) }
        </footer>
    }
}
