//! Words about the visitor's ordinary voice, and about corrections.

use super::{Attribute, emotion, percent};
use crate::Error;
use crate::analysis::{Comparison, Correction, Emotion};
use crate::ui::state::{Personal, Report, SENTENCES, Said, Unfit, Voices, VoicesTrouble};

/// Title.
pub const ORDINARY: &str = "Your ordinary voice";
/// Under the title.
pub const ORDINARY_NOTE: &str = "Read three plain sentences, about twenty seconds, as you always speak. Each sharper answer is then set against \
     your own voice: one that is always low is no longer sad, one that is always quick no longer excited. What you read is heard \
     on this machine and not kept; the voice that comes of it lasts until you close the page, unless you keep it.";
/// Begins a reading.
pub const READ: &str = "Read three sentences";
/// The same, where there is a voice already.
pub const READ_OTHER: &str = "Read another voice";
/// Of the chosen voice.
pub const READ_AGAIN: &str = "Read it again";
/// In a result, to the reading.
pub const READ_OFFER: &str = "Does this voice always sound so? Three sentences tell the models.";
/// While the models are on their way.
pub const READ_LATER: &str = "It can be read as soon as the models are here.";
/// Records a sentence.
pub const RECORD_SENTENCE: &str = "Record this sentence";
/// Ends that.
pub const SENTENCE_DONE: &str = "I have read it";
/// Of the sharper models, which a reading needs.
pub const READ_NEEDS: &str =
    "An ordinary voice needs the models of the sharper answer, which are not in this browser yet.";
/// While a clip is analysed.
pub const READ_WAITS: &str = "A recording is being analysed; the sentence can be read when that is done.";

/// The sentences: nothing in them moves anybody.
pub const SENTENCE: [&str; SENTENCES] = [
    "The bus to the station leaves at ten past eight, and on the way it stops at the library and at the town hall.",
    "The keys are on the table next to the window, and the letters lie in the second drawer on the left.",
    "On Tuesdays the market opens at nine; there is bread, there are apples and potatoes, and most people come on foot.",
];

/// Of the list of voices.
pub const WHOSE_VOICE: &str = "Set answers against";
/// No voice.
pub const NOBODY: &str = "nobody\u{2019}s voice";
/// Of a field.
pub const VOICE_NAME: &str = "Name";
/// Consent.
pub const KEEP_VOICE: &str = "Keep on this device";
/// Of a voice that is kept.
pub const VOICE_KEPT: &str = "Kept on this device, in this browser only.";
/// Of one that is not.
pub const VOICE_NOT_KEPT: &str =
    "Used until you close the page. Only what the models measured would be kept, never the sound.";
/// As a file.
pub const SAVE_VOICE: &str = "Save as a file";
/// The chosen one.
pub const ERASE_VOICE: &str = "Erase this voice";
/// All.
pub const ERASE_VOICES: &str = "Erase all voices";
/// From a file.
pub const IMPORT_VOICE: &str = "Use a voice from a file";
/// Bytes that a file of a voice has at most.
pub const MOST_VOICE_BYTES: f64 = 4e6;

/// On the switch of an answer.
pub const FOR_ANYONE: &str = "For anyone";
/// The switch.
pub const WHOSE_ANSWER: &str = "Whose answer is shown";
/// On the switch of a timeline.
pub const AS_HEARD: &str = "As heard";
/// On the switch of a timeline.
pub const AGAINST: &str = "Against the ordinary voice";
/// The switch.
pub const TIMELINE_READING: &str = "How the timeline is read";

/// Begins a correction.
pub const WRONG: &str = "That was wrong";
/// Over the labels.
pub const WRONG_ASK: &str = "How would you call what is heard in this voice?";
/// Takes the last correction back.
pub const UNDO: &str = "Undo the last";
/// Takes all back.
pub const FORGET: &str = "Forget all corrections";

/// How far a reading is.
pub fn sentence(number: usize) -> String {
    format!("Sentence {} of {SENTENCES}", number + 1)
}

/// While the models listen to a sentence.
pub fn listening(number: usize) -> String {
    format!("{}: the models listen to it\u{2026}", sentence(number))
}

/// Why a sentence is to be read again.
pub fn unfit(why: &Unfit) -> String {
    let why = match why {
        Unfit::Noisy => {
            "There was too much noise around the voice. Come nearer to the microphone, or find a quieter place.".into()
        }
        Unfit::Clipped => "That was too loud for the microphone. Move away a little, or turn its level down.".into(),
        Unfit::Narrow => {
            "The microphone sounded like a telephone. Use one without a headset\u{2019}s call mode.".into()
        }
        Unfit::Short => "That was less than two seconds of speech. Read the whole sentence.".into(),
        Unfit::Interrupted => "Another recording came between.".into(),
        Unfit::Failed(error) => error.to_string(),
    };
    format!("{why} Please read this sentence again.")
}

/// What has been done.
pub fn voices_said(said: &Said, voices: &Voices) -> String {
    let name = voices.chosen().map(|voice| voice.name.as_str()).unwrap_or_default();
    match said {
        Said::Read => format!("Sharper answers are now set against \u{201c}{name}\u{201d}."),
        Said::Kept => format!("\u{201c}{name}\u{201d} is kept on this device."),
        Said::Imported => format!("\u{201c}{name}\u{201d} came from a file, and is used now."),
        Said::Saved(file) => format!("Saved as {file}"),
        Said::Erased => "The voice is erased.".into(),
        Said::ErasedAll => "All voices are erased.".into(),
        Said::Corrected(label) => format!("Noted: {}.", emotion(*label).to_lowercase()),
        Said::Undone => "The last correction is taken back.".into(),
        Said::Forgotten => "All corrections are forgotten.".into(),
    }
}

/// What went wrong.
pub fn voices_trouble(trouble: &VoicesTrouble) -> String {
    let sentence = |error: &Error| match error {
        Error::Browser { reason } => format!("{}.", reason.trim_end_matches('.')),
        other => other.to_string(),
    };
    match trouble {
        VoicesTrouble::NotStored(error) => {
            format!(
                "Your browser does not let voices be kept, or not be erased: {} What you have read works for this visit.",
                sentence(error)
            )
        }
        VoicesTrouble::Skipped(1) => "One kept voice could not be read, and was passed over.".into(),
        VoicesTrouble::Skipped(count) => format!("{count} kept voices could not be read, and were passed over."),
        VoicesTrouble::NotImported(why) => format!("This file can\u{2019}t be used as a voice: {why}."),
        VoicesTrouble::NotSaved(error) => format!("The voice could not be saved: {}", sentence(error)),
    }
}

/// Of voices that were made with other models; nothing without one.
pub fn void(voices: &Voices) -> Option<String> {
    let void: Vec<String> = voices
        .all
        .iter()
        .filter(|voice| voices.is_void(voice))
        .map(|voice| format!("\u{201c}{}\u{201d}", voice.name))
        .collect();
    let (were, are) = if void.len() == 1 { ("was", "is") } else { ("were", "are") };
    (!void.is_empty()).then(|| {
        format!(
            "{} {were} made with older models and {are} no longer used. Please read the three sentences again.",
            void.join(", ")
        )
    })
}

/// Of a void voice in the list.
pub fn voice_option(name: &str, void: bool) -> String {
    if void { format!("{name} (older models)") } else { name.into() }
}

/// What a file of a voice is wrong with.
pub fn voice_too_large(bytes: f64) -> String {
    format!("it has {:.1} MB, and a voice has {:.0} MB at most", bytes / 1e6, MOST_VOICE_BYTES / 1e6)
}

/// On the switch of an answer.
pub fn for_whom(personal: &Personal) -> String {
    if personal.name.is_empty() { "For you".into() } else { format!("For {}", personal.name) }
}

/// Beside the switch: what the other answer is.
pub fn other_answer(report: &Report, personal: &Personal) -> String {
    let anyone = report.for_anyone();
    let says = |winner: Emotion, p: f32| format!("{}, {}", emotion(winner).to_lowercase(), percent(p));
    let how = match (personal.against, personal.corrected) {
        (true, true) => "Set against the ordinary voice, and corrected by what you said",
        (true, false) => "Set against the ordinary voice",
        _ => "Corrected by what you said",
    };
    if report.plain {
        format!("{}: {}", for_whom(personal), says(personal.winner, personal.probabilities[personal.winner.index()]))
    } else {
        format!("{how}. {FOR_ANYONE}: {}", says(anyone.winner, anyone.probabilities[anyone.winner.index()]))
    }
}

/// What has been learned from corrections; those of another version of the models are told apart.
pub fn learned(corrections: &[Correction], version: Option<&str>) -> String {
    let (used, old): (Vec<_>, Vec<_>) =
        corrections.iter().partition(|one| version.is_none_or(|version| version == one.version));
    let many = |count: usize, what: &str| {
        if count == 1 { format!("1 {what}correction") } else { format!("{count} {what}corrections") }
    };
    let mut parts: Vec<(usize, Emotion)> =
        Emotion::ALL.map(|label| (used.iter().filter(|one| one.label == label).count(), label)).into();
    parts.retain(|(count, _)| *count > 0);
    parts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let parts: Vec<String> =
        parts.into_iter().map(|(count, label)| format!("{count} {}", emotion(label).to_lowercase())).collect();
    let mut said = Vec::new();
    if !used.is_empty() {
        said.push(format!("Learned from {}: {}.", many(used.len(), ""), parts.join(", ")));
    }
    if !old.is_empty() {
        let verb = if old.len() == 1 { "is" } else { "are" };
        said.push(format!("{} made with older models {verb} not used.", many(old.len(), "")));
    }
    said.join(" ")
}

/// Puts beside the measures of a voice how they differ from what is usual.
pub fn compare(attributes: &mut [Attribute], found: Comparison) {
    let mut tell = |id: &str, words: Option<String>| {
        if let (Some(words), Some(attribute)) = (words, attributes.iter_mut().find(|one| one.id == id)) {
            attribute.numbers.push(words);
        }
    };
    tell("pitch", found.f0_semitones.map(higher));
    tell("rate", found.rate_share.map(faster));
}

fn higher(semitones: f32) -> String {
    match semitones.abs().round() {
        0.0 => "as high as your usual".into(),
        whole => {
            let (unit, way) =
                (if whole == 1.0 { "semitone" } else { "semitones" }, if semitones > 0.0 { "higher" } else { "lower" });
            format!("{whole:.0} {unit} {way} than your usual")
        }
    }
}

fn faster(share: f32) -> String {
    const PARTS: [(f32, &str); 6] = [
        (0.1, "a tenth"),
        (0.2, "a fifth"),
        (0.25, "a quarter"),
        (1.0 / 3.0, "a third"),
        (0.5, "a half"),
        (1.0, "twice"),
    ];
    let (much, way) = ((share - 1.0).abs(), if share > 1.0 { "faster" } else { "slower" });
    if much < 0.06 {
        return "as fast as your usual".into();
    }
    let near = |part: &&(f32, &str)| (part.0 - much).abs();
    match PARTS.iter().min_by(|a, b| near(a).total_cmp(&near(b))) {
        Some((_, "twice")) | None => format!("{:.1} times as fast as your usual", share),
        Some((_, part)) => format!("{part} {way} than your usual"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_read_well() {
        assert_eq!(higher(4.2), "4 semitones higher than your usual");
        assert_eq!(higher(-0.8), "1 semitone lower than your usual");
        assert_eq!(higher(0.3), "as high as your usual");
        assert_eq!([faster(1.21), faster(0.66)], ["a fifth faster than your usual", "a third slower than your usual"]);
        assert_eq!([faster(1.02), faster(2.04)], ["as fast as your usual", "2.0 times as fast as your usual"]);
    }

    #[test]
    fn what_is_learned_is_counted_by_label() {
        let one = |version: &str, label| Correction {
            version: version.into(),
            direction: vec![1.0],
            answer: [0.125; 8],
            label,
        };
        let all = [one("v", Emotion::Calm), one("v", Emotion::Sad), one("v", Emotion::Sad), one("u", Emotion::Sad)];
        let said = learned(&all, Some("v"));
        assert_eq!(said, "Learned from 3 corrections: 2 sad, 1 calm. 1 correction made with older models is not used.");
        assert_eq!(learned(&[], Some("v")), "");
    }

    #[test]
    fn every_reason_asks_for_the_sentence_again() {
        for why in [
            Unfit::Noisy,
            Unfit::Clipped,
            Unfit::Narrow,
            Unfit::Short,
            Unfit::Interrupted,
            Unfit::Failed(Error::Silent),
        ] {
            let words = unfit(&why);
            assert!(words.ends_with("again.") && words.len() > 50, "{words}");
        }
    }
}
