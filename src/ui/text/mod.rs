//! Every English sentence of the page, and how numbers are written.

mod about;
mod deep;
mod keep;
mod live;
mod offline;
mod ordinary;
mod prepare;
mod quality;
mod record;
mod verdict;
mod voice;
mod why;

pub use about::*;
pub use deep::*;
pub use keep::*;
pub use live::*;
pub use offline::*;
pub use ordinary::*;
pub use prepare::*;
pub use quality::*;
pub use record::*;
pub use verdict::*;
pub use voice::*;
pub use why::*;

use super::state::{Report, Shown};
use crate::analysis::{self, Analysis, Emotion, ModelKind, Probabilities, Stage, winner};

/// The name.
pub const NAME: &str = "undertone";
/// The first sentence.
pub const HEADLINE: &str = "Hear what a voice expresses.";
/// The second.
pub const LEAD: &str = "Speak to it, or give it a recording of someone speaking. Eight emotions, as listeners would hear them, judged on your own machine.";
/// Over the line of law, in the footer.
pub const LAW_TITLE: &str = "Before you use it on others";
/// The line of law; on the first screen under the drop zone.
pub const LAW: &str = "In the EU, inferring the emotions of people at work or in education is prohibited (AI Act, Art. 5); \
     elsewhere, tell the people you use this on (Art. 50).";

/// In the drop zone.
pub const DROP: &str = "Drop a recording here";
/// In the drop zone, once there has been a clip.
pub const DROP_NEXT: &str = "Another recording? Drop it anywhere";
/// While a file is held over the page.
pub const DROP_NOW: &str = "Let go to analyse";
/// On the file button.
pub const CHOOSE: &str = "Choose files";
/// Beside the file button.
pub const OR_PASTE: &str = "or paste";
/// Which files.
pub const FORMATS: &str =
    "WAV, FLAC, MP3, Ogg Vorbis, AAC/M4A, AIFF, WebM or Opus; up to five minutes and 200 MB each, twenty at once";

/// On the button that ends a job.
pub const CANCEL: &str = "Cancel";
/// On the button that tries to get the models again.
pub const TRY_AGAIN: &str = "Try again";
/// Over the stages while a clip is analysed.
pub const ANALYSING: &str = "Analysing";
/// While a clip waits for the models.
pub const WAITING: &str = "Waiting for the models";

/// Over the winner.
pub const EXPRESSED: &str = "Expressed in the voice, as listeners would hear it";
/// Before the second most probable emotion.
pub const RUNNER_UP: &str = "Runner-up";
/// Title of the eight probabilities.
pub const PROBABILITIES: &str = "How probable each emotion is";
/// Title of the plots.
pub const SOUND: &str = "The recording";
/// Title of the models.
pub const MODELS: &str = "What each model said";
/// Under the models.
pub const MODELS_NOTE: &str = "Each model judges the same clip by itself; the answer above is a weighted vote. A clip with much noise in it is heard \
     twice for the sharper answer: as it is, and with its noise reduced.";
/// Title of the stage times.
pub const STAGES: &str = "Where the time went";
/// Title of the waveform.
pub const WAVEFORM: &str = "Waveform";
/// Title of the spectrogram.
pub const MEL: &str = "Mel spectrogram";
/// In the legend of the waveform.
pub const KEPT: &str = "kept";
/// In the legend of the waveform.
pub const CUT: &str = "cut as silence";
/// Column of models.
pub const COLUMN_MODEL: &str = "Model";
/// Column of winners.
pub const COLUMN_SAYS: &str = "Says";
/// Column of times.
pub const COLUMN_TIME: &str = "Time";

/// Privacy, in the footer.
pub const PRIVACY_TITLE: &str = "Nothing leaves this machine";
/// Privacy, in the footer.
pub const PRIVACY: &str = "The page fetches its own files and the models from this host, and nothing else; no recording is ever sent. \
     Nothing is kept but the page's own files, and what you switch on or ask to be kept: your results, your ordinary voice. To check: wait until the answer has been sharpened, go offline, and try again.";
/// Limits, in the footer.
pub const LIMITS_TITLE: &str = "What this is not";
/// Limits, in the footer.
pub const LIMITS: &str = "It tells what listeners would hear in a voice, never what a person feels, and it is not medical. The first answer learnt \
     from English sentences spoken by professional actors, the sharper one from actors in English and Polish and some everyday \
     speech; other voices, other languages and noise make both err more often.";
/// Licences, in the footer.
pub const LICENCE_TITLE: &str = "Licences";
/// Licences, in the footer.
pub const LICENCE: &str = "Model weights: CC BY-NC-SA 4.0, as recordings they were trained on (RAVDESS, nEMO; CREMA-D and the Picovoice \
     benchmark beside them). Speech encoder: the first layers of OpenAI's Whisper, MIT. Noise reduction: RNNoise by Xiph.Org, BSD. Code: MIT or Apache-2.0.";

/// An emotion as a word that begins a line.
pub fn emotion(emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Neutral => "Neutral",
        Emotion::Calm => "Calm",
        Emotion::Happy => "Happy",
        Emotion::Sad => "Sad",
        Emotion::Angry => "Angry",
        Emotion::Fearful => "Fearful",
        Emotion::Disgust => "Disgust",
        Emotion::Surprised => "Surprised",
    }
}

/// A stage as something that is being done.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Decode => "Decode",
        Stage::Resample => "Resample",
        Stage::Trim => "Cut silence",
        Stage::Features => "Measure",
        Stage::Voice => "Describe the voice",
        Stage::Models => "Judge",
    }
}

/// What a model is and what it hears.
pub fn model_kind(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Cnn => "Convolutional network on the spectrogram",
        ModelKind::Mlp => "Perceptron on measurements of the voice",
        ModelKind::Xgboost => "Boosted trees, XGBoost",
        ModelKind::Lightgbm => "Boosted trees, LightGBM",
        ModelKind::Logistic => "Logistic regression on thousands of measurements",
        ModelKind::Linear => "Logistic regression on the speech encoder",
        ModelKind::Svm => "Support vector machine on the speech encoder",
        ModelKind::Attention => "Attention over the speech encoder's frames",
    }
}

/// A probability in whole percent.
pub fn percent(probability: f32) -> String {
    match probability * 100.0 {
        p if p > 0.0 && p < 0.5 => "<1 %".into(),
        p if (99.5..100.0).contains(&p) => ">99 %".into(),
        p => format!("{p:.0} %"),
    }
}

/// Milliseconds, as finely as they matter.
pub fn millis(millis: f32) -> String {
    if millis > 0.0 && millis < 0.05 {
        "<0.1 ms".into()
    } else if millis < 9.95 {
        format!("{millis:.1} ms")
    } else if millis < 9_950.0 {
        format!("{millis:.0} ms")
    } else {
        format!("{:.1} s", millis / 1e3)
    }
}

/// Bytes in decimal units.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Some of the bytes have come.
pub fn fetching(received: u64, total: u64) -> String {
    match total {
        0 => "Starting the engine".into(),
        _ if received >= total => format!("Preparing the models ({})", bytes(total)),
        _ => format!("Fetching the models: {:.1} of {:.1} MB", received as f64 / 1e6, total as f64 / 1e6),
    }
}

/// All models are there.
pub fn models_ready(count: usize, total: u64) -> String {
    format!("{count} models ready ({})", bytes(total))
}

/// No models are there.
pub const MODELS_FAILED: &str = "The models are missing";

/// Rate, channels and length of a clip.
pub fn clip_facts(analysis: &Analysis) -> Vec<String> {
    let clip = &analysis.clip;
    let channels = match clip.channels {
        1 => "mono".into(),
        2 => "stereo".into(),
        n => format!("{n} channels"),
    };
    let khz = format!("{:.3}", f64::from(clip.sample_rate) / 1e3);
    let khz = khz.trim_end_matches('0').trim_end_matches('.');
    vec![clip.codec.clone(), format!("{khz} kHz"), channels, format!("{:.2} s", clip.seconds)]
}

/// How many models share the winner.
pub fn agreement(shown: Shown<'_>) -> String {
    let total = shown.answers.len();
    let agreeing = shown.answers.iter().filter(|answer| winner(&answer.probabilities) == shown.winner).count();
    let says = emotion(shown.winner).to_lowercase();
    let said = match agreeing {
        _ if total == 1 => format!("One model was asked; it says {says}"),
        n if n == total => format!("All {total} models say {says}"),
        0 => format!("No model alone says {says}; together they do"),
        n => format!("{n} of {total} models say {says}"),
    };
    match analysis::agreement(shown.answers.iter().map(|answer| &answer.probabilities)) {
        Some(share) => format!("{said}; {}", overlap(share)),
        None => said,
    }
}

/// The result in one sentence, for those who listen to the page.
pub fn announcement(report: &Report) -> String {
    let shown = report.shown();
    let [first, second] = [0, 1].map(|place| ranked(shown.probabilities)[place]);
    let begin = if report.deep().is_some() { "Sharpened result" } else { "Result" };
    if report.is_unsure() {
        let (not_sure, between) = (NOT_SURE.to_lowercase(), certainty(report));
        return format!("{begin} for {}: {not_sure}, {between}.", report.analysis.clip.name);
    }
    format!(
        "{begin} for {}: {}, {}. {RUNNER_UP}: {}, {}.",
        report.analysis.clip.name,
        emotion(first.0).to_lowercase(),
        percent(first.1),
        emotion(second.0).to_lowercase(),
        percent(second.1)
    )
}

/// The emotions, the most probable first; on a tie in class order.
pub fn ranked(probabilities: &Probabilities) -> [(Emotion, f32); 8] {
    let mut ranked = Emotion::ALL.map(|emotion| (emotion, probabilities[emotion.index()]));
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

/// What the waveform shows.
pub fn waveform_alternative(analysis: &Analysis) -> String {
    let kept: Vec<String> = analysis.kept.iter().map(|(from, to)| format!("{from:.2} to {to:.2} s")).collect();
    format!("Waveform of {:.2} seconds. Kept: {}; the rest was cut as silence.", analysis.clip.seconds, kept.join(", "))
}

/// Level of the loudest sample.
pub fn peak(peak: f32) -> String {
    if peak > 0.0 { format!("peak {:.1} dB below full scale", -20.0 * peak.log10().min(0.0)) } else { "silence".into() }
}

/// What the spectrogram shows: bands, range, and where it is loudest.
pub fn mel_alternative(analysis: &Analysis) -> String {
    let mel = &analysis.mel;
    let (Some(low), Some(high)) = (mel.centers_hz.first(), mel.centers_hz.last()) else { return MEL.into() };
    let loudest = mel.values.iter().enumerate().max_by_key(|(index, value)| (**value, usize::MAX - index));
    let place = loudest.filter(|_| mel.n_frames > 0).and_then(|(index, _)| {
        let hz = mel.centers_hz.get(index / mel.n_frames)?;
        Some(format!(
            " Loudest near {hz:.0} Hz, {:.2} s into the kept sound.",
            (index % mel.n_frames) as f32 * mel.frame_seconds
        ))
    });
    format!(
        "{MEL}: {} bands from {low:.0} to {high:.0} Hz over {:.2} seconds.{}",
        mel.n_mels,
        mel.n_frames as f32 * mel.frame_seconds,
        place.unwrap_or_default()
    )
}

/// Under the spectrogram.
pub fn mel_legend(floor_db: f32) -> [String; 2] {
    [format!("{floor_db:.0} dB").replace('-', "\u{2212}"), "loudest".into()]
}

/// Which stage is being done, for those who listen to the page.
pub fn progress(name: &str, current: Option<Stage>) -> String {
    match current {
        Some(current) => format!("{ANALYSING} {name}: {}.", stage(current).to_lowercase()),
        None => format!("{ANALYSING} {name}."),
    }
}

/// After Cancel.
pub fn cancelled(name: &str) -> String {
    format!("{name} was cancelled.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(percent(0.643), "64 %");
        assert_eq!(percent(0.001), "<1 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.999), ">99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(millis(3.25), "3.2 ms");
        assert_eq!(millis(0.02), "<0.1 ms");
        assert_eq!(millis(84.4), "84 ms");
        assert_eq!(millis(12_340.0), "12.3 s");
        assert_eq!(bytes(312), "312 bytes");
        assert_eq!(bytes(340_200), "340 kB");
        assert_eq!(bytes(1_240_000), "1.2 MB");
        assert_eq!(peak(0.5), "peak 6.0 dB below full scale");
    }
}
