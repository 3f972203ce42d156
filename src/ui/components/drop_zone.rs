//! Where clips come in: dropped anywhere on the page, pasted, or chosen.

use web_sys::{ClipboardEvent, DragEvent, HtmlInputElement};
use yew::prelude::*;

use super::record::RecordPanel;
use crate::browser::{
    self, File, Listener, carries_files, chosen_file, dropped_file, fetched_file, pasted_file, spawn,
};
use crate::ui::text;
use crate::ui::use_recorder::{Phase, RecorderHandle};

const ACCEPT: &str = "audio/*,.wav,.flac,.mp3,.ogg,.oga,.m4a,.mp4,.aac,.aif,.aiff,.aifc";

#[derive(PartialEq, Properties)]
pub(crate) struct DropZoneProps {
    /// Small, with the result below it having the room.
    pub(crate) compact: bool,
    pub(crate) on_file: Callback<File>,
    pub(crate) recorder: RecorderHandle,
}

#[function_component]
pub(crate) fn DropZone(props: &DropZoneProps) -> Html {
    let held = use_state_eq(|| false);
    {
        let held = held.clone();
        use_effect_with(props.on_file.clone(), move |on_file| {
            let listeners = listen(held, on_file.clone());
            if let Err(error) = &listeners {
                browser::log_error(error);
            }
            move || drop(listeners)
        });
    }
    let onchange = props.on_file.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(file) = event.target_dyn_into::<HtmlInputElement>().as_ref().and_then(chosen_file) {
            onchange.emit(file);
        }
    });
    let unfetched = use_state_eq(|| None::<String>);
    let sample = |url: &'static str| {
        let (on_file, unfetched) = (props.on_file.clone(), unfetched.clone());
        Callback::from(move |_: MouseEvent| {
            let (on_file, unfetched) = (on_file.clone(), unfetched.clone());
            spawn(async move {
                match fetched_file(url).await {
                    Ok(file) => {
                        unfetched.set(None);
                        on_file.emit(file);
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
    let recorder = &props.recorder;
    if recorder.view.phase != Phase::Idle {
        return html! {
            <section id="drop-zone" class="drop is-recording" aria-label={text::RECORDING}>
                <RecordPanel recorder={recorder.clone()} />
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
                <input id="file-input" class="unseen" type="file" accept={ACCEPT} {onchange} />
                <button id="record-start" class="button" type="button" onclick={recorder.start.reform(|_: MouseEvent| ())}>
                    { text::RECORD }
                </button>
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
            if let Some(error) = &recorder.view.error {
                <p id="record-error" class="message" role="alert">{ error }</p>
            }
            if let Some(note) = &recorder.view.note {
                <p class="record-note" role="status">{ note }</p>
            }
        </section>
    }
}

const WAVE: [usize; 15] = [6, 10, 18, 12, 24, 36, 22, 30, 14, 26, 38, 20, 12, 16, 6];

fn listen(held: UseStateHandle<bool>, on_file: Callback<File>) -> crate::Result<[Listener; 4]> {
    let document = browser::document()?;
    let (over, out, dropped) = (held.clone(), held.clone(), held);
    let on_paste = on_file.clone();
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
            if let Some(file) = dropped_file(&event) {
                event.prevent_default();
                on_file.emit(file);
            }
        })?,
        Listener::new(&document, "paste", move |event: ClipboardEvent| {
            if let Some(file) = pasted_file(&event) {
                event.prevent_default();
                on_paste.emit(file);
            }
        })?,
    ])
}
