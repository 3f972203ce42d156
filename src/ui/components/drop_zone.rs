//! Where clips come in: recorded, dropped anywhere on the page, pasted, or chosen.

use web_sys::{ClipboardEvent, DragEvent, HtmlInputElement};
use yew::prelude::*;

use super::record::{record_buttons, record_panel, said};
use crate::browser::{
    self, File, Listener, carries_files, chosen_files, dropped_files, fetched_file, pasted_files, spawn,
};
use crate::ui::state::{LiveView, Phase};
use crate::ui::text;
use crate::ui::use_engine::LiveCommand;
use crate::ui::use_recorder::{Places, RecorderCommand, use_recorder};

const ACCEPT: &str = "audio/*,.wav,.flac,.mp3,.ogg,.oga,.m4a,.mp4,.aac,.aif,.aiff,.aifc,.webm,.mka,.opus";

const PLACES: Places = [&["record-discard"], &["record-stop"], &["record-start"]];

#[derive(PartialEq, Properties)]
pub(crate) struct DropZoneProps {
    /// Small, with the result below it having the room.
    pub(crate) compact: bool,
    /// What is heard in a voice that speaks just now.
    pub(crate) live: Option<LiveView>,
    pub(crate) on_files: Callback<Vec<File>>,
    pub(crate) on_live: Callback<LiveCommand>,
}

#[function_component]
pub(crate) fn DropZone(props: &DropZoneProps) -> Html {
    let held = use_state_eq(|| false);
    let recorder = use_recorder(props.on_files.clone(), props.on_live.clone(), &PLACES);
    let is_idle = matches!(recorder.state.phase, Phase::Idle);
    let give = recorder.send.reform(RecorderCommand::Give);
    {
        let held = held.clone();
        use_effect_with(recorder.send.clone(), move |send| {
            let listeners = listen(held, send.reform(RecorderCommand::Give));
            if let Err(error) = &listeners {
                browser::log_error(error);
            }
            move || drop(listeners)
        });
    }
    let onchange = give.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            onchange.emit(chosen_files(&input));
        }
    });
    let unfetched = use_state_eq(|| None::<String>);
    let sample = |url: &'static str| {
        let (on_file, unfetched) = (give.clone(), unfetched.clone());
        Callback::from(move |_: MouseEvent| {
            let (on_file, unfetched) = (on_file.clone(), unfetched.clone());
            spawn(async move {
                match fetched_file(url).await {
                    Ok(file) => {
                        unfetched.set(None);
                        on_file.emit(vec![file]);
                    }
                    Err(error) => unfetched.set(Some(error.to_string())),
                }
            });
        })
    };
    let words = match (*held, props.compact) {
        (true, _) => text::DROP_NOW,
        (false, true) => text::DROP_NEXT,
        (false, false) => text::DROP,
    };
    let status =
        html! { <p id="record-status" class="unseen" role="status">{ text::recorder_status(&recorder.state) }</p> };
    if !is_idle {
        return html! {
            <section id="drop-zone" class="drop is-recording" aria-label={text::RECORDING}>
                { record_panel(&recorder, props.live.as_ref()) }
                { status }
                { said(recorder.state.notice.as_ref()) }
            </section>
        };
    }
    html! {
        <section
            id="drop-zone"
            class={classes!("drop", props.compact.then_some("is-compact"), held.then_some("is-held"))}
            aria-label={text::DROP}
        >
            <svg class="drop-wave" viewBox="0 0 120 40" aria-hidden="true">
                { for WAVE.iter().enumerate().map(|(index, height)| html! {
                    <rect x={(index * 8 + 2).to_string()} y={(20 - height / 2).to_string()} width="4" height={height.to_string()} rx="2" />
                }) }
            </svg>
            <p class="drop-words">{ words }</p>
            <p class="drop-choose">
                { record_buttons(&recorder) }
                <input id="file-input" class="unseen" type="file" accept={ACCEPT} multiple={true} {onchange} />
                <label class="button is-quiet" for="file-input">{ text::CHOOSE }</label>
                <span>{ text::OR_PASTE }</span>
            </p>
            <p class="drop-formats">{ text::FORMATS }</p>
            if !props.compact {
                <p class="samples">
                    <span>{ text::SAMPLES }</span>
                    { for text::SAMPLE_FILES.iter().map(|(words, url)| html! {
                        <button class="button is-quiet is-small" type="button" onclick={sample(url)}>{ *words }</button>
                    }) }
                </p>
            }
            if let Some(error) = &*unfetched {
                <p id="sample-error" class="message" role="alert">{ error }</p>
            }
            { status }
            { said(recorder.state.notice.as_ref()) }
        </section>
    }
}

const WAVE: [usize; 15] = [6, 10, 18, 12, 24, 36, 22, 30, 14, 26, 38, 20, 12, 16, 6];

fn listen(held: UseStateHandle<bool>, on_files: Callback<Vec<File>>) -> crate::Result<[Listener; 4]> {
    let document = browser::document()?;
    let (over, out, dropped) = (held.clone(), held.clone(), held);
    let on_paste = on_files.clone();
    Ok([
        Listener::new(&document, "dragover", move |event: DragEvent| {
            if carries_files(&event) {
                event.prevent_default();
                over.set(true);
            }
        })?,
        Listener::new(&document, "dragleave", move |event: DragEvent| {
            if event.related_target().is_none() {
                out.set(false);
            }
        })?,
        Listener::new(&document, "drop", move |event: DragEvent| {
            dropped.set(false);
            let files = dropped_files(&event);
            if !files.is_empty() {
                event.prevent_default();
                on_files.emit(files);
            }
        })?,
        Listener::new(&document, "paste", move |event: ClipboardEvent| {
            let files = pasted_files(&event);
            if !files.is_empty() {
                event.prevent_default();
                on_paste.emit(files);
            }
        })?,
    ])
}
