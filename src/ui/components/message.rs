//! What went wrong, and what happens, in words.

use yew::prelude::*;

use crate::ui::state::{DeepStatus, EngineState, JobState, State};
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct StateProps {
    pub(crate) state: State,
}

/// The error that stands between the user and a result, if there is one.
#[function_component]
pub(crate) fn Message(props: &StateProps) -> Html {
    let (name, error) = match (&props.state.job, &props.state.engine) {
        (JobState::Failed { name, error }, _) if props.state.visit.chosen.is_none() => (Some(name), error),
        (_, EngineState::Failed(error)) => (None, error),
        _ => return html! {},
    };
    html! {
        <div id="message" class="message" role="alert">
            { for name.map(|name| html! { <p class="message-name">{ name }</p> }) }
            <p>{ error.to_string() }</p>
        </div>
    }
}

/// Progress and result for those who listen to the page; after Cancel, for all.
#[function_component]
pub(crate) fn Status(props: &StateProps) -> Html {
    let again = props.state.visit.chosen.and(props.state.result());
    let (words, unseen) = match &props.state.job {
        _ if again.is_some() => (again.map(text::again).unwrap_or_default(), true),
        JobState::Running { name, stage, .. } => (text::progress(name, *stage), true),
        JobState::Done(report) => match props.state.deep_status() {
            status @ DeepStatus::Failed { .. } => (text::deep_line(&status, report), true),
            _ => (text::announcement(report), true),
        },
        JobState::Cancelled { name } => (text::cancelled(name), false),
        JobState::Idle | JobState::Failed { .. } => (String::new(), true),
    };
    html! { <p id="status" class={if unseen { "unseen" } else { "status" }} role="status">{ words }</p> }
}
