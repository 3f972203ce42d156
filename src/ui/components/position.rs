//! The plane of valence and arousal with the answer in it.

use yew::prelude::*;

use super::result::ReportProps;
use crate::analysis::{Emotion, POSITIONS, Position as Place};
use crate::ui::text;

/// Half of the picture's width, in its own units: the plane reaches to 100.
const REACH: f32 = 112.0;

#[function_component]
pub(crate) fn Position(props: &ReportProps) -> Html {
    let at = Place::of(props.report.shown().probabilities);
    let x = |valence: f32| format!("{:.1}", 100.0 * valence);
    let y = |arousal: f32| format!("{:.1}", -100.0 * arousal);
    let view = format!("{} {} {} {}", -REACH, -REACH, 2.0 * REACH, 2.0 * REACH);
    let [unpleasant, pleasant] = text::PLEASANT;
    let [calm, excited] = text::EXCITED;
    html! {
        <div
            id="position"
            class="position"
            data-valence={format!("{:.4}", at.valence)}
            data-arousal={format!("{:.4}", at.arousal)}
        >
            <svg viewBox={view} role="img" aria-label={text::position_alternative(at)}>
                <circle class="plane" r="100" />
                <path class="plane-axes" d="M-100 0H100M0 -100V100" />
                { for Emotion::ALL.iter().zip(POSITIONS).map(|(emotion, place)| html! {
                    <circle class="plane-word" r="3.5" cx={x(place.valence)} cy={y(place.arousal)}>
                        <title>{ text::emotion(*emotion) }</title>
                    </circle>
                }) }
                <circle class="plane-here" r="9" cx={x(at.valence)} cy={y(at.arousal)} />
            </svg>
            <div class="position-words">
                <p class="position-say">{ text::position(at) }</p>
                <p class="position-ends">
                    { format!("{unpleasant} \u{2190} \u{2192} {pleasant}") }<br />{ format!("{excited} \u{2191} \u{2193} {calm}") }
                </p>
                <p class="position-note">{ text::POSITION_NOTE }</p>
            </div>
        </div>
    }
}
