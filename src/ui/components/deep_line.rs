//! The line under an answer that says what becomes of the sharper one. It keeps its height, so that nothing below it moves.

use yew::prelude::*;

use super::ordinary::{learned, wrong};
use super::result::ResultProps;
use crate::ui::state::{DeepState, DeepStatus};
use crate::ui::text;

#[function_component]
pub(crate) fn DeepLine(props: &ResultProps) -> Html {
    let ResultProps { report, status, offer, .. } = props;
    // The job and turn whose labels are shown.
    let asked = use_state_eq(|| None::<(u32, u32)>);
    let this = Some((report.job, report.turn));
    let correctable = report.voice.is_some() && report.deep().is_some();
    let open = correctable && *asked == this;
    let Some(offer) = offer else {
        return html! { <div id="deep-status" data-state="absent" hidden={true}></div> };
    };
    let words = text::deep_line(status, report);
    let button = |id: &'static str, label: String, quiet: bool, press: &Callback<()>| {
        let class = classes!("button", "is-small", quiet.then_some("is-quiet"));
        html! { <button {id} type="button" {class} onclick={press.reform(|_| ())}>{ label }</button> }
    };
    let more = match status {
        DeepStatus::Asked => button("deep-get", text::get_sharper(offer.bytes), false, &props.on_deepen),
        DeepStatus::Failed { again: true, .. } => button("deep-again", text::AGAIN.into(), true, &props.on_deepen),
        DeepStatus::Running { of, .. } if *of > 1 => button("deep-stop", text::STOP.into(), true, &props.on_stop),
        DeepStatus::Ready { sharpened: true } if correctable => {
            let onclick = Callback::from({
                let asked = asked.clone();
                move |_: MouseEvent| asked.set(this.filter(|_| !open))
            });
            html! {
                <button
                    id="wrong"
                    type="button"
                    class="button is-small is-quiet"
                    aria-expanded={open.to_string()}
                    aria-controls={open.then_some("wrong-labels")}
                    {onclick}
                >
                    { text::WRONG }
                </button>
            }
        }
        _ => html! {},
    };
    let done = Callback::from(move |()| asked.set(None));
    let far = match status {
        DeepStatus::Fetching { received, total } if *total > 0 => Some((*received, *total)),
        DeepStatus::Running { window, of } if *of > 1 => Some((*window as u64, *of as u64)),
        _ => None,
    };
    let (load, fetch) = match &props.deep {
        DeepState::Ready(ready) => (Some(ready.load_millis), Some(ready.fetch_millis)),
        _ => (None, None),
    };
    let millis = |value: Option<f32>| value.map(|value| format!("{value:.1}"));
    html! {
        <>
            <div
                id="deep-status"
                class="deep"
                data-state={status.name()}
                data-load-millis={millis(load)}
                data-fetch-millis={millis(fetch)}
                data-windows={report.deep().map(|found| found.windows.to_string())}
                data-hearings={report.deep().map(|found| found.hearings.to_string())}
                data-encoder-millis={millis(report.deep().map(|found| found.encoder_millis))}
                data-memory-bytes={(props.memory > 0).then(|| props.memory.to_string())}
            >
                <span class="deep-light" aria-hidden="true"></span>
                <p class="deep-words">{ &words }</p>
                { for far.map(|(now, all)| html! {
                    <progress max={all.to_string()} value={now.to_string()} aria-label={words.clone()} />
                }) }
                { more }
            </div>
            if open {
                { wrong(props, &done) }
            }
            if correctable {
                { learned(&props.voices, &props.on_voices) }
            }
        </>
    }
}
