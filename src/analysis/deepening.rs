//! A clip that the quick tier has answered, on its way through the deep one.

use super::{Answer, DeepAnalysis};
use crate::features::{EncoderWindow, MelSpectrogram};
use crate::inference::{DeepEngine, DeepInputs, Encoded, Probabilities, winner};
use crate::{Error, Result};

/// A clip for the deep tier: call [`step`](Self::step) until it gives the result. Between any two calls the caller may
/// show progress, or stop. Cheap to copy until its first step.
#[derive(Clone)]
pub struct Deepening {
    mel: MelSpectrogram,
    quick: Vec<(String, Probabilities)>,
    state: State,
}

/// What one step gave.
#[derive(Debug)]
pub enum DeepStep {
    /// More to do.
    Next,
    /// The result.
    Done(Box<DeepAnalysis>),
}

#[derive(Clone)]
enum State {
    Begun,
    Encoding { windows: Vec<EncoderWindow>, encoded: Vec<Encoded>, millis: f32 },
    Answering { inputs: DeepInputs, windows: usize, answers: Vec<Answer>, millis: f32 },
    Ended,
}

impl Deepening {
    /// Of a clip's log-mel spectrogram, and what the quick models answered, balanced.
    pub(in crate::analysis) fn new(mel: MelSpectrogram, quick: Vec<(String, Probabilities)>) -> Self {
        Self { mel, quick, state: State::Begun }
    }

    /// Windows that the encoder has heard, and windows in all (0 before the first step).
    pub fn progress(&self) -> (usize, usize) {
        match &self.state {
            State::Begun | State::Ended => (0, 0),
            State::Encoding { windows, encoded, .. } => (encoded.len(), windows.len()),
            State::Answering { windows, .. } => (*windows, *windows),
        }
    }

    /// Encodes one window, or asks one head. `now` gives milliseconds of any clock.
    ///
    /// # Errors
    /// A model that fails; it has then ended, and a further step is [`Error::Cancelled`].
    pub fn step(&mut self, engine: &DeepEngine, now: &dyn Fn() -> f64) -> Result<DeepStep> {
        let start = now();
        self.state = match std::mem::replace(&mut self.state, State::Ended) {
            State::Begun => State::Encoding { windows: engine.windows(&self.mel), encoded: Vec::new(), millis: 0.0 },
            State::Encoding { windows, mut encoded, millis } => match windows.get(encoded.len()) {
                Some(window) => {
                    encoded.push(engine.encode(window)?);
                    State::Encoding { windows, encoded, millis: millis + (now() - start) as f32 }
                }
                None => State::Answering {
                    windows: windows.len(),
                    inputs: DeepInputs::new(encoded),
                    answers: Vec::new(),
                    millis,
                },
            },
            State::Answering { mut inputs, windows, mut answers, millis } => {
                let Some(entry) = engine.entries().nth(answers.len()) else {
                    let attention = inputs.attention().to_vec();
                    return self
                        .finish(engine, answers, attention, [windows as f32, millis])
                        .map(|done| DeepStep::Done(Box::new(done)));
                };
                let probabilities = engine.predict(answers.len(), &mut inputs)?;
                answers.push(Answer {
                    model: entry.name.clone(),
                    kind: entry.kind,
                    tier: entry.tier,
                    probabilities,
                    millis: (now() - start) as f32,
                });
                State::Answering { inputs, windows, answers, millis }
            }
            State::Ended => return Err(Error::Cancelled),
        };
        Ok(DeepStep::Next)
    }

    /// All steps at once.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run(mut self, engine: &DeepEngine, now: &dyn Fn() -> f64) -> Result<DeepAnalysis> {
        loop {
            if let DeepStep::Done(found) = self.step(engine, now)? {
                return Ok(*found);
            }
        }
    }

    fn finish(
        &self,
        engine: &DeepEngine,
        answers: Vec<Answer>,
        attention: Vec<f32>,
        [windows, encoder_millis]: [f32; 2],
    ) -> Result<DeepAnalysis> {
        let deep = answers.iter().map(|answer| (answer.model.as_str(), answer.probabilities));
        let quick = self.quick.iter().map(|(model, probabilities)| (model.as_str(), *probabilities));
        let said: Vec<(&str, Probabilities)> = deep.chain(quick).collect();
        let probabilities = engine.join(&said)?;
        Ok(DeepAnalysis {
            probabilities,
            winner: winner(&probabilities),
            answers,
            attention,
            windows: windows as usize,
            encoder_millis,
        })
    }
}
