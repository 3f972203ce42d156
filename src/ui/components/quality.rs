//! What the recording allows, in words and numbers.

use yew::prelude::*;

use super::result::ReportProps;
use super::voice::attributes;
use crate::ui::text;

#[function_component]
pub(crate) fn Quality(props: &ReportProps) -> Html {
    let analysis = &props.report.analysis;
    let quality = text::recording_quality(&analysis.quality, text::speech_seconds(analysis));
    html! {
        <>
            <h4 class="figure-title quality-title">{ text::QUALITY }</h4>
            { attributes("quality", quality) }
        </>
    }
}
