//! Privacy, the sharper answer, limits, law and licences.

use yew::prelude::*;

use super::sharper_switch::SharperSwitch;
use crate::protocol::DeepOffer;
use crate::ui::text;

#[derive(PartialEq, Properties)]
pub(crate) struct FooterProps {
    /// Whether line of law and switch stand here; the first screen has them further up.
    pub(crate) after_first: bool,
    pub(crate) offer: Option<DeepOffer>,
    pub(crate) allowed: bool,
    pub(crate) on_allow: Callback<bool>,
}

#[function_component]
pub(crate) fn Footer(props: &FooterProps) -> Html {
    let section = |title: &'static str, words: String, more: Html| {
        html! {
            <section><h2>{ title }</h2><p>{ words }</p>{ more }</section>
        }
    };
    let sharper = props.offer.as_ref().map(|offer| {
        let switch = props.after_first.then(|| {
            html! {
                <SharperSwitch offer={offer.clone()} allowed={props.allowed} on_allow={props.on_allow.clone()} />
            }
        });
        section(text::SHARPER_TITLE, text::sharper_note(&offer.encoder, offer.bytes), switch.unwrap_or_default())
    });
    let plain = |title, words: &str| section(title, words.into(), html! {});
    html! {
        <footer class="foot">
            { plain(text::PRIVACY_TITLE, text::PRIVACY) }
            { for sharper }
            { plain(text::LIMITS_TITLE, text::LIMITS) }
            if props.after_first {
                { plain(text::LAW_TITLE, text::LAW) }
            }
            { section(text::LICENCE_TITLE, text::LICENCE.into(), html! {
                <p class="foot-about"><a id="about-link" href="#about">{ text::ABOUT_MORE }</a></p>
            }) }
        </footer>
    }
}
