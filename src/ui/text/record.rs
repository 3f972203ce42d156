//! Words about recording.

use crate::ui::state::METER_FLOOR;

/// On the button that asks for the microphone.
pub const RECORD: &str = "Record a voice";
/// While the browser asks the visitor.
pub const RECORD_ASKING: &str = "Allow the microphone in the question your browser asks now.";
/// Over the meter.
pub const RECORDING: &str = "Recording";
/// Over the meter, while nothing is kept.
pub const RECORD_PAUSED: &str = "Paused";
/// Under the meter.
pub const RECORD_HINT: &str =
    "A sentence or two, as you would say it to somebody. It stays in this tab and is sent nowhere.";
/// On the button that ends a recording.
pub const RECORD_STOP: &str = "Stop and analyse";
/// On a button.
pub const RECORD_PAUSE: &str = "Pause";
/// On a button.
pub const RECORD_RESUME: &str = "Go on";
/// On a button.
pub const RECORD_DISCARD: &str = "Discard";
/// Before the list of microphones.
pub const RECORD_DEVICE: &str = "Microphone";
/// Where a microphone has no name.
pub const RECORD_NO_NAME: &str = "Microphone without a name";
/// Beside the meter.
pub const RECORD_CLIPPED: &str = "Too loud: clipped";
/// Where nothing came.
pub const RECORD_EMPTY: &str = "Nothing was recorded. Check that the microphone is not muted, and press Record again.";
/// Where the device went away.
pub const RECORD_ENDED: &str = "The microphone was taken away; what it had heard until then is analysed.";
/// At the limit.
pub const RECORD_FULL: &str = "Five minutes are the limit; they are analysed.";
/// Where another device has another rate.
pub const RECORD_ANEW: &str = "That microphone works at another rate, so the recording has begun anew.";

/// Before the made voices.
pub const SAMPLES: &str = "Nothing at hand? Try a voice that a machine made:";
/// The made voices: what the button says, and the file.
pub const SAMPLE_FILES: [(&str, &str); 2] =
    [("an even one", "./samples/even-voice.flac"), ("an excited one", "./samples/excited-voice.flac")];

/// Name of a recording's file.
pub fn recording_name(number: usize) -> String {
    format!("recording-{number}.wav")
}

/// Minutes, seconds and tenths.
pub fn timer(seconds: f32) -> String {
    let tenths = (seconds.max(0.0) * 10.0) as u32;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// A level of the meter.
pub fn meter(level: f32) -> String {
    if level <= METER_FLOOR { "silent".into() } else { format!("\u{2212}{:.0} dB", level.abs()) }
}

/// What the browser does to the sound although it was asked not to.
pub fn still_on(names: &[&str]) -> String {
    let words: Vec<&str> = names
        .iter()
        .map(|name| match *name {
            "echoCancellation" => "echo cancellation",
            "autoGainControl" => "gain control",
            "noiseSuppression" => "noise suppression",
            other => other,
        })
        .collect();
    format!(
        "Your browser keeps its {} on, which changes the voice. Headphones or another microphone may help.",
        words.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_levels_read_well() {
        assert_eq!(
            (timer(0.0).as_str(), timer(61.25).as_str(), timer(299.99).as_str()),
            ("0:00.0", "1:01.2", "4:59.9")
        );
        assert_eq!(
            (meter(-60.0).as_str(), meter(-12.4).as_str(), meter(0.0).as_str()),
            ("silent", "\u{2212}12 dB", "\u{2212}0 dB")
        );
        assert!(still_on(&["autoGainControl", "noiseSuppression"]).contains("gain control and noise suppression"));
    }
}
