//! The last seconds of a voice, heard again and again.

use std::collections::VecDeque;

use super::LivePoint;
use super::smooth::Smoother;
use crate::analysis::{Deepening, quick_inputs};
use crate::audio::{Audio, prepare, resample};
use crate::features::{F0Contour, FeatureConfig, MelSpectrogram, extract, require_speech};
use crate::inference::{Engine, Inputs, Probabilities, Tier};
use crate::{Error, Result};

/// Seconds of sound between two answers.
pub const LISTEN_EVERY: f32 = 0.4;
/// Seconds of sound that an answer is about.
const WINDOW_SECONDS: f32 = 3.0;
/// Nobody speaks any more when so many seconds have had no voiced sound.
const PAUSE_SECONDS: f32 = 1.0;
/// Around a moment of a clip somebody speaks who has a voiced sound so near.
const NEAR_SECONDS: f32 = 0.6;
/// So many seconds from the first sound to the last are the least to be judged.
const LEAST_SECONDS: f32 = 0.8;
/// Share of the deep tier's last answer in the next ones, and for how many seconds of sound it is worth something.
const DEEP_SHARE: f32 = 0.6;
const DEEP_SECONDS: f32 = 2.5;

/// Hears a voice piece by piece. It holds three seconds of it.
pub struct Ear {
    sample_rate: u32,
    window: VecDeque<f32>,
    heard: u64,
    listened: f32,
    smoother: Smoother,
    deep: Option<(f32, Probabilities)>,
}

/// One answer in the making: a step is the features, or one model.
pub struct Hearing {
    seconds: f32,
    state: State,
}

enum State {
    Sound(Audio, Moment),
    Models { inputs: Inputs, mel: MelSpectrogram, said: Vec<(String, Probabilities)>, votes: Vec<Probabilities> },
    Done { mel: MelSpectrogram, said: Vec<(String, Probabilities)>, answer: Probabilities },
    NoVoice,
}

/// The moment at which somebody must be speaking for there to be an answer.
#[derive(Clone, Copy)]
enum Moment {
    End,
    /// Within [`NEAR_SECONDS`] of that many seconds from the beginning.
    At(f32),
}

impl Ear {
    /// For sound of that many Hz.
    ///
    /// # Errors
    /// [`Error::SampleRate`] outside 4000..=384000 Hz.
    pub fn new(sample_rate: u32) -> Result<Self> {
        Audio::new(Vec::new(), sample_rate)?;
        Ok(Self {
            sample_rate,
            window: VecDeque::new(),
            heard: 0,
            listened: 0.0,
            smoother: Smoother::default(),
            deep: None,
        })
    }

    /// Takes the next samples; those that are no numbers are silence.
    pub fn hear(&mut self, samples: &[f32]) {
        let room = (WINDOW_SECONDS * self.sample_rate as f32) as usize;
        let newest = &samples[samples.len().saturating_sub(room)..];
        let surplus = (self.window.len() + newest.len()).saturating_sub(room);
        self.window.drain(..surplus.min(self.window.len()));
        self.window.extend(newest.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
        self.heard += samples.len() as u64;
    }

    /// Seconds heard so far.
    pub fn seconds(&self) -> f32 {
        (self.heard as f64 / f64::from(self.sample_rate)) as f32
    }

    /// Begins an answer to what has been heard last, if enough is new since the one before. Where answers take longer than
    /// that, the sound between them is passed over: none is ever waiting.
    pub fn listen(&mut self) -> Option<Hearing> {
        let seconds = self.seconds();
        if seconds - self.listened < LISTEN_EVERY {
            return None;
        }
        self.listened = seconds;
        let samples = self.window.iter().copied().collect();
        let state =
            Audio::new(samples, self.sample_rate).map_or(State::NoVoice, |audio| State::Sound(audio, Moment::End));
        Some(Hearing { seconds, state })
    }

    /// Takes a finished answer in; it took `millis`.
    pub fn take(&mut self, hearing: &Hearing, millis: f32) -> LivePoint {
        let seconds = hearing.seconds;
        let deep = self.deep.filter(|(then, _)| seconds - then < DEEP_SECONDS).map(|(_, answer)| answer);
        let winner = match &hearing.state {
            State::Done { answer, .. } => Some(self.smoother.hear(seconds, &joined(answer, deep.as_ref()))),
            _ => None,
        };
        let tier = if deep.is_some() && winner.is_some() { Tier::Deep } else { Tier::Quick };
        LivePoint { seconds, winner, probabilities: self.smoother.probabilities(), tier, millis }
    }

    /// Takes what the deep tier said of the same sound.
    pub fn take_deep(&mut self, hearing: &Hearing, answer: Probabilities) {
        self.deep = Some((hearing.seconds, answer));
    }
}

fn joined(quick: &Probabilities, deep: Option<&Probabilities>) -> Probabilities {
    let mut joined = *quick;
    for (slot, deep) in joined.iter_mut().zip(deep.into_iter().flatten()) {
        *slot += DEEP_SHARE * (deep - *slot);
    }
    joined
}

impl Hearing {
    /// Of that sound, where somebody speaks around `middle` seconds from its beginning.
    pub fn around(audio: Audio, middle: f32) -> Self {
        Self { seconds: middle, state: State::Sound(audio, Moment::At(middle)) }
    }

    /// The quick tier's answer, once there is one; `None` too where nobody speaks.
    pub fn answer(&self) -> Option<Probabilities> {
        match &self.state {
            State::Done { answer, .. } => Some(*answer),
            _ => None,
        }
    }

    /// Does the next piece of work; tells whether there is more.
    ///
    /// # Errors
    /// A model that fails.
    pub fn step(&mut self, engine: &Engine) -> Result<bool> {
        self.state = match std::mem::replace(&mut self.state, State::NoVoice) {
            State::Sound(audio, moment) => match features(&audio, moment, engine) {
                Ok((inputs, mel)) => State::Models { inputs, mel, said: Vec::new(), votes: Vec::new() },
                Err(Error::Silent | Error::TooShort { .. } | Error::NoSpeech) => State::NoVoice,
                Err(error) => return Err(error),
            },
            State::Models { mut inputs, mel, mut said, mut votes } => {
                let vote = engine.predict(votes.len(), &mut inputs)?;
                if let Some(entry) = engine.entries().nth(votes.len()) {
                    said.push((entry.name.clone(), engine.balanced(&vote)));
                    votes.push(vote);
                }
                if votes.len() < engine.entries().len() {
                    State::Models { inputs, mel, said, votes }
                } else {
                    let votes: Vec<(&str, Probabilities)> =
                        said.iter().map(|(name, _)| name.as_str()).zip(votes).collect();
                    State::Done { answer: engine.join(&votes)?, mel, said }
                }
            }
            ended => ended,
        };
        Ok(matches!(self.state, State::Sound(..) | State::Models { .. }))
    }

    /// The same sound for the deep tier, where somebody speaks in it.
    pub fn deepening(&self) -> Option<Deepening> {
        match &self.state {
            State::Done { mel, said, .. } => Some(Deepening::new(mel.clone(), said.clone())),
            _ => None,
        }
    }
}

fn features(audio: &Audio, moment: Moment, engine: &Engine) -> Result<(Inputs, MelSpectrogram)> {
    let config = engine.features();
    let prepared = prepare(&resample(audio, config.sample_rate)?)?;
    let sounding = prepared.audio.seconds();
    if sounding < LEAST_SECONDS {
        return Err(Error::TooShort { seconds: sounding.into(), minimum: LEAST_SECONDS.into() });
    }
    let (from, to) = prepared.kept;
    let speaks = |voiced: &dyn Fn(f32, f32) -> bool| match moment {
        Moment::End => voiced(audio.seconds() - PAUSE_SECONDS, audio.seconds()),
        Moment::At(middle) => voiced(middle - NEAR_SECONDS, middle + NEAR_SECONDS),
    };
    // Before anything dearer: most of a conversation is somebody else's turn.
    if !speaks(&|begin, end| from <= end && to >= begin) {
        return Err(Error::Silent);
    }
    let features = extract(&prepared.audio, config)?;
    require_speech(&features.log_mel, &features.f0)?;
    if !speaks(&|begin, end| is_voiced(&features.f0, config, begin - from, end - from)) {
        return Err(Error::Silent);
    }
    Ok((quick_inputs(engine, &prepared.audio, &features)?, features.log_mel))
}

/// Whether any frame between those seconds is voiced.
fn is_voiced(f0: &F0Contour, config: &FeatureConfig, begin: f32, end: f32) -> bool {
    let place = |seconds: f32| ((seconds.max(0.0) * config.frame_rate()) as usize).min(f0.hz.len());
    let last = (place(end) + 1).min(f0.hz.len());
    f0.hz[place(begin).min(last)..last].iter().any(Option::is_some)
}

#[cfg(test)]
pub(in crate::analysis) mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Instant;

    use super::*;
    use crate::audio::decode;
    use crate::inference::Manifest;

    fn file(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    pub(in crate::analysis) fn engine() -> Engine {
        let manifest = Manifest::parse(&std::fs::read(file("models/manifest.json")).unwrap()).unwrap();
        Engine::new(manifest, |entry| std::fs::read(file("models").join(&entry.file)).ok()).unwrap()
    }

    pub(in crate::analysis) fn sentence() -> Audio {
        let bytes = std::fs::read(file("www/samples/even-voice.flac")).unwrap();
        resample(&decode(bytes, Some("flac")).unwrap().audio, 48_000).unwrap()
    }

    fn answered(ear: &mut Ear, engine: &Engine) -> Option<LivePoint> {
        let begun = Instant::now();
        let mut hearing = ear.listen()?;
        while hearing.step(engine).unwrap() {}
        Some(ear.take(&hearing, begun.elapsed().as_secs_f32() * 1e3))
    }

    /// All answers, when samples come in blocks of 40 ms.
    fn points(ear: &mut Ear, engine: &Engine, samples: &[f32]) -> Vec<LivePoint> {
        let blocks = samples.chunks(1920);
        blocks.filter_map(|block| (ear.hear(block), answered(ear, engine)).1).collect()
    }

    #[test]
    fn a_voice_between_two_silences_is_heard_and_nothing_else() {
        let engine = engine();
        let sentence = sentence();
        let length = sentence.seconds();
        let silence = |seconds: f32, level: f32| -> Vec<f32> {
            let mut state = 1_u32;
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                level * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
            };
            (0..(seconds * 48_000.0) as usize).map(|_| next()).collect()
        };
        for level in [0.0, 2e-3] {
            let mut ear = Ear::new(48_000).unwrap();
            let before = points(&mut ear, &engine, &silence(3.0, level));
            assert!(before.len() >= 7 && before.iter().all(|point| point.winner.is_none()), "{before:?}");
            let noise = silence(length, level);
            let noisy: Vec<f32> = sentence.samples().iter().zip(&noise).map(|(s, n)| s + n).collect();
            let during = points(&mut ear, &engine, &noisy);
            let spoken = during.iter().filter(|point| point.winner.is_some()).count();
            assert!(during.len() as f32 >= 2.0 * length && spoken * 2 > during.len(), "{level}: {during:?}");
            for point in &during {
                let sum: f32 = point.probabilities.iter().sum();
                assert!((sum - 1.0).abs() < 1e-4, "{point:?}");
            }
            let after = points(&mut ear, &engine, &silence(5.0, level));
            let (soon, late) = after.split_at(4);
            assert!(late.iter().all(|point| point.winner.is_none()), "{level}: {soon:?} {late:?}");
            let held = late[0].probabilities;
            assert!(late.iter().all(|point| point.probabilities == held), "an answer moved in silence");
            let slowest = during.iter().map(|point| point.millis).fold(0.0, f32::max);
            println!("noise {level}: {spoken} of {} with speech, slowest {slowest:.0} ms", during.len());
        }
    }

    #[test]
    fn a_slow_machine_passes_over_and_hears_the_newest() {
        let engine = engine();
        let sentence = sentence();
        let mut ear = Ear::new(48_000).unwrap();
        ear.hear(sentence.samples());
        ear.hear(sentence.samples());
        let point = answered(&mut ear, &engine).unwrap();
        assert!((point.seconds - 2.0 * sentence.seconds()).abs() < 0.01 && point.winner.is_some());
        assert!(ear.listen().is_none(), "one answer to one piece of sound");
        assert!(ear.window.len() <= 3 * 48_000);
    }

    #[test]
    fn the_deep_tier_has_its_say_while_it_is_fresh() {
        let engine = engine();
        let sentence = sentence();
        let mut ear = Ear::new(48_000).unwrap();
        ear.hear(&sentence.samples()[..96_000]);
        let mut hearing = ear.listen().unwrap();
        while hearing.step(&engine).unwrap() {}
        assert!(hearing.deepening().is_some());
        assert_eq!(ear.take(&hearing, 1.0).tier, Tier::Quick);
        let mut sure = [0.0; 8];
        sure[7] = 1.0;
        ear.take_deep(&hearing, sure);
        let next = points(&mut ear, &engine, &sentence.samples()[96_000..120_000]);
        assert!(next[0].tier == Tier::Deep && next[0].probabilities[7] > 0.2, "{next:?}");
    }

    #[test]
    fn what_is_no_sound_is_refused_or_silent() {
        assert!(matches!(Ear::new(1), Err(Error::SampleRate { .. })));
        let engine = engine();
        let mut ear = Ear::new(16_000).unwrap();
        ear.hear(&[f32::NAN; 8_000]);
        assert_eq!(answered(&mut ear, &engine).unwrap().winner, None);
    }
}
