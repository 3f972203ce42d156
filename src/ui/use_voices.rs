//! The visitor's voices: what the worker is told of them, and what is stored where the visitor wants it.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::state::{Action, State, Voice, VoiceRecord, VoicesAction, VoicesTrouble};
use crate::Result;
use crate::analysis::{Baseline, Plan};
use crate::browser::{Store, remember, remembered, spawn};
use crate::protocol::JobId;

const DATABASE: &str = "undertone-voices";
/// Whether any voice is stored; without one no database is opened.
const STORED: &str = "undertone-voices";

/// A voice, and whether it is the chosen one.
type Kept = (Rc<Voice>, bool);

/// What is stored, and what is to be.
#[derive(Default)]
struct Stored {
    now: Vec<Kept>,
    next: Option<Vec<Kept>>,
    busy: bool,
}

/// Tells the worker by `ordinary` whose voice is in use, has the clip that is shown heard again after a reading, and stores the
/// voices that the visitor wants kept.
#[hook]
pub fn use_voices(
    state: &UseReducerHandle<State>,
    ordinary: &Callback<Option<Box<Baseline>>>,
    prepare: &Callback<(JobId, Plan)>,
) {
    let stored = use_memo((), |()| RefCell::new(Stored::default()));
    {
        let (dispatcher, stored) = (state.dispatcher(), stored.clone());
        use_effect_with((), move |()| {
            if remembered(STORED) == Some(true) {
                stored.borrow_mut().busy = true;
                spawn(async move {
                    let action = match restored().await {
                        Ok(records) => VoicesAction::Restored(records),
                        Err(error) => VoicesAction::Failed(VoicesTrouble::NotStored(error)),
                    };
                    stored.borrow_mut().busy = false;
                    dispatcher.dispatch(Action::Voices(action));
                });
            }
        });
    }
    {
        let ordinary = ordinary.clone();
        let baseline = state.voices.usable().map(|voice| voice.baseline.clone());
        use_effect_with(baseline, move |baseline| {
            ordinary.emit(baseline.as_ref().map(|baseline| Box::new((**baseline).clone())));
        });
    }
    {
        // The worker let go of the clip when the first sentence came.
        let prepare = prepare.clone();
        // Stored results, whose sound nobody holds, count down from the greatest number.
        let shown = state.result().filter(|report| report.job < JobId::MAX / 4);
        let shown = shown.map(|report| (report.job, report.analysis.preparation.report.plan));
        use_effect_with(state.voices.taken, move |taken| {
            if let Some(shown) = shown.filter(|_| *taken > 0) {
                prepare.emit(shown);
            }
        });
    }
    let dispatcher = state.dispatcher();
    let voices = &state.voices;
    let kept: Vec<Kept> = voices
        .all
        .iter()
        .filter(|voice| voice.kept)
        .map(|voice| (voice.clone(), Some(&voice.id) == voices.active.as_ref()))
        .collect();
    use_effect_with(kept, move |kept| {
        let mut held = stored.borrow_mut();
        if held.busy || (kept.is_empty() && held.now.is_empty()) {
            // What is read just now comes back in another change.
            held.next = held.busy.then(|| kept.clone());
            return;
        }
        (held.next, held.busy) = (Some(kept.clone()), true);
        drop(held);
        spawn(async move {
            loop {
                let Some(next) = stored.borrow_mut().next.take() else { break };
                let before = std::mem::take(&mut stored.borrow_mut().now);
                let outcome = store(&before, &next).await;
                if let Err(error) = outcome {
                    dispatcher.dispatch(Action::Voices(VoicesAction::Failed(VoicesTrouble::NotStored(error))));
                    break;
                }
                stored.borrow_mut().now = next;
            }
            stored.borrow_mut().busy = false;
        });
    });
}

async fn restored() -> Result<Vec<(String, Option<VoiceRecord>)>> {
    Store::open(DATABASE).await?.all().await
}

/// Brings the store from `before` to `next`.
async fn store(before: &[Kept], next: &[Kept]) -> Result<()> {
    if next.is_empty() {
        Store::erase(DATABASE).await?;
        remember(STORED, false);
        return Ok(());
    }
    let store = Store::open(DATABASE).await?;
    remember(STORED, true);
    for (voice, _) in before {
        if next.iter().all(|(other, _)| other.id != voice.id) {
            store.remove(&voice.id).await?;
        }
    }
    for kept in next.iter().filter(|kept| !before.contains(kept)) {
        store.put(&kept.0.id, &kept.0.record(kept.1)).await?;
    }
    Ok(())
}
