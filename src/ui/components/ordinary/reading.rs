//! A sentence that is read.

use yew::prelude::*;

use super::super::record::level;
use super::OrdinaryProps;
use crate::browser::{File, focus_soon};
use crate::ui::state::{DeepState, Phase, Reading, Session, VoicesAction};
use crate::ui::text;
use crate::ui::use_engine::SpokenSentence;
use crate::ui::use_recorder::{Places, RecorderCommand, use_recorder};

const PLACES: Places = [&["reading-discard"], &["reading-stop"], &["reading-record", "reading-cancel"]];

#[function_component]
pub(super) fn SentencePanel(props: &OrdinaryProps) -> Html {
    let device = use_mut_ref(String::new);
    let on_files = {
        let device = device.clone();
        props.on_read.reform(move |files: Vec<File>| {
            files.into_iter().next().map(|file| SpokenSentence { file, device: device.borrow().clone() })
        })
    };
    let recorder = use_recorder(on_files, Callback::noop(), &PLACES);
    let state = props.voices.reading.clone().unwrap_or_default();
    use_effect_with((state.sentence, state.judging), |(_, judging)| {
        if !judging {
            focus_soon(&["reading-record"]);
        }
    });
    if let Phase::Running(session) = &recorder.state.phase {
        *device.borrow_mut() = named(session);
    }
    let cancel = {
        let (on_voices, on_read) = (props.on_voices.clone(), props.on_read.clone());
        Callback::from(move |_: MouseEvent| {
            on_read.emit(None);
            on_voices.emit(VoicesAction::Cancelled);
            focus_soon(&["reading-begin"]);
        })
    };
    let button = |id: &'static str, words: &'static str, quiet: bool, command: RecorderCommand| {
        let onclick = recorder.send.reform(move |_: MouseEvent| command.clone());
        let class = classes!("button", quiet.then_some("is-quiet"));
        html! { <button {id} type="button" {class} disabled={props.busy && !quiet} {onclick}>{ words }</button> }
    };
    let stage = match &recorder.state.phase {
        _ if state.judging => listening(props),
        Phase::Asking => html! {
            <>
                <p>{ text::ASKING }{ ". " }{ text::ASKING_HINT }</p>
                <div class="recorder-buttons">{ button("reading-discard", text::DISCARD, true, RecorderCommand::Discard) }</div>
            </>
        },
        Phase::Running(session) => html! {
            <>
                <p class="recorder-time" role="timer"><span id="reading-time">{ text::clock(session.seconds) }</span></p>
                { level(session.meter) }
                <p class="recorder-hint">{ text::hint(session).unwrap_or_default() }</p>
                <div class="recorder-buttons">
                    { button("reading-stop", text::SENTENCE_DONE, false, RecorderCommand::Stop) }
                    { button("reading-discard", text::DISCARD, true, RecorderCommand::Discard) }
                </div>
            </>
        },
        Phase::Idle => html! {
            <div class="recorder-buttons">
                { button("reading-record", text::RECORD_SENTENCE, false, RecorderCommand::Record { live: false }) }
            </div>
        },
    };
    let notice = recorder.state.notice.as_ref().filter(|notice| notice.is_failure()).map(text::notice);
    let trouble = state.trouble.as_ref().filter(|_| matches!(recorder.state.phase, Phase::Idle)).map(text::unfit);
    html! {
        <div id="reading" class="recorder" data-sentence={state.sentence.to_string()} data-judging={state.judging.to_string()}>
            <p class="figure-title" role="status">{ far(&state) }</p>
            <blockquote id="sentence" class="sentence">{ text::SENTENCE.get(state.sentence).copied().unwrap_or_default() }</blockquote>
            if let Some(words) = notice.or(trouble) {
                <p id="reading-message" class="message" role="alert">{ words }</p>
            }
            if props.busy {
                <p class="note">{ text::READ_WAITS }</p>
            }
            { stage }
            <div class="recorder-buttons">
                <button id="reading-cancel" type="button" class="button is-quiet is-small" onclick={cancel}>{ text::CANCEL }</button>
            </div>
        </div>
    }
}

fn far(reading: &Reading) -> String {
    if reading.judging { text::listening(reading.sentence) } else { text::sentence(reading.sentence) }
}

/// While the models listen, or are still to be had.
fn listening(props: &OrdinaryProps) -> Html {
    let get = |id: &'static str, words: String| {
        let onclick = props.on_deepen.reform(|_: MouseEvent| ());
        html! { <button {id} type="button" class="button" {onclick}>{ words }</button> }
    };
    match (&props.deep, &props.offer) {
        (DeepState::Asked, Some(offer)) => html! {
            <>
                <p>{ text::READ_NEEDS }</p>
                <div class="recorder-buttons">{ get("reading-get", text::get_sharper(offer.bytes)) }</div>
            </>
        },
        (DeepState::Failed(error), _) => html! {
            <>
                <p class="message" role="alert">{ error.to_string() }</p>
                <div class="recorder-buttons">{ get("reading-get", text::AGAIN.into()) }</div>
            </>
        },
        (DeepState::Fetching { received, total }, _) if *total > 0 => html! {
            <progress max={total.to_string()} value={received.to_string()} aria-label={text::SHARPER_TITLE} />
        },
        _ => html! { <progress aria-label={text::SHARPER_TITLE} /> },
    }
}

fn named(session: &Session) -> String {
    let device = session.devices.iter().find(|device| Some(&device.id) == session.device.as_ref());
    device.map(|device| device.label.clone()).unwrap_or_default()
}
