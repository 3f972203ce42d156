//! Why an answer is as it is.

use super::{emotion, percent};
use crate::analysis::{Emotion, Family, Occlusion};
use crate::ui::state::clip_time;

/// Before anything is asked.
pub const WHY_NOTE: &str = "The quick models are asked again, with parts of the recording hidden. It shows what the models used, not what a listener would name.";
/// Button.
pub const SHOW_WHY: &str = "Show why";
/// Button, after the answer has changed.
pub const SHOW_WHY_AGAIN: &str = "Show why again";
/// While it is under way.
pub const ASKING_WHY: &str = "Asking the models\u{2026}";
/// Title of the heat map.
pub const WHERE_HEARD: &str = "Where it was heard";
/// In its legend.
pub const SPOKE_FOR: &str = "spoke for it";
/// In its legend.
pub const SPOKE_AGAINST: &str = "spoke against it";
/// Title of the attention.
pub const WHEN_ATTENDED: &str = "When the sharper model listened";
/// Title of the trees.
pub const WHICH_MEASURES: &str = "Which measurements decided";
/// Under that title.
pub const MEASURES_NOTE: &str = "Exact Shapley values of the tree models' log odds, against a typical voice: the mean over all training clips. Bars to the right \
     speak for the emotion, bars to the left against it.";
/// Columns of the table of patches.
pub const PATCH_COLUMNS: [&str; 4] = ["From", "To", "Frequencies", "Without it"];
/// Columns of the table of measurements.
pub const MEASURE_COLUMNS: [&str; 4] = ["Measurement", "Here", "Typical", "Adds"];
/// Summary above both tables.
pub const WHY_TABLE: &str = "The strongest, as tables";
/// Name of the first table's frame.
pub const PATCHES: &str = "The strongest parts of the spectrogram";

/// Title.
pub fn why_title(winner: Emotion) -> String {
    format!("Why {}?", emotion(winner).to_lowercase())
}

/// How far it is.
pub fn why_progress(done: usize, of: usize) -> String {
    if of == 0 { ASKING_WHY.into() } else { format!("{ASKING_WHY} {done} of {of}") }
}

/// A family of measurements.
pub fn family(family: Family) -> &'static str {
    match family {
        Family::Seen => "What the network saw",
        Family::Pitch => "Pitch and melody",
        Family::Loudness => "Loudness",
        Family::Timbre => "Colour of the voice",
        Family::Brightness => "Brightness",
        Family::Roughness => "Breath and roughness",
        Family::Rhythm => "Rhythm and pauses",
    }
}

/// Frequencies of a row of patches.
pub fn frequencies(heard: &Occlusion, row: usize) -> String {
    let edge = |index: usize| heard.hertz.get(index).copied().unwrap_or_default();
    let (low, high) = (edge(row), edge(row + 1));
    if high < 1000.0 {
        format!("{low:.0}\u{2013}{high:.0} Hz")
    } else {
        format!("{:.1}\u{2013}{:.1} kHz", low / 1000.0, high / 1000.0)
    }
}

/// Begin and end of a column of patches, in seconds of the clip.
pub fn patch_times(heard: &Occlusion, kept: &[(f32, f32)], column: usize) -> (f64, f64) {
    let edge = |index: usize| clip_time(kept, heard.seconds.get(index).copied().unwrap_or_default().into());
    (edge(column), edge(column + 1))
}

/// The heat map in words.
pub fn why_words(winner: Emotion, heard: &Occlusion, kept: &[(f32, f32)]) -> String {
    let says = emotion(winner).to_lowercase();
    let strongest = heard.strongest();
    let Some((row, column, weight)) = strongest.first().copied() else {
        return format!(
            "No part alone speaks for {says}: whichever is hidden, it stays as probable or becomes more so."
        );
    };
    let (from, to) = patch_times(heard, kept, column);
    let mut words = format!(
        "Strongest for {says}: {from:.1} to {to:.1} s, at {}. Without it the network's probability falls from {} to {}.",
        frequencies(heard, row),
        percent(heard.probability),
        percent(heard.probability - weight)
    );
    if let Some((row, column, weight)) = strongest.get(1).copied() {
        let (from, to) = patch_times(heard, kept, column);
        words.push_str(&format!(
            " Then {from:.1} to {to:.1} s, at {}: to {}.",
            frequencies(heard, row),
            percent(heard.probability - weight)
        ));
    }
    words
}

/// What a measurement adds, in log odds.
pub fn adds(value: f32) -> String {
    format!("{value:+.2}").replace('-', "\u{2212}")
}

/// When the attention was greatest.
pub fn attention_words(attention: &[f32], kept: &[(f32, f32)]) -> String {
    let peak = attention.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let Some((block, weight)) = peak else { return WHEN_ATTENDED.into() };
    let at = clip_time(kept, block as f64 * 0.1);
    let even = attention.len() as f32 * weight;
    format!("{WHEN_ATTENDED}: most at {at:.1} s, {even:.1} times as much as if it listened evenly.")
}
