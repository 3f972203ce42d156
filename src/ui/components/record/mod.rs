//! Recording: the button, the panel while a microphone is on, and what has to be said of it.

mod level;
mod live;
mod panel;

pub(super) use panel::RecordPanel;

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::ui::state::Notice;
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(super) struct RecordButtonProps {
    /// Whether it has come back after a recording, and the focus with it.
    pub(super) takes_focus: bool,
    /// Whether the recording is judged while it is made.
    pub(super) live: bool,
    pub(super) on_record: Callback<bool>,
}

#[function_component]
pub(super) fn RecordButton(props: &RecordButtonProps) -> Html {
    let node = use_node_ref();
    {
        let (node, takes_focus) = (node.clone(), props.takes_focus);
        use_effect_with((), move |()| {
            if let Some(button) = node.cast::<HtmlElement>().filter(|_| takes_focus) {
                // A button that is gone takes no focus, and then there is nobody to give it to.
                let _ = button.focus();
            }
        });
    }
    let live = props.live;
    let onclick = props.on_record.reform(move |_: MouseEvent| live);
    if live {
        return html! {
            <button id="live-start" ref={node} type="button" class="button is-quiet record" title={text::LIVE_HINT} {onclick}>
                <span class="recorder-light" aria-hidden="true"></span>
                { text::LIVE }
            </button>
        };
    }
    html! {
        <button id="record-start" ref={node} type="button" class="button record" {onclick}>
            <svg class="record-icon" viewBox="0 0 16 16" aria-hidden="true">
                <rect x="5.25" y="1" width="5.5" height="8.5" rx="2.75" />
                <path d="M2.75 7.5a5.25 5.25 0 0 0 10.5 0M8 12.75V15" />
            </svg>
            { text::RECORD }
        </button>
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
