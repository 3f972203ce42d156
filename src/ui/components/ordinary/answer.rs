//! An answer for the visitor and for anyone, and what the visitor says about it.

use yew::prelude::*;

use super::super::result::ResultProps;
use crate::analysis::Emotion;
use crate::browser::focus_soon;
use crate::ui::state::{Voices, VoicesAction};
use crate::ui::text;

/// The switch between both answers, where there are two.
pub(crate) fn whose(props: &ResultProps) -> Html {
    let report = &props.report;
    let Some(personal) = report.personal.as_ref().filter(|_| report.deep().is_some()) else { return html! {} };
    let job = report.job;
    let side = |id: &'static str, words: String, plain: bool| {
        let onclick = props.on_voices.reform(move |_: MouseEvent| VoicesAction::Plainly(job, plain));
        two_way(id, words, report.plain == plain, onclick)
    };
    html! {
        <div class="whose">
            <div class="two-way" role="group" aria-label={text::WHOSE_ANSWER}>
                { side("for-you", text::for_whom(personal), false) }
                { side("for-anyone", text::FOR_ANYONE.into(), true) }
            </div>
            <p id="whose-words">{ text::other_answer(report, personal) }</p>
        </div>
    }
}

/// One side of a two-way switch.
pub(crate) fn two_way(id: &'static str, words: String, on: bool, onclick: Callback<MouseEvent>) -> Html {
    let class = classes!("button", "is-small", (!on).then_some("is-quiet"));
    html! { <button {id} type="button" {class} aria-pressed={on.to_string()} {onclick}>{ words }</button> }
}

/// The eight labels, one of which sets an answer right.
pub(crate) fn wrong(props: &ResultProps, done: &Callback<()>) -> Html {
    let job = props.report.job;
    let label = |label: Emotion| {
        let (on_voices, done) = (props.on_voices.clone(), done.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            on_voices.emit(VoicesAction::Corrected(job, label));
            done.emit(());
            focus_soon(&["wrong"]);
        });
        html! {
            <button type="button" class="button is-quiet is-small" data-label={label.name()} {onclick}>
                { text::emotion(label) }
            </button>
        }
    };
    html! {
        <div id="wrong-labels" class="wrong" role="group" aria-labelledby="wrong-ask">
            <p id="wrong-ask">{ text::WRONG_ASK }</p>
            <div class="recorder-buttons">{ for Emotion::ALL.map(label) }</div>
        </div>
    }
}

/// What has been learned from corrections, where there are any.
pub(crate) fn learned(voices: &Voices, on_voices: &Callback<VoicesAction>) -> Html {
    let corrections = voices.corrections();
    if corrections.is_empty() {
        return html! {};
    }
    let button = |id: &'static str, words: &'static str, action: VoicesAction| {
        let onclick = on_voices.reform(move |_: MouseEvent| {
            focus_soon(&["learned-undo", "wrong", "ordinary-title"]);
            action.clone()
        });
        html! { <button {id} type="button" class="button is-quiet is-small" {onclick}>{ words }</button> }
    };
    html! {
        <div class="wrong">
            <p id="learned" role="status">{ text::learned(corrections, voices.version.as_deref()) }</p>
            <div class="recorder-buttons">
                { button("learned-undo", text::UNDO, VoicesAction::Undone) }
                { button("learned-forget", text::FORGET, VoicesAction::Forgotten) }
            </div>
        </div>
    }
}
