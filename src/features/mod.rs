//! Audio -> [`Features`]: the one feature path, for the page, the worker and the trainer.

mod color_map;
mod config;
mod delta;
mod descriptors;
mod egemaps;
mod encoder;
mod functionals;
mod image;
mod large;
mod mfcc;
mod names;
mod picture;
mod pitch;
mod quality;
mod second_hearing;
mod sets;
mod spectral;
pub mod spectrum;
mod speech;
mod table;
pub mod voice;

use ndarray::Array2;

pub use color_map::ColorMap;
pub use config::FeatureConfig;
pub use descriptors::Descriptors;
pub use egemaps::{EGEMAPS_DESCRIPTOR_NAMES, EGEMAPS_FEATURES, EGEMAPS_NAMES, Egemaps, egemaps};
pub use encoder::{ENCODER_BLOCK, ENCODER_FEATURES, ENCODER_STRIDE, EncoderWindow, encoder_windows};
pub use functionals::functionals;
pub use image::{cnn_windows, relative_image};
pub use large::{LARGE_FEATURES, MIDDLE_SECONDS, large, large_names, large_of_middle};
pub use names::functional_names;
pub use picture::{picture, resized};
pub use pitch::{F0Contour, f0_contour};
pub use quality::{RecordingQuality, recording_quality};
pub use second_hearing::{SECOND_HEARING_DB, Twice, hear_twice, wants_second_hearing};
pub use sets::FeatureSet;
pub use spectral::{MelSpectrogram, mel_spectrogram};
pub use speech::{SpeechEvidence, require_speech, speech_cues, speech_evidence};
pub use table::{DescriptorTable, TABLE_HOP_LENGTH, TABLE_SAMPLE_RATE, table_frames, table_samples};

use crate::audio::Audio;
use crate::{Error, Result};

/// Everything that a model may ask for.
#[derive(Clone, Debug)]
pub struct Features {
    /// Log10 mel powers `[n_mels, n_frames]`, floored under the clip's maximum.
    pub log_mel: MelSpectrogram,
    /// Low-level descriptors, one value a frame.
    pub descriptors: Descriptors,
    /// Functionals of the descriptors, in the order of [`functional_names`].
    pub functionals: Vec<f32>,
    /// Fundamental frequency, one value a frame.
    pub f0: F0Contour,
}

/// All features of prepared sound (silence cut, level normalised) at `config.sample_rate` Hz.
///
/// # Errors
/// [`Error::SampleRate`] for sound at another rate, [`Error::TooShort`] for none.
pub fn extract(audio: &Audio, config: &FeatureConfig) -> Result<Features> {
    let (log_mel, spectra) = spectral::analyse(check(audio, config)?, config);
    let f0 = f0_contour(audio, config);
    let descriptors = Descriptors::new(&log_mel, spectra, &f0, config);
    let functionals = functionals(&descriptors, &f0);
    Ok(Features { log_mel, descriptors, functionals, f0 })
}

fn check<'a>(audio: &'a Audio, config: &FeatureConfig) -> Result<&'a Audio> {
    if audio.sample_rate() != config.sample_rate {
        return Err(Error::SampleRate { sample_rate: audio.sample_rate() });
    }
    if audio.samples().is_empty() {
        return Err(Error::TooShort { seconds: 0.0, minimum: crate::audio::MIN_SECONDS });
    }
    Ok(audio)
}

/// A matrix of one row a descriptor or band and one column a frame.
pub type FrameMatrix = Array2<f32>;

#[cfg(test)]
mod tests;
