//! All that the page knows of a clip, as JSON.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{VERSION, runner_up, tier_name, tiers};
use crate::analysis::{
    ClipInfo, Emotion, ModelKind, Position, Preparation, Probabilities, RecordingQuality, Segment, Shift, StageTime,
    Strain, VoiceAttributes, winner,
};
use crate::protocol::LoadedModel;
use crate::ui::state::{Report, Verdict};
use crate::ui::text;

/// Name of this layout; a changed meaning makes a new name.
const SCHEMA: &str = "undertone-result-1";

/// Indented.
pub fn json(report: &Report) -> String {
    // Only a map with keys that are no strings could fail, and there is none.
    serde_json::to_string_pretty(&document(report)).unwrap_or_default()
}

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: &'static str,
    program: &'static str,
    version: &'static str,
    meaning: &'static str,
    analysed_at: &'a str,
    clip: Clip<'a>,
    recording: RecordingQuality,
    notices: Vec<String>,
    answer: Answer<'a>,
    /// What it is for the visitor, where that is not the same as for anyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    personal: Option<ForYou<'a>>,
    tiers: Vec<TierAnswer<'a>>,
    voice: Measures<'a>,
    /// What is heard over its time, where it is long enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Over<'a>>,
    stages: Vec<Time>,
}

#[derive(serde::Serialize)]
struct Over<'a> {
    tier: &'static str,
    window_seconds: f32,
    hop_seconds: f32,
    /// Nothing where nobody speaks.
    moments: Vec<Option<Classes<'a>>>,
    segments: &'a [Segment],
    shifts: &'a [Shift],
    strain: &'a [Strain],
}

#[derive(serde::Serialize)]
struct Clip<'a> {
    name: &'a str,
    codec: &'a str,
    sample_rate_hz: u32,
    channels: usize,
    seconds: f32,
    kept_from_to_seconds: &'a [(f32, f32)],
    /// The part of the file that was heard, where it is not the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    part_from_to_seconds: Option<(f32, f32)>,
    /// Which stages were gone through before the models, and what each did.
    preparation: &'a Preparation,
}

#[derive(serde::Serialize)]
struct Answer<'a> {
    tier: &'static str,
    winner: Emotion,
    /// Whether the probability is below the visitor's threshold.
    not_sure: bool,
    threshold: f32,
    probability: f32,
    runner_up: Emotion,
    runner_up_probability: f32,
    probabilities: Classes<'a>,
    /// Derived from the probabilities, each in -1..=1.
    valence: f32,
    arousal: f32,
}

#[derive(serde::Serialize)]
struct ForYou<'a> {
    winner: Emotion,
    probabilities: Classes<'a>,
    against_ordinary_voice: bool,
    corrected: bool,
}

#[derive(serde::Serialize)]
struct TierAnswer<'a> {
    tier: &'static str,
    vote: Vote<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoder: Option<Encoder<'a>>,
    models: Vec<Model<'a>>,
}

#[derive(serde::Serialize)]
struct Vote<'a> {
    winner: Emotion,
    probabilities: Classes<'a>,
}

#[derive(serde::Serialize)]
struct Encoder<'a> {
    windows: usize,
    hearings: usize,
    milliseconds: f32,
    file: Option<&'a LoadedModel>,
}

#[derive(serde::Serialize)]
struct Model<'a> {
    name: &'a str,
    kind: ModelKind,
    winner: Emotion,
    probabilities: Classes<'a>,
    milliseconds: f32,
    file: Option<&'a LoadedModel>,
}

#[derive(serde::Serialize)]
struct Time {
    stage: &'static str,
    milliseconds: f32,
}

/// Probabilities by name of the class, in class order.
struct Classes<'a>(&'a Probabilities);

impl Serialize for Classes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Emotion::ALL.iter().map(|emotion| (emotion.name(), self.0[emotion.index()])))
    }
}

struct Measures<'a>(&'a VoiceAttributes);

#[derive(serde::Serialize)]
struct Measure {
    value: Option<f32>,
    unit: &'static str,
}

impl Serialize for Measures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let voice = self.0;
        let measures = [
            ("pitch_median", voice.f0_hz, "Hz"),
            ("pitch_range", voice.f0_range_semitones, "semitones"),
            ("rate", voice.syllables_per_second, "syllables per second"),
            ("level", voice.level_dbfs, "dB of full scale"),
            ("loudness", voice.loudness_sone, "sone"),
            ("jitter", voice.jitter, "share of the period"),
            ("shimmer", voice.shimmer_db, "dB"),
            ("harmonics_to_noise", voice.hnr_db, "dB"),
            ("pauses", voice.pause_share, "share of the time"),
            ("voiced", voice.voiced_share, "share of the time"),
        ];
        let mut map = serializer.serialize_map(None)?;
        for (name, value, unit) in measures {
            map.serialize_entry(name, &Measure { value, unit })?;
        }
        let words: Vec<(&str, String)> =
            text::voice_attributes(voice).into_iter().map(|attribute| (attribute.id, attribute.word)).collect();
        map.serialize_entry("in_words", &Words(&words))?;
        map.end()
    }
}

struct Words<'a>(&'a [(&'static str, String)]);

impl Serialize for Words<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, word)| (id, word)))
    }
}

fn document(report: &Report) -> Document<'_> {
    let analysis = &*report.analysis;
    let shown = report.for_anyone();
    let position = Position::of(shown.probabilities);
    let second = runner_up(shown.probabilities, shown.winner);
    let ClipInfo { name, codec, sample_rate, channels, seconds } = &analysis.clip;
    let file = |name: &str| report.files.models.iter().find(|model| model.name == name);
    let tiers = tiers(report).into_iter().map(|voted| TierAnswer {
        tier: tier_name(voted.tier),
        vote: Vote { winner: voted.winner, probabilities: Classes(voted.probabilities) },
        encoder: report.deep().filter(|deep| std::ptr::eq(&deep.probabilities, voted.probabilities)).map(|deep| {
            Encoder {
                windows: deep.windows,
                hearings: deep.hearings,
                milliseconds: deep.encoder_millis,
                file: report.files.encoder.as_ref(),
            }
        }),
        models: voted
            .answers
            .iter()
            .map(|answer| Model {
                name: &answer.model,
                kind: answer.kind,
                winner: winner(&answer.probabilities),
                probabilities: Classes(&answer.probabilities),
                milliseconds: answer.millis,
                file: file(&answer.model),
            })
            .collect(),
    });
    Document {
        schema: SCHEMA,
        program: text::NAME,
        version: VERSION,
        meaning: text::MEANING,
        analysed_at: &report.finished.utc,
        clip: Clip {
            name,
            codec,
            sample_rate_hz: *sample_rate,
            channels: *channels,
            seconds: *seconds,
            kept_from_to_seconds: &analysis.kept,
            part_from_to_seconds: analysis.preparation.region,
            preparation: &analysis.preparation.report,
        },
        recording: analysis.quality,
        notices: analysis.notices.iter().map(ToString::to_string).collect(),
        answer: Answer {
            tier: tier_name(shown.tier),
            winner: shown.winner,
            not_sure: matches!(report.verdict_on(shown), Verdict::Unsure(_)),
            threshold: f32::from(report.threshold) / 100.0,
            probability: shown.probabilities[shown.winner.index()],
            runner_up: second,
            runner_up_probability: shown.probabilities[second.index()],
            probabilities: Classes(shown.probabilities),
            valence: position.valence,
            arousal: position.arousal,
        },
        personal: report.personal.as_ref().filter(|_| report.deep().is_some()).map(|personal| ForYou {
            winner: personal.winner,
            probabilities: Classes(&personal.probabilities),
            against_ordinary_voice: personal.against,
            corrected: personal.corrected,
        }),
        tiers: tiers.collect(),
        voice: Measures(&analysis.voice),
        timeline: report.timeline.as_deref().map(|line| Over {
            tier: tier_name(line.tier),
            window_seconds: line.window_seconds,
            hop_seconds: line.hop_seconds,
            moments: line.moments.iter().map(|heard| heard.as_ref().map(Classes)).collect(),
            segments: &line.segments,
            shifts: &line.shifts,
            strain: &line.strain,
        }),
        stages: analysis
            .times
            .iter()
            .map(|StageTime { stage, millis }| Time { stage: stage.name(), milliseconds: *millis })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use serde_json::Value;

    use super::super::tests::{HOSTILE, personal, report, sharpened};
    use super::*;
    use crate::analysis::{Tier, Timeline};

    #[test]
    fn holds_what_the_page_knows() {
        let value: Value = serde_json::from_str(&json(&sharpened(HOSTILE))).unwrap();
        assert_eq!(value["schema"], "undertone-result-1");
        assert_eq!(value["meaning"], "as listeners would hear it, never what somebody feels");
        assert_eq!(value["clip"]["name"], HOSTILE);
        assert_eq!(value["clip"]["sample_rate_hz"], 44_100);
        assert_eq!((&value["answer"]["tier"], &value["answer"]["winner"]), (&"deep".into(), &"happy".into()));
        assert_eq!(value["answer"]["runner_up"], "neutral");
        assert_eq!((&value["answer"]["not_sure"], &value["answer"]["threshold"]), (&false.into(), &0.4.into()));
        assert!(value["answer"]["valence"].as_f64() > Some(0.3));
        assert_eq!(value["tiers"][0]["vote"]["probabilities"]["calm"], 0.65);
        assert_eq!(value["tiers"][0]["models"][0]["file"]["sha256"], "ab".repeat(32));
        assert_eq!(value["tiers"][1]["models"][0]["kind"], "svm");
        assert_eq!(value["tiers"][1]["encoder"]["file"]["name"], "encoder");
        assert!(value["tiers"][0].get("encoder").is_none());
        assert_eq!(value["voice"]["pitch_median"]["value"], 151.25);
        assert_eq!(value["voice"]["pitch_median"]["unit"], "Hz");
        assert_eq!(value["voice"]["rate"]["value"], Value::Null);
        assert_eq!(value["voice"]["in_words"]["pitch"], "Middle");
        assert_eq!(value["recording"]["snr_db"], 30.0);
        assert_eq!(value["stages"][0]["stage"], "decode");
        assert_eq!(value["clip"]["preparation"]["plan"]["ends"], true);
        assert!(value.get("timeline").is_none() && value["clip"].get("part_from_to_seconds").is_none());
    }

    #[test]
    fn a_timeline_is_kept_moment_by_moment() {
        let line = Timeline::new(Tier::Deep, [3.0, 0.5, 1.0], vec![Some([0.125; 8]), None], None);
        let report = Report { timeline: Some(Rc::new(line)), ..report("a.wav") };
        let value: Value = serde_json::from_str(&json(&report)).unwrap();
        let line = &value["timeline"];
        assert_eq!((&line["tier"], &line["moments"][1]), (&"deep".into(), &Value::Null));
        assert_eq!(line["moments"][0]["sad"], 0.125);
        assert_eq!(line["segments"][0]["to"], 0.5);
    }

    #[test]
    fn what_it_is_for_the_visitor_stands_beside_the_answer() {
        let text = json(&personal("a.wav"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&value["answer"]["winner"], &value["personal"]["winner"]), (&"happy".into(), &"sad".into()));
        assert_eq!(
            (&value["personal"]["probabilities"]["calm"], &value["personal"]["corrected"]),
            (&0.05.into(), &false.into())
        );
        assert!(!text.contains("Anna"), "the name of a voice stays with the voice");
    }

    #[test]
    fn a_first_answer_stands_alone() {
        let value: Value = serde_json::from_str(&json(&report("a.wav"))).unwrap();
        assert_eq!((&value["answer"]["tier"], &value["answer"]["winner"]), (&"quick".into(), &"calm".into()));
        assert_eq!(value["tiers"].as_array().unwrap().len(), 1);
    }
}
