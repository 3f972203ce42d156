//! The recording: what it is, how it looks.

use yew::prelude::*;

use super::quality::Quality;
use super::result::ReportProps;
use crate::ui::plots::{Mel, Waveform};
use crate::ui::text;

#[function_component]
pub(crate) fn Clip(props: &ReportProps) -> Html {
    let analysis = &props.report.analysis;
    html! {
        <section class="card sound" aria-labelledby="sound-title">
            <header class="card-head">
                <h3 id="sound-title">{ text::SOUND }</h3>
                <p class="file-name">{ &analysis.clip.name }</p>
                <ul class="facts">
                    { for text::clip_facts(analysis).into_iter().map(|fact| html! { <li>{ fact }</li> }) }
                </ul>
            </header>
            <Waveform report={props.report.clone()} />
            <Mel report={props.report.clone()} />
            <Quality report={props.report.clone()} />
        </section>
    }
}
