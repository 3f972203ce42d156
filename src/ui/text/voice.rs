//! Words about the voice.

use crate::analysis::{Melody, Pace, Register, Steadiness, VoiceAttributes};

/// Title of the voice's attributes.
pub const VOICE: &str = "The voice";
/// Beside the title.
pub const VOICE_NOTE: &str = "measured, not judged";
/// Where there is too little voice to say anything.
pub const NO_VOICE: &str = "Too little of this clip is voiced to describe the voice.";
/// Where one attribute cannot be measured.
const UNKNOWN: &str = "Too little voice to tell";

/// One attribute of a voice.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// For programs that read the page.
    pub id: &'static str,
    /// What is measured.
    pub name: &'static str,
    /// In a word.
    pub word: String,
    /// The numbers behind the word, with units.
    pub numbers: Vec<String>,
}

/// All attributes, in the order of the page; none where nothing could be measured.
pub fn voice_attributes(voice: &VoiceAttributes) -> Vec<Attribute> {
    if voice == &VoiceAttributes::default() {
        return Vec::new();
    }
    let attribute = |id, name, word: Option<&str>, numbers: [Option<String>; 3]| Attribute {
        id,
        name,
        word: word.unwrap_or(UNKNOWN).to_owned(),
        numbers: numbers.into_iter().flatten().collect(),
    };
    let number = |value: Option<f32>, digits: usize, unit: &str| {
        value.map(|value| format!("{value:.digits$} {unit}").replace('-', "\u{2212}"))
    };
    let percent = |value: Option<f32>, what: &str| value.map(|share| format!("{:.0} % {what}", 100.0 * share));
    let level = voice.level_dbfs.map(|db| match db {
        db if db < -40.0 => "Faint recording",
        db if db < -12.0 => "Usual level",
        _ => "Loud recording",
    });
    let pauses = voice.pause_share.map(|share| match share {
        share if share < 0.05 => "Hardly any",
        share if share < 0.25 => "Some",
        _ => "Many",
    });
    vec![
        attribute("pitch", "Pitch", voice.register.map(register), [number(voice.f0_hz, 0, "Hz, median"), None, None]),
        attribute(
            "range",
            "Pitch range",
            voice.melody.map(melody),
            [number(voice.f0_range_semitones, 1, "semitones"), None, None],
        ),
        attribute(
            "rate",
            "Speaking rate",
            voice.pace.map(pace),
            [number(voice.syllables_per_second, 1, "syllables a second"), None, None],
        ),
        attribute("level", "Loudness", level, [number(voice.level_dbfs, 0, "dB of full scale"), None, None]),
        attribute(
            "steadiness",
            "Steadiness",
            voice.steadiness.map(steadiness),
            [
                number(voice.jitter.map(|share| 100.0 * share), 1, "% jitter"),
                number(voice.shimmer_db, 1, "dB shimmer"),
                number(voice.hnr_db, 0, "dB harmonics to noise"),
            ],
        ),
        attribute(
            "pauses",
            "Pauses",
            pauses,
            [percent(voice.pause_share, "of the time"), percent(voice.voiced_share, "voiced"), None],
        ),
    ]
}

fn register(register: Register) -> &'static str {
    match register {
        Register::Low => "Low",
        Register::Middle => "Middle",
        Register::High => "High",
    }
}

fn melody(melody: Melody) -> &'static str {
    match melody {
        Melody::Narrow => "Narrow, flat",
        Melody::Usual => "Usual",
        Melody::Lively => "Wide, lively",
    }
}

fn pace(pace: Pace) -> &'static str {
    match pace {
        Pace::Slow => "Slow",
        Pace::Usual => "Usual",
        Pace::Fast => "Fast",
    }
}

fn steadiness(steadiness: Steadiness) -> &'static str {
    match steadiness {
        Steadiness::Rough => "Rough or breathy",
        Steadiness::Usual => "Usual",
        Steadiness::Clear => "Clear, steady",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_before_its_numbers() {
        let voice = VoiceAttributes {
            f0_hz: Some(182.4),
            register: Some(Register::Middle),
            jitter: Some(0.0124),
            level_dbfs: Some(-23.4),
            ..VoiceAttributes::default()
        };
        let shown = voice_attributes(&voice);
        assert_eq!((shown[0].word.as_str(), shown[0].numbers[0].as_str()), ("Middle", "182 Hz, median"));
        assert_eq!((shown[1].word.as_str(), shown[1].numbers.len()), (UNKNOWN, 0));
        assert_eq!(shown[3].numbers, ["\u{2212}23 dB of full scale"]);
        assert_eq!(shown[4].numbers, ["1.2 % jitter"]);
        assert!(voice_attributes(&VoiceAttributes::default()).is_empty());
    }
}
