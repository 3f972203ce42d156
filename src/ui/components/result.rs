//! All that was found in one clip.

use yew::prelude::*;

use super::answer::Answer;
use super::clip::Clip;
use super::models::Models;
use super::stages::Stages;
use crate::ui::state::Report;

#[derive(PartialEq, Properties)]
pub(crate) struct ReportProps {
    pub(crate) report: Report,
}

#[function_component]
pub(crate) fn Result(props: &ReportProps) -> Html {
    let Report { job, analysis } = &props.report;
    html! {
        <article id="result" class="result" data-winner={analysis.winner.name()} data-job={job.to_string()}>
            <Answer report={props.report.clone()} />
            <Clip report={props.report.clone()} />
            <Models report={props.report.clone()} />
            <Stages report={props.report.clone()} />
        </article>
    }
}

/// A bar as wide as its probability.
pub(super) fn bar(probability: f32) -> Html {
    html! {
        <svg class="bar" aria-hidden="true">
            <rect class="bar-ground" width="100%" height="100%" />
            <rect class="bar-value" width={format!("{:.2}%", probability.clamp(0.0, 1.0) * 100.0)} height="100%" />
        </svg>
    }
}

/// A probability as the tests and other readers of the page find it.
pub(super) fn exact(probability: f32) -> String {
    format!("{probability:.6}")
}
