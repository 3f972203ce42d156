//! All that was found in one clip.

use yew::prelude::*;

use super::answer::Answer;
use super::clip::Clip;
use super::keep::Keep;
use super::models::Models;
use super::preparation::Preparation;
use super::stages::Stages;
use super::timeline::Timeline;
use super::voice::Voice;
use super::why::Why;
use crate::analysis::{Emotion, Plan, Tier};
use crate::protocol::{DeepOffer, JobId};
use crate::ui::state::{Again, DeepState, DeepStatus, Report, Saved, Voices, VoicesAction, Whys};
use crate::ui::use_engine::Listen;
use crate::ui::use_player::use_player;
use crate::ui::use_turns::use_turns;

#[derive(PartialEq, Properties)]
pub(crate) struct ReportProps {
    pub(crate) report: Report,
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ResultProps {
    pub(crate) report: Report,
    pub(crate) status: DeepStatus,
    pub(crate) deep: DeepState,
    pub(crate) offer: Option<DeepOffer>,
    /// Most bytes that the worker's memory is known to have held.
    pub(crate) memory: u64,
    pub(crate) on_deepen: Callback<()>,
    pub(crate) on_stop: Callback<()>,
    /// What came of the last attempt to save something of it.
    pub(crate) saved: Option<Saved>,
    /// Asks for the sound, to be saved under that name.
    pub(crate) on_sound: Callback<(JobId, String)>,
    pub(crate) on_saved: Callback<(JobId, Saved)>,
    pub(crate) on_threshold: Callback<u8>,
    /// What is done once more about a clip.
    pub(crate) again: Again,
    /// Whether another clip is under way.
    pub(crate) busy: bool,
    pub(crate) whys: Whys,
    pub(crate) on_why: Callback<(JobId, Option<Emotion>)>,
    pub(crate) on_listen: Callback<Listen>,
    pub(crate) on_prepare: Callback<(JobId, Plan)>,
    /// Analyses a part of it as a clip of its own.
    pub(crate) on_part: Callback<(JobId, (f32, f32))>,
    /// Whose voice answers are set against, and what has been corrected.
    pub(crate) voices: Voices,
    pub(crate) on_voices: Callback<VoicesAction>,
}

/// What lies below the answer comes by and by, so many milliseconds apart: all at once it would hold the page up.
const TURN_MILLIS: i32 = 20;
const TURNS: usize = 3;

#[function_component]
pub(crate) fn Result(props: &ResultProps) -> Html {
    let report = &props.report;
    let shown = report.shown();
    let playing = use_player(report, &props.on_listen);
    let turn = use_turns(TURNS, TURN_MILLIS);
    let tier = match shown.tier {
        Tier::Quick => "quick",
        Tier::Deep => "deep",
    };
    html! {
        <article
            id="result"
            class="result"
            aria-busy={(turn < TURNS).to_string()}
            data-winner={shown.winner.name()}
            data-tier={tier}
            data-for={if report.for_you().is_some() { "you" } else { "anyone" }}
            data-unsure={report.is_unsure().to_string()}
            data-job={report.job.to_string()}
            data-turn={report.turn.to_string()}
        >
            <Answer ..props.clone() />
            if turn >= 1 {
                <Clip report={report.clone()} playing={playing.clone()} on_part={props.on_part.clone()} />
                <Timeline
                    report={report.clone()}
                    again={props.again.clone()}
                    playing={playing.clone()}
                    voiced={props.voices.usable().is_some()}
                />
            }
            if turn >= 2 {
                <Why report={report.clone()} whys={props.whys.clone()} {playing} on_why={props.on_why.clone()} />
                <Preparation
                    report={report.clone()}
                    again={props.again.clone()}
                    busy={props.busy}
                    on_prepare={props.on_prepare.clone()}
                />
                <Voice ..props.clone() />
            }
            if turn >= TURNS {
                <Models ..props.clone() />
                <Stages report={report.clone()} />
                <Keep ..props.clone() />
            }
        </article>
    }
}

/// A bar as wide as its probability.
pub(super) fn bar(probability: f32) -> Html {
    html! {
        <svg class="bar" aria-hidden="true">
            <rect class="bar-ground" width="100%" height="100%" />
            <rect class="bar-value" width={format!("{:.2}%", probability.clamp(0.0, 1.0) * 100.0)} height="100%" />
        </svg>
    }
}

/// A probability as the tests and other readers of the page find it.
pub(super) fn exact(probability: f32) -> String {
    format!("{probability:.6}")
}
