//! While the microphone is open: meter, timer, and what can be done.

use web_sys::{HtmlElement, HtmlSelectElement};
use yew::prelude::*;

use crate::ui::state::METER_FLOOR;
use crate::ui::text;
use crate::ui::use_recorder::{Phase, RecorderHandle};

#[derive(PartialEq, Properties)]
pub(crate) struct RecordProps {
    pub(crate) recorder: RecorderHandle,
}

#[function_component]
pub(crate) fn RecordPanel(props: &RecordProps) -> Html {
    let RecorderHandle { view, pause, stop, discard, choose, .. } = &props.recorder;
    let stop_button = use_node_ref();
    let is_open = matches!(view.phase, Phase::Recording | Phase::Paused);
    {
        let stop_button = stop_button.clone();
        use_effect_with(is_open, move |is_open| {
            if *is_open && let Some(button) = stop_button.cast::<HtmlElement>() {
                // A button that is gone again needs no focus.
                let _ = button.focus();
            }
        });
    }
    let press = |action: &Callback<()>| action.reform(|_: MouseEvent| ());
    let is_paused = view.phase == Phase::Paused;
    let choose = choose.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(list) = event.target_dyn_into::<HtmlSelectElement>() {
            choose.emit(list.value());
        }
    });
    let title = match view.phase {
        Phase::Asking => text::RECORD_ASKING,
        Phase::Paused => text::RECORD_PAUSED,
        _ => text::RECORDING,
    };
    let state = match view.phase {
        Phase::Idle | Phase::Asking => "asking",
        Phase::Recording => "recording",
        Phase::Paused => "paused",
    };
    html! {
        <div id="record" class="record" data-state={state}>
            <p class="record-title" role="status"><span class="record-light" aria-hidden="true"></span>{ title }</p>
            if is_open {
                <p class="record-time" role="timer">{ text::timer(view.seconds) }</p>
                <div class="record-meter">
                    <svg class="meter" role="img" aria-label={text::meter(view.level)}>
                        <rect class="meter-ground" width="100%" height="100%" />
                        <rect class="meter-value" width={share(view.level)} height="100%" />
                        <rect class="meter-hold" x={share(view.hold - 0.6)} width="2" height="100%" />
                    </svg>
                    <span class="record-level">{ text::meter(view.level) }</span>
                    <span class="record-clip" data-on={view.clipped.to_string()}>{ text::RECORD_CLIPPED }</span>
                </div>
            }
            <p class="drop-choose">
                if is_open {
                    <button ref={stop_button} id="record-stop" class="button" type="button" onclick={press(stop)}>
                        { text::RECORD_STOP }
                    </button>
                    <button id="record-pause" class="button is-quiet" type="button" onclick={press(pause)}>
                        { if is_paused { text::RECORD_RESUME } else { text::RECORD_PAUSE } }
                    </button>
                }
                <button id="record-discard" class="button is-quiet" type="button" onclick={press(discard)}>
                    { if is_open { text::RECORD_DISCARD } else { text::CANCEL } }
                </button>
            </p>
            if is_open && view.devices.len() > 1 {
                <label class="record-device">
                    { text::RECORD_DEVICE }
                    <select {onchange}>
                        { for view.devices.iter().map(|device| {
                            let name = if device.label.is_empty() { text::RECORD_NO_NAME } else { device.label.as_str() };
                            let is_used = view.device.as_ref().is_some_and(|used| used.id == device.id);
                            html! { <option value={device.id.clone()} selected={is_used}>{ name }</option> }
                        }) }
                    </select>
                </label>
            }
            if let Some(note) = &view.note {
                <p class="record-note">{ note }</p>
            }
            if is_open {
                <p class="drop-formats">{ text::RECORD_HINT }</p>
            }
        </div>
    }
}

/// Where a level lies on the meter.
fn share(level: f32) -> String {
    format!("{:.1}%", (100.0 * (1.0 - level / METER_FLOOR)).clamp(0.0, 100.0))
}
