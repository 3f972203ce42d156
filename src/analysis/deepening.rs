//! A clip that the quick tier has answered, on its way through the deep one.

use std::rc::Rc;

use super::{Against, Answer, Baseline, ClipVoice, DeepAnalysis};
use crate::audio::{Audio, NoiseModel};
use crate::features::{EncoderWindow, MelSpectrogram, Twice, hear_twice};
use crate::inference::{DeepEngine, DeepInputs, Encoded, Probabilities, Speech, VoiceMean, calibration, winner};
use crate::{Error, Result};

/// A clip for the deep tier: call [`step`](Self::step) until it gives the result. Between any two calls the caller may
/// show progress, or stop. Cheap to copy until its first step.
#[derive(Clone)]
pub struct Deepening {
    mel: MelSpectrogram,
    quick: Vec<(String, Probabilities)>,
    offset: Option<VoiceMean>,
    /// The clip as prepared, where it is noisy.
    noisy: Option<Rc<Audio>>,
    noise: Option<Rc<NoiseModel>>,
    hearings: usize,
    state: State,
}

/// What one step gave.
#[derive(Debug)]
pub enum DeepStep {
    /// More to do.
    Next,
    /// The result.
    Done(Box<Deepened>),
}

/// A clip that the deep tier has heard.
#[derive(Debug)]
pub struct Deepened {
    /// What the page shows.
    pub analysis: DeepAnalysis,
    /// What baselines and corrections are made of.
    pub voice: ClipVoice,
    /// The clip, to be set against another baseline.
    pub reheard: Reheard,
}

/// What is held of a clip that the deep tier has heard, so that a baseline needs no second hearing.
#[derive(Clone, Debug)]
pub struct Reheard {
    inputs: DeepInputs,
    /// What each head said, not calibrated.
    plain: Vec<Probabilities>,
}

impl Reheard {
    /// The clip set against that baseline; `None` where the heads know no baselines.
    ///
    /// # Errors
    /// A baseline of another encoder; a head that fails.
    pub fn against(&self, engine: &DeepEngine, baseline: &Baseline) -> Result<Option<Against>> {
        let Some(offset) = offset(engine, baseline)? else { return Ok(None) };
        let mut inputs = self.inputs.less(&offset);
        let less = (0..engine.heads_with_baseline()).map(|head| engine.predict_raw(head, &mut inputs));
        Ok(against(engine, &self.plain, &less.collect::<Result<Vec<_>>>()?))
    }
}

/// What is taken off a clip because of that baseline.
///
/// # Errors
/// A baseline of another encoder.
pub(super) fn offset(engine: &DeepEngine, baseline: &Baseline) -> Result<Option<VoiceMean>> {
    engine.offset(&baseline.mean, baseline.worth(), Speech::Neutral)
}

fn against(engine: &DeepEngine, plain: &[Probabilities], less: &[Probabilities]) -> Option<Against> {
    let probabilities = engine.join_less(plain, less)?;
    Some(Against { probabilities, winner: winner(&probabilities) })
}

#[derive(Clone)]
enum State {
    Begun,
    Encoding { windows: Vec<EncoderWindow>, encoded: Vec<Encoded>, millis: f32 },
    Answering(Answering),
    Ended,
}

#[derive(Clone)]
struct Answering {
    windows: usize,
    inputs: DeepInputs,
    plain: Vec<Probabilities>,
    answers: Vec<Answer>,
    less: Option<DeepInputs>,
    less_answers: Vec<Probabilities>,
    millis: f32,
}

impl Answering {
    /// Asks one head; tells whether there was one to ask.
    fn step(&mut self, engine: &DeepEngine, now: &dyn Fn() -> f64) -> Result<bool> {
        let start = now();
        if let Some(entry) = engine.entries().nth(self.answers.len()) {
            let plain = engine.predict_raw(self.answers.len(), &mut self.inputs)?;
            self.plain.push(plain);
            self.answers.push(Answer {
                model: entry.name.clone(),
                kind: entry.kind,
                tier: entry.tier,
                probabilities: calibration::scale(&plain, entry.temperature),
                millis: (now() - start) as f32,
            });
            return Ok(true);
        }
        let head = self.less_answers.len();
        let Some(less) = self.less.as_mut().filter(|_| head < engine.heads_with_baseline()) else { return Ok(false) };
        self.less_answers.push(engine.predict_raw(head, less)?);
        Ok(true)
    }
}

impl Deepening {
    /// Of a clip's log-mel spectrogram, and what the quick models answered, balanced.
    pub(in crate::analysis) fn new(mel: MelSpectrogram, quick: Vec<(String, Probabilities)>) -> Self {
        Self { mel, quick, offset: None, noisy: None, noise: None, hearings: 1, state: State::Begun }
    }

    /// Of a clip that is noisy, and what the models heard of it.
    pub(in crate::analysis) fn noisy(mut self, prepared: Option<Audio>) -> Self {
        self.noisy = prepared.map(Rc::new);
        self
    }

    /// Whether the clip is to be heard a second time with its noise reduced, and lacks what reduces it.
    pub fn wants_noise_model(&self) -> bool {
        self.noisy.is_some() && self.noise.is_none()
    }

    /// With what reduces the noise of a noisy clip, which is then heard twice; see [`hear_twice`]. Without it every clip is
    /// heard once.
    pub fn with_noise_model(mut self, model: Rc<NoiseModel>) -> Self {
        self.noise = Some(model);
        self
    }

    /// As [`with_noise_model`](Self::with_noise_model) where one is wanted, with the weights that come with the program.
    ///
    /// # Errors
    /// As [`NoiseModel::included`].
    pub fn with_included_noise_model(self) -> Result<Self> {
        if !self.wants_noise_model() {
            return Ok(self);
        }
        let model = NoiseModel::included()?;
        Ok(self.with_noise_model(Rc::new(model)))
    }

    /// Set against that baseline too, where the heads know baselines.
    ///
    /// # Errors
    /// A baseline of another encoder.
    pub fn against(mut self, engine: &DeepEngine, baseline: &Baseline) -> Result<Self> {
        self.offset = offset(engine, baseline)?;
        Ok(self)
    }

    /// As [`against`](Self::against), with what is taken off.
    pub(in crate::analysis) fn less(mut self, offset: Option<VoiceMean>) -> Self {
        self.offset = offset;
        self
    }

    /// Windows that the encoder has heard, and windows in all (0 before the first step).
    pub fn progress(&self) -> (usize, usize) {
        match &self.state {
            State::Begun | State::Ended => (0, 0),
            State::Encoding { windows, encoded, .. } => (encoded.len(), windows.len()),
            State::Answering(answering) => (answering.windows, answering.windows),
        }
    }

    /// Encodes one window, or asks one head. `now` gives milliseconds of any clock.
    ///
    /// # Errors
    /// A model that fails; it has then ended, and a further step is [`Error::Cancelled`].
    pub fn step(&mut self, engine: &DeepEngine, now: &dyn Fn() -> f64) -> Result<DeepStep> {
        let start = now();
        self.state = match std::mem::replace(&mut self.state, State::Ended) {
            State::Begun => {
                let windows = match self.hear_twice(engine)? {
                    Some(Twice { as_it_is, cleaned, start }) => {
                        self.hearings = 2;
                        let later = |window: EncoderWindow| EncoderWindow { start: start + window.start, ..window };
                        [as_it_is, cleaned].iter().flat_map(|mel| engine.windows(mel)).map(later).collect()
                    }
                    None => engine.windows(&self.mel),
                };
                State::Encoding { windows, encoded: Vec::new(), millis: (now() - start) as f32 }
            }
            State::Encoding { windows, mut encoded, millis } => match windows.get(encoded.len()) {
                Some(window) => {
                    encoded.push(engine.encode(window)?);
                    State::Encoding { windows, encoded, millis: millis + (now() - start) as f32 }
                }
                None => {
                    let inputs = DeepInputs::new(encoded);
                    State::Answering(Answering {
                        windows: windows.len(),
                        less: self.offset.as_ref().map(|offset| inputs.less(offset)),
                        inputs,
                        plain: Vec::new(),
                        answers: Vec::new(),
                        less_answers: Vec::new(),
                        millis,
                    })
                }
            },
            State::Answering(mut answering) => {
                if answering.step(engine, now)? {
                    State::Answering(answering)
                } else {
                    return self.finish(engine, answering).map(|done| DeepStep::Done(Box::new(done)));
                }
            }
            State::Ended => return Err(Error::Cancelled),
        };
        Ok(DeepStep::Next)
    }

    /// All steps at once.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run(mut self, engine: &DeepEngine, now: &dyn Fn() -> f64) -> Result<Deepened> {
        loop {
            if let DeepStep::Done(found) = self.step(engine, now)? {
                return Ok(*found);
            }
        }
    }

    fn hear_twice(&self, engine: &DeepEngine) -> Result<Option<Twice>> {
        match self.noisy.as_ref().zip(self.noise.as_ref()) {
            Some((noisy, model)) => hear_twice(noisy, model, &engine.manifest().features),
            None => Ok(None),
        }
    }

    fn finish(&self, engine: &DeepEngine, answering: Answering) -> Result<Deepened> {
        let Answering { windows, inputs, plain, answers, less, less_answers, millis } = answering;
        let deep = answers.iter().map(|answer| (answer.model.as_str(), answer.probabilities));
        let quick = self.quick.iter().map(|(model, probabilities)| (model.as_str(), *probabilities));
        let said: Vec<(&str, Probabilities)> = deep.chain(quick).collect();
        let probabilities = engine.join(&said)?;
        let analysis = DeepAnalysis {
            probabilities,
            winner: winner(&probabilities),
            answers,
            attention: inputs.attention().to_vec(),
            against: less.and_then(|_| against(engine, &plain, &less_answers)),
            windows,
            hearings: self.hearings,
            encoder_millis: millis,
        };
        let version = engine.manifest().deep_version().unwrap_or_default();
        let voice = ClipVoice { version, mean: inputs.mean(), answer: probabilities, direction: inputs.direction() };
        Ok(Deepened { analysis, voice, reheard: Reheard { inputs, plain } })
    }
}
