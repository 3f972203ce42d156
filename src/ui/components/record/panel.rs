//! The recorder while it asks or records; it stands in the drop zone.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::level::level;
use super::live::{live_minute, live_now};
use crate::ui::state::{LiveView, Phase, Session};
use crate::ui::text;
use crate::ui::use_recorder::{RecorderCommand, RecorderHandle};

/// `live` is what is heard in it, where it is judged while it is made.
pub(crate) fn record_panel(recorder: &RecorderHandle, live: Option<&LiveView>) -> Html {
    match &recorder.state.phase {
        Phase::Running(session) => running(recorder, session, live),
        _ => html! {
            <div class="recorder">
                <h2 class="recorder-title">{ text::ASKING }</h2>
                <p class="recorder-hint">{ text::ASKING_HINT }</p>
                <div class="recorder-buttons">
                    { button(recorder, "record-discard", true, text::CANCEL, RecorderCommand::Discard) }
                </div>
            </div>
        },
    }
}

fn running(recorder: &RecorderHandle, session: &Session, live: Option<&LiveView>) -> Html {
    let paused = session.paused;
    let title = match (paused, live) {
        (true, _) => text::PAUSED,
        (false, Some(_)) => text::LIVE_TITLE,
        (false, None) => text::RECORDING,
    };
    html! {
        <div
            id="record"
            class={classes!("recorder", live.is_some().then_some("is-live"))}
            data-state={if paused { "paused" } else { "recording" }}
        >
            <div class="recorder-head">
                <h2 class="recorder-title"><span class="recorder-light" aria-hidden="true"></span>{ title }</h2>
                <p class="recorder-time" role="timer">
                    <span id="record-time">{ text::clock(session.seconds) }</span>
                    <span class="recorder-limit">{ " " }{ text::limit() }</span>
                </p>
            </div>
            { live.map(live_now).unwrap_or_default() }
            { level(session.meter) }
            <div class="recorder-buttons">
                { button(recorder, "record-stop", false, text::STOP_RECORDING, RecorderCommand::Stop) }
                { button(
                    recorder,
                    "record-pause",
                    true,
                    if paused { text::RESUME } else { text::PAUSE },
                    RecorderCommand::Pause(!paused),
                ) }
                { button(recorder, "record-discard", true, text::DISCARD, RecorderCommand::Discard) }
            </div>
            { live.map(live_minute).unwrap_or_default() }
            { devices(recorder, session) }
            <p id="record-hint" class="recorder-hint">{ text::hint(session).unwrap_or_default() }</p>
        </div>
    }
}

fn button(
    recorder: &RecorderHandle,
    id: &'static str,
    quiet: bool,
    words: &'static str,
    command: RecorderCommand,
) -> Html {
    let onclick = recorder.send.reform(move |_: MouseEvent| command.clone());
    html! { <button {id} type="button" class={classes!("button", quiet.then_some("is-quiet"))} {onclick}>{ words }</button> }
}

fn devices(recorder: &RecorderHandle, session: &Session) -> Html {
    let send = recorder.send.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(list) = event.target_dyn_into::<HtmlSelectElement>() {
            send.emit(RecorderCommand::Switch(list.value()));
        }
    });
    html! {
        <p class="recorder-device">
            <label for="record-device">{ text::MICROPHONE }</label>
            <select id="record-device" disabled={session.devices.len() < 2} {onchange}>
                { for session.devices.iter().enumerate().map(|(index, device)| html! {
                    <option value={device.id.clone()} selected={session.device.as_ref() == Some(&device.id)}>
                        { text::device(device, index) }
                    </option>
                }) }
            </select>
        </p>
    }
}
