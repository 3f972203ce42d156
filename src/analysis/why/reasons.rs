//! What is kept of a clip to ask why, and the asking, step by step.

use std::rc::Rc;

use super::occlusion::Hiding;
use super::trees::tree_reasons;
use super::{TreeReasons, Why};
use crate::features::MelSpectrogram;
use crate::inference::{Emotion, Engine};
use crate::{Error, Result};

/// A clip whose answer can be asked about: its spectrogram, and the row that the tree models took.
#[derive(Clone, Debug)]
pub struct Reasons {
    mel: Rc<MelSpectrogram>,
    row: Rc<[f32]>,
}

/// Asking why: call [`step`](Self::step) until it gives the result. Between any two calls the caller may show progress, or
/// stop.
pub struct Asking {
    reasons: Reasons,
    emotion: Emotion,
    state: State,
}

enum State {
    Trees { index: usize, found: Vec<TreeReasons> },
    Hiding { hiding: Box<Hiding>, found: Vec<TreeReasons> },
    Ended,
}

/// What one step gave.
#[derive(Debug)]
pub enum AskingStep {
    /// More to do.
    Next,
    /// The result.
    Done(Box<Why>),
}

impl Reasons {
    pub(in crate::analysis) fn new(mel: MelSpectrogram, row: Vec<f32>) -> Self {
        Self { mel: Rc::new(mel), row: row.into() }
    }

    /// Asks why that emotion.
    pub fn ask(&self, emotion: Emotion) -> Asking {
        Asking { reasons: self.clone(), emotion, state: State::Trees { index: 0, found: Vec::new() } }
    }
}

impl Asking {
    /// Steps of the spectrogram that are done, and in all; 0 of 0 before.
    pub fn progress(&self) -> (usize, usize) {
        match &self.state {
            State::Hiding { hiding, .. } => hiding.progress(),
            _ => (0, 0),
        }
    }

    /// Explains one tree model, or hides one patch.
    ///
    /// # Errors
    /// A model that fails; it has then ended, and a further step is [`Error::Cancelled`].
    pub fn step(&mut self, engine: &Engine) -> Result<AskingStep> {
        self.state = match std::mem::replace(&mut self.state, State::Ended) {
            State::Trees { index, mut found } if index < engine.entries().len() => {
                found.extend(tree_reasons(engine, index, &self.reasons.row, self.emotion)?);
                State::Trees { index: index + 1, found }
            }
            State::Trees { found, .. } => State::Hiding {
                hiding: Box::new(Hiding::new(&self.reasons.mel, self.emotion, engine.features())),
                found,
            },
            State::Hiding { mut hiding, found } => {
                let (done, all) = hiding.progress();
                if done == all {
                    let heard = hiding.finish(engine, &self.reasons.mel)?;
                    return Ok(AskingStep::Done(Box::new(Why { emotion: self.emotion, heard, trees: found })));
                }
                hiding.step(engine)?;
                State::Hiding { hiding, found }
            }
            State::Ended => return Err(Error::Cancelled),
        };
        Ok(AskingStep::Next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::live::tests::{engine, sentence};
    use crate::analysis::{Analyzer, Clip, Step};

    #[test]
    fn a_sentence_is_explained_by_what_is_in_it() {
        let engine = engine();
        let sentence = sentence();
        let clip = Clip::Pcm { samples: sentence.samples().to_vec(), sample_rate: sentence.sample_rate() };
        let mut analyzer = Analyzer::new(clip);
        let analysis = loop {
            if let Step::Done(analysis) = analyzer.step(&engine, &|| 0.0).unwrap() {
                break analysis;
            }
        };
        let reasons = analyzer.take_reasons().unwrap();
        let mut asking = reasons.ask(analysis.winner);
        let why = loop {
            if let AskingStep::Done(why) = asking.step(&engine).unwrap() {
                break why;
            }
        };
        let answer = analysis.answers.iter().find(|answer| answer.model == "cnn-2d").unwrap();
        let base = answer.probabilities[analysis.winner.index()];
        assert!((why.heard.probability - base).abs() < 1e-5, "{} instead of {base}", why.heard.probability);
        assert_eq!(why.heard.hidden.len(), (why.heard.bands.len() - 1) * why.heard.columns());
        assert!(why.heard.hidden.iter().all(|p| (0.0..=1.0).contains(p)));
        assert!(why.heard.hidden.iter().any(|p| (p - base).abs() > 1e-3), "hiding changes nothing");

        let names: Vec<&str> = why.trees.iter().map(|trees| trees.model.as_str()).collect();
        assert_eq!(names, ["xgboost", "lightgbm"]);
        for (index, entry) in engine.entries().enumerate() {
            let Some(found) = why.trees.iter().find(|trees| trees.model == entry.name) else { continue };
            let (_, trees) = engine.trees(index).unwrap();
            let margin = |row: &[f32]| {
                let scores = trees.scores(row).unwrap();
                scores[analysis.winner.index()] - scores.iter().sum::<f32>() / scores.len() as f32
            };
            let whole = margin(&reasons.row) - margin(engine.typical_row().unwrap());
            let sum: f32 = found.families.iter().map(|(_, adds)| adds).sum();
            assert!((sum - whole).abs() < 1e-3, "{}: {sum} instead of {whole}", entry.name);
            assert!(found.columns.len() == 10 && found.columns[0].adds.abs() >= found.columns[9].adds.abs());
        }
        assert!(matches!(asking.step(&engine), Err(Error::Cancelled)));
    }
}
