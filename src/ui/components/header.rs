//! Name, and what has become of the models.

use yew::prelude::*;

use crate::ui::state::EngineState;
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct HeaderProps {
    pub(crate) engine: EngineState,
    pub(crate) on_reload: Callback<()>,
}

#[function_component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let (state, words) = match &props.engine {
        EngineState::Starting => ("loading", text::fetching(0, 0)),
        EngineState::Fetching { received, total } => ("loading", text::fetching(*received, *total)),
        EngineState::Ready { models, .. } => {
            ("ready", text::models_ready(models.len(), models.iter().map(|model| model.bytes).sum()))
        }
        EngineState::Failed(_) => ("failed", text::MODELS_FAILED.into()),
    };
    let bar = match props.engine {
        EngineState::Fetching { received, total } if total > 0 => html! {
            <progress max={total.to_string()} value={received.to_string()} aria-label={words.clone()} />
        },
        _ => html! {},
    };
    let retry = match props.engine {
        EngineState::Failed(_) => html! {
            <button type="button" class="button is-small" onclick={props.on_reload.reform(|_| ())}>{ text::TRY_AGAIN }</button>
        },
        _ => html! {},
    };
    html! {
        <header class="top">
            <p class="name">
                <svg viewBox="0 0 32 32" aria-hidden="true">
                    <rect class="mark-quiet" x="3" y="12" width="3.5" height="8" rx="1.75" />
                    <rect class="mark" x="9.5" y="6" width="3.5" height="20" rx="1.75" />
                    <rect class="mark" x="16" y="10" width="3.5" height="16" rx="1.75" />
                    <rect class="mark-quiet" x="22.5" y="3" width="3.5" height="26" rx="1.75" />
                </svg>
                { text::NAME }
            </p>
            <div id="models-status" class="engine" data-state={state}>
                <span class="engine-light" aria-hidden="true"></span>
                <span>{ words }</span>
                { bar }
                { retry }
            </div>
            <a id="about-top" class="top-about" href="#about">{ text::ABOUT }</a>
        </header>
    }
}
