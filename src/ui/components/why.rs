//! Why the answer is as it is: asked for, then shown in time and frequency, over time, and by measurements.

use yew::prelude::*;

use crate::analysis::{Emotion, TreeReasons, Why as Reasons};
use crate::protocol::JobId;
use crate::ui::plots::{Heat, attention};
use crate::ui::state::{Report, Whys};
use crate::ui::text;
use crate::ui::use_player::Playing;

/// So many patches are told in the table.
const PATCHES: usize = 5;

#[derive(PartialEq, Properties)]
pub(crate) struct WhyProps {
    pub(crate) report: Report,
    pub(crate) whys: Whys,
    pub(crate) playing: Playing,
    /// Asks why that emotion; stops asking.
    pub(crate) on_why: Callback<(JobId, Option<Emotion>)>,
}

#[function_component]
pub(crate) fn Why(props: &WhyProps) -> Html {
    let report = &props.report;
    let job = report.job;
    let winner = report.shown().winner;
    let running = props.whys.running.filter(|(asked, ..)| *asked == job);
    let failed = props.whys.failed.as_ref().filter(|(failed, _)| *failed == job);
    let button = |id: &'static str, label: &'static str, asked: Option<Emotion>| {
        let onclick = props.on_why.reform(move |_: MouseEvent| (job, asked));
        html! { <button {id} type="button" class="button is-quiet is-small" {onclick}>{ label }</button> }
    };
    let ask = match (&running, &report.why) {
        (Some((_, done, of)), _) => html! {
            <>
                <progress max={(*of).max(1).to_string()} value={done.to_string()} aria-label={text::ASKING_WHY} />
                { button("why-stop", text::STOP, None) }
            </>
        },
        (None, None) => button("why-ask", text::SHOW_WHY, Some(winner)),
        (None, Some(why)) if why.emotion != winner => button("why-ask", text::SHOW_WHY_AGAIN, Some(winner)),
        _ => html! {},
    };
    let said = match (&running, failed) {
        (Some((_, done, of)), _) => text::why_progress(*done, *of),
        (None, Some((_, error))) => error.to_string(),
        (None, None) => String::new(),
    };
    let shown = report.why.as_ref().map_or(winner, |why| why.emotion);
    let state = if running.is_some() {
        "running"
    } else if report.why.is_some() {
        "done"
    } else {
        "closed"
    };
    html! {
        <section id="why" class="card why" data-state={state} data-emotion={shown.name()} aria-labelledby="why-title">
            <header class="card-head">
                <h3 id="why-title">{ text::why_title(shown) }</h3>
                <p class="agreement">{ text::WHY_NOTE }</p>
            </header>
            <div class="why-ask">
                { ask }
                <p role="status">{ said }</p>
            </div>
            { for report.why.as_ref().map(|why| explained(props, why)) }
        </section>
    }
}

fn explained(props: &WhyProps, why: &Reasons) -> Html {
    let report = &props.report;
    let kept = &report.analysis.kept;
    let attended = report.deep().map(|deep| deep.attention.as_slice()).filter(|attended| !attended.is_empty());
    html! {
        <>
            <figure>
                <figcaption>
                    <span class="figure-title">{ text::WHERE_HEARD }</span>
                    <span class="legend">
                        <span class="swatch swatch-for" aria-hidden="true"></span>{ text::SPOKE_FOR }
                        <span class="swatch swatch-against" aria-hidden="true"></span>{ text::SPOKE_AGAINST }
                    </span>
                </figcaption>
                <Heat report={report.clone()} emotion={why.emotion} playing={props.playing.clone()} />
            </figure>
            <p id="why-words">{ text::why_words(why.emotion, &why.heard, kept) }</p>
            { for attended.map(|attended| html! {
                <figure>
                    <figcaption><span class="figure-title">{ text::WHEN_ATTENDED }</span></figcaption>
                    { attention(report, attended) }
                    <p class="note">{ text::attention_words(attended, kept) }</p>
                </figure>
            }) }
            if !why.trees.is_empty() {
                <h4>{ text::WHICH_MEASURES }</h4>
                <p class="note">{ text::MEASURES_NOTE }</p>
                <div class="why-trees">{ for why.trees.iter().map(families) }</div>
            }
            <details id="why-table" class="plot-table">
                <summary>{ text::WHY_TABLE }</summary>
                { patches(why, kept) }
                { for why.trees.iter().map(columns) }
            </details>
        </>
    }
}

fn families(trees: &TreeReasons) -> Html {
    let peak = trees.families.iter().map(|(_, adds)| adds.abs()).fold(0.01_f32, f32::max);
    let mut order = trees.families.clone();
    order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    html! {
        <dl class="why-families" data-model={trees.model.clone()} aria-label={trees.model.clone()}>
            <div class="why-model"><dt>{ &trees.model }</dt></div>
            { for order.into_iter().map(|(family, adds)| {
                let share = 50.0 * adds / peak;
                let x = if share < 0.0 { 50.0 + share } else { 50.0 };
                html! {
                    <div data-adds={format!("{adds:.6}")}>
                        <dt>{ text::family(family) }</dt>
                        <dd>
                            <svg class="why-bar" aria-hidden="true">
                                <rect
                                    class={if adds < 0.0 { "is-against" } else { "is-for" }}
                                    x={format!("{x:.2}%")}
                                    width={format!("{:.2}%", share.abs())}
                                    height="100%"
                                />
                                <line x1="50%" x2="50%" y1="0" y2="100%" />
                            </svg>
                            <span class="figure">{ text::adds(adds) }</span>
                        </dd>
                    </div>
                }
            }) }
        </dl>
    }
}

fn table(label: String, head: [&'static str; 4], rows: Vec<[String; 4]>) -> Html {
    html! {
        <div class="about-wide" tabindex="0" role="region" aria-label={label}>
            <table class="about-table">
                <thead><tr>{ for head.map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                <tbody>
                    { for rows.into_iter().map(|row| html! {
                        <tr>{ for row.into_iter().map(|cell| html! { <td>{ cell }</td> }) }</tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

fn patches(why: &Reasons, kept: &[(f32, f32)]) -> Html {
    let rows = why.heard.strongest().into_iter().take(PATCHES).map(|(row, column, weight)| {
        let (from, to) = text::patch_times(&why.heard, kept, column);
        [
            format!("{from:.2} s"),
            format!("{to:.2} s"),
            text::frequencies(&why.heard, row),
            text::percent((why.heard.probability - weight).max(0.0)),
        ]
    });
    table(text::PATCHES.into(), text::PATCH_COLUMNS, rows.collect())
}

fn columns(trees: &TreeReasons) -> Html {
    let number = |value: f32| format!("{value:.3}").replace('-', "\u{2212}");
    let rows = trees
        .columns
        .iter()
        .map(|column| [column.name.clone(), number(column.value), number(column.typical), text::adds(column.adds)]);
    html! {
        <>
            <h5>{ &trees.model }</h5>
            { table(trees.model.clone(), text::MEASURE_COLUMNS, rows.collect()) }
        </>
    }
}
