//! Whose voice is used, its name, and what becomes of it.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{OrdinaryProps, act};
use crate::Result;
use crate::browser::{Content, File, chosen_files, read_file, spawn, time_of_day};
use crate::ui::export::file_name;
use crate::ui::state::{MOST_NAME, Voice, VoiceRecord, VoicesAction, VoicesTrouble};
use crate::ui::text;

pub(super) fn list(props: &OrdinaryProps) -> Html {
    let voices = &props.voices;
    if voices.all.is_empty() {
        return html! {};
    }
    let onchange = props.on_voices.reform(|event: Event| {
        let id = event.target_dyn_into::<HtmlSelectElement>().map(|list| list.value());
        VoicesAction::Chosen(id.filter(|id| !id.is_empty()))
    });
    html! {
        <div class="voices">
            <p class="recorder-device">
                <label for="voice-choice">{ text::WHOSE_VOICE }</label>
                <select id="voice-choice" {onchange}>
                    <option value="" selected={voices.chosen().is_none()}>{ text::NOBODY }</option>
                    { for voices.all.iter().map(|voice| html! {
                        <option value={voice.id.clone()} selected={voices.active.as_ref() == Some(&voice.id)}>
                            { text::voice_option(&voice.name, voices.is_void(voice)) }
                        </option>
                    }) }
                </select>
            </p>
            { for voices.chosen().map(|voice| chosen(props, voice)) }
        </div>
    }
}

fn chosen(props: &OrdinaryProps, voice: &Voice) -> Html {
    let onchange = props.on_voices.reform(|event: Event| {
        VoicesAction::Renamed(
            event.target_dyn_into::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default(),
        )
    });
    let (record, on_voices) = (voice.record(false), props.on_voices.clone());
    let save = Callback::from(move |_: MouseEvent| {
        let name = file_name(record.name(), "voice", "json");
        on_voices.emit(match saved(&record, &name) {
            Ok(()) => VoicesAction::Saved(name),
            Err(error) => VoicesAction::Failed(VoicesTrouble::NotSaved(error)),
        });
    });
    html! {
        <>
            <p class="recorder-device">
                <label for="voice-name">{ text::VOICE_NAME }</label>
                <input
                    id="voice-name"
                    type="text"
                    autocomplete="off"
                    maxlength={MOST_NAME.to_string()}
                    value={voice.name.clone()}
                    {onchange}
                />
            </p>
            <p id="voice-kept" class="note" data-kept={voice.kept.to_string()}>
                { if voice.kept { text::VOICE_KEPT } else { text::VOICE_NOT_KEPT } }
            </p>
            <div class="recorder-buttons">
                if !voice.kept {
                    { act(props, "voice-keep", text::KEEP_VOICE, VoicesAction::Kept) }
                }
                if props.offer.is_some() {
                    { act(props, "voice-again", text::READ_AGAIN, VoicesAction::Begun { again: true }) }
                }
                <button id="voice-save" type="button" class="button is-quiet" onclick={save}>{ text::SAVE_VOICE }</button>
                { act(props, "voice-erase", text::ERASE_VOICE, VoicesAction::Erased { all: false }) }
            </div>
        </>
    }
}

fn saved(record: &VoiceRecord, name: &str) -> Result<()> {
    let json = serde_json::to_vec(record).unwrap_or_default();
    Content::new("application/json", &json, None)?.save(name)
}

/// A voice from a file.
pub(super) fn import(props: &OrdinaryProps) -> Html {
    let (on_voices, version) = (props.on_voices.clone(), props.voices.version.clone());
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        let (on_voices, version) = (on_voices.clone(), version.clone());
        for file in chosen_files(&input).into_iter().take(1) {
            let (on_voices, version) = (on_voices.clone(), version.clone());
            spawn(async move {
                on_voices.emit(match imported(&file, version.as_deref()).await {
                    Ok(record) => VoicesAction::Imported(Box::new(record), time_of_day().0),
                    Err(why) => VoicesAction::Failed(VoicesTrouble::NotImported(why)),
                });
            });
        }
    });
    html! {
        <>
            <input
                id="voice-file"
                class="unseen"
                type="file"
                accept=".json,application/json"
                disabled={props.offer.is_none()}
                {onchange}
            />
            <label class="button is-quiet" for="voice-file">{ text::IMPORT_VOICE }</label>
        </>
    }
}

async fn imported(file: &File, version: Option<&str>) -> std::result::Result<VoiceRecord, String> {
    if file.size() > text::MOST_VOICE_BYTES {
        return Err(text::voice_too_large(file.size()));
    }
    let bytes = read_file(file).await.map_err(|error| error.to_string())?;
    VoiceRecord::of_file(&bytes, version).map_err(str::to_owned)
}
