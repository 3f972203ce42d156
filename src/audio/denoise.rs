//! Noise reduction.

use serde::{Deserialize, Serialize};

use super::{Audio, NoiseModel, frames, suppress};
use crate::Result;

/// A frame whose voice probability stays under this for [`PAUSE_FRAMES`] on either side belongs to a pause.
const PAUSE_PROBABILITY: f32 = 0.3;
const PAUSE_FRAMES: usize = 5;
/// No more than this is reported, in dB.
const MOST_DB: f64 = 100.0;

/// What [`denoise`] did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Denoised {
    /// How much of the result is the cleaned sound, 0..=1.
    pub strength: f32,
    /// dB of noise taken off where nobody speaks, at most 100; `None` where there is no such place.
    pub removed_db: Option<f32>,
    /// Seconds where nobody speaks.
    pub pause_seconds: f32,
}

/// Takes noise off by RNNoise's recurrent network (Valin 2018, by nnnoiseless, at 48 kHz) and mixes: `strength` of the
/// cleaned sound, the rest as it was; outside 0..=1 the nearer end counts. A strength of 0 (or not a number) gives the same
/// samples back. Length, rate and alignment stay; the cleaned sound has nothing under some 20 Hz and over 20 kHz.
///
/// # Errors
/// [`Error::SampleRate`](crate::Error::SampleRate) if the rate cannot be converted to 48 kHz.
pub fn denoise(audio: &Audio, strength: f32) -> Result<(Audio, Denoised)> {
    denoise_by(&NoiseModel::included()?, audio, strength)
}

/// [`denoise`] by weights that were fetched.
///
/// # Errors
/// As [`denoise`].
pub fn denoise_by(model: &NoiseModel, audio: &Audio, strength: f32) -> Result<(Audio, Denoised)> {
    let strength = if strength.is_nan() { 0.0 } else { strength.clamp(0.0, 1.0) };
    let cleaned = suppress::suppress(model, audio)?;
    let weight = f64::from(strength);
    let mix = |(old, new): (&f32, &f32)| {
        if strength == 0.0 { *old } else { frames::finite(f64::from(*old) * (1.0 - weight) + f64::from(*new) * weight) }
    };
    let samples = audio.samples().iter().zip(&cleaned.samples).map(mix).collect();
    let mixed = Audio { samples, sample_rate: audio.sample_rate() };

    let frame = suppress::VOICE_SECONDS * f64::from(audio.sample_rate());
    let (mut before, mut after, mut pauses) = (0.0, 0.0, 0usize);
    for index in (0..cleaned.voice.len()).filter(|index| is_pause(&cleaned.voice, *index)) {
        let begin = (index as f64 * frame) as usize;
        let end = (((index + 1) as f64 * frame) as usize).min(mixed.samples.len());
        before += frames::energy(&audio.samples()[begin.min(end)..end]);
        after += frames::energy(&mixed.samples[begin.min(end)..end]);
        pauses += end.saturating_sub(begin);
    }
    let removed_db = (before > 0.0).then(|| (10.0 * (before / after).log10()).clamp(0.0, MOST_DB) as f32);
    let pause_seconds = (pauses as f64 / f64::from(audio.sample_rate())) as f32;
    Ok((mixed, Denoised { strength, removed_db, pause_seconds }))
}

fn is_pause(voice: &[f32], index: usize) -> bool {
    let near = &voice[index.saturating_sub(PAUSE_FRAMES)..(index + PAUSE_FRAMES + 1).min(voice.len())];
    near.iter().all(|probability| *probability < PAUSE_PROBABILITY)
}

#[cfg(test)]
mod tests {
    use super::super::suppress::tests::{noisy, speech};
    use super::*;
    use crate::audio::resample;

    /// Lag in samples, -40..=40, at which `b` is most like `a`.
    fn lag(a: &[f32], b: &[f32]) -> isize {
        let like = |lag: isize| -> f32 { (40..a.len() - 40).map(|n| a[n] * b[(n as isize + lag) as usize]).sum() };
        (-40..=40).max_by(|x, y| like(*x).total_cmp(&like(*y))).unwrap()
    }

    #[test]
    fn strength_nothing_gives_the_same_bits() {
        let audio = speech();
        for strength in [0.0, -1.0, f32::NAN] {
            let (got, report) = denoise(&audio, strength).unwrap();
            assert_eq!(got, audio);
            assert_eq!(report.strength, 0.0);
            assert!(report.removed_db.is_none_or(|db| db == 0.0), "{report:?}");
        }
    }

    #[test]
    fn noise_goes_and_speech_stays_where_it_was() {
        let (clean, noisy) = (noisy(0.0), noisy(0.005));
        let removed = [0.0, 0.5, 1.0].map(|strength| {
            let (got, report) = denoise(&noisy, strength).unwrap();
            assert_eq!((got.samples().len(), got.sample_rate()), (clean.samples().len(), clean.sample_rate()));
            assert_eq!(lag(clean.samples(), got.samples()), 0);
            let kept = frames::rms(got.samples()) / frames::rms(clean.samples());
            assert!((0.7..1.2).contains(&kept), "{strength}: {kept}");
            assert!(report.pause_seconds > 1.5, "{report:?}");
            report.removed_db.unwrap()
        });
        assert!(removed[0] == 0.0 && removed[1] > 4.0 && removed[2] > removed[1] + 5.0, "{removed:?}");
    }

    #[test]
    fn gain_does_not_matter() {
        let noisy = noisy(0.005);
        let quiet = Audio::new(noisy.samples().iter().map(|s| s / 1024.0).collect(), 16_000).unwrap();
        let ((a, of_a), (b, of_b)) = (denoise(&noisy, 1.0).unwrap(), denoise(&quiet, 1.0).unwrap());
        assert!(a.samples().iter().zip(b.samples()).all(|(a, b)| (a - b * 1024.0).abs() < 1e-3));
        assert!((of_a.removed_db.unwrap() - of_b.removed_db.unwrap()).abs() < 0.5);
    }

    #[test]
    fn every_rate_length_and_finite_sample() {
        for rate in [4000, 8000, 11_025, 22_050, 44_100, 48_000, 44_101, 96_000, 384_000] {
            let audio = resample(&speech(), rate).unwrap();
            let half = Audio::new(audio.samples()[..audio.samples().len() / 2].to_vec(), rate).unwrap();
            let (got, _) = denoise(&half, 1.0).unwrap();
            assert_eq!((got.samples().len(), got.sample_rate()), (half.samples().len(), rate));
            if (16_000..=48_000).contains(&rate) {
                assert!(lag(half.samples(), got.samples()).abs() <= 1, "{rate}");
            }
        }
        for samples in [vec![], vec![0.5], vec![0.0; 999], vec![f32::MAX, f32::MIN, 0.0], vec![1e-38; 700]] {
            let audio = Audio::new(samples.clone(), 16_000).unwrap();
            let (got, report) = denoise(&audio, 0.7).unwrap();
            assert_eq!(got.samples().len(), samples.len());
            assert!(got.samples().iter().all(|sample| sample.is_finite()));
            assert!(report.removed_db.is_none_or(f32::is_finite) && report.pause_seconds >= 0.0);
        }
    }
}
