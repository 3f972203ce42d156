//! The recording: what it is, how it looks, how it sounds.

use yew::prelude::*;

use super::quality::Quality;
use crate::protocol::JobId;
use crate::ui::plots::{Mel, Tables, Waveform};
use crate::ui::state::Report;
use crate::ui::text;
use crate::ui::use_player::{Playing, Track};

#[derive(PartialEq, Properties)]
pub(crate) struct ClipProps {
    pub(crate) report: Report,
    pub(crate) playing: Playing,
    pub(crate) on_part: Callback<(JobId, (f32, f32))>,
}

#[function_component]
pub(crate) fn Clip(props: &ClipProps) -> Html {
    let analysis = &props.report.analysis;
    html! {
        <section class="card sound" aria-labelledby="sound-title">
            <header class="card-head">
                <h3 id="sound-title">{ text::SOUND }</h3>
                <p class="file-name">{ &analysis.clip.name }</p>
                <ul class="facts">
                    { for text::clip_facts(analysis).into_iter().map(|fact| html! { <li>{ fact }</li> }) }
                </ul>
            </header>
            <Waveform report={props.report.clone()} playing={props.playing.clone()} />
            { transport(props) }
            <Mel report={props.report.clone()} playing={props.playing.clone()} />
            <Tables report={props.report.clone()} />
            <Quality report={props.report.clone()} />
        </section>
    }
}

/// What plays, and what is selected.
fn transport(props: &ClipProps) -> Html {
    let playing = &props.playing;
    let button = |id: &'static str, track: Track, label: &'static str| {
        let plays = playing.track == Some(track);
        let label = if plays { text::PAUSE_PLAYING } else { label };
        html! {
            <button
                {id}
                type="button"
                class="button is-quiet is-small"
                data-plays={plays.to_string()}
                onclick={playing.on_toggle.reform(move |_: MouseEvent| track)}
            >
                { label }
            </button>
        }
    };
    let job = props.report.job;
    html! {
        <div class="transport">
            { button("play-recorded", Track::Recorded, text::PLAY_RECORDED) }
            { button("play-heard", Track::Heard, text::PLAY_HEARD) }
            if let Some((from, to)) = playing.part {
                <span id="selected">{ text::selected(from, to) }</span>
                <button
                    id="analyse-part"
                    type="button"
                    class="button is-small"
                    onclick={props.on_part.reform(move |_: MouseEvent| (job, (from, to)))}
                >
                    { text::ANALYSE_PART }
                </button>
                <button
                    id="clear-part"
                    type="button"
                    class="button is-quiet is-small"
                    onclick={playing.on_select.reform(|_: MouseEvent| None)}
                >
                    { text::CLEAR_PART }
                </button>
            }
            <p id="clip-position-help" class="note">{ text::SLIDER_HELP }</p>
            if let Some(trouble) = playing.trouble {
                <p class="note" role="alert">{ trouble }</p>
            }
        </div>
    }
}
