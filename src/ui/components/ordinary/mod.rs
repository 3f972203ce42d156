//! The visitor's ordinary voice: how it is read, whose is used; and corrections of answers.

mod answer;
mod list;
mod reading;

use yew::prelude::*;

use self::list::{import, list};
use self::reading::SentencePanel;
use crate::browser::focus_soon;
use crate::protocol::DeepOffer;
use crate::ui::state::{DeepState, Voices, VoicesAction};
use crate::ui::text;
use crate::ui::use_engine::SpokenSentence;

pub(super) use answer::{learned, two_way, whose, wrong};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct OrdinaryProps {
    pub(crate) voices: Voices,
    pub(crate) deep: DeepState,
    /// Without one, the models are on their way.
    pub(crate) offer: Option<DeepOffer>,
    /// Whether a clip is under way.
    pub(crate) busy: bool,
    /// Whether a result tells what has been learned.
    pub(crate) told: bool,
    pub(crate) on_voices: Callback<VoicesAction>,
    pub(crate) on_read: Callback<Option<SpokenSentence>>,
    pub(crate) on_deepen: Callback<()>,
}

#[function_component]
pub(crate) fn Ordinary(props: &OrdinaryProps) -> Html {
    let OrdinaryProps { voices, on_voices, .. } = props;
    use_effect_with(voices.readings, |readings| {
        if *readings > 0 {
            focus_soon(&["ordinary-title"]);
        }
    });
    let ready = props.offer.is_some();
    html! {
        <section id="ordinary" class="card ordinary" aria-labelledby="ordinary-title">
            <h2 id="ordinary-title" class="card-title" tabindex="-1">{ text::ORDINARY }</h2>
            <p class="ordinary-note">{ text::ORDINARY_NOTE }</p>
            if let Some(words) = text::void(voices) {
                <p id="voices-void" class="message" role="status">{ words }</p>
            }
            if voices.reading.is_some() {
                <SentencePanel ..props.clone() />
            } else {
                { list(props) }
                <div class="recorder-buttons">
                    <button
                        id="reading-begin"
                        type="button"
                        class="button"
                        disabled={!ready}
                        aria-describedby={(!ready).then_some("reading-later")}
                        onclick={on_voices.reform(|_: MouseEvent| VoicesAction::Begun { again: false })}
                    >
                        { if voices.all.is_empty() { text::READ } else { text::READ_OTHER } }
                    </button>
                    { import(props) }
                    if !voices.all.is_empty() {
                        { act(props, "voices-erase", text::ERASE_VOICES, VoicesAction::Erased { all: true }) }
                    }
                </div>
                if !ready {
                    <p id="reading-later" class="note">{ text::READ_LATER }</p>
                }
            }
            if !props.told {
                { learned(voices, on_voices) }
            }
            <p id="voices-said" class="saved" role="status">
                { for voices.said.as_ref().map(|said| text::voices_said(said, voices)) }
            </p>
            if let Some(trouble) = &voices.trouble {
                <p id="voices-trouble" class="message" role="alert">{ text::voices_trouble(trouble) }</p>
            }
        </section>
    }
}

/// A quiet button that does that, and gives the focus to what stays.
fn act(props: &OrdinaryProps, id: &'static str, words: &'static str, action: VoicesAction) -> Html {
    let onclick = props.on_voices.reform(move |_: MouseEvent| {
        focus_soon(&["reading-record", "ordinary-title"]);
        action.clone()
    });
    html! { <button {id} type="button" class="button is-quiet" {onclick}>{ words }</button> }
}
