//! The evaluation's figures, fetched when the view about the page is opened, and not before; and where the visitor is.

use std::rc::Rc;

use yew::prelude::*;

use super::state::{Card, RESULTS};
use crate::Error;
use crate::browser::{self, Download, Freshness, spawn};

/// What has become of the figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CardState {
    /// Nobody has asked for them.
    #[default]
    Absent,
    /// On their way.
    Fetching,
    /// Here.
    Ready(Rc<Card>),
    /// Not to be had.
    Failed(Error),
}

/// The figures, fetched once `wanted`; the callback tries again.
#[hook]
pub fn use_card(wanted: bool) -> (CardState, Callback<()>) {
    let state = use_state(CardState::default);
    let fetch = {
        let setter = state.setter();
        use_callback((), move |(), ()| {
            setter.set(CardState::Fetching);
            let setter = setter.clone();
            spawn(async move {
                let found =
                    async { Card::read(&Download::start(RESULTS, Freshness::Revalidate)?.bytes(|_| ()).await?) };
                setter.set(match found.await {
                    Ok(card) => CardState::Ready(Rc::new(card)),
                    Err(error) => CardState::Failed(error),
                });
            });
        })
    };
    {
        let (fetch, absent) = (fetch.clone(), *state == CardState::Absent);
        use_effect_with(wanted && absent, move |due| {
            if *due {
                fetch.emit(());
            }
        });
    }
    ((*state).clone(), fetch)
}

/// What stands behind `#` in the address.
#[hook]
pub fn use_place() -> String {
    let place = use_state(browser::place);
    {
        let setter = place.setter();
        use_effect_with((), move |()| {
            let listener = browser::on_place(move |now| setter.set(now));
            move || drop(listener)
        });
    }
    (*place).clone()
}
