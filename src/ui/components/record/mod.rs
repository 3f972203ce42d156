//! Recording: the buttons, the panel while a microphone is on, and what has to be said of it.

mod level;
mod live;
mod panel;

pub(super) use level::level;
pub(super) use panel::record_panel;

use yew::prelude::*;

use crate::ui::state::Notice;
use crate::ui::text;
use crate::ui::use_recorder::{RecorderCommand, RecorderHandle};

/// The buttons that begin a recording, and one that is judged while it is made.
pub(super) fn record_buttons(recorder: &RecorderHandle) -> Html {
    let begin = |live| recorder.send.reform(move |_: MouseEvent| RecorderCommand::Record { live });
    html! {
        <>
            <button id="record-start" type="button" class="button record" onclick={begin(false)}>
                <svg class="record-icon" viewBox="0 0 16 16" aria-hidden="true">
                    <rect x="5.25" y="1" width="5.5" height="8.5" rx="2.75" />
                    <path d="M2.75 7.5a5.25 5.25 0 0 0 10.5 0M8 12.75V15" />
                </svg>
                { text::RECORD }
            </button>
            <button id="live-start" type="button" class="button is-quiet record" title={text::LIVE_HINT} onclick={begin(true)}>
                <span class="recorder-light" aria-hidden="true"></span>
                { text::LIVE }
            </button>
        </>
    }
}

/// A notice, or nothing.
pub(super) fn said(notice: Option<&Notice>) -> Html {
    match notice {
        Some(failure) if failure.is_failure() => html! {
            <p id="record-message" class="message" role="alert">{ text::notice(failure) }</p>
        },
        Some(notice) => html! { <p id="record-message" class="status">{ text::notice(notice) }</p> },
        None => html! {},
    }
}
