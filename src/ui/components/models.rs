//! Which model said what. A table on wide screens, cards on narrow ones; the roles keep it a table for those who listen.

use yew::prelude::*;

use super::result::{ReportProps, bar, exact};
use crate::analysis::{Answer, Emotion, winner};
use crate::ui::text;

#[function_component]
pub(crate) fn Models(props: &ReportProps) -> Html {
    let analysis = &props.report.analysis;
    if analysis.answers.is_empty() {
        return html! {};
    }
    html! {
        <section class="card models" aria-labelledby="models-title">
            <header class="card-head">
                <h3 id="models-title">{ text::MODELS }</h3>
                <p class="agreement">{ text::agreement(analysis) }</p>
            </header>
            <table id="models" role="table" aria-labelledby="models-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{ text::COLUMN_MODEL }</th>
                        <th role="columnheader" scope="col">{ text::COLUMN_SAYS }</th>
                        { for Emotion::ALL.map(|emotion| html! {
                            <th role="columnheader" scope="col" class="cell">{ text::emotion(emotion) }</th>
                        }) }
                        <th role="columnheader" scope="col" class="time">{ text::COLUMN_TIME }</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{ for analysis.answers.iter().map(row) }</tbody>
            </table>
            <p class="note">{ text::MODELS_NOTE }</p>
        </section>
    }
}

fn row(answer: &Answer) -> Html {
    let says = winner(&answer.probabilities);
    html! {
        <tr role="row" data-model={answer.model.clone()}>
            <th role="rowheader" scope="row">
                <span class="model-name">{ &answer.model }</span>
                <span class="model-kind">{ text::model_kind(answer.kind) }</span>
            </th>
            <td role="cell" class="says"><span class="chip" data-chip={says.name()}>{ text::emotion(says) }</span></td>
            { for Emotion::ALL.map(|emotion| {
                let p = answer.probabilities[emotion.index()];
                html! {
                    <td
                        role="cell"
                        class={classes!("cell", (emotion == says).then_some("is-winner"))}
                        data-emotion={emotion.name()}
                        data-probability={exact(p)}
                        data-label={text::emotion(emotion)}
                    >
                        <span class="figure">{ text::percent(p) }</span>
                        { bar(p) }
                    </td>
                }
            }) }
            <td role="cell" class="time">{ text::millis(answer.millis) }</td>
        </tr>
    }
}
