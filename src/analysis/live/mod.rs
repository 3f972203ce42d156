//! A voice while it speaks.

#[cfg(feature = "engine")]
mod ear;
#[cfg(all(test, feature = "engine"))]
pub(super) use ear::tests;
#[cfg(feature = "engine")]
mod smooth;

#[cfg(feature = "engine")]
pub use ear::{Ear, Hearing, LISTEN_EVERY};

use serde::{Deserialize, Serialize};

use crate::inference::{Emotion, Probabilities, Tier};

/// What was heard up to a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LivePoint {
    /// The moment, in seconds of sound since the beginning.
    pub seconds: f32,
    /// The emotion, while somebody speaks. It changes only where another is clearly more probable.
    pub winner: Option<Emotion>,
    /// Smoothed over time; while nobody speaks those of the last moment at which somebody did.
    pub probabilities: Probabilities,
    /// Whether the deep tier had its say in them.
    pub tier: Tier,
    /// Milliseconds that it took, from taking the sound to here.
    pub millis: f32,
}
