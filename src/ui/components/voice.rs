//! What can be measured of the voice, in words and numbers.

use yew::prelude::*;

use super::result::ReportProps;
use crate::ui::text;

#[function_component]
pub(crate) fn Voice(props: &ReportProps) -> Html {
    let voice = text::voice_attributes(&props.report.analysis.voice);
    html! {
        <section class="card voice" aria-labelledby="voice-title">
            <header class="card-head">
                <h3 id="voice-title">{ text::VOICE }</h3>
                <p class="agreement">{ text::VOICE_NOTE }</p>
            </header>
            if voice.is_empty() {
                <p>{ text::NO_VOICE }</p>
            } else {
                { attributes("voice", voice) }
            }
        </section>
    }
}

/// Attributes side by side: a word each, the numbers under it.
pub(super) fn attributes(id: &'static str, attributes: impl IntoIterator<Item = text::Attribute>) -> Html {
    html! {
        <dl {id} class="attributes">
            { for attributes.into_iter().map(|attribute| html! {
                <div data-attribute={attribute.id}>
                    <dt>{ attribute.name }</dt>
                    <dd class="word">{ attribute.word }</dd>
                    { for attribute.numbers.into_iter().map(|number| html! { <dd class="figure">{ number }</dd> }) }
                </div>
            }) }
        </dl>
    }
}
