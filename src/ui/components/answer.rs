//! The winner in words, the eight probabilities, and what becomes of the sharper answer.

use yew::prelude::*;

use super::deep_line::DeepLine;
use super::ordinary::whose;
use super::position::Position;
use super::result::{ResultProps, bar, exact};
use super::threshold::Threshold;
use crate::ui::text;

#[function_component]
pub(crate) fn Answer(props: &ResultProps) -> Html {
    let analysis = &props.report.analysis;
    let shown = props.report.shown();
    let ranked = text::ranked(shown.probabilities);
    let unsure = props.report.is_unsure();
    let runner_up = ranked.iter().find(|(emotion, _)| *emotion != shown.winner && !unsure);
    html! {
        <section
            class={classes!("card", "answer", unsure.then_some("is-unsure"))}
            data-emotion={shown.winner.name()}
            aria-labelledby="winner"
        >
            <div class="verdict">
                <p class="verdict-lead">{ text::EXPRESSED }</p>
                <h2 id="winner" tabindex="-1">{ text::headline(&props.report) }</h2>
                <p class="verdict-probability">{ text::certainty(&props.report) }</p>
                { for runner_up.map(|(emotion, p)| html! {
                    <p class="runner-up">
                        { text::RUNNER_UP }{ ": " }
                        <strong>{ text::emotion(*emotion).to_lowercase() }</strong>{ ", " }{ text::percent(*p) }
                    </p>
                }) }
                { whose(props) }
                <Threshold threshold={props.report.threshold} on_threshold={props.on_threshold.clone()} />
                if !analysis.notices.is_empty() {
                    <ul id="notices" class="notices">
                        { for analysis.notices.iter().map(|notice| html! { <li>{ notice.to_string() }</li> }) }
                    </ul>
                }
            </div>
            <div class="probabilities">
                <h3 id="probabilities-title">{ text::PROBABILITIES }</h3>
                <ol id="probabilities" aria-labelledby="probabilities-title">
                    { for ranked.iter().map(|(emotion, p)| html! {
                        <li data-emotion={emotion.name()} data-probability={exact(*p)}>
                            <span class="label">{ text::emotion(*emotion) }</span>
                            { bar(*p) }
                            <span class="figure">{ text::percent(*p) }</span>
                        </li>
                    }) }
                </ol>
                <Position report={props.report.clone()} />
            </div>
            <DeepLine ..props.clone() />
        </section>
    }
}
