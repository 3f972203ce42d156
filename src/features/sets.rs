//! Versioned sets of functionals, by name.

use std::fmt;
use std::str::FromStr;

use super::egemaps::{EGEMAPS_FEATURES, EGEMAPS_NAMES, egemaps};
use super::large::{LARGE_FEATURES, large, large_names};
use super::{FeatureConfig, extract, functional_names};
use crate::Result;
use crate::audio::Audio;

/// A set of functionals: one number a column for a clip. A changed number makes a new version, and so a new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeatureSet {
    /// `speech-80-v1`: what the quick tier's networks and trees take.
    Speech,
    /// `egemaps-v02`: the 88 columns of the extended Geneva minimalistic set (Eyben et al. 2016), under openSMILE's names.
    Egemaps,
    /// `undertone-large-v1`: thousands of columns.
    Large,
}

impl FeatureSet {
    /// All sets.
    pub const ALL: [Self; 3] = [Self::Speech, Self::Egemaps, Self::Large];

    /// The set's name, with its version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Speech => "speech-80-v1",
            Self::Egemaps => EGEMAPS_FEATURES,
            Self::Large => LARGE_FEATURES,
        }
    }

    /// Names of the columns, `<descriptor>_<functional>`, each once.
    pub fn columns(self) -> Vec<String> {
        match self {
            Self::Speech => functional_names(&FeatureConfig::default()),
            Self::Egemaps => EGEMAPS_NAMES.map(str::to_owned).to_vec(),
            Self::Large => large_names(),
        }
    }

    /// The columns' values for sound at 16 kHz, all finite, in the order of [`columns`](Self::columns).
    ///
    /// # Errors
    /// [`Error::SampleRate`](crate::Error::SampleRate) at another rate.
    pub fn measure(self, audio: &Audio) -> Result<Vec<f32>> {
        match self {
            Self::Speech => Ok(extract(audio, &FeatureConfig::default())?.functionals),
            Self::Egemaps => Ok(egemaps(audio)?.functionals.to_vec()),
            Self::Large => large(audio),
        }
    }
}

impl fmt::Display for FeatureSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FeatureSet {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        Self::ALL.into_iter().find(|set| set.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("there is no feature set `{name}`; known: {known}")
        })
    }
}
