//! A noisy clip is heard twice by the deep tier: as it is, and with its noise reduced. Each way errs on other clips, and both
//! together are right more often than either.

use super::quality::snr_db;
use super::{FeatureConfig, MelSpectrogram, mel_spectrogram};
use crate::audio::{Audio, NoiseModel, denoise_by, normalize_level, prepare};
use crate::{Error, Result};

/// Level of the speech over the noise, in dB, from which on one hearing is enough. Studio recordings have more by far.
pub const SECOND_HEARING_DB: f32 = 20.0;
/// A longer recording is heard once, in seconds: its answer would be too long in coming.
const MOST_SECONDS: f32 = 30.0;

/// Whether a recording, at the rate of the features and before anything is done to it, is to be heard twice.
pub fn wants_second_hearing(recording: &Audio) -> bool {
    recording.seconds() <= MOST_SECONDS && snr_db(recording) < SECOND_HEARING_DB
}

/// The two hearings of a noisy clip: the same part of it, at the same level.
#[derive(Clone, Debug)]
pub struct Twice {
    /// Log-mel spectrogram of the sound as it is.
    pub as_it_is: MelSpectrogram,
    /// Of the sound with its noise reduced.
    pub cleaned: MelSpectrogram,
    /// Frame of the prepared sound that both begin with.
    pub start: usize,
}

/// Of prepared sound: its noise is reduced at full strength, and what noise hid of the silence at its ends goes from both
/// hearings. `None` where too little is left.
///
/// # Errors
/// As [`denoise_by`].
pub fn hear_twice(prepared: &Audio, model: &NoiseModel, config: &FeatureConfig) -> Result<Option<Twice>> {
    let (cleaned, _) = denoise_by(model, prepared, 1.0)?;
    let again = match prepare(&cleaned) {
        Ok(again) => again,
        Err(Error::Silent | Error::TooShort { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(Twice {
        as_it_is: mel_spectrogram(&normalize_level(&prepared.part(again.kept))?, config),
        cleaned: mel_spectrogram(&again.audio, config),
        start: (again.kept.0 * config.frame_rate()).round() as usize,
    }))
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
    fn both_are_of_the_same_part_and_the_second_has_less_noise() {
        let config = FeatureConfig::default();
        let mut samples = clip(0.1, 3).samples().to_vec();
        let hiss: Vec<f32> = clip(0.1, 2).samples().iter().zip(clip(0.0, 2).samples()).map(|(a, b)| a - b).collect();
        samples.extend(hiss);
        let prepared = prepare(&Audio::new(samples, 16_000).unwrap()).unwrap().audio;
        let model = NoiseModel::included().unwrap();
        let once = mel_spectrogram(&prepared, &config).values.ncols();
        let Twice { as_it_is, cleaned, start } = hear_twice(&prepared, &model, &config).unwrap().unwrap();
        assert_eq!(as_it_is.values.dim(), cleaned.values.dim());
        let kept = cleaned.values.ncols();
        assert!(kept * 4 < once * 3 && start + kept <= once + 1, "{start} {kept} of {once}");
        let floor = |mel: &MelSpectrogram| mel.values.iter().copied().fold(f32::INFINITY, f32::min);
        assert!(floor(&cleaned) < floor(&as_it_is) - 0.5, "{} {}", floor(&cleaned), floor(&as_it_is));
        let hush = Audio::new(vec![0.0; 16_000], 16_000).unwrap();
        assert!(hear_twice(&hush, &model, &config).unwrap().is_none());
    }
}
