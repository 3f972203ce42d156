//! Playing a clip, preparing it another way, and its timeline.

use super::{emotion, percent};
use crate::analysis::{Emotion, Preparation, Shift, Strain, Tier, Timeline, Treatment};

/// A clip's file is not there any more.
pub const NOT_HELD: &str = "the recording is not held any more, give it once more";
/// Title of the stages.
pub const PREPARATION: &str = "How it was prepared";
/// Under the title.
pub const PREPARATION_NOTE: &str = "What is done to the recording before the models hear it. Switch a stage on or off, and see what it does to the answer; the \
     models have learnt from sound prepared in the usual way.";
/// Button.
pub const AS_USUAL: &str = "As usual";
/// While it is under way.
pub const PREPARING: &str = "Preparing it so\u{2026}";
/// Picture of the recording as it came.
pub const BEFORE: &str = "As recorded";
/// Button.
pub const PLAY_RECORDED: &str = "Play the recording";
/// Button.
pub const PLAY_HEARD: &str = "Play what the models heard";
/// Button.
pub const PAUSE_PLAYING: &str = "Pause";
/// Name of the slider over the waveform.
pub const POSITION_SLIDER: &str = "Position in the recording";
/// How the slider is used.
pub const SLIDER_HELP: &str = "Arrow keys move, with Shift they select, Space plays.";
/// Button.
pub const ANALYSE_PART: &str = "Analyse this part";
/// Button.
pub const CLEAR_PART: &str = "Clear";
/// The sound could not be played.
pub const NO_SOUND: &str = "This sound is not held any more. Give the recording once more to hear it.";
/// The browser refuses to play it.
pub const CANNOT_PLAY: &str = "The browser could not play this sound.";
/// Label of the slider for noise reduction.
pub const NOISE_STRENGTH: &str = "Strength of the noise reduction";
/// Title of the timeline.
pub const TIMELINE: &str = "Over time";
/// Button.
pub const TIMELINE_CSV: &str = "Save as CSV";
/// Summary above the table.
pub const TIMELINE_TABLE: &str = "As a table";
/// Name of the table's frame.
pub const TIMELINE_TABLE_LABEL: &str = "Over time, as a table";
/// Summary above the waveform's numbers.
pub const PLOT_TABLE: &str = "These plots as tables";
/// Columns of the segments.
pub const SEGMENT_COLUMNS: [&str; 4] = ["From", "To", "Heard", "Probability"];
/// Columns of levels over time.
pub const LEVEL_COLUMN: &str = "Peak";
/// First column of a table over time.
pub const TIME_COLUMN: &str = "Time";

/// A column of the spectrogram's table.
pub fn up_to(hz: f32) -> String {
    if hz < 1000.0 { format!("to {hz:.0} Hz") } else { format!("to {:.0} kHz", hz / 1000.0) }
}

/// Over the table of the plots.
pub fn plot_table_note(floor_db: f32) -> String {
    format!(
        "Peak in dB of full scale; beside it the loudest bin of each band in dB under the loudest of all, down to {floor_db:.0}. \
         Nothing stands where silence was cut."
    )
    .replace('-', "\u{2212}")
}

/// A level in dB.
pub fn table_level(db: Option<f32>) -> String {
    // Rounded first: no minus before a zero.
    db.map_or_else(String::new, |db| format!("{:.0}", db.round() + 0.0).replace('-', "\u{2212}"))
}

/// Name of a part of a clip.
pub fn part_of(name: &str, from: f32, to: f32) -> String {
    format!("{name} ({from:.1}\u{2013}{to:.1} s)")
}

/// The selected part.
pub fn selected(from: f32, to: f32) -> String {
    format!("{from:.1} to {to:.1} s selected")
}

/// Where the slider stands.
pub fn cursor_at(at: f64, seconds: f32) -> String {
    format!("{at:.1} of {seconds:.1} s")
}

/// A stage as a switch.
pub fn treatment(treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Rumble => "Take off offset and rumble",
        Treatment::Noise => "Reduce noise",
        Treatment::Ends => "Cut silence at both ends",
        Treatment::Pauses => "Cut long pauses",
        Treatment::Level => "Bring to one level",
    }
}

/// What a stage did, or would do.
pub fn treated(treatment: Treatment, report: &Preparation) -> String {
    if !report.plan.has(treatment) {
        return match treatment {
            Treatment::Rumble => "The mean, and what lies below 50 Hz.",
            Treatment::Noise => "By a small recurrent network (RNNoise), fetched when first wanted.",
            Treatment::Ends => "More than 35 dB under the loudest moment.",
            Treatment::Pauses => "Pauses over 0.4 s become 0.1 s.",
            Treatment::Level => "So that how loud it was recorded cannot decide.",
        }
        .into();
    }
    match treatment {
        Treatment::Rumble => match &report.rumble {
            Some(rumble) => format!("Offset {:.4}; {:.0} dB of rumble taken off.", rumble.offset, rumble.removed_db)
                .replace('-', "\u{2212}"),
            None => String::new(),
        },
        Treatment::Noise => match report.noise.as_ref().and_then(|noise| noise.removed_db) {
            Some(db) => format!("{db:.0} dB of noise taken off where nobody speaks."),
            None => "There is no place where nobody speaks to measure it by.".into(),
        },
        Treatment::Ends => format!("{:.2} s cut.", report.ends_seconds),
        Treatment::Pauses => format!("{:.2} s cut.", report.pauses_seconds),
        Treatment::Level => {
            report.gain_db.map_or_else(String::new, |db| format!("{db:+.1} dB.").replace('-', "\u{2212}"))
        }
    }
}

/// What another preparation has done to the answer.
pub fn changed(now: (Emotion, f32), usually: (Emotion, f32)) -> String {
    let said = |(winner, p): (Emotion, f32)| format!("{}, {}", emotion(winner).to_lowercase(), percent(p));
    format!("Prepared so: {}. As usual: {}.", said(now), said(usually))
}

/// How far a timeline is.
pub fn timing(window: usize, of: usize, sharper: bool) -> String {
    let what = if sharper { "Sharpening" } else { "Listening" };
    format!("{what}, window {window} of {of}")
}

/// How a timeline came about.
pub fn timeline_note(timeline: &Timeline) -> String {
    let models = match timeline.tier {
        Tier::Quick => "quick",
        Tier::Deep => "sharper",
    };
    format!(
        "The {models} models on windows of {:.0} s, one each {:.1} s; a change shorter than a window is blurred.",
        timeline.window_seconds, timeline.hop_seconds
    )
}

/// A sudden shift.
pub fn shift(shift: &Shift) -> String {
    let [before, after] = [shift.before, shift.after].map(|heard| emotion(heard).to_lowercase());
    format!("Sudden shift at {:.0} s, from {before} to {after}", shift.seconds)
}

/// Stress or anxiety that goes on.
pub fn strain(strain: &Strain) -> String {
    format!("Tense from {:.0} to {:.0} s: angry or fearful all along", strain.from, strain.to)
}

/// What the timeline shows, in words.
pub fn timeline_alternative(timeline: &Timeline) -> String {
    let spans = timeline.segments.iter().take(12).map(|span| {
        format!(
            "{} from {:.0} to {:.0} s, {}",
            emotion(span.emotion).to_lowercase(),
            span.from,
            span.to,
            percent(span.probability)
        )
    });
    let marks = timeline.shifts.iter().map(shift).chain(timeline.strain.iter().map(strain));
    let said: Vec<String> = spans.chain(marks).collect();
    let rest = timeline.segments.len().saturating_sub(12);
    let more = if rest > 0 { format!("; and {rest} more stretches") } else { String::new() };
    if said.is_empty() { "Nobody was heard to speak.".into() } else { format!("{}{more}.", said.join("; ")) }
}
