//! What can be measured of the voice, in words and numbers.

use yew::prelude::*;

use super::result::ResultProps;
use crate::browser::focus_soon;
use crate::ui::text;

#[function_component]
pub(crate) fn Voice(props: &ResultProps) -> Html {
    let measured = &props.report.analysis.voice;
    let mut voice = text::voice_attributes(measured);
    if let Some(usual) = props.voices.usable() {
        text::compare(&mut voice, usual.baseline.compare(measured));
    }
    let offered = props.offer.is_some() && props.voices.chosen().is_none();
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
            if offered {
                <p class="voice-offer">
                    { text::READ_OFFER }{ " " }
                    <button
                        id="ordinary-offer"
                        type="button"
                        class="button is-quiet is-small"
                        onclick={|_: MouseEvent| focus_soon(&["reading-begin", "ordinary-title"])}
                    >
                        { text::ORDINARY }
                    </button>
                </p>
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
