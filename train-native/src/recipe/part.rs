//! Parts of a recipe that an ablation leaves out.

use std::str::FromStr;

use anyhow::{Context, Result};

/// A part of a recipe that an ablation leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Changes of speed, tempo and pitch together.
    Speed,
    /// Changes of pitch alone.
    Pitch,
    /// Voices behind the clip.
    Babble,
    /// Added noise.
    Noise,
    /// Spectral tilt.
    Tilt,
    /// Small rooms.
    Room,
    /// The telephone's band.
    Telephone,
    /// A codec's rounding.
    Codec,
    /// Masked bands and frames (SpecAugment).
    Masks,
    /// The teacher.
    Distillation,
    /// The teacher's embedding.
    Embedding,
    /// All corpora but the tested one: they then weigh next to nothing.
    Corpora,
}

impl Part {
    pub(super) const ALL: [(Self, &'static str); 12] = [
        (Self::Speed, "speed"),
        (Self::Pitch, "pitch"),
        (Self::Babble, "babble"),
        (Self::Noise, "noise"),
        (Self::Tilt, "tilt"),
        (Self::Room, "room"),
        (Self::Telephone, "telephone"),
        (Self::Codec, "codec"),
        (Self::Masks, "masks"),
        (Self::Distillation, "distillation"),
        (Self::Embedding, "embedding"),
        (Self::Corpora, "corpora"),
    ];

    /// Name on the command line and in the results file.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(part, _)| *part == self).map_or("", |(_, name)| name)
    }
}

impl FromStr for Part {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = || Self::ALL.map(|(_, name)| name).join(", ");
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(part, _)| *part).with_context(|| format!("no recipe has a part '{text}'; known: {}", known()))
    }
}
