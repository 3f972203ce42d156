//! Words about recording, and about the sample clips.

use crate::browser::{Device, MicrophoneError, Processing};
use crate::protocol::LONGEST_CLIP;
use crate::ui::state::{Notice, Phase, Recorder, SHORTEST, Session};

/// On the button.
pub const RECORD: &str = "Record";
/// While the browser asks.
pub const ASKING: &str = "Allow the microphone";
/// Under it.
pub const ASKING_HINT: &str = "Your browser asks whether this page may listen. What you say stays on this machine.";
/// Over the recorder.
pub const RECORDING: &str = "Recording";
/// The same, during a pause.
pub const PAUSED: &str = "Paused";
/// Ends the recording, and the analysis begins.
pub const STOP_RECORDING: &str = "Stop and analyse";
/// On the button that pauses.
pub const PAUSE: &str = "Pause";
/// On the button that goes on.
pub const RESUME: &str = "Resume";
/// On the button that drops the recording.
pub const DISCARD: &str = "Discard";
/// Before the list of devices.
pub const MICROPHONE: &str = "Microphone";
/// Name of the meter.
pub const LEVEL: &str = "Level";
/// Beside the clipping light.
pub const CLIPPING: &str = "Clipping";
/// Marks of the meter's scale, evenly apart.
pub const LEVEL_MARKS: [&str; 4] = ["\u{2212}60", "\u{2212}40", "\u{2212}20", "0 dB"];
const TOO_LOUD: &str = "Too loud: move away from the microphone or turn its level down.";
const TOO_FAINT: &str = "Hardly anything is heard. Is the microphone muted, or is another one meant?";

/// Before the made voices.
pub const SAMPLES: &str = "Nothing at hand? Try a voice that a machine made:";
/// The made voices: what the button says, and the file.
pub const SAMPLE_FILES: [(&str, &str); 2] =
    [("an even one", "./samples/even-voice.flac"), ("an excited one", "./samples/excited-voice.flac")];

/// Name of the file that a recording becomes.
pub fn recording_name(number: u32) -> String {
    format!("recording-{number}.wav")
}

/// Minutes and seconds.
pub fn clock(seconds: f64) -> String {
    let whole = seconds as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// After the time.
pub fn limit() -> String {
    format!("of {} at most", clock(LONGEST_CLIP))
}

/// A level in words.
pub fn level(decibels: f32) -> String {
    format!("{decibels:.0} dB").replace('-', "\u{2212}")
}

/// A microphone's name.
pub fn device(device: &Device, index: usize) -> String {
    if device.label.is_empty() { format!("{MICROPHONE} {}", index + 1) } else { device.label.clone() }
}

/// What the one who speaks should know now; most urgent first.
pub fn hint(session: &Session) -> Option<String> {
    if session.meter.clipping {
        return Some(TOO_LOUD.into());
    }
    if session.meter.is_faint() {
        return Some(TOO_FAINT.into());
    }
    let names: Vec<&str> = session.processing.iter().map(|processing| processing_name(*processing)).collect();
    let (last, others) = names.split_last()?;
    let list = if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    let verb = if others.is_empty() { "stays" } else { "stay" };
    Some(format!("{list} {verb} on here, and may change how the voice sounds and what is heard in it."))
}

fn processing_name(processing: Processing) -> &'static str {
    match processing {
        Processing::EchoCancellation => "Echo cancellation",
        Processing::GainControl => "automatic gain",
        Processing::NoiseSuppression => "noise suppression",
    }
}

/// What the recorder does, for those who listen to the page.
pub fn recorder_status(recorder: &Recorder) -> String {
    match &recorder.phase {
        Phase::Idle => recorder.notice.as_ref().filter(|said| !said.is_failure()).map(notice).unwrap_or_default(),
        Phase::Asking => format!("{ASKING}. {ASKING_HINT}"),
        Phase::Running(session) if session.paused => format!("{PAUSED} at {}.", clock(session.seconds)),
        Phase::Running(session) => {
            [Some(format!("{RECORDING}.")), hint(session)].map(Option::unwrap_or_default).join(" ")
        }
    }
}

/// What has to be said about a recording, and what to do.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Refused(error) => refused(error),
        Notice::NotSwitched(error) => format!("The recording goes on with the microphone before. {}", refused(error)),
        Notice::TooShort { seconds } if *seconds == 0.0 => {
            "Nothing was recorded: the microphone gave no sound. Check that it is connected and not muted, and record again.".into()
        }
        Notice::TooShort { seconds } => format!(
            "Only {seconds:.2} s were recorded; at least {SHORTEST} s are needed. Press {RECORD}, speak, and then press {STOP_RECORDING}."
        ),
        Notice::Lost(error) => format!("The recording could not be kept. {error} Record a shorter piece."),
        Notice::Full => {
            format!("The recording was stopped at {}, the longest that can be analysed. It is analysed now.", clock(LONGEST_CLIP))
        }
        Notice::Unplugged => "The microphone was disconnected. What it had recorded until then is analysed now.".into(),
        Notice::Discarded => "The recording was discarded.".into(),
    }
}

fn refused(error: &MicrophoneError) -> String {
    match error {
        MicrophoneError::Insecure => {
            "Browsers allow recording on secure pages only. Open this page with https:// or on localhost, or choose a file.".into()
        }
        MicrophoneError::Unsupported => {
            "This browser can't record. Use a browser of 2022 or later, or choose a file.".into()
        }
        MicrophoneError::Denied => "The microphone was not allowed. Allow it for this page in the browser's address bar or in the system's \
             privacy settings and press Record again, or choose a file."
            .into(),
        MicrophoneError::Missing => "No microphone was found. Connect one and press Record again, or choose a file.".into(),
        MicrophoneError::Busy => "The microphone gives no sound; another program may be using it. Close that program and press Record \
             again, or choose a file."
            .into(),
        MicrophoneError::Other(reason) => {
            format!("The microphone could not be started ({}). Reload the page and try again, or choose a file.", reason.trim_end_matches('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::Meter;

    #[test]
    fn times_and_levels_read_well() {
        assert_eq!([clock(0.9), clock(7.2), clock(299.99), clock(300.0)], ["0:00", "0:07", "4:59", "5:00"]);
        assert_eq!(level(-23.4), "\u{2212}23 dB");
        let unnamed = Device { id: "a".into(), label: String::new() };
        assert_eq!(device(&unnamed, 1), "Microphone 2");
    }

    #[test]
    fn what_stays_on_is_named_unless_something_is_more_urgent() {
        assert_eq!(hint(&Session::default()), None);
        let mut session = Session {
            processing: vec![Processing::EchoCancellation, Processing::NoiseSuppression],
            ..Session::default()
        };
        assert!(hint(&session).unwrap().starts_with("Echo cancellation and noise suppression stay on"));
        session.meter = Meter::default().after(1.0, 0.1);
        assert_eq!(hint(&session).unwrap(), TOO_LOUD);
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        use MicrophoneError::{Busy, Denied, Insecure, Missing, Other, Unsupported};
        for error in [Insecure, Unsupported, Denied, Missing, Busy, Other("odd.".into())] {
            let words = notice(&Notice::Refused(error));
            assert!(words.ends_with("choose a file."), "{words}");
        }
        assert!(notice(&Notice::TooShort { seconds: 0.04 }).contains("0.04 s"));
    }
}
