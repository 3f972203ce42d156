//! How long each stage took.

use yew::prelude::*;

use super::result::ReportProps;
use crate::ui::text;

#[function_component]
pub(crate) fn Stages(props: &ReportProps) -> Html {
    let times = &props.report.analysis.times;
    let total: f32 = times.iter().map(|time| time.millis).sum();
    let share = |millis: f32| if total > 0.0 { millis / total * 100.0 } else { 0.0 };
    let mut begin = 0.0;
    html! {
        <section class="card times" aria-labelledby="stages-title">
            <header class="card-head">
                <h3 id="stages-title">{ text::STAGES }</h3>
                <p class="agreement">{ text::millis(total) }</p>
            </header>
            <svg class="time-line" aria-hidden="true">
                { for times.iter().map(|time| {
                    let x = begin;
                    begin += share(time.millis);
                    html! {
                        <rect
                            data-part={time.stage.name()}
                            x={format!("{x:.2}%")}
                            width={format!("{:.2}%", share(time.millis))}
                            height="100%"
                        />
                    }
                }) }
            </svg>
            <ol id="stages" class="stages">
                { for times.iter().map(|time| html! {
                    <li data-stage={time.stage.name()} data-millis={format!("{:.1}", time.millis)}>
                        <span class="swatch" data-part={time.stage.name()} aria-hidden="true"></span>
                        <span>{ text::stage(time.stage) }</span>
                        <span class="figure">{ text::millis(time.millis) }</span>
                    </li>
                }) }
            </ol>
        </section>
    }
}
