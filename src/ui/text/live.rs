//! Words about a voice that is judged while it speaks, and about several files at once.

use super::{emotion, percent, ranked};
use crate::analysis::{Emotion, LivePoint, Tier};
use crate::ui::state::{Batch, LiveView, MOST_CLIPS};

/// On the button that begins it.
pub const LIVE: &str = "Live";
/// What that button does.
pub const LIVE_HINT: &str = "Hear the emotion while you speak";
/// Over it.
pub const LIVE_TITLE: &str = "Live";
/// In the place of an emotion while nobody speaks.
pub const LISTENING: &str = "Listening";
/// Before the models are ready.
pub const LIVE_STARTING: &str = "Getting ready";
/// Title of the plot.
pub const LIVE_PLOT: &str = "The last minute";
/// Opens the plot's table.
pub const LIVE_TABLE: &str = "As a table";
/// Columns of the table.
pub const LIVE_COLUMNS: [&str; 3] = ["When", "Emotion", "Probability"];
/// Marks of the plot's time axis, evenly apart.
pub const LIVE_MARKS: [&str; 4] = ["\u{2212}60 s", "\u{2212}40 s", "\u{2212}20 s", "now"];
/// Seconds of a row of the table.
const ROW_SECONDS: u16 = 5;

/// The answer in big letters.
pub fn live_word(live: &LiveView) -> &'static str {
    match live.now() {
        None => LIVE_STARTING,
        Some(point) => point.winner.map_or(LISTENING, emotion),
    }
}

/// Under it.
pub fn live_detail(live: &LiveView) -> String {
    if let Some(error) = &live.error {
        return error.to_string();
    }
    match live.now() {
        Some(point @ LivePoint { winner: Some(winner), .. }) => {
            let runner_up = ranked(&point.probabilities).into_iter().find(|(other, _)| other != winner);
            let runner_up =
                runner_up.map(|(other, p)| format!(", then {} {}", emotion(other).to_lowercase(), percent(p)));
            format!("{}{}", percent(point.probabilities[winner.index()]), runner_up.unwrap_or_default())
        }
        Some(_) if live.has_spoken() => "Nobody speaks just now.".into(),
        Some(_) => "Speak; the answer follows your voice.".into(),
        None => "The models are on their way.".into(),
    }
}

/// For those who listen to the page.
pub fn live_said(said: Option<(f32, Option<Emotion>)>) -> String {
    said.map_or_else(String::new, |(_, winner)| format!("{}.", winner.map_or(LISTENING, emotion)))
}

/// How the answers come, beside the plot's title.
pub fn live_pace(point: &LivePoint) -> String {
    let tier = match point.tier {
        Tier::Quick => "quick models",
        Tier::Deep => "quick and sharper models",
    };
    format!("{tier}, {}", super::millis(point.millis))
}

/// What the plot shows.
pub fn live_alternative(live: &LiveView) -> String {
    let seconds = live.points.last().zip(live.points.first()).map_or(0.0, |(last, first)| last.seconds - first.seconds);
    let rows = live_rows(live);
    let seen = rows.iter().map(|[when, emotion, _]| format!("{when}: {}", emotion.to_lowercase()));
    format!(
        "Probabilities of the eight emotions over the last {seconds:.0} seconds, stacked, empty where nobody spoke. {}.",
        seen.collect::<Vec<_>>().join("; ")
    )
}

/// The last minute in rows of five seconds, the newest first: when, emotion, probability.
pub fn live_rows(live: &LiveView) -> Vec<[String; 3]> {
    let Some(now) = live.now() else { return Vec::new() };
    let begins = live.points.first().map_or(0.0, |point| point.seconds);
    let rows = (0..60 / ROW_SECONDS).map(|row| row * ROW_SECONDS);
    let rows = rows.take_while(|ago| now.seconds - f32::from(*ago) >= begins);
    rows.map(|ago| {
        let until = now.seconds - f32::from(ago);
        let within = |point: &&LivePoint| point.seconds <= until && point.seconds > until - f32::from(ROW_SECONDS);
        let heard =
            live.points.iter().rev().filter(within).find_map(|point| Some((point.winner?, point.probabilities)));
        let when = format!("{} to {ago} s ago", ago + ROW_SECONDS);
        match heard {
            Some((winner, p)) => [when, emotion(winner).into(), percent(p[winner.index()])],
            None => [when, "no speech".into(), "\u{2013}".into()],
        }
    })
    .collect()
}

/// How far several files have come.
pub fn batch(batch: &Batch) -> String {
    let Batch { of, begun, ended, failed, .. } = batch;
    let results = ended - failed.len().min(*ended);
    let words = if batch.runs() {
        format!("File {begun} of {of}")
    } else if batch.stopped {
        format!("Stopped after {ended} of {of} files.")
    } else if failed.is_empty() {
        format!("All {of} files are done; each can be gone back to below.")
    } else {
        format!("{results} of {of} files have a result; each can be gone back to below.")
    };
    match batch.left_out {
        0 => words,
        left => format!("{words} {left} more were left out: {MOST_CLIPS} at once are the limit."),
    }
}

/// A file without a result.
pub fn batch_failure(name: &str, error: &crate::Error) -> String {
    format!("{name}: {error}")
}

/// Name of what tells how far several files have come.
pub const SEVERAL: &str = "Several files";
/// In the place of a codec.
pub const DECODED_BY_BROWSER: &str = "decoded by the browser";

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    fn point(seconds: f32, winner: Option<Emotion>) -> LivePoint {
        let mut probabilities = [0.05; 8];
        probabilities[winner.unwrap_or(Emotion::Calm).index()] = 0.65;
        LivePoint { seconds, winner, probabilities, tier: Tier::Quick, millis: 31.0 }
    }

    #[test]
    fn a_minute_reads_well() {
        let mut live = LiveView::default();
        assert_eq!(live_word(&live), LIVE_STARTING);
        let spoken = (0..30).map(|tick| point(1.0 + tick as f32 * 0.4, (tick < 16).then_some(Emotion::Happy)));
        live.points = Rc::new(spoken.collect());
        assert_eq!((live_word(&live), live_detail(&live).as_str()), (LISTENING, "Nobody speaks just now."));
        let rows = live_rows(&live);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0], ["5 to 0 s ago", "no speech", "\u{2013}"]);
        assert_eq!(rows[1], ["10 to 5 s ago", "Happy", "65 %"]);
        Rc::make_mut(&mut live.points).push(point(13.0, Some(Emotion::Sad)));
        assert_eq!((live_word(&live), live_detail(&live).as_str()), ("Sad", "65 %, then neutral 5 %"));
        assert!(live_alternative(&live).contains("10 to 5 s ago: happy"));
    }

    #[test]
    fn several_files_read_well() {
        let mut state = Batch { begun: 2, ended: 1, ..Batch::new(5) };
        assert_eq!(batch(&state), "File 2 of 5");
        state.ended = 5;
        assert!(batch(&state).starts_with("All 5 files are done"));
        state.failed.push(("a.txt".into(), crate::Error::Silent));
        assert!(batch(&state).starts_with("4 of 5 files"));
        state.left_out = 3;
        assert!(batch(&state).ends_with("3 more were left out: 20 at once are the limit."));
    }
}
