//! Which model said what, tier by tier. A table on wide screens, cards on narrow ones; the roles keep it a table for those
//! who listen.

use yew::prelude::*;

use super::result::{ResultProps, bar, exact};
use crate::analysis::{Emotion, ModelKind, Probabilities, Tier, winner};
use crate::ui::state::{DeepStatus, Shown};
use crate::ui::text;

const COLUMNS: usize = Emotion::ALL.len() + 3;

#[function_component]
pub(crate) fn Models(props: &ResultProps) -> Html {
    let first = props.report.first();
    if first.answers.is_empty() {
        return html! {};
    }
    html! {
        <section class="card models" aria-labelledby="models-title">
            <header class="card-head">
                <h3 id="models-title">{ text::MODELS }</h3>
                <p class="agreement">{ text::agreement(props.report.for_anyone()) }</p>
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
                { quick_group(first) }
                { for props.offer.as_ref().map(|offer| deep_group(props, &offer.heads)) }
            </table>
            <p class="note">{ text::MODELS_NOTE }</p>
        </section>
    }
}

fn quick_group(first: Shown<'_>) -> Html {
    let millis = first.answers.iter().map(|answer| answer.millis).sum();
    group(
        Tier::Quick,
        &text::agreement(first),
        html! {
            <>
                { row(&Row::ensemble("quick", text::VOTE_NOTE.into(), Some((first.probabilities, millis)))) }
                { for first.answers.iter().map(|answer| {
                    row(&Row::model(&answer.model, answer.kind, Some((&answer.probabilities, answer.millis))))
                }) }
            </>
        },
    )
}

/// The rows stand there before the answers do, so that nothing below them moves.
fn deep_group(props: &ResultProps, heads: &[(String, ModelKind)]) -> Html {
    let found = props.report.deep();
    let note = match (found, &props.status) {
        (Some(_), _) => text::agreement(props.report.for_anyone()),
        (None, DeepStatus::Ready { .. }) => text::tier_pending(&DeepStatus::Ready { sharpened: false }).into(),
        (None, status) => text::tier_pending(status).into(),
    };
    let kind = match found {
        Some(found) => text::encoder_note(found),
        None => text::VOTE_NOTE.into(),
    };
    let vote = found.map(|found| {
        let heads: f32 = found.answers.iter().map(|answer| answer.millis).sum();
        (&found.probabilities, found.encoder_millis + heads)
    });
    group(
        Tier::Deep,
        &note,
        html! {
            <>
                { row(&Row::ensemble("deep", kind, vote)) }
                { for heads.iter().map(|(name, kind)| {
                    let answers = found.map(|found| found.answers.as_slice()).unwrap_or_default();
                    let answer = answers.iter().find(|answer| answer.model == *name);
                    row(&Row::model(name, *kind, answer.map(|answer| (&answer.probabilities, answer.millis))))
                }) }
            </>
        },
    )
}

fn group(tier: Tier, note: &str, rows: Html) -> Html {
    html! {
        <tbody role="rowgroup" data-group={if tier == Tier::Deep { "deep" } else { "quick" }}>
            <tr role="row" class="group">
                <th role="rowheader" scope="rowgroup" colspan={COLUMNS.to_string()}>
                    <span class="group-title">{ text::tier_title(tier) }</span>
                    { ": " }{ text::tier_note(tier) }
                    <span class="group-note">{ note.to_owned() }</span>
                </th>
            </tr>
            { rows }
        </tbody>
    }
}

struct Row<'a> {
    name: &'a str,
    /// The tier whose vote this is.
    ensemble: Option<&'static str>,
    kind: String,
    /// Probabilities, and milliseconds.
    answer: Option<(&'a Probabilities, f32)>,
}

impl<'a> Row<'a> {
    fn model(name: &'a str, kind: ModelKind, answer: Option<(&'a Probabilities, f32)>) -> Self {
        Self { name, ensemble: None, kind: text::model_kind(kind).into(), answer }
    }

    fn ensemble(tier: &'static str, kind: String, answer: Option<(&'a Probabilities, f32)>) -> Self {
        Self { name: text::TOGETHER, ensemble: Some(tier), kind, answer }
    }
}

fn row(row: &Row<'_>) -> Html {
    let says = row.answer.map(|(probabilities, _)| winner(probabilities));
    let answered = row.answer.is_some();
    html! {
        <tr
            role="row"
            class={classes!(row.ensemble.map(|_| "is-vote"), (!answered).then_some("is-pending"))}
            data-model={(answered && row.ensemble.is_none()).then(|| row.name.to_owned())}
            data-ensemble={row.ensemble.filter(|_| answered)}
            data-millis={row.answer.map(|(_, millis)| format!("{millis:.2}"))}
        >
            <th role="rowheader" scope="row">
                <span class="model-name">{ row.name.to_owned() }</span>
                <span class="model-kind">{ &row.kind }</span>
            </th>
            <td role="cell" class="says">
                { match says {
                    Some(says) => html! { <span class="chip" data-chip={says.name()}>{ text::emotion(says) }</span> },
                    None => html! { text::PENDING },
                } }
            </td>
            { for Emotion::ALL.map(|emotion| cell(row.answer.map(|(p, _)| p[emotion.index()]), emotion, says)) }
            <td role="cell" class="time">
                { row.answer.map_or_else(|| text::PENDING.into(), |(_, millis)| text::millis(millis)) }
            </td>
        </tr>
    }
}

fn cell(probability: Option<f32>, emotion: Emotion, says: Option<Emotion>) -> Html {
    html! {
        <td
            role="cell"
            class={classes!("cell", (Some(emotion) == says).then_some("is-winner"))}
            data-emotion={emotion.name()}
            data-probability={probability.map(exact)}
            data-label={text::emotion(emotion)}
        >
            <span class="figure">{ probability.map_or_else(|| text::PENDING.into(), text::percent) }</span>
            { bar(probability.unwrap_or(0.0)) }
        </td>
    }
}
