//! Silence off both ends, and one level for all.

use super::{Audio, MIN_SECONDS};
use crate::{Error, Result};

/// Root mean square of the samples that [`prepare`] returns: -26 dB below full scale.
pub const TARGET_RMS: f32 = 0.05;
/// A frame louder than this below the loudest one is sound, in dB (`top_db` of `librosa.effects.trim`).
const TOP_DB: f32 = 35.0;
/// Below this level the loudest frame is silence: -80 dB of full scale.
const SILENCE_RMS: f32 = 1e-4;
const FRAME_SECONDS: f32 = 0.025;
const HOP_SECONDS: f32 = 0.01;
const MARGIN_SECONDS: f32 = 0.05;

/// Sound ready for the feature path.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The kept part, without its mean, at a level of [`TARGET_RMS`].
    pub audio: Audio,
    /// Start and end of the kept part in the clip, in seconds.
    pub kept: (f32, f32),
}

/// Cuts leading and trailing silence (frames more than 35 dB under the loudest, 50 ms of margin kept), takes the mean off
/// and scales to [`TARGET_RMS`], so that no later number depends on the recording's gain.
///
/// # Errors
/// [`Error::Silent`] where the loudest frame stays under -80 dB of full scale, [`Error::TooShort`] where less than
/// [`MIN_SECONDS`] is left.
pub fn prepare(audio: &Audio) -> Result<Prepared> {
    let Prepared { audio, kept } = cut_ends(audio)?;
    Ok(Prepared { audio: normalize_level(&audio)?, kept })
}

/// [`prepare`] at the level that the clip came with, its mean left on.
pub(super) fn cut_ends(audio: &Audio) -> Result<Prepared> {
    let rate = audio.sample_rate as f32;
    let seconds = f64::from(audio.seconds());
    if seconds < MIN_SECONDS {
        return Err(Error::TooShort { seconds, minimum: MIN_SECONDS });
    }
    let average = mean(&audio.samples);
    let (frame, hop) = ((FRAME_SECONDS * rate) as usize, (HOP_SECONDS * rate) as usize);
    let levels: Vec<f32> = (0..audio.samples.len().saturating_sub(frame) / hop + 1)
        .map(|i| rms(&audio.samples[i * hop..(i * hop + frame).min(audio.samples.len())], average))
        .collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    if loudest < SILENCE_RMS {
        return Err(Error::Silent);
    }
    let threshold = loudest * 10f32.powf(-TOP_DB / 20.0);
    let first = levels.iter().position(|level| *level >= threshold).unwrap_or(0);
    let last = levels.iter().rposition(|level| *level >= threshold).unwrap_or(0);
    let margin = (MARGIN_SECONDS * rate) as usize;
    let start = (first * hop).saturating_sub(margin);
    let end = (last * hop + frame + margin).min(audio.samples.len());
    let sounding = ((last - first) * hop + frame) as f64 / f64::from(rate);
    if sounding < MIN_SECONDS {
        return Err(Error::TooShort { seconds: sounding, minimum: MIN_SECONDS });
    }
    let kept = Audio { samples: audio.samples[start..end].to_vec(), sample_rate: audio.sample_rate };
    Ok(Prepared { audio: kept, kept: (start as f32 / rate, end as f32 / rate) })
}

/// Takes the mean off and scales to [`TARGET_RMS`].
///
/// # Errors
/// [`Error::Silent`] for sound without energy.
pub fn normalize_level(audio: &Audio) -> Result<Audio> {
    let average = mean(&audio.samples);
    let level = rms(&audio.samples, average);
    if level < f32::EPSILON * SILENCE_RMS {
        return Err(Error::Silent);
    }
    let samples = audio.samples.iter().map(|sample| (sample - average) * (TARGET_RMS / level)).collect();
    Audio::new(samples, audio.sample_rate)
}

pub(super) fn mean(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| f64::from(*sample)).sum::<f64>() / samples.len().max(1) as f64) as f32
}

pub(super) fn rms(samples: &[f32], average: f32) -> f32 {
    let energy: f64 = samples.iter().map(|sample| f64::from(sample - average).powi(2)).sum();
    (energy / samples.len().max(1) as f64).sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burst(gain: f32) -> Audio {
        let samples =
            (0..32000).map(|i| if (8000..24000).contains(&i) { gain * (i as f32 * 0.3).sin() } else { 0.0 }).collect();
        Audio::new(samples, 16000).unwrap()
    }

    #[test]
    fn silence_goes_and_gain_does_not_matter() {
        let (loud, quiet) = (prepare(&burst(0.5)).unwrap(), prepare(&burst(0.005)).unwrap());
        assert!((loud.kept.0 - 0.45).abs() < 0.03 && (loud.kept.1 - 1.55).abs() < 0.03, "{:?}", loud.kept);
        assert_eq!(loud.kept, quiet.kept);
        let worst = loud.audio.samples().iter().zip(quiet.audio.samples()).map(|(a, b)| (a - b).abs());
        assert!(worst.fold(0.0, f32::max) < 1e-5);
        assert!((rms(loud.audio.samples(), 0.0) - TARGET_RMS).abs() < 1e-4);
    }

    #[test]
    fn silence_and_clicks_are_refused() {
        assert_eq!(prepare(&Audio::new(vec![0.0; 16000], 16000).unwrap()).unwrap_err(), Error::Silent);
        assert_eq!(prepare(&Audio::new(vec![0.3; 16000], 16000).unwrap()).unwrap_err(), Error::Silent);
        let mut click = vec![0.0; 16000];
        click[8000] = 1.0;
        assert!(matches!(prepare(&Audio::new(click, 16000).unwrap()), Err(Error::TooShort { .. })));
    }
}
