//! What a voice expresses while it speaks.

use yew::prelude::*;

use crate::analysis::Emotion;
use crate::ui::plots::LivePlot;
use crate::ui::state::LiveView;
use crate::ui::text;

/// The answer now, in big letters.
pub(super) fn live_now(live: &LiveView) -> Html {
    let winner = live.now().and_then(|point| point.winner);
    html! {
        <div
            id="live"
            class="live-now"
            data-emotion={winner.map(Emotion::name)}
            data-speech={winner.is_some().to_string()}
            data-answers={live.answers.to_string()}
        >
            <p class="live-word">{ text::live_word(live) }</p>
            <p class="live-detail">{ text::live_detail(live) }</p>
            <p class="unseen" role="status">{ text::live_said(live.said) }</p>
        </div>
    }
}

/// The last minute.
pub(super) fn live_minute(live: &LiveView) -> Html {
    let now = live.now();
    let probability = |emotion: Emotion| {
        now.filter(|_| live.has_spoken())
            .map_or_else(|| "\u{2013}".into(), |p| text::percent(p.probabilities[emotion.index()]))
    };
    let [when, emotion, share] = text::LIVE_COLUMNS;
    html! {
        <div class="live-minute">
            <figure>
                <figcaption>
                    <span class="figure-title">{ text::LIVE_PLOT }</span>
                    <span class="legend">{ now.map(text::live_pace).unwrap_or_default() }</span>
                </figcaption>
                <LivePlot live={live.clone()} />
            </figure>
            <ul id="live-key" class="live-key">
                { for Emotion::ALL.into_iter().map(|emotion| html! {
                    <li data-emotion={emotion.name()}>
                        <span class="swatch" aria-hidden="true"></span>
                        <span>{ text::emotion(emotion) }</span>
                        <span class="figure">{ probability(emotion) }</span>
                    </li>
                }) }
            </ul>
            <details class="live-table">
                <summary>{ text::LIVE_TABLE }</summary>
                <table>
                    <thead><tr><th scope="col">{ when }</th><th scope="col">{ emotion }</th><th scope="col">{ share }</th></tr></thead>
                    <tbody>
                        { for text::live_rows(live).into_iter().map(|[when, emotion, share]| html! {
                            <tr><th scope="row">{ when }</th><td>{ emotion }</td><td>{ share }</td></tr>
                        }) }
                    </tbody>
                </table>
            </details>
        </div>
    }
}
