//! The page: what it knows ([`state`]), the worker as a hook, components, plots. All words stand in [`text`].

pub mod export;
pub mod state;
pub mod text;

mod components;
mod plots;
mod use_card;
mod use_engine;
mod use_kept;
mod use_player;
mod use_recorder;
mod use_turns;
mod use_voices;

use yew::prelude::*;

use self::components::{
    About, DropZone, Footer, Header, History, Message, Newer, Ordinary, Progress, Result, SharperSwitch, Status,
    batch_line,
};
use self::state::{EngineState, JobState};
use self::use_card::use_place;
use self::use_engine::use_engine;
use self::use_turns::use_turns;
use crate::browser;

/// Behind `#` in the address of the view about the page.
const ABOUT: &str = "about";

/// Takes the place of the static shell in the element `#root`.
pub fn mount() {
    console_error_panic_hook::set_once();
    let root = browser::document().ok().and_then(|document| document.get_element_by_id("root"));
    match root {
        // Apart from the task that compiles the page's own program.
        Some(root) => browser::spawn(async move {
            browser::pause(0).await;
            yew::Renderer::<App>::with_root(root).render();
        }),
        None => browser::log_error(&crate::Error::Browser { reason: "the page has no element #root".into() }),
    }
}

#[function_component]
fn App() -> Html {
    let engine = use_engine();
    let whole = use_turns(1, 0) == 1;
    let state = &*engine.state;
    let about = use_place() == ABOUT;
    let first = matches!(state.job, JobState::Idle) && state.visit.clips.is_empty();
    let progress = match &state.job {
        JobState::Running { name, stage, .. } => html! {
            <Progress name={name.clone()} stage={*stage} engine={state.engine.clone()} on_cancel={engine.cancel.clone()} />
        },
        _ => html! {},
    };
    let result = state.result().map(|report| {
        let saved = state.visit.saved.as_ref().filter(|(job, _)| *job == report.job);
        html! {
            <Result
                key={report.job}
                report={report.clone()}
                status={state.deep_status()}
                deep={state.deep.clone()}
                offer={state.offer.clone()}
                memory={state.memory}
                saved={saved.map(|(_, outcome)| outcome.clone())}
                on_deepen={engine.deepen.clone()}
                on_stop={engine.cancel.clone()}
                on_sound={engine.sound.clone()}
                on_saved={engine.saved.clone()}
                on_threshold={engine.threshold.clone()}
                again={state.again.clone()}
                busy={state.running().is_some()}
                whys={state.whys.clone()}
                on_why={engine.why.clone()}
                on_listen={engine.listen.clone()}
                on_prepare={engine.prepare.clone()}
                on_part={engine.part.clone()}
                voices={state.voices.clone()}
                on_voices={engine.voices.clone()}
            />
        }
    });
    html! {
        <div id="app" class="app" data-ready={state.started().to_string()}>
            <Newer ready={matches!(state.engine, EngineState::Ready { .. })} />
            <Header engine={state.engine.clone()} on_reload={engine.reload.clone()} />
            if about {
                <main>
                    <About
                        engine={state.engine.clone()}
                        offer={state.offer.clone()}
                        requests={state.requests.clone()}
                        on_requests={engine.requests.clone()}
                    />
                </main>
            }
            <main hidden={about}>
                <div class={if first { "intro" } else { "unseen" }}>
                    <h1>{ text::HEADLINE }</h1>
                    <p>{ text::LEAD }</p>
                </div>
                <DropZone
                    compact={!first}
                    live={state.live.clone()}
                    on_files={engine.analyze.clone()}
                    on_live={engine.live.clone()}
                />
                if first {
                    <div class="choices">
                        { for state.offer.as_ref().map(|offer| html! {
                            <SharperSwitch
                                offer={offer.clone()}
                                allowed={state.allowed}
                                on_allow={engine.allow_deep.clone()}
                            />
                        }) }
                    </div>
                    <p class="law">{ text::LAW }</p>
                }
                { batch_line(&state.batch) }
                <Message state={state.clone()} />
                <Status state={state.clone()} />
                { progress }
                // Always one child, so that those before it stay what they are: the recorder must outlive a result.
                { result.unwrap_or_default() }
                if whole && (state.offer.is_some() || !matches!(state.engine, EngineState::Ready { .. })) {
                    <Ordinary
                        voices={state.voices.clone()}
                        deep={state.deep.clone()}
                        offer={state.offer.clone()}
                        busy={state.running().is_some() || state.batch.runs()}
                        told={state.result().is_some_and(|report| report.voice.is_some() && report.deep().is_some())}
                        on_voices={engine.voices.clone()}
                        on_read={engine.read.clone()}
                        on_deepen={engine.deepen.clone()}
                    />
                }
                if !state.visit.clips.is_empty() || state.keeping.on {
                    <History
                        clips={state.visit.clips.clone()}
                        shown={state.result().map(|report| report.job)}
                        on_choose={engine.choose.clone()}
                        on_clear={engine.forget.clone()}
                        keeping={state.keeping.clone()}
                        on_keep={engine.keep.clone()}
                    />
                }
            </main>
            if whole {
                <Footer
                    after_first={!first}
                    offer={state.offer.clone()}
                    allowed={state.allowed}
                    on_allow={engine.allow_deep.clone()}
                />
            }
        </div>
    }
}
