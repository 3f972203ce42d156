//! The recorder while it asks or records; it stands in the drop zone.

use web_sys::{HtmlElement, HtmlSelectElement};
use yew::prelude::*;

use super::level::Level;
use super::live::{LiveMinute, LiveNow};
use crate::ui::state::{LiveView, Phase, Session};
use crate::ui::text;
use crate::ui::use_recorder::RecorderHandle;

#[derive(PartialEq, Properties)]
pub(crate) struct RecordPanelProps {
    pub(crate) recorder: RecorderHandle,
    /// What is heard in it, where it is judged while it is made.
    pub(crate) live: Option<LiveView>,
}

#[function_component]
pub(crate) fn RecordPanel(props: &RecordPanelProps) -> Html {
    let recorder = &props.recorder;
    let first = use_node_ref();
    let runs = matches!(recorder.state.phase, Phase::Running(_));
    {
        let first = first.clone();
        use_effect_with(runs, move |_| {
            if let Some(button) = first.cast::<HtmlElement>() {
                // A button that is gone takes no focus, and then there is nobody to give it to.
                let _ = button.focus();
            }
        });
    }
    let discard = recorder.discard.reform(|_| ());
    match &recorder.state.phase {
        Phase::Running(session) => running(recorder, session, props.live.as_ref(), first),
        _ => html! {
            <div class="recorder">
                <h2 class="recorder-title">{ text::ASKING }</h2>
                <p class="recorder-hint">{ text::ASKING_HINT }</p>
                <div class="recorder-buttons">
                    <button id="record-discard" ref={first} type="button" class="button is-quiet" onclick={discard}>
                        { text::CANCEL }
                    </button>
                </div>
            </div>
        },
    }
}

fn running(recorder: &RecorderHandle, session: &Session, live: Option<&LiveView>, first: NodeRef) -> Html {
    let paused = session.paused;
    let quiet = |id: &'static str, words: &'static str, onclick: Callback<MouseEvent>| {
        html! { <button {id} type="button" class="button is-quiet" {onclick}>{ words }</button> }
    };
    html! {
        <div
            id="record"
            class={classes!("recorder", live.is_some().then_some("is-live"))}
            data-state={if paused { "paused" } else { "recording" }}
        >
            <div class="recorder-head">
                <h2 class="recorder-title">
                    <span class="recorder-light" aria-hidden="true"></span>
                    { match (paused, live) {
                        (true, _) => text::PAUSED,
                        (false, Some(_)) => text::LIVE_TITLE,
                        (false, None) => text::RECORDING,
                    } }
                </h2>
                <p class="recorder-time" role="timer">
                    <span id="record-time">{ text::clock(session.seconds) }</span>
                    <span class="recorder-limit">{ " " }{ text::limit() }</span>
                </p>
            </div>
            { for live.map(|live| html! { <LiveNow live={live.clone()} /> }) }
            <Level meter={session.meter} />
            <div class="recorder-buttons">
                <button id="record-stop" ref={first} type="button" class="button" onclick={recorder.stop.reform(|_| ())}>
                    { text::STOP_RECORDING }
                </button>
                { quiet(
                    "record-pause",
                    if paused { text::RESUME } else { text::PAUSE },
                    recorder.pause.reform(move |_| !paused),
                ) }
                { quiet("record-discard", text::DISCARD, recorder.discard.reform(|_| ())) }
            </div>
            { for live.map(|live| html! { <LiveMinute live={live.clone()} /> }) }
            { devices(recorder, session) }
            <p id="record-hint" class="recorder-hint">{ text::hint(session).unwrap_or_default() }</p>
        </div>
    }
}

fn devices(recorder: &RecorderHandle, session: &Session) -> Html {
    let switch = recorder.switch.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(list) = event.target_dyn_into::<HtmlSelectElement>() {
            switch.emit(list.value());
        }
    });
    html! {
        <p class="recorder-device">
            <label for="record-device">{ text::MICROPHONE }</label>
            <select id="record-device" disabled={session.devices.len() < 2} {onchange}>
                { for session.devices.iter().enumerate().map(|(index, device)| html! {
                    <option
                        key={device.id.clone()}
                        value={device.id.clone()}
                        selected={session.device.as_ref() == Some(&device.id)}
                    >
                        { text::device(device, index) }
                    </option>
                }) }
            </select>
        </p>
    }
}
