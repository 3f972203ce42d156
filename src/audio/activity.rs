//! Where somebody speaks.

use serde::{Deserialize, Serialize};

use super::{Audio, NoiseModel, frames, suppress};
use crate::Result;

/// Frames on either side over which the probability is averaged.
const SMOOTH: usize = 2;
/// Speech begins above the first and ends below the second.
const ON: f32 = 0.6;
const OFF: f32 = 0.35;
/// A shorter pause within speech does not end it; shorter speech is none. In frames.
const SHORTEST_PAUSE: usize = 15;
const SHORTEST_SPEECH: usize = 6;
/// A frame this far under the loudest is no speech whatever the network says, in dB.
const FLOOR_DB: f64 = 45.0;

/// A voice-activity track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceActivity {
    /// Seconds between two values of `probability`: 0.01. Value `i` is about `i * frame_seconds` and the 10 ms after it.
    pub frame_seconds: f32,
    /// Probability of speech, smoothed over 50 ms, 0..=1.
    pub probability: Vec<f32>,
    /// Start and end of each stretch of speech in seconds, rising and apart.
    pub regions: Vec<(f32, f32)>,
    /// Length of the stretches together.
    pub speech_seconds: f32,
}

/// Finds speech frame by frame: the voice probability of RNNoise's network (Valin 2018, by nnnoiseless), nothing 45 dB under
/// the loudest frame, smoothed, with two thresholds (hysteresis); pauses under 150 ms belong to the speech around them.
///
/// # Errors
/// [`Error::SampleRate`](crate::Error::SampleRate) if the rate cannot be converted to 48 kHz.
pub fn voice_activity(audio: &Audio) -> Result<VoiceActivity> {
    let voice = suppress::suppress(&NoiseModel::included()?, audio)?.voice;
    let rate = f64::from(audio.sample_rate());
    let frame = suppress::VOICE_SECONDS * rate;
    let level = |index: usize| {
        let end = (((index + 1) as f64 * frame) as usize).min(audio.samples().len());
        frames::rms(&audio.samples()[((index as f64 * frame) as usize).min(end)..end])
    };
    let levels: Vec<f64> = (0..voice.len()).map(level).collect();
    let floor = levels.iter().copied().fold(0.0, f64::max) * 10f64.powf(-FLOOR_DB / 20.0);
    let gated: Vec<f32> = voice.iter().zip(&levels).map(|(p, level)| if *level > floor { *p } else { 0.0 }).collect();
    let probability = smoothed(&gated);
    let limit = audio.seconds();
    let seconds = |index: usize| ((index as f64 * suppress::VOICE_SECONDS) as f32).min(limit);
    let regions: Vec<(f32, f32)> =
        stretches(&probability).into_iter().map(|(start, end)| (seconds(start), seconds(end))).collect();
    let speech_seconds = regions.iter().map(|(start, end)| end - start).sum();
    Ok(VoiceActivity { frame_seconds: suppress::VOICE_SECONDS as f32, probability, regions, speech_seconds })
}

/// Means over [`SMOOTH`] frames on either side, fewer at the ends.
fn smoothed(values: &[f32]) -> Vec<f32> {
    let near = |index: usize| &values[index.saturating_sub(SMOOTH)..(index + SMOOTH + 1).min(values.len())];
    (0..values.len()).map(|index| near(index).iter().sum::<f32>() / near(index).len() as f32).collect()
}

/// Frames of each stretch of speech, the end not in it.
fn stretches(probability: &[f32]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    for (index, p) in probability.iter().chain([&0.0]).enumerate() {
        match start {
            None if *p >= ON => start = Some(index),
            Some(begin) if *p < OFF => {
                match found.last_mut() {
                    Some(last) if begin - last.1 < SHORTEST_PAUSE => last.1 = index,
                    _ => found.push((begin, index)),
                }
                start = None;
            }
            _ => {}
        }
    }
    found.retain(|(begin, end)| end - begin >= SHORTEST_SPEECH);
    found
}

#[cfg(test)]
mod tests {
    use super::super::suppress::tests::{noise, noisy};
    use super::*;

    #[test]
    fn speech_is_found_where_it_is() {
        for level in [0.0, 1e-4, 2e-3, 5e-3] {
            let found = voice_activity(&noisy(level)).unwrap();
            assert_eq!(found.probability.len(), noisy(level).samples().len().div_ceil(160));
            let (first, last) = (found.regions[0].0, found.regions[found.regions.len() - 1].1);
            assert!((0.9..1.3).contains(&first) && (2.1..2.7).contains(&last), "{level}: {:?}", found.regions);
            assert!((0.8..1.6).contains(&found.speech_seconds), "{level}: {:?}", found.regions);
            assert!(found.probability[..80].iter().all(|p| *p < OFF), "{level}: {:?}", &found.probability[..80]);
        }
    }

    #[test]
    fn noise_and_silence_have_none() {
        for samples in [noise(48_000, 0.1), vec![0.0; 48_000]] {
            let found = voice_activity(&Audio::new(samples, 16_000).unwrap()).unwrap();
            assert!(found.speech_seconds < 0.1, "{:?}", found.regions);
        }
    }

    #[test]
    fn gain_does_not_matter() {
        let loud = noisy(2e-3);
        let quiet = Audio::new(loud.samples().iter().map(|s| s / 512.0).collect(), 16_000).unwrap();
        let (a, b) = (voice_activity(&loud).unwrap(), voice_activity(&quiet).unwrap());
        assert_eq!(a.regions, b.regions);
    }

    #[test]
    fn stretches_have_two_thresholds_and_bridge_short_pauses() {
        let mut track = vec![0.0; 20];
        track.extend([0.7; 10]);
        track.extend([0.4; 10]);
        track.extend([0.1; 5]);
        track.extend([0.9; 10]);
        track.extend([0.1; 30]);
        track.extend([0.9; 3]);
        track.extend([0.1; 20]);
        track.extend([0.5; 20]);
        assert_eq!(stretches(&track), [(20, 55)]);
        assert_eq!(stretches(&[0.9; 8]), [(0, 8)]);
    }

    #[test]
    fn every_rate_length_and_finite_sample() {
        for rate in [4000, 16_000, 44_100, 48_000, 384_000] {
            for samples in [vec![], vec![0.5], vec![0.0; 999], vec![f32::MAX, f32::MIN, 0.0], vec![0.25; 5000]] {
                let audio = Audio::new(samples, rate).unwrap();
                let found = voice_activity(&audio).unwrap();
                assert!(found.probability.iter().all(|p| (0.0..=1.0).contains(p)));
                assert!(found.regions.iter().all(|(start, end)| start < end && *end <= audio.seconds()));
            }
        }
    }
}
