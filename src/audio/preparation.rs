//! The stages between a recording and what the models hear, each of which can be left out.

use serde::{Deserialize, Serialize};

use super::trim::{cut_ends, mean, rms};
use super::{
    Audio, Denoised, MIN_SECONDS, NOISE_MODEL, NoiseModel, Rumble, SilenceRule, denoise_by, normalize_level,
    remove_rumble, remove_silence,
};
use crate::{Error, Result};

/// A pause longer than this is cut, in seconds.
const LONGEST_PAUSE: f32 = 0.4;

/// Which stages are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Offset and rumble go, see [`remove_rumble`].
    pub rumble: bool,
    /// Strength of the noise reduction, 0 (none) to 1, see [`denoise`].
    pub noise: f32,
    /// Silence at both ends goes.
    pub ends: bool,
    /// Pauses of more than 0.4 s are cut to 0.1 s.
    pub pauses: bool,
    /// Every clip is brought to one level, see [`normalize_level`].
    pub level: bool,
}

/// A stage of a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Treatment {
    /// Offset and rumble go.
    Rumble,
    /// Noise is reduced.
    Noise,
    /// Silence at both ends goes.
    Ends,
    /// Long pauses are cut.
    Pauses,
    /// One level.
    Level,
}

impl Treatment {
    /// In the order in which they are gone through.
    pub const ALL: [Self; 5] = [Self::Rumble, Self::Noise, Self::Ends, Self::Pauses, Self::Level];

    /// A word for tests and style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rumble => "rumble",
            Self::Noise => "noise",
            Self::Ends => "ends",
            Self::Pauses => "pauses",
            Self::Level => "level",
        }
    }
}

impl Plan {
    /// Whether it goes through that stage.
    pub fn has(&self, treatment: Treatment) -> bool {
        match treatment {
            Treatment::Rumble => self.rumble,
            Treatment::Noise => self.noise > 0.0,
            Treatment::Ends => self.ends,
            Treatment::Pauses => self.pauses,
            Treatment::Level => self.level,
        }
    }

    /// The same with that stage on or off; noise reduction at full strength.
    pub fn with(mut self, treatment: Treatment, on: bool) -> Self {
        match treatment {
            Treatment::Rumble => self.rumble = on,
            Treatment::Noise => self.noise = f32::from(u8::from(on)),
            Treatment::Ends => self.ends = on,
            Treatment::Pauses => self.pauses = on,
            Treatment::Level => self.level = on,
        }
        self
    }
}

impl Default for Plan {
    /// What [`prepare`](super::prepare) does, and the shipped models have learnt from: ends and level.
    fn default() -> Self {
        Self { rumble: false, noise: 0.0, ends: true, pauses: false, level: true }
    }
}

/// What was done to a clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// What was asked for.
    pub plan: Plan,
    /// What the rumble filter did, where it was on.
    pub rumble: Option<Rumble>,
    /// What the noise reduction did, where it was on.
    pub noise: Option<Denoised>,
    /// Seconds of silence that went at the ends.
    pub ends_seconds: f32,
    /// Seconds of pauses that went.
    pub pauses_seconds: f32,
    /// Gain in dB that brought the clip to the common level, where that was on.
    pub gain_db: Option<f32>,
}

/// A clip that has gone through its plan.
#[derive(Clone, Debug)]
pub struct PreparedBy {
    /// For the models: what was kept, at its level.
    pub audio: Audio,
    /// The whole clip without rumble and noise, at the level and the length that it came with.
    pub cleaned: Audio,
    /// Kept regions in seconds of the clip; rising, apart, at least one.
    pub kept: Vec<(f32, f32)>,
    /// What was done.
    pub report: Preparation,
}

/// Goes through a plan. The default plan gives the samples of [`prepare`](super::prepare), bit by bit. `noise` is for a plan
/// with noise reduction; `seen` is shown the sound after each stage that was gone through.
///
/// # Errors
/// [`Error::Model`] where the plan wants the noise model and there is none, [`Error::Silent`] where there is no sound, [`Error::TooShort`] where less than [`MIN_SECONDS`] is left,
/// [`Error::SampleRate`] where the noise reduction can't take the rate.
pub fn prepare_by(
    audio: Audio,
    plan: Plan,
    noise: Option<&NoiseModel>,
    mut seen: impl FnMut(Treatment, &Audio),
) -> Result<PreparedBy> {
    let seconds = audio.seconds();
    let too_short = |seconds: f32| Error::TooShort { seconds: f64::from(seconds), minimum: MIN_SECONDS };
    if f64::from(seconds) < MIN_SECONDS {
        return Err(too_short(seconds));
    }
    let mut report = Preparation { plan, ..Preparation::default() };
    let mut cleaned = audio;
    if plan.rumble {
        let (audio, rumble) = remove_rumble(&cleaned);
        (cleaned, report.rumble) = (audio, Some(rumble));
        seen(Treatment::Rumble, &cleaned);
    }
    if plan.noise > 0.0 {
        let missing = || Error::Model { model: NOISE_MODEL.into(), reason: "it is not at hand".into() };
        let (audio, noise) = denoise_by(noise.ok_or_else(missing)?, &cleaned, plan.noise)?;
        (cleaned, report.noise) = (audio, Some(noise));
        seen(Treatment::Noise, &cleaned);
    }

    let (cut, mut kept) = if plan.ends {
        let prepared = cut_ends(&cleaned)?;
        seen(Treatment::Ends, &prepared.audio);
        (prepared.audio, vec![prepared.kept])
    } else {
        (cleaned.clone(), vec![(0.0, seconds)])
    };
    let (from, to) = kept[0];
    report.ends_seconds = seconds - (to - from);
    let cut = if plan.pauses {
        let (audio, silence) = without_pauses(&cut);
        if f64::from(audio.seconds()) < MIN_SECONDS {
            return Err(if silence.is_empty() { Error::Silent } else { too_short(audio.seconds()) });
        }
        report.pauses_seconds = cut.seconds() - audio.seconds();
        seen(Treatment::Pauses, &audio);
        kept = silence.into_iter().map(|(begin, end)| (from + begin, (from + end).min(to))).collect();
        audio
    } else {
        cut
    };

    let audio = if plan.level {
        let before = rms(&cut.samples, mean(&cut.samples));
        let leveled = normalize_level(&cut)?;
        seen(Treatment::Level, &leveled);
        let after = rms(&leveled.samples, 0.0);
        report.gain_db = Some(20.0 * (after / before.max(f32::MIN_POSITIVE)).max(f32::MIN_POSITIVE).log10());
        leveled
    } else {
        cut
    };
    Ok(PreparedBy { audio, cleaned, kept, report })
}

/// Long pauses cut, the ends as they are; and the kept regions.
fn without_pauses(audio: &Audio) -> (Audio, Vec<(f32, f32)>) {
    let rule = SilenceRule { longest_pause: Some(LONGEST_PAUSE), keep_ends: true, ..SilenceRule::default() };
    let (audio, silence) = remove_silence(audio, &rule);
    (audio, silence.kept)
}

#[cfg(test)]
mod tests {
    use super::super::prepare;
    use super::*;

    const RATE: u32 = 16_000;

    /// 0.5 s of silence, two tones of 0.8 s with 1 s between, 0.5 s of silence; an offset over all.
    fn clip(offset: f32) -> Audio {
        let sound = |n: usize| match n as f32 / RATE as f32 {
            t if (0.5..1.3).contains(&t) || (2.3..3.1).contains(&t) => 0.2 * (n as f32 * 0.3).sin(),
            _ => 0.0,
        };
        Audio::new((0..RATE as usize * 18 / 5).map(|n| sound(n) + offset).collect(), RATE).unwrap()
    }

    fn by(plan: Plan) -> PreparedBy {
        let model = NoiseModel::included().unwrap();
        let mut seen = Vec::new();
        let got = prepare_by(clip(0.05), plan, Some(&model), |treatment, _| seen.push(treatment)).unwrap();
        assert_eq!(seen, Treatment::ALL.into_iter().filter(|treatment| plan.has(*treatment)).collect::<Vec<_>>());
        got
    }

    const NONE: Plan = Plan { rumble: false, noise: 0.0, ends: false, pauses: false, level: false };

    #[test]
    fn the_default_is_what_the_models_have_learnt_from() {
        let (got, expected) = (by(Plan::default()), prepare(&clip(0.05)).unwrap());
        assert_eq!((&got.audio, &got.kept), (&expected.audio, &vec![expected.kept]));
        assert!(got.report.rumble.is_none() && got.report.noise.is_none());
        assert!((got.report.ends_seconds - 0.9).abs() < 0.05, "{:?}", got.report);
        let gain = got.report.gain_db.unwrap();
        assert!((-12.0..0.0).contains(&gain), "{gain}");
    }

    #[test]
    fn without_any_stage_the_clip_stays_as_it_is() {
        let got = by(NONE);
        assert_eq!((&got.audio, got.kept), (&clip(0.05), vec![(0.0, 3.6)]));
        assert_eq!(got.report, Preparation { plan: NONE, ..Preparation::default() });
    }

    #[test]
    fn each_stage_does_its_own_thing() {
        let rumble = by(Plan { rumble: true, ..NONE });
        assert!((rumble.report.rumble.unwrap().offset - 0.05).abs() < 1e-3);
        assert_eq!(rumble.audio, rumble.cleaned);
        let noise = by(Plan { noise: 0.5, ..NONE });
        assert_eq!(noise.report.noise.unwrap().strength, 0.5);
        assert_eq!(noise.audio.samples().len(), clip(0.0).samples().len());

        let still = prepare_by(clip(0.0), Plan { pauses: true, ..NONE }, None, |_, _| ()).unwrap();
        assert_eq!(still.kept.len(), 2, "{:?}", still.kept);
        assert_eq!((still.kept[0].0, still.kept[1].1), (0.0, 3.6), "the ends stay");
        assert!((still.report.pauses_seconds - 0.9).abs() < 0.06, "{:?}", still.report);
        let both = prepare_by(clip(0.0), Plan { pauses: true, ends: true, ..NONE }, None, |_, _| ()).unwrap();
        assert!((both.kept[0].0 - 0.45).abs() < 0.03 && (both.kept[1].1 - 3.15).abs() < 0.03, "{:?}", both.kept);
        assert!((both.audio.seconds() - 1.8).abs() < 0.1);

        let level = by(Plan { level: true, ..NONE });
        assert!((rms(level.audio.samples(), 0.0) - 0.05).abs() < 1e-4);
    }

    #[test]
    fn no_plan_lets_silence_pass_as_sound() {
        for plan in [Plan::default(), Plan { pauses: true, ..NONE }, Plan { level: true, ..NONE }] {
            let silent = Audio::new(vec![0.0; 16_000], RATE).unwrap();
            assert!(matches!(prepare_by(silent, plan, None, |_, _| ()), Err(Error::Silent)), "{plan:?}");
        }
        let short = Audio::new(vec![0.1; 100], RATE).unwrap();
        assert!(matches!(prepare_by(short, NONE, None, |_, _| ()), Err(Error::TooShort { .. })));
        let noise = prepare_by(clip(0.0), Plan { noise: 0.5, ..NONE }, None, |_, _| ());
        assert!(matches!(noise, Err(Error::Model { .. })));
    }
}
