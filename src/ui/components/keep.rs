//! A result as files.

use yew::prelude::*;

use super::result::ResultProps;
use crate::browser::{Content, spawn};
use crate::ui::plots::{picture, recording};
use crate::ui::state::{Report, Saved};
use crate::ui::{export, text};

#[function_component]
pub(crate) fn Keep(props: &ResultProps) -> Html {
    let (problem, words) = match &props.saved {
        Some(outcome) => (!matches!(outcome, Saved::File(_)), text::saved(outcome)),
        None => (false, String::new()),
    };
    html! {
        <section class="card keep" aria-labelledby="keep-title">
            <header class="card-head">
                <h3 id="keep-title">{ text::KEEP }</h3>
                <p class="agreement">{ text::KEEP_NOTE }</p>
            </header>
            <ul class="keepables">
                { for text::KEEPABLE.map(|(ending, name, what)| html! {
                    <li>
                        <button
                            id={format!("keep-{ending}")}
                            type="button"
                            class="keepable"
                            onclick={on_keep(props, ending)}
                        >
                            <span class="keepable-name">{ name }</span>
                            <span class="keepable-what">{ what }</span>
                        </button>
                    </li>
                }) }
            </ul>
            <p id="saved" class={classes!("saved", problem.then_some("is-problem"))} role="status">{ words }</p>
        </section>
    }
}

fn on_keep(props: &ResultProps, ending: &'static str) -> Callback<MouseEvent> {
    let (report, on_saved, on_sound) = (props.report.clone(), props.on_saved.clone(), props.on_sound.clone());
    Callback::from(move |_| {
        let clip = &report.analysis.clip.name;
        if ending == "wav" {
            return on_sound.emit((report.job, export::file_name(clip, "heard", ending)));
        }
        let name = export::file_name(clip, text::NAME, ending);
        let (report, on_saved) = (report.clone(), on_saved.clone());
        spawn(async move {
            let saved = content(&report, ending).await.and_then(|content| content.save(&name));
            on_saved.emit((report.job, saved.map_or_else(Saved::Failed, |()| Saved::File(name))));
        });
    })
}

async fn content(report: &Report, ending: &str) -> crate::Result<Content> {
    match ending {
        "json" => Content::new("application/json", export::json(report).as_bytes(), None),
        "csv" => Content::new("text/csv", export::csv([report]).as_bytes(), None),
        "png" => picture(report)?.png().await,
        _ => {
            let picture = recording(report)?.png().await?.data_url().await?;
            Content::new("text/html", export::html(report, &picture).as_bytes(), None)
        }
    }
}
