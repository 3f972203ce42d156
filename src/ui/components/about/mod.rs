//! The view about the page: how right it is, its licences and limits, a notice for others, and what it has asked for.

mod figures;
mod notice;

use yew::prelude::*;

use self::figures::Figures;
use self::notice::Notice;
use crate::browser;
use crate::protocol::{DeepOffer, LoadedModel};
use crate::ui::state::EngineState;
use crate::ui::text;
use crate::ui::use_card::use_card;

#[derive(PartialEq, Properties)]
pub(crate) struct AboutProps {
    pub(crate) engine: EngineState,
    pub(crate) offer: Option<DeepOffer>,
    /// What the worker has asked for.
    pub(crate) requests: Vec<String>,
    /// Asks the worker for that.
    pub(crate) on_requests: Callback<()>,
}

#[function_component]
pub(crate) fn About(props: &AboutProps) -> Html {
    let (card, on_fetch) = use_card(true);
    {
        let on_requests = props.on_requests.clone();
        use_effect_with((), move |()| {
            browser::scroll_up();
            browser::focus_soon(&["about-title"]);
            on_requests.emit(());
            || browser::focus_soon(&["about-top"])
        });
    }
    let card_of = |id: &'static str, title: &'static str, inner: Html| {
        html! {
            <section class="card" aria-labelledby={id}>
                <header class="card-head"><h2 {id} class="card-title">{ title }</h2></header>
                { inner }
            </section>
        }
    };
    html! {
        <article id="about" class="about">
            <header class="about-head">
                <h1 id="about-title" tabindex="-1">{ text::ABOUT }{ " " }{ text::NAME }</h1>
                <a id="about-back" class="button is-quiet" href="#">{ text::BACK }</a>
                <p>{ text::ABOUT_LEAD }</p>
            </header>
            <Figures {card} {on_fetch} />
            { card_of("limits-title", text::LIMITS_TITLE, html! { <><p>{ text::LIMITS }</p><p>{ text::LAW }</p></> }) }
            <Notice />
            { card_of("data-title", text::DATA, html! {
                <>
                    <p>{ text::DATA_NOTE }</p>
                    <p><a href="./models/README.md">{ text::MODEL_CARD }</a></p>
                    <ul class="about-files">{ for files(props).iter().map(|file| html! {
                        <li><strong>{ &file.name }</strong>{ " " }{ text::file_hash(file.bytes, &file.sha256) }</li>
                    }) }</ul>
                </>
            }) }
            { card_of("requests-title", text::REQUESTS, html! {
                <>
                    <p>{ text::REQUESTS_LEAD }</p>
                    <ul id="requests" class="about-files">{ for requests(props).into_iter().map(|address| html! {
                        <li>{ address }</li>
                    }) }</ul>
                    <p>{ text::REQUESTS_PROOF }</p>
                </>
            }) }
        </article>
    }
}

fn files(props: &AboutProps) -> Vec<LoadedModel> {
    let quick = match &props.engine {
        EngineState::Ready { models, .. } => models.as_slice(),
        _ => &[],
    };
    let deep = props.offer.as_ref().map(|offer| offer.files.as_slice()).unwrap_or_default();
    quick.iter().chain(deep).cloned().collect()
}

/// Each address once, without the part that all of this page's have in common.
fn requests(props: &AboutProps) -> Vec<String> {
    let site = browser::site();
    let mut found: Vec<String> = Vec::new();
    for address in browser::requests().into_iter().chain(props.requests.iter().cloned()) {
        let address = address.strip_prefix(&site).map(str::to_owned).unwrap_or(address);
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}
