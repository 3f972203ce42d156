//! Words about the sharper answer.

use super::{emotion, percent};
use crate::Error;
use crate::analysis::{DeepAnalysis, Tier};
use crate::ui::state::{DeepStatus, Report};

/// Title in the footer, and of the switch.
pub const SHARPER_TITLE: &str = "Sharper answer";
/// On the button that fetches it again, or works on once more.
pub const AGAIN: &str = "Try again";
/// On the button that ends it.
pub const STOP: &str = "Stop";
/// Before it is known how much is to be fetched, or heard.
const ON_ITS_WAY: &str = "A sharper answer is on its way";
/// Of a row whose model has not been asked.
pub const PENDING: &str = "–";
/// Of the row that joins a tier's models.
pub const TOGETHER: &str = "Together";

/// Whole megabytes.
fn megabytes(bytes: u64) -> String {
    match (bytes + 500_000) / 1_000_000 {
        0 => "less than 1 MB".into(),
        whole => format!("{whole} MB"),
    }
}

/// Beside the switch.
pub fn switch(bytes: u64) -> String {
    format!("Sharper answer: {}, fetched once, after the first answer", megabytes(bytes))
}

/// In the footer.
pub fn sharper_note(encoder: &str, bytes: u64) -> String {
    format!(
        "A moment after the first answer a second one comes from models on a pretrained speech encoder ({encoder}). Its {} are \
         fetched from this host once and then stay in this browser, as does your choice here; both go when you clear the site's data.",
        megabytes(bytes)
    )
}

/// On the button that gets it.
pub fn get_sharper(bytes: u64) -> String {
    format!("Get the sharper answer ({}, once)", megabytes(bytes))
}

/// Under an answer.
pub fn deep_line(status: &DeepStatus, report: &Report) -> String {
    match status {
        DeepStatus::Absent | DeepStatus::Off => String::new(),
        DeepStatus::Asked => "You save data, so the speech encoder waits for your word.".into(),
        DeepStatus::Fetching { total: 0, .. } => ON_ITS_WAY.into(),
        DeepStatus::Fetching { received, total } => {
            format!("{ON_ITS_WAY}: {:.1} of {:.0} MB", *received as f64 / 1e6, *total as f64 / 1e6)
        }
        DeepStatus::Loading => format!("{ON_ITS_WAY}: getting ready"),
        DeepStatus::Running { of: 0 | 1, .. } => "Listening more closely…".into(),
        DeepStatus::Running { window, of } => format!("Listening more closely… part {} of {of}", (window + 1).min(*of)),
        DeepStatus::Left => "This is the first answer: a newer clip came before the sharper one.".into(),
        DeepStatus::Ready { sharpened: true } => sharpened(report),
        DeepStatus::Ready { sharpened: false } => "Stopped: this is the first answer.".into(),
        DeepStatus::Failed { error, .. } => failed(error),
    }
}

fn sharpened(report: &Report) -> String {
    let (first, now) = (report.first(), report.for_anyone());
    let word = emotion(first.winner).to_lowercase();
    let before = percent(first.probabilities[first.winner.index()]);
    if first.winner == now.winner {
        format!("Sharpened: a closer look says {word} too. First answer: {before}")
    } else {
        format!("Sharpened: a closer look changed it. First answer: {word}, {before}")
    }
}

fn failed(error: &Error) -> String {
    let why = match error {
        Error::Model { model, reason } => format!("{model}: {reason}"),
        Error::Browser { reason } | Error::Stopped { reason } => reason.clone(),
        other => other.to_string().trim_end_matches('.').to_owned(),
    };
    format!("The sharper answer did not come, and the first one stands: {why}.")
}

/// Title of a tier's models.
pub fn tier_title(tier: Tier) -> &'static str {
    match tier {
        Tier::Quick => "First answer",
        Tier::Deep => "Sharper answer",
    }
}

/// What a tier's models are.
pub fn tier_note(tier: Tier) -> &'static str {
    match tier {
        Tier::Quick => "small models on spectrogram and measurements",
        Tier::Deep => "models on a pretrained speech encoder",
    }
}

/// Of a tier that has not answered.
pub fn tier_pending(status: &DeepStatus) -> &'static str {
    match status {
        DeepStatus::Fetching { .. } | DeepStatus::Loading | DeepStatus::Running { .. } => "on its way",
        DeepStatus::Failed { .. } => "did not come",
        DeepStatus::Left | DeepStatus::Ready { .. } => "stopped",
        DeepStatus::Absent | DeepStatus::Off | DeepStatus::Asked => "not asked",
    }
}

/// Of the row of the deep tier's vote: the time before it.
pub fn encoder_note(found: &DeepAnalysis) -> String {
    let time = super::millis(found.encoder_millis);
    match (found.hearings, found.windows) {
        (2.., _) => format!("Weighted vote; heard twice in {time}"),
        (_, 1) => format!("Weighted vote, after {time} of encoder"),
        (_, parts) => format!("Weighted vote, after {time} of encoder for {parts} parts"),
    }
}

/// Of the row of the quick tier's vote.
pub const VOTE_NOTE: &str = "Weighted vote of the models below";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_whole_megabytes() {
        assert_eq!(get_sharper(9_700_000), "Get the sharper answer (10 MB, once)");
        assert_eq!(megabytes(400_000), "less than 1 MB");
    }

    #[test]
    fn a_failure_is_one_sentence() {
        let altered = Error::Model { model: "whisper".into(), reason: "its file has 3 bytes instead of 9".into() };
        let missing = Error::Browser { reason: "models/a.onnx could not be fetched (the host answered 404)".into() };
        for error in [altered, missing, Error::Stopped { reason: "unreachable".into() }] {
            let sentence = failed(&error);
            assert!(sentence.ends_with('.') && !sentence.contains(". "), "{sentence}");
        }
    }
}
