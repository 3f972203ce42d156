//! A noisy clip is heard twice by the deep tier: as it is, and with its noise reduced. Each way errs on other clips, and both
//! together are right more often than either.

use super::quality::snr_db;
use super::{FeatureConfig, MelSpectrogram, mel_spectrogram};
use crate::audio::{Audio, NoiseModel, denoise_by, prepare};
use crate::{Error, Result};

/// Level of the speech over the noise, in dB, from which on one hearing is enough. Studio recordings have more by far.
pub const SECOND_HEARING_DB: f32 = 20.0;
/// A longer recording is heard once, in seconds: its answer would be too long in coming.
const MOST_SECONDS: f32 = 30.0;

/// Whether a recording, at the rate of the features and before anything is done to it, is to be heard twice.
pub fn wants_second_hearing(recording: &Audio) -> bool {
    recording.seconds() <= MOST_SECONDS && snr_db(recording) < SECOND_HEARING_DB
}

/// Of prepared sound with its noise reduced at full strength, prepared anew: what noise hid of the silence at its ends goes.
/// The log-mel spectrogram, and the frame of the sound as it is that it begins with; `None` where too little is left.
///
/// # Errors
/// As [`denoise_by`].
pub fn second_hearing(
    prepared: &Audio,
    model: &NoiseModel,
    config: &FeatureConfig,
) -> Result<Option<(MelSpectrogram, usize)>> {
    let (cleaned, _) = denoise_by(model, prepared, 1.0)?;
    match prepare(&cleaned) {
        Ok(again) => {
            let start = (again.kept.0 * config.frame_rate()).round() as usize;
            Ok(Some((mel_spectrogram(&again.audio, config), start)))
        }
        Err(Error::Silent | Error::TooShort { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hum that comes and goes, over noise of that amplitude.
    fn clip(noise: f32, seconds: usize) -> Audio {
        let mut state = 1u32;
        let sound = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let loudness = if n % 8000 < 5000 { 0.2 } else { 0.0 };
            let voice: f32 = (1..6).map(|k| (n as f32 * 0.05 * k as f32).sin() / k as f32).sum();
            loudness * voice + noise * f32::from((state >> 16) as u16 as i16) / 32_768.0
        };
        Audio::new((0..16_000 * seconds).map(sound).collect(), 16_000).unwrap()
    }

    #[test]
    fn a_noisy_clip_wants_it_and_neither_a_clean_nor_a_long_one() {
        assert!(wants_second_hearing(&clip(0.1, 3)));
        assert!(!wants_second_hearing(&clip(1e-4, 3)));
        assert!(!wants_second_hearing(&clip(0.1, 31)));
    }

    #[test]
    fn it_lies_within_the_first_and_has_less_noise() {
        let config = FeatureConfig::default();
        let prepared = prepare(&clip(0.1, 3)).unwrap().audio;
        let model = NoiseModel::included().unwrap();
        let once = mel_spectrogram(&prepared, &config);
        let (twice, start) = second_hearing(&prepared, &model, &config).unwrap().unwrap();
        assert!(start + twice.values.ncols() <= once.values.ncols() + 1, "{start} {:?}", twice.values.dim());
        let floor = |mel: &MelSpectrogram| mel.values.iter().copied().fold(f32::INFINITY, f32::min);
        assert!(floor(&twice) < floor(&once) - 0.5, "{} {}", floor(&twice), floor(&once));
        let hush = Audio::new(vec![0.0; 16_000], 16_000).unwrap();
        assert!(second_hearing(&hush, &model, &config).unwrap().is_none());
    }
}
