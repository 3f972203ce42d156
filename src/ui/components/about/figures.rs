//! The evaluation's figures: the main ones, confusions, and all.

use yew::prelude::*;

use crate::analysis::Tier;
use crate::ui::components::result::bar;
use crate::ui::state::{Card, PEOPLE, Run};
use crate::ui::text;
use crate::ui::use_card::CardState;

#[derive(PartialEq, Properties)]
pub(super) struct FiguresProps {
    pub(super) card: CardState,
    pub(super) on_fetch: Callback<()>,
}

#[function_component]
pub(super) fn Figures(props: &FiguresProps) -> Html {
    let card = match &props.card {
        CardState::Ready(card) => card,
        CardState::Failed(error) => {
            return html! {
                <section id="figures" class="card" data-state="failed" aria-label={text::HOW_RIGHT}>
                    <p role="alert">{ error.to_string() }</p>
                    <button id="figures-again" type="button" class="button is-quiet" onclick={props.on_fetch.reform(|_| ())}>
                        { text::TRY_AGAIN }
                    </button>
                </section>
            };
        }
        CardState::Absent | CardState::Fetching => {
            return html! {
                <section id="figures" class="card" data-state="fetching" aria-label={text::HOW_RIGHT}>
                    <p role="status">{ text::FIGURES_COMING }</p>
                </section>
            };
        }
    };
    html! {
        <div id="figures" class="about-figures" data-state="ready">
            { main(card) }
            { for card.headline(Tier::Deep).map(confusion) }
            { all(card) }
        </div>
    }
}

fn main(card: &Card) -> Html {
    let chance = card.headline(Tier::Deep).map_or(0.125, |run| 1.0 / run.classes as f64);
    let run = |name, run: Option<&Run>| run.map(|run| (name, run.uar.mean, text::interval(run.uar.mean, run.uar.ci95)));
    let rows = [
        Some((text::CHANCE, chance, text::share(chance))),
        Some((text::LISTENERS, PEOPLE, text::share(PEOPLE))),
        run(text::FIRST_ANSWER, card.headline(Tier::Quick)),
        run(text::SHARPER_ANSWER, card.headline(Tier::Deep)),
    ];
    html! {
        <section class="card" aria-labelledby="right-title">
            <header class="card-head"><h2 id="right-title" class="card-title">{ text::HOW_RIGHT }</h2></header>
            <dl id="headline" class="about-bars">
                { for rows.into_iter().flatten().map(|(name, value, words)| html! {
                    <div data-uar={format!("{value:.6}")}>
                        <dt>{ name }</dt>
                        <dd>{ bar(value as f32) }<span class="figure">{ words }</span></dd>
                    </div>
                }) }
            </dl>
            { for card.headline(Tier::Deep).map(|run| html! { <p>{ text::calibration(run.ece) }</p> }) }
            { for card.everyday(Tier::Deep).map(|found| html! { <p>{ text::everyday(found) }</p> }) }
            <p class="note">{ text::HOW_MEASURED }</p>
        </section>
    }
}

fn confusion(run: &Run) -> Html {
    let emotions = run.emotions();
    html! {
        <div class="card">
            <header class="card-head"><h2 id="confusion-title" class="card-title">{ text::CONFUSION }</h2></header>
            <div class="about-wide" tabindex="0" role="region" aria-labelledby="confusion-title">
                <table id="confusion" class="about-table is-confusion">
                    <thead>
                        <tr>
                            <th scope="col">{ text::PLAYED }</th>
                            { for emotions.iter().map(|emotion| html! { <th scope="col">{ text::emotion(*emotion) }</th> }) }
                        </tr>
                    </thead>
                    <tbody>
                        { for emotions.iter().zip(&run.confusion).enumerate().map(|(place, (emotion, row))| {
                            let sum = row.iter().sum::<u64>().max(1) as f64;
                            html! {
                                <tr>
                                    <th scope="row">{ text::emotion(*emotion) }</th>
                                    { for row.iter().enumerate().map(|(column, count)| cell(*count as f64 / sum, column == place)) }
                                </tr>
                            }
                        }) }
                    </tbody>
                </table>
            </div>
            <p class="note">{ text::CONFUSION_NOTE }</p>
        </div>
    }
}

/// Shaded in ten steps: the style sheet has a class for each, because no style stands in the page.
fn cell(share: f64, own: bool) -> Html {
    let step = format!("share-{}", (share * 10.0).round().clamp(0.0, 10.0));
    html! { <td class={classes!(step, own.then_some("is-own"))}>{ format!("{:.0}", 100.0 * share) }</td> }
}

fn all(card: &Card) -> Html {
    let tier = |tier: Tier| match tier {
        Tier::Quick => text::FIRST_ANSWER,
        Tier::Deep => text::SHARPER_ANSWER,
    };
    html! {
        <div class="card">
            <header class="card-head"><h2 id="all-title" class="card-title">{ text::ALL_FIGURES }</h2></header>
            <div class="about-wide" tabindex="0" role="region" aria-labelledby="all-title">
                <table id="all-figures" class="about-table">
                    <thead><tr>{ for text::FIGURE_COLUMNS.map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                    <tbody>
                        { for card.plain().map(|run| html! {
                            <tr data-protocol={run.protocol.clone()} data-model={run.model.clone()}>
                                <th scope="row">{ &run.protocol }</th>
                                <td>{ &run.model }<span class="about-tier">{ tier(run.tier) }</span></td>
                                <td class="figure">{ run.classes }</td>
                                <td class="figure">{ text::interval(run.uar.mean, run.uar.ci95) }</td>
                                <td class="figure">{ text::share(run.ece) }</td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
            <p class="note">{ text::ALL_FIGURES_NOTE }</p>
        </div>
    }
}
