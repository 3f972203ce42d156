//! Where a clip is looked at and listened to: position, selection, and what plays.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::state::{Report, clip_time, kept_time};
use super::text;
use super::use_engine::Listen;
use crate::browser::{Content, Interval, Player};
use crate::protocol::Sound;

/// So often the cursor moves while something plays.
const TICK_MILLIS: i32 = 40;
/// A selection is at least as long as the shortest clip.
const SHORTEST_PART: f64 = 0.3;

/// A sound of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// As it was recorded.
    Recorded,
    /// As the models heard it.
    Heard,
}

/// What [`use_player`] gives.
#[derive(Clone, PartialEq)]
pub struct Playing {
    /// Seconds of the clip at which the cursor stands.
    pub at: f64,
    /// What plays.
    pub track: Option<Track>,
    /// The selected part, in seconds of the clip.
    pub part: Option<(f32, f32)>,
    /// Why nothing plays.
    pub trouble: Option<&'static str>,
    /// Play, or stop what plays.
    pub on_toggle: Callback<Track>,
    /// Go there.
    pub on_seek: Callback<f64>,
    /// Select from there to there, or nothing.
    pub on_select: Callback<Option<(f64, f64)>>,
}

/// What plays just now.
#[derive(Default)]
struct Sounding {
    player: RefCell<Option<Player>>,
    tick: RefCell<Option<Interval>>,
    /// Counts what was asked for, so that a sound that comes late is not played.
    asked: Cell<u32>,
}

impl Sounding {
    fn stop(&self) {
        self.asked.set(self.asked.get() + 1);
        self.tick.take();
        self.player.take();
    }
}

/// For a report that is shown.
#[hook]
pub fn use_player(report: &Report, listen: &Callback<Listen>) -> Playing {
    let at = use_state_eq(|| 0.0_f64);
    let track = use_state_eq(|| None::<Track>);
    let part = use_state_eq(|| None::<(f32, f32)>);
    let trouble = use_state_eq(|| None::<&'static str>);
    let sounding = use_memo((), |()| Sounding::default());
    // The cursor's place, for callbacks that outlive a rendering.
    let place = use_memo((), |()| Cell::new(0.0_f64));
    let seconds = f64::from(report.analysis.clip.seconds);
    {
        // Prepared another way, the sound is another.
        let (sounding, track) = (sounding.clone(), track.setter());
        use_effect_with((report.job, report.turn), move |_| {
            let stopping = sounding.clone();
            track.set(None);
            sounding.stop();
            move || stopping.stop()
        });
    }
    let go = {
        let (place, at) = (place.clone(), at.setter());
        move |seconds: f64| {
            place.set(seconds);
            at.set(seconds);
        }
    };
    let on_toggle = {
        let (listen, sounding, place, go) = (listen.clone(), sounding.clone(), place.clone(), go.clone());
        let (track_now, track, trouble) = (*track, track.setter(), trouble.setter());
        let (job, part) = (report.job, *part);
        let kept: Rc<[(f32, f32)]> = report.analysis.kept.as_slice().into();
        let region = report.analysis.preparation.region;
        Callback::from(move |wanted: Track| {
            sounding.stop();
            track.set(None);
            trouble.set(None);
            if track_now == Some(wanted) {
                return;
            }
            let begin = match part {
                Some((from, to)) if !(f64::from(from)..f64::from(to)).contains(&place.get()) => f64::from(from),
                _ if place.get() >= seconds - 0.05 => 0.0,
                _ => place.get(),
            };
            go(begin);
            track.set(Some(wanted));
            let asked = sounding.asked.get();
            let of = match wanted {
                Track::Recorded => Sound::Recorded(region),
                Track::Heard => Sound::Heard,
            };
            let (sounding, kept, go) = (sounding.clone(), kept.clone(), go.clone());
            let (track, trouble) = (track.clone(), trouble.clone());
            let then = Callback::from(move |content: Option<Content>| {
                if sounding.asked.get() != asked {
                    return;
                }
                let ends = (sounding.clone(), track.clone(), trouble.clone());
                let end = move |why: Option<&'static str>| {
                    let (sounding, track, trouble) = &ends;
                    sounding.stop();
                    track.set(None);
                    trouble.set(why);
                };
                let Some(content) = content else { return end(Some(text::NO_SOUND)) };
                let ended = end.clone();
                let started = Player::new(&content, move |failed| ended(failed.then_some(text::CANNOT_PLAY))).and_then(
                    |player| {
                        player.seek(match wanted {
                            Track::Recorded => begin,
                            Track::Heard => kept_time(&kept, begin),
                        });
                        player.play().map(|()| player)
                    },
                );
                let Ok(player) = started else { return end(Some(text::CANNOT_PLAY)) };
                sounding.player.replace(Some(player));
                let (ticking, kept, go) = (sounding.clone(), kept.clone(), go.clone());
                let tick = Interval::new(TICK_MILLIS, move || {
                    let position = ticking.player.borrow().as_ref().map(Player::position);
                    let Some(position) = position else { return };
                    let now = match wanted {
                        Track::Recorded => position,
                        Track::Heard => clip_time(&kept, position),
                    };
                    go(now.min(seconds));
                    if part.is_some_and(|(_, to)| now >= f64::from(to)) {
                        // Not from within: the interval would drop itself.
                        if let Some(player) = &*ticking.player.borrow() {
                            player.end();
                        }
                    }
                });
                sounding.tick.replace(tick.ok());
            });
            listen.emit(Listen { job, of, then });
        })
    };
    let on_seek = {
        let (sounding, go) = (sounding.clone(), go.clone());
        let (track_now, kept) = (*track, report.analysis.clone());
        Callback::from(move |to: f64| {
            let to = to.clamp(0.0, seconds);
            go(to);
            if let Some(player) = &*sounding.player.borrow() {
                player.seek(match track_now {
                    Some(Track::Heard) => kept_time(&kept.kept, to),
                    _ => to,
                });
            }
        })
    };
    let on_select = {
        let part = part.setter();
        Callback::from(move |selected: Option<(f64, f64)>| {
            let ordered = selected.map(|(a, b)| (a.min(b).clamp(0.0, seconds), a.max(b).clamp(0.0, seconds)));
            let long = ordered.filter(|(from, to)| to - from >= SHORTEST_PART);
            part.set(long.map(|(from, to)| (from as f32, to as f32)));
        })
    };
    Playing { at: *at, track: *track, part: *part, trouble: *trouble, on_toggle, on_seek, on_select }
}
