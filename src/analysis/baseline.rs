//! A speaker's ordinary voice, and a clip that is set against it.

use serde::{Deserialize, Serialize};

#[cfg(feature = "engine")]
use super::Deepening;
use super::{Analysis, Emotion, Probabilities, VoiceAttributes};
#[cfg(feature = "engine")]
use crate::Result;
use crate::inference::VoiceMean;
#[cfg(feature = "engine")]
use crate::inference::{DeepEngine, Speech};

/// Seconds of kept speech that count as one clip of the training speakers, half of whose clips are longer.
const CLIP_SECONDS: f32 = 2.5;
/// Fields of a baseline from outside: lengths at most, Hz, dB and syllables a second.
const LONGEST: usize = 1 << 20;
const SECONDS: f32 = 36_000.0;
const HZ: std::ops::RangeInclusive<f32> = 20.0..=2_000.0;
const DBFS: std::ops::RangeInclusive<f32> = -200.0..=20.0;
const RATE: std::ops::RangeInclusive<f32> = 0.0..=50.0;

/// One clip as the deep tier hears it: what baselines and corrections are made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipVoice {
    /// The deep tier that heard it ([`Manifest::deep_version`](crate::inference::Manifest::deep_version)).
    pub version: String,
    /// Means over the clip.
    pub mean: VoiceMean,
    /// What the tier answers to it, without a baseline.
    pub answer: Probabilities,
    /// Where the clip lies among others, a vector of length 1.
    pub direction: Vec<f32>,
}

/// A speaker's ordinary voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The deep tier that heard it; another one can't use it.
    pub version: String,
    /// Clips that it is made of.
    pub clips: u32,
    /// Seconds of speech in them.
    pub seconds: f32,
    /// Means over them, a clip as much as its seconds.
    pub mean: VoiceMean,
    /// Median fundamental frequency in Hz.
    pub f0_hz: Option<f32>,
    /// Level in dB under full scale; of use on the same device only.
    pub level_dbfs: Option<f32>,
    /// Syllables a second.
    pub syllables_per_second: Option<f32>,
    /// The microphone, as the browser names it; may be empty.
    pub device: String,
}

/// How a voice differs from its own ordinary one; `None` where either is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Semitones higher.
    pub f0_semitones: Option<f32>,
    /// Decibels louder.
    pub level_db: Option<f32>,
    /// Syllables a second over the ordinary ones: 1.2 is a fifth faster.
    pub rate_share: Option<f32>,
}

/// What the deep tier says of a clip that is set against a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The ensemble's probabilities.
    pub probabilities: Probabilities,
    /// The ensemble's winner.
    pub winner: Emotion,
}

impl Baseline {
    /// Of one clip.
    pub fn of(voice: &ClipVoice, analysis: &Analysis, device: &str) -> Self {
        Self {
            version: voice.version.clone(),
            clips: 1,
            seconds: analysis.kept.iter().map(|(from, to)| to - from).sum(),
            mean: voice.mean.clone(),
            f0_hz: analysis.voice.f0_hz,
            level_dbfs: analysis.voice.level_dbfs,
            syllables_per_second: analysis.voice.syllables_per_second,
            device: device.to_owned(),
        }
    }

    /// With another one of the same speaker; `None` where another deep tier heard that.
    pub fn merge(&self, other: &Self) -> Option<Self> {
        let is_like = self.version == other.version
            && self.mean.pooled.len() == other.mean.pooled.len()
            && self.mean.blocks.len() == other.mean.blocks.len();
        if !is_like {
            return None;
        }
        let sides = [self, other];
        let weight = |one: &Self| one.seconds.max(f32::MIN_POSITIVE);
        let mean = |of: fn(&Self) -> Option<f32>, log: bool| -> Option<f32> {
            let known = sides.iter().filter_map(|one| Some((of(one)?, weight(one))));
            let (sum, total) = known.fold((0.0, 0.0), |(sum, total), (value, weight)| {
                (sum + weight * if log { value.ln() } else { value }, total + weight)
            });
            (total > 0.0).then(|| if log { (sum / total).exp() } else { sum / total })
        };
        Some(Self {
            version: self.version.clone(),
            clips: self.clips.saturating_add(other.clips),
            seconds: self.seconds + other.seconds,
            mean: VoiceMean::weighted(sides.iter().map(|one| (&one.mean, weight(one)))),
            f0_hz: mean(|one| one.f0_hz, true),
            level_dbfs: mean(|one| one.level_dbfs, false),
            syllables_per_second: mean(|one| one.syllables_per_second, false),
            device: if self.device == other.device { self.device.clone() } else { String::new() },
        })
    }

    /// How `voice` differs from it.
    pub fn compare(&self, voice: &VoiceAttributes) -> Comparison {
        let ratio = |own: Option<f32>, usual: Option<f32>| {
            own.zip(usual).filter(|(own, usual)| *own > 0.0 && *usual > 0.0).map(|(own, usual)| own / usual)
        };
        Comparison {
            f0_semitones: ratio(voice.f0_hz, self.f0_hz).map(|ratio| 12.0 * ratio.log2()),
            level_db: voice.level_dbfs.zip(self.level_dbfs).map(|(own, usual)| own - usual),
            rate_share: ratio(voice.syllables_per_second, self.syllables_per_second),
        }
    }

    /// What is wrong with one that came from outside.
    pub fn problem(&self) -> Option<&'static str> {
        let within =
            |value: Option<f32>, range: std::ops::RangeInclusive<f32>| value.is_none_or(|v| range.contains(&v));
        let lengths = [self.mean.pooled.len(), self.mean.blocks.len()];
        if lengths.iter().any(|length| !(1..=LONGEST).contains(length)) || !self.mean.is_finite() {
            return Some("its numbers are missing, or are none");
        }
        if self.clips == 0 || !(self.seconds > 0.0 && self.seconds <= SECONDS) {
            return Some("it is made of no speech");
        }
        let sound = within(self.f0_hz, HZ) && within(self.level_dbfs, DBFS) && within(self.syllables_per_second, RATE);
        (!sound || self.version.len() > 64 || self.device.len() > 500)
            .then_some("its pitch, level or pace can't be true")
    }

    /// Clips of the training speakers that it is worth.
    pub fn worth(&self) -> f32 {
        worth(self.seconds)
    }
}

fn worth(seconds: f32) -> f32 {
    seconds / CLIP_SECONDS
}

/// The ordinary voice of a recording, found while it is heard: each moment counts as much as it sounds neutral or calm, so that an
/// outburst does not become the rule.
#[derive(Clone, Debug, Default)]
pub struct RunningBaseline {
    sum: VoiceMean,
    seconds: f32,
}

impl RunningBaseline {
    /// Takes in `seconds` of speech with that mean, answered so without a baseline.
    pub fn hear(&mut self, mean: &VoiceMean, seconds: f32, answer: &Probabilities) {
        let weight = seconds * (answer[Emotion::Neutral.index()] + answer[Emotion::Calm.index()]);
        if weight > 0.0 && weight.is_finite() && mean.is_finite() {
            self.sum = VoiceMean::weighted([(&self.sum, self.seconds), (mean, weight)].into_iter());
            self.seconds += weight;
        }
    }

    /// Sets a clip against it, if anything has been heard.
    ///
    /// # Errors
    /// A baseline of another encoder.
    #[cfg(feature = "engine")]
    pub fn set(&self, engine: &DeepEngine, deepening: Deepening) -> Result<Deepening> {
        let Some((mean, clips)) = self.voice() else { return Ok(deepening) };
        Ok(deepening.less(engine.offset(mean, clips, Speech::Neutral)?))
    }

    /// Mean, and worth in clips of the training speakers; `None` before anything has been heard.
    #[cfg(any(feature = "engine", test))]
    fn voice(&self) -> Option<(&VoiceMean, f32)> {
        (self.seconds > 0.0).then(|| (&self.sum, worth(self.seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(value: f32, seconds: f32) -> Baseline {
        Baseline {
            version: "a".into(),
            clips: 1,
            seconds,
            mean: VoiceMean { pooled: vec![value; 4], blocks: vec![-value; 2] },
            f0_hz: Some(100.0 * value),
            level_dbfs: Some(-20.0),
            syllables_per_second: (seconds > 1.0).then_some(4.0),
            device: "a microphone".into(),
        }
    }

    #[test]
    fn two_readings_become_one_by_their_seconds() {
        let both = baseline(1.0, 6.0).merge(&baseline(4.0, 3.0)).unwrap();
        assert_eq!((both.clips, both.seconds, both.device.as_str()), (2, 9.0, "a microphone"));
        assert!((both.mean.pooled[0] - 2.0).abs() < 1e-6 && (both.mean.blocks[1] + 2.0).abs() < 1e-6);
        assert!((both.f0_hz.unwrap() - 158.74).abs() < 0.01, "{both:?}");
        assert_eq!(both.problem(), None);
        let other = Baseline { version: "b".into(), ..baseline(1.0, 1.0) };
        assert!(both.merge(&other).is_none());
        assert_eq!(both.merge(&baseline(1.0, 1.0)).unwrap().syllables_per_second, Some(4.0));
    }

    #[test]
    fn a_voice_is_compared_with_what_is_known_of_it() {
        let heard = VoiceAttributes { f0_hz: Some(200.0), level_dbfs: Some(-14.0), ..VoiceAttributes::default() };
        let found = baseline(1.0, 6.0).compare(&heard);
        assert!((found.f0_semitones.unwrap() - 12.0).abs() < 1e-4);
        assert_eq!((found.level_db, found.rate_share), (Some(6.0), None));
    }

    #[test]
    fn what_comes_from_outside_is_doubted() {
        let sound = baseline(1.0, 6.0);
        assert_eq!(sound.problem(), None);
        for broken in [
            Baseline { clips: 0, ..sound.clone() },
            Baseline { seconds: f32::NAN, ..sound.clone() },
            Baseline { f0_hz: Some(-1.0), ..sound.clone() },
            Baseline { mean: VoiceMean::default(), ..sound.clone() },
            Baseline { mean: VoiceMean { pooled: vec![f32::INFINITY], blocks: vec![0.0] }, ..sound.clone() },
            Baseline { device: "x".repeat(501), ..sound.clone() },
        ] {
            assert!(broken.problem().is_some(), "{broken:?}");
        }
    }

    #[test]
    fn an_outburst_does_not_become_the_ordinary_voice() {
        let mean = |value: f32| VoiceMean { pooled: vec![value], blocks: vec![value] };
        let (mut calm, mut angry) = ([0.0; 8], [0.0; 8]);
        (calm[Emotion::Neutral.index()], angry[Emotion::Angry.index()]) = (1.0, 1.0);
        let mut running = RunningBaseline::default();
        assert!(running.voice().is_none());
        running.hear(&mean(9.0), 5.0, &angry);
        assert!(running.voice().is_none());
        running.hear(&mean(1.0), 2.5, &calm);
        running.hear(&mean(2.0), 2.5, &calm);
        running.hear(&mean(9.0), 50.0, &angry);
        let (mean, worth) = running.voice().unwrap();
        assert!((mean.pooled[0] - 1.5).abs() < 1e-6 && (worth - 2.0).abs() < 1e-6);
    }
}
