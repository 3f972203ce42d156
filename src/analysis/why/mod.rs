//! Why a clip was answered as it was: where in time and frequency, at which moments, and by which measurements.

#[cfg(feature = "engine")]
mod occlusion;
#[cfg(feature = "engine")]
mod reasons;
#[cfg(feature = "engine")]
mod trees;

#[cfg(feature = "engine")]
pub use reasons::{Asking, AskingStep, Reasons};

use serde::{Deserialize, Serialize};

use crate::inference::Emotion;

/// What spoke for an emotion, display-ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The emotion that was asked about.
    pub emotion: Emotion,
    /// Where in the spectrogram it was heard.
    pub heard: Occlusion,
    /// What each tree model made of the measurements.
    pub trees: Vec<TreeReasons>,
}

/// How the quick tier's network answers when a patch of the spectrogram is hidden: replaced by the band's mean over the clip
/// (Zeiler and Fergus 2014, occlusion sensitivity).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Occlusion {
    /// The network's probability of the emotion with nothing hidden.
    pub probability: f32,
    /// Edges of the patches in seconds of the kept sound, one more than there are columns.
    pub seconds: Vec<f32>,
    /// Edges of the patches in mel bands, one more than there are rows, the lowest first.
    pub bands: Vec<usize>,
    /// The same in Hz.
    pub hertz: Vec<f32>,
    /// The probability with each patch hidden, row by row, `[rows * columns]`.
    pub hidden: Vec<f32>,
}

/// What one tree model made of the measurements: exact Shapley values of its score against a typical voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TreeReasons {
    /// Name in the manifest.
    pub model: String,
    /// What each family of measurements adds, in units of the score (log odds against the mean of all emotions).
    pub families: Vec<(Family, f32)>,
    /// The strongest single columns, strongest first.
    pub columns: Vec<ColumnReason>,
}

/// What one column adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnReason {
    /// Name in the feature set, or `embedding` and a number.
    pub name: String,
    /// Its value in this clip.
    pub value: f32,
    /// Its value in a typical voice: the mean over the training clips.
    pub typical: f32,
    /// What it adds to the score.
    pub adds: f32,
}

/// A family of measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    /// What the network saw in the spectrogram: its embedding.
    Seen,
    /// Pitch and its melody.
    Pitch,
    /// Loudness and its course.
    Loudness,
    /// Colour of the voice: cepstra and bands.
    Timbre,
    /// Brightness and shape of the spectrum.
    Brightness,
    /// Breath and roughness against tone.
    Roughness,
    /// Voicing, pauses and length.
    Rhythm,
}

impl Family {
    /// All, as the page lists them.
    pub const ALL: [Self; 7] =
        [Self::Seen, Self::Pitch, Self::Loudness, Self::Timbre, Self::Brightness, Self::Roughness, Self::Rhythm];

    /// The family of a column of `speech-80-v1`.
    pub fn of(column: &str) -> Self {
        let begins = |parts: &[&str]| parts.iter().any(|part| column.starts_with(part));
        if begins(&["embedding"]) {
            Self::Seen
        } else if begins(&["f0_"]) {
            Self::Pitch
        } else if begins(&["rms", "mfcc0_", "energy", "loudness", "log_energy"]) {
            Self::Loudness
        } else if begins(&["mfcc", "mel_band"]) {
            Self::Timbre
        } else if begins(&["hnr", "zero_crossing"]) {
            Self::Roughness
        } else if begins(&["voiced", "unvoiced", "clip_seconds"]) {
            Self::Rhythm
        } else {
            Self::Brightness
        }
    }
}

impl Occlusion {
    /// Columns of patches.
    pub fn columns(&self) -> usize {
        self.seconds.len().saturating_sub(1)
    }

    /// What each patch weighs: by how much the probability falls when it is hidden; negative where it rises.
    pub fn weight(&self, row: usize, column: usize) -> f32 {
        self.hidden.get(row * self.columns() + column).map_or(0.0, |hidden| self.probability - hidden)
    }

    /// Row, column and weight of the patches that spoke for the emotion, the strongest first.
    pub fn strongest(&self) -> Vec<(usize, usize, f32)> {
        let columns = self.columns().max(1);
        let mut patches: Vec<(usize, usize, f32)> = (0..self.hidden.len())
            .map(|index| (index / columns, index % columns))
            .map(|(row, column)| (row, column, self.weight(row, column)))
            .filter(|(.., weight)| *weight > 0.0)
            .collect();
        patches.sort_by(|a, b| b.2.total_cmp(&a.2));
        patches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_family() {
        use crate::features::{FeatureConfig, functional_names};
        let names = functional_names(&FeatureConfig::default());
        for family in Family::ALL.into_iter().filter(|family| *family != Family::Seen) {
            assert!(names.iter().any(|name| Family::of(name) == family), "no column of {family:?} among {names:?}");
        }
        assert_eq!(Family::of("f0_semitone_mean"), Family::Pitch);
        assert_eq!(Family::of("mfcc0_delta_stddev"), Family::Loudness);
        assert_eq!(Family::of("mfcc3_mean"), Family::Timbre);
        assert_eq!(Family::of("embedding 7"), Family::Seen);
    }

    #[test]
    fn the_strongest_patch_comes_first() {
        let occlusion = Occlusion {
            probability: 0.6,
            seconds: vec![0.0, 0.5, 1.0],
            bands: vec![0, 40, 80],
            hertz: vec![0.0, 1000.0, 8000.0],
            hidden: vec![0.5, 0.7, 0.1, 0.6],
        };
        let strongest = occlusion.strongest();
        assert_eq!(strongest.len(), 2);
        assert_eq!((strongest[0].0, strongest[0].1), (1, 0));
        assert!((strongest[0].2 - 0.5).abs() < 1e-6 && (occlusion.weight(0, 1) + 0.1).abs() < 1e-6);
    }
}
