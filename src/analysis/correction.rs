//! Labels that the visitor set right, and what is learned from them.

use serde::{Deserialize, Serialize};

use super::{Emotion, N_CLASSES, Probabilities};

/// A label that the visitor set right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// The deep tier that heard the clip.
    pub version: String,
    /// Where the clip lies among others, a vector of length 1.
    pub direction: Vec<f32>,
    /// What was answered before.
    pub answer: Probabilities,
    /// What it should have been.
    pub label: Emotion,
}

/// What has been learned from corrections: clips like a corrected one are moved toward its label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corrector(Vec<(Vec<f32>, Emotion)>);

impl Corrector {
    /// Learns from them.
    pub fn fit(corrections: &[Correction]) -> Self {
        Self(corrections.iter().map(|one| (one.direction.clone(), one.label)).collect())
    }

    /// The answer to a clip of that direction.
    pub fn correct(&self, answer: &Probabilities, direction: &[f32]) -> Probabilities {
        let mut moved = *answer;
        for (known, label) in &self.0 {
            let cosine: f32 = known.iter().zip(direction).map(|(a, b)| a * b).sum();
            moved[label.index()] *= (6.0 * cosine.max(0.0).powi(4)).exp();
        }
        let sum: f32 = moved.iter().sum();
        if sum > 0.0 { moved.map(|p| p / sum) } else { [1.0 / N_CLASSES as f32; N_CLASSES] }
    }
}
