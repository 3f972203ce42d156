//! The level meter.

use yew::prelude::*;

use crate::ui::state::{FLOOR_DB, Meter};
use crate::ui::text;

pub(crate) fn level(meter: Meter) -> Html {
    let place = |decibels: f32| format!("{:.1}%", (1.0 - decibels / FLOOR_DB) * 100.0);
    html! {
        <div class="level">
            <div
                id="level"
                role="meter"
                aria-label={text::LEVEL}
                aria-valuemin={FLOOR_DB.to_string()}
                aria-valuemax="0"
                aria-valuenow={format!("{:.0}", meter.level)}
                aria-valuetext={text::level(meter.level)}
            >
                <svg class="level-bar" aria-hidden="true">
                    <rect class="level-ground" width="100%" height="100%" />
                    <rect class="level-value" width={place(meter.level)} height="100%" />
                    <rect class="level-hold" x={place(meter.hold)} width="3" height="100%" />
                </svg>
            </div>
            <ol class="level-marks" aria-hidden="true">
                { for text::LEVEL_MARKS.iter().map(|mark| html! { <li>{ *mark }</li> }) }
            </ol>
            <p id="clipping" class="clipping" data-lit={meter.clipping.to_string()} aria-hidden="true">
                <span class="clipping-light"></span>{ text::CLIPPING }
            </p>
        </div>
    }
}
