//! Storing results, where the visitor wants it, and getting them back at the next visit.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use yew::prelude::*;

use super::state::{Action, Record, Report, State};
use crate::Result;
use crate::analysis::Probabilities;
use crate::browser::{Store, remember, remembered, spawn};

const DATABASE: &str = "undertone-results";
/// Whether results are stored.
const CHOICE: &str = "undertone-keep-results";

/// How far a result is: so many times prepared another way, whether the deep tier has answered, and what that is for the visitor.
type Far = (u32, bool, Option<Probabilities>);

/// What is stored: by key, how far the result was then.
#[derive(Default)]
struct Stored {
    known: HashMap<String, Far>,
    /// What the visit holds, where that is not stored yet.
    next: Option<Vec<Report>>,
    busy: bool,
}

/// Whether the visitor has said at an earlier visit that results are to be stored.
pub fn keeps() -> bool {
    remembered(CHOICE).unwrap_or(false)
}

/// Stores the results of `state` while that is wanted. The callback switches it; off erases.
#[hook]
pub fn use_kept(state: &UseReducerHandle<State>) -> Callback<bool> {
    let stored = use_memo((), |()| RefCell::new(Stored::default()));
    {
        let (dispatcher, stored) = (state.dispatcher(), stored.clone());
        use_effect_with((), move |()| {
            if keeps() {
                spawn(async move {
                    match restored().await {
                        Ok(records) => {
                            for (key, record) in &records {
                                if record.is_some() {
                                    stored.borrow_mut().known.insert(key.clone(), (0, true, None));
                                }
                            }
                            let newest_first = records.into_iter().rev().map(|(_, record)| record);
                            dispatcher.dispatch(Action::Restored(newest_first.collect()));
                        }
                        Err(error) => dispatcher.dispatch(Action::KeepingFailed(error)),
                    }
                });
            }
        });
    }
    {
        let (dispatcher, stored) = (state.dispatcher(), stored.clone());
        let wanted = state.keeping.on && !state.keeping.restoring && state.keeping.trouble.is_none();
        use_effect_with((state.visit.clips.clone(), wanted), move |(clips, wanted)| {
            stored.borrow_mut().next = wanted.then(|| clips.clone());
            if *wanted && !stored.borrow().busy {
                stored.borrow_mut().busy = true;
                spawn(async move {
                    loop {
                        let Some(clips) = stored.borrow_mut().next.take() else { break };
                        if let Err(error) = store(&stored, &clips).await {
                            dispatcher.dispatch(Action::KeepingFailed(error));
                            break;
                        }
                    }
                    stored.borrow_mut().busy = false;
                });
            }
        });
    }
    let dispatcher = state.dispatcher();
    use_callback((), move |on: bool, ()| {
        remember(CHOICE, on);
        dispatcher.dispatch(Action::KeepingSet(on));
        if !on {
            let (dispatcher, stored): (_, Rc<RefCell<Stored>>) = (dispatcher.clone(), stored.clone());
            spawn(async move {
                stored.borrow_mut().known.clear();
                if let Err(error) = Store::erase(DATABASE).await {
                    dispatcher.dispatch(Action::KeepingFailed(error));
                }
            });
        }
    })
}

async fn restored() -> Result<Vec<(String, Option<Record>)>> {
    Store::open(DATABASE).await?.all().await
}

/// Brings the store to what the visit holds.
async fn store(stored: &Rc<RefCell<Stored>>, clips: &[Report]) -> Result<()> {
    let store = Store::open(DATABASE).await?;
    let far = |report: &Report| -> Far {
        (report.turn, report.deep().is_some(), report.personal.as_ref().map(|personal| personal.probabilities))
    };
    let wanted: HashMap<String, &Report> = clips.iter().map(|report| (Record::key(report), report)).collect();
    let gone: Vec<String> = stored.borrow().known.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
    for key in gone {
        store.remove(&key).await?;
        stored.borrow_mut().known.remove(&key);
    }
    for (key, report) in wanted {
        if stored.borrow().known.get(&key) != Some(&far(report)) {
            store.put(&key, &Record::of(report)).await?;
            stored.borrow_mut().known.insert(key, far(report));
        }
    }
    Ok(())
}
