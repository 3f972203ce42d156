//! The clips of this visit.

use yew::prelude::*;

use crate::browser::{self, Content};
use crate::protocol::JobId;
use crate::ui::state::{Keeping, Report};
use crate::ui::{export, text};

#[derive(PartialEq, Properties)]
pub(crate) struct HistoryProps {
    pub(crate) clips: Vec<Report>,
    pub(crate) shown: Option<JobId>,
    pub(crate) on_choose: Callback<JobId>,
    /// One of them, or all.
    pub(crate) on_clear: Callback<Option<JobId>>,
    pub(crate) keeping: Keeping,
    /// Switches whether results outlive the visit; off erases what is kept.
    pub(crate) on_keep: Callback<bool>,
}

#[function_component]
pub(crate) fn History(props: &HistoryProps) -> Html {
    let clips = props.clips.clone();
    let on_export = Callback::from(move |_: MouseEvent| {
        let saved = Content::new("text/csv", export::csv(&clips).as_bytes(), None)
            .and_then(|file| file.save(&export::file_name(text::NAME, "visit", "csv")));
        if let Err(error) = saved {
            browser::log_error(&error);
        }
    });
    let on_clear_all = props.on_clear.reform(|_: MouseEvent| {
        browser::focus_soon(&["file-input"]);
        None
    });
    html! {
        <section class="card history" aria-labelledby="history-title">
            <header class="card-head">
                <h3 id="history-title" tabindex="-1">{ text::VISIT }</h3>
                <div class="history-actions">
                    <button id="history-csv" type="button" class="button is-quiet is-small" onclick={on_export}>
                        { text::ALL_AS_CSV }
                    </button>
                    <button id="history-clear" type="button" class="button is-quiet is-small" onclick={on_clear_all}>
                        { text::CLEAR_ALL }
                    </button>
                </div>
            </header>
            <ol id="history" class="visited">
                { for props.clips.iter().map(|report| entry(props, report)) }
            </ol>
            <p class="note">{ text::visit_note(props.keeping.on) }</p>
            { keeping(props) }
        </section>
    }
}

fn keeping(props: &HistoryProps) -> Html {
    let Keeping { on, trouble, skipped, .. } = &props.keeping;
    let on = *on;
    html! {
        <div class="keeping">
            <input
                id="keep-results"
                type="checkbox"
                role="switch"
                checked={on}
                aria-describedby="keep-results-note"
                onchange={props.on_keep.reform(move |_: Event| !on)}
            />
            <label for="keep-results">{ text::KEEP_RESULTS }</label>
            if on {
                <button
                    id="erase-results"
                    type="button"
                    class="button is-quiet is-small"
                    onclick={props.on_keep.reform(|_: MouseEvent| false)}
                >
                    { text::ERASE_RESULTS }
                </button>
            }
            <p id="keep-results-note" class="note">{ text::KEEP_RESULTS_NOTE }</p>
            if *skipped > 0 {
                <p class="note">{ text::skipped_results(*skipped) }</p>
            }
            if let Some(error) = trouble {
                <p id="keep-trouble" class="message" role="alert">{ text::keeping_failed(error) }</p>
            }
        </div>
    }
}

fn entry(props: &HistoryProps, report: &Report) -> Html {
    let job = report.job;
    let clip = &report.analysis.clip;
    let shown = props.shown == Some(job);
    let (winner, probability) = text::visit_answer(report);
    let on_choose = props.on_choose.reform(move |_: MouseEvent| {
        browser::focus_soon(&["winner"]);
        job
    });
    let on_clear = props.on_clear.reform(move |_: MouseEvent| {
        browser::focus_soon(&["history-title", "file-input"]);
        Some(job)
    });
    html! {
        <li key={job} class={classes!("visit", shown.then_some("is-shown"))} data-job={job.to_string()}>
            <button type="button" class="visit-show" aria-current={shown.then_some("true")} onclick={on_choose}>
                <span class="visit-name">{ &clip.name }</span>
                <span class="visit-answer">
                    <span class="chip" data-chip={if report.is_unsure() { "unsure" } else { report.shown().winner.name() }}>{ winner }</span>
                    <span class="figure">{ probability }</span>
                </span>
                <span class="visit-facts">
                    { text::seconds(clip.seconds) }{ " · " }<time datetime={report.finished.utc.clone()}>{ &report.finished.local }</time>
                </span>
                <span class="visit-shown">{ if shown { text::SHOWN_NOW } else { "" } }</span>
            </button>
            <button type="button" class="visit-clear" aria-label={text::clear(&clip.name)} onclick={on_clear}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
            </button>
        </li>
    }
}
