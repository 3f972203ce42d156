//! Words about saving a result, and about the clips of this visit.

use super::{RUNNER_UP, announcement, clip_facts, emotion, headline, percent};
use crate::Error;
use crate::analysis::{Emotion, Tier};
use crate::ui::state::{MOST_CLIPS, Report, Saved};

/// Title of what can be saved.
pub const KEEP: &str = "Keep it";
/// Beside the title.
pub const KEEP_NOTE: &str = "saved by your browser, sent nowhere";
/// What an answer means, in every file.
pub const MEANING: &str = "as listeners would hear it, never what somebody feels";
/// The sound, while the worker has it no more.
const SOUND_GONE: &str = "The sound is held only for the clip that was given last. Give this recording once more to save what the models heard.";
/// Title of the files of models, in a report.
pub const FILES: &str = "Which files the models are";
/// Column of sizes.
pub const COLUMN_BYTES: &str = "Bytes";

/// Title of the clips of this visit.
pub const VISIT: &str = "This visit";
/// On the button that saves all clips as CSV.
pub const ALL_AS_CSV: &str = "All as CSV";
/// On the button that lets go of all clips.
pub const CLEAR_ALL: &str = "Clear all";
/// On the clip that is shown.
pub const SHOWN_NOW: &str = "shown now";

/// A file that can be saved: for the tests, its name, and what is in it.
pub const KEEPABLE: [(&str, &str, &str); 5] = [
    ("html", "Report", "one page to read or print"),
    ("png", "Picture", "answer, waveform, spectrogram"),
    ("json", "JSON", "every number"),
    ("csv", "CSV", "one row a model"),
    ("wav", "Sound", "as the models heard it"),
];

/// Under the clips of this visit.
pub fn visit_note(kept: bool) -> String {
    let held = if kept { "Kept in this browser" } else { "Held in this tab only, and gone when you close it" };
    format!("{held}. At most {MOST_CLIPS} clips; then the oldest leaves.")
}

/// Label of the switch.
pub const KEEP_RESULTS: &str = "Keep my results on this device";
/// Under the switch.
pub const KEEP_RESULTS_NOTE: &str = "Answers and pictures, never the sound. Switching it off erases them.";
/// Button.
pub const ERASE_RESULTS: &str = "Erase everything kept";

/// Some stored results could not be read.
pub fn skipped_results(count: usize) -> String {
    let results = if count == 1 { "One kept result was" } else { "Some kept results were" };
    format!("{results} written by another version of the page, and passed over.")
}

/// Storing or erasing has failed.
pub fn keeping_failed(error: &Error) -> String {
    format!("The results could not be kept, or not be erased: {error} Those of this visit are still here.")
}

/// What came of saving.
pub fn saved(outcome: &Saved) -> String {
    match outcome {
        Saved::File(name) => format!("Saved as {name}"),
        Saved::SoundGone => SOUND_GONE.into(),
        Saved::Failed(error) => error.to_string(),
    }
}

/// For those who listen to the page, of a clip that was gone back to.
pub fn again(report: &Report) -> String {
    format!("Shown again. {}", announcement(report))
}

/// On the button that lets go of a clip.
pub fn clear(name: &str) -> String {
    format!("Clear {name}")
}

/// A clip of this visit: winner and its probability.
pub fn visit_answer(report: &Report) -> (&'static str, String) {
    let shown = report.shown();
    (headline(report), percent(shown.probabilities[shown.winner.index()]))
}

/// Seconds of a clip.
pub fn seconds(seconds: f32) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0}:{:02.0} min", (seconds / 60.0).floor(), (seconds % 60.0).floor())
    }
}

/// In a picture, under the winner.
pub fn runner_up(second: Emotion, probability: f32) -> String {
    format!("{RUNNER_UP}: {}, {}", emotion(second).to_lowercase(), percent(probability))
}

/// Title of a report.
pub fn report_title(name: &str) -> String {
    format!("{name}: {MEANING}")
}

/// In a report, whose answer it is.
pub fn tier_sentence(tier: Tier) -> String {
    let whose = match tier {
        Tier::Quick => "First answer, of small models",
        Tier::Deep => "Sharper answer, of models on a pretrained speech encoder",
    };
    format!("{whose}; {MEANING}")
}

/// At the end of a report, and in a picture.
pub fn made_by(version: &str) -> String {
    format!("{} {version}, {MEANING}", super::NAME)
}

/// In a picture, under the clip's name.
pub fn picture_facts(report: &Report) -> String {
    clip_facts(&report.analysis).join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        assert_eq!(seconds(2.04), "2.0 s");
        assert_eq!(seconds(59.9), "59.9 s");
        assert_eq!(seconds(60.0), "1:00 min");
        assert_eq!(seconds(185.7), "3:05 min");
    }
}
