//! The feature configuration, saved in the manifest at export and read from there at inference.

use serde::{Deserialize, Serialize};

/// Numbers of the feature path. A changed number makes a new `version`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureConfig {
    /// Name of this set of numbers and of the functionals that go with it.
    pub version: String,
    /// Hz.
    pub sample_rate: u32,
    /// Samples of a frame.
    pub n_fft: usize,
    /// Samples between frames.
    pub hop_length: usize,
    /// Mel bands.
    pub n_mels: usize,
    /// Lowest frequency of the mel filters in Hz.
    pub fmin: f32,
    /// Highest frequency of the mel filters in Hz.
    pub fmax: f32,
    /// Mel powers are floored this many decades (factors of ten) under the clip's maximum.
    pub floor_decades: f32,
    /// Cepstral coefficients, the zeroth among them.
    pub n_mfcc: usize,
    /// Lowest pitch in Hz.
    pub f0_min: f32,
    /// Highest pitch in Hz.
    pub f0_max: f32,
    /// Frames of a window for the convolutional networks.
    pub window_frames: usize,
    /// Frames between windows of a longer clip.
    pub window_hop: usize,
}

impl Default for FeatureConfig {
    /// The spectrogram of Whisper (Radford et al. 2022): 80 Slaney mels of 25 ms frames, 10 ms apart.
    fn default() -> Self {
        Self {
            version: "speech-80-v1".into(),
            sample_rate: 16_000,
            n_fft: 400,
            hop_length: 160,
            n_mels: 80,
            fmin: 0.0,
            fmax: 8_000.0,
            floor_decades: 8.0,
            n_mfcc: 20,
            f0_min: 60.0,
            f0_max: 600.0,
            window_frames: 256,
            window_hop: 128,
        }
    }
}

impl FeatureConfig {
    /// Frames a second.
    pub fn frame_rate(&self) -> f32 {
        self.sample_rate as f32 / self.hop_length as f32
    }

    /// What is wrong with these numbers, if anything.
    pub fn problem(&self) -> Option<&'static str> {
        if self != &(Self { window_frames: self.window_frames, window_hop: self.window_hop, ..Self::default() }) {
            return Some("its feature set is not one that this version computes");
        }
        if !(16..=3000).contains(&self.window_frames) || !(1..=self.window_frames).contains(&self.window_hop) {
            return Some("its window is out of range");
        }
        None
    }
}
