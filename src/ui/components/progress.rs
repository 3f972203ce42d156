//! The stages of the clip in hand.

use yew::prelude::*;

use crate::analysis::Stage;
use crate::ui::state::EngineState;
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct ProgressProps {
    pub(crate) name: String,
    pub(crate) stage: Option<Stage>,
    pub(crate) engine: EngineState,
    pub(crate) on_cancel: Callback<()>,
}

#[function_component]
pub(crate) fn Progress(props: &ProgressProps) -> Html {
    let current = props.stage.and_then(|stage| Stage::ALL.iter().position(|other| *other == stage));
    let title = match (&props.engine, current) {
        (EngineState::Ready { .. }, _) | (_, Some(_)) => text::ANALYSING,
        _ => text::WAITING,
    };
    html! {
        <section id="progress" class="card progress" aria-labelledby="progress-title">
            <div>
                <h2 id="progress-title">{ title }</h2>
                <p class="file-name">{ &props.name }</p>
            </div>
            <ol class="steps">
                { for Stage::ALL.iter().enumerate().map(|(index, stage)| {
                    let state = match current {
                        Some(current) if index < current => "done",
                        Some(current) if index == current => "now",
                        _ => "next",
                    };
                    let now = (state == "now").then_some("step");
                    html! { <li data-state={state} aria-current={now}>{ text::stage(*stage) }</li> }
                }) }
            </ol>
            <button id="cancel" type="button" class="button is-quiet" onclick={props.on_cancel.reform(|_| ())}>
                { text::CANCEL }
            </button>
        </section>
    }
}
