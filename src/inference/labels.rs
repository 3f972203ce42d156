//! The eight emotion classes, in the order of every probability vector of this project (RAVDESS codes 01 to 08).

use serde::{Deserialize, Serialize};

/// An emotion as listeners would hear it in the voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emotion {
    /// RAVDESS 01.
    Neutral,
    /// RAVDESS 02.
    Calm,
    /// RAVDESS 03.
    Happy,
    /// RAVDESS 04.
    Sad,
    /// RAVDESS 05.
    Angry,
    /// RAVDESS 06.
    Fearful,
    /// RAVDESS 07.
    Disgust,
    /// RAVDESS 08.
    Surprised,
}

/// Number of classes.
pub const N_CLASSES: usize = 8;

/// Probabilities in class order; each in 0..=1, their sum 1.
pub type Probabilities = [f32; N_CLASSES];

impl Emotion {
    /// All classes, in class order.
    pub const ALL: [Self; N_CLASSES] =
        [Self::Neutral, Self::Calm, Self::Happy, Self::Sad, Self::Angry, Self::Fearful, Self::Disgust, Self::Surprised];

    /// Index in class order, 0..8.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The class at `index`, if there is one.
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The lower-case name, as in manifest and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Calm => "calm",
            Self::Happy => "happy",
            Self::Sad => "sad",
            Self::Angry => "angry",
            Self::Fearful => "fearful",
            Self::Disgust => "disgust",
            Self::Surprised => "surprised",
        }
    }

    /// The class with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|emotion| emotion.name() == name)
    }
}

/// The most probable class; the earlier one on a tie.
pub fn winner(probabilities: &Probabilities) -> Emotion {
    let mut best = 0;
    for (index, p) in probabilities.iter().enumerate() {
        if *p > probabilities[best] {
            best = index;
        }
    }
    Emotion::ALL[best]
}
