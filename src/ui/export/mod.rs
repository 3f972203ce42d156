//! A result as files that make sense without the page. No web types: tested natively.

mod csv;
mod html;
mod json;
mod name;
mod wav;

pub use csv::csv;
pub use html::html;
pub use json::json;
pub use name::file_name;
pub use wav::float_wav_header;

use super::state::{Personal, Report};
use crate::analysis::{Answer, Emotion, Probabilities, Tier, winner};

/// Version of the page.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A tier's answer: its vote, what that is for the visitor, and its models.
struct Voted<'a> {
    tier: Tier,
    personal: Option<&'a Personal>,
    probabilities: &'a Probabilities,
    winner: Emotion,
    answers: &'a [Answer],
}

/// The tiers that have answered.
fn tiers(report: &Report) -> Vec<Voted<'_>> {
    let first = report.first();
    let mut found = vec![Voted {
        tier: Tier::Quick,
        personal: None,
        probabilities: first.probabilities,
        winner: first.winner,
        answers: first.answers,
    }];
    found.extend(report.deep().map(|deep| Voted {
        tier: Tier::Deep,
        personal: report.personal.as_ref(),
        probabilities: &deep.probabilities,
        winner: deep.winner,
        answers: &deep.answers,
    }));
    found
}

fn tier_name(tier: Tier) -> &'static str {
    match tier {
        Tier::Quick => "quick",
        Tier::Deep => "deep",
    }
}

/// The most probable emotion after the winner.
fn runner_up(probabilities: &Probabilities, first: Emotion) -> Emotion {
    let mut others = *probabilities;
    others[first.index()] = f32::NEG_INFINITY;
    winner(&others)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::analysis::{
        Analysis, ClipInfo, DeepAnalysis, Envelope, MelView, ModelKind, RecordingQuality, Register, Stage, StageTime,
        VoiceAttributes,
    };
    use crate::protocol::LoadedModel;
    use crate::ui::state::{ModelFiles, Moment, Sharper};

    pub(super) const HOSTILE: &str = "<img src=x onerror=alert(1)>.wav";

    fn answer(model: &str, tier: Tier, kind: ModelKind, says: Emotion) -> Answer {
        Answer { model: model.into(), kind, tier, probabilities: certain(says), millis: 1.5 }
    }

    fn certain(says: Emotion) -> Probabilities {
        let mut probabilities = [0.05; 8];
        probabilities[says.index()] = 0.65;
        probabilities
    }

    pub(super) fn report(name: &str) -> Report {
        let clip =
            ClipInfo { name: name.into(), codec: "PCM, 16 bit".into(), sample_rate: 44_100, channels: 2, seconds: 2.5 };
        let mel = MelView {
            n_mels: 0,
            n_frames: 0,
            values: vec![],
            frame_seconds: 0.01,
            centers_hz: vec![],
            floor_db: -80.0,
        };
        let voice = VoiceAttributes {
            f0_hz: Some(151.25),
            register: Some(Register::Middle),
            jitter: Some(0.0125),
            ..VoiceAttributes::default()
        };
        let analysis = Analysis {
            clip,
            quality: RecordingQuality { snr_db: 30.0, ..RecordingQuality::default() },
            envelope: Envelope { minima: vec![-0.5], maxima: vec![0.5] },
            kept: vec![(0.25, 2.25)],
            preparation: crate::analysis::PreparationView::default(),
            mel,
            voice,
            probabilities: certain(Emotion::Calm),
            winner: Emotion::Calm,
            answers: vec![answer("mlp", Tier::Quick, ModelKind::Mlp, Emotion::Calm)],
            notices: vec![],
            times: vec![StageTime { stage: Stage::Decode, millis: 0.25 }],
        };
        let finished = Moment { utc: "2026-01-02T03:04:05.678Z".into(), local: "04:04".into() };
        let file = |name: &str| LoadedModel { name: name.into(), bytes: 12, sha256: "ab".repeat(32) };
        Report {
            files: Rc::new(ModelFiles { models: vec![file("mlp"), file("svm")], encoder: Some(file("encoder")) }),
            ..Report::new(7, analysis, finished)
        }
    }

    pub(super) fn sharpened(name: &str) -> Report {
        let deep = DeepAnalysis {
            attention: vec![0.25; 4],
            against: None,
            probabilities: certain(Emotion::Happy),
            winner: Emotion::Happy,
            answers: vec![answer("svm", Tier::Deep, ModelKind::Svm, Emotion::Sad)],
            windows: 1,
            hearings: 1,
            encoder_millis: 250.0,
        };
        Report { sharper: Sharper::Done(Rc::new(deep)), ..report(name) }
    }

    /// As [`sharpened`], and sad for a visitor called Anna.
    pub(super) fn personal(name: &str) -> Report {
        let personal = Personal {
            probabilities: certain(Emotion::Sad),
            winner: Emotion::Sad,
            against: true,
            corrected: false,
            name: "Anna".into(),
            voice: None,
        };
        Report { personal: Some(personal), ..sharpened(name) }
    }

    #[test]
    fn the_runner_up_is_never_the_winner() {
        assert_eq!(runner_up(&[0.125; 8], Emotion::Neutral), Emotion::Calm);
        assert_eq!(runner_up(&certain(Emotion::Sad), Emotion::Sad), Emotion::Neutral);
    }
}
