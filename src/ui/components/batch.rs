//! Several files at once: how far they have come, and which have no result.

use yew::prelude::*;

use crate::ui::state::Batch;
use crate::ui::text;

pub(crate) fn batch_line(batch: &Batch) -> Html {
    if !batch.is_shown() {
        return html! {};
    }
    html! {
        <section id="batch" class="batch" data-runs={batch.runs().to_string()} aria-label={text::SEVERAL}>
            <p role="status">{ text::batch(batch) }</p>
            if batch.runs() {
                <progress max={batch.of.to_string()} value={batch.ended.to_string()} aria-label={text::SEVERAL}></progress>
            }
            if !batch.failed.is_empty() {
                <ul class="batch-failed">
                    { for batch.failed.iter().map(|(name, error)| html! {
                        <li>{ text::batch_failure(name, error) }</li>
                    }) }
                </ul>
            }
        </section>
    }
}
