//! Whether the deep tier may be fetched without a question.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::protocol::DeepOffer;
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct SharperSwitchProps {
    pub(crate) offer: DeepOffer,
    pub(crate) allowed: bool,
    pub(crate) on_allow: Callback<bool>,
}

#[function_component]
pub(crate) fn SharperSwitch(props: &SharperSwitchProps) -> Html {
    let on_allow = props.on_allow.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            on_allow.emit(input.checked());
        }
    });
    html! {
        <label class="switch">
            <input id="deep-switch" type="checkbox" role="switch" checked={props.allowed} {onchange} />
            <span>{ text::switch(props.offer.bytes) }</span>
        </label>
    }
}
