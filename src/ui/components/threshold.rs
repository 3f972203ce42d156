//! Below what certainty the page says that it is not sure.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::state::THRESHOLDS;
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct ThresholdProps {
    /// In per cent.
    pub(crate) threshold: u8,
    pub(crate) on_threshold: Callback<u8>,
}

#[function_component]
pub(crate) fn Threshold(props: &ThresholdProps) -> Html {
    let on_threshold = props.on_threshold.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        let input: Option<HtmlInputElement> = event.target_dyn_into();
        if let Some(threshold) = input.and_then(|input| input.value().parse().ok()) {
            on_threshold.emit(threshold);
        }
    });
    let shown = text::threshold(props.threshold);
    html! {
        <div class="threshold">
            <label for="threshold">{ text::THRESHOLD }</label>
            <input
                id="threshold"
                type="range"
                min={THRESHOLDS.start().to_string()}
                max={THRESHOLDS.end().to_string()}
                step="5"
                value={props.threshold.to_string()}
                aria-valuetext={shown.clone()}
                {oninput}
            />
            <output for="threshold">{ shown }</output>
        </div>
    }
}
