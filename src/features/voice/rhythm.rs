//! Rhythm: syllables, pauses, voiced stretches.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Pitch;

const FRAME_SECONDS: f32 = 0.01;
/// dB under the clip's near-highest level where silence begins.
const SILENCE_DB: f32 = 25.0;
/// dB by which the level falls between two syllables.
const DIP_DB: f32 = 2.0;
/// Shorter silences are closures and breaths, no pauses (Goldman-Eisler 1968; de Jong & Bosker 2013).
const PAUSE_FRAMES: usize = 25;
const SOUND_FRAMES: usize = 10;

/// When there is speech in a clip, and how fast it goes. Everything is 0 or `None` in a clip without sound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Seconds of the nuclei of syllables, rising.
    pub nuclei: Vec<f32>,
    /// Seconds of begin and end of the pauses: silences of at least 0.25 s with sound before and after.
    pub pauses: Vec<(f32, f32)>,
    /// Seconds from the first sound to the last.
    pub speech_seconds: f32,
    /// Share of the pauses in that, 0..=1.
    pub pause_share: f32,
    /// Mean length of a pause.
    pub pause_seconds_mean: Option<f32>,
    /// Syllables a second from the first sound to the last, pauses among them.
    pub syllables_per_second: Option<f32>,
    /// Syllables a second of sound, without pauses.
    pub articulation_rate: Option<f32>,
    /// Mean length of a voiced stretch.
    pub voiced_seconds_mean: Option<f32>,
    /// Mean length of an unvoiced stretch between two voiced ones.
    pub unvoiced_seconds_mean: Option<f32>,
    /// Share of voiced frames from the first sound to the last, 0..=1.
    pub voiced_share: f32,
}

/// Rhythm of a clip by its pitch and by its intensity with a floor of 50 Hz, which shows syllables and smooths periods, both on
/// the common grid of frames. Sound is what is at most 25 dB under the 99 % quantile of the intensity; a syllable is a voiced
/// peak of it with 2 dB less on both sides before a higher one comes (N. H. de Jong & T. Wempe 2009, "Praat script to detect
/// syllable nuclei and measure speech rate automatically", whose peaks fall by 2 dB on one side).
pub fn rhythm(intensity: &[f32], pitch: &Pitch) -> Rhythm {
    let sounds = sounds(intensity);
    let (Some(first), Some(last)) = (sounds.first(), sounds.last()) else { return Rhythm::default() };
    let speech = first.start..last.end;
    let seconds = |frames: usize| frames as f32 * FRAME_SECONDS;
    let is_voiced = |frame: usize| pitch.hz.get(frame).is_some_and(Option::is_some);
    let is_sound = |frame: usize| sounds.iter().any(|sound| sound.contains(&frame));
    let nuclei: Vec<f32> =
        peaks(intensity).into_iter().filter(|at| is_voiced(*at) && is_sound(*at)).map(seconds).collect();
    let pauses: Vec<(f32, f32)> =
        sounds.windows(2).map(|pair| (seconds(pair[0].end), seconds(pair[1].start))).collect();
    let paused = pauses.iter().fold(0.0, |sum, (from, to)| sum + to - from);
    let speech_seconds = seconds(speech.len());
    let voiced: Vec<Range<usize>> = pitch.stretches().collect();
    let unvoiced = voiced.windows(2).map(|pair| pair[1].start - pair[0].end);
    let count = nuclei.len() as f32;
    Rhythm {
        speech_seconds,
        pause_share: paused / speech_seconds,
        pause_seconds_mean: (!pauses.is_empty()).then(|| paused / pauses.len() as f32),
        syllables_per_second: Some(count / speech_seconds),
        articulation_rate: Some(count / (speech_seconds - paused)),
        voiced_seconds_mean: mean(voiced.iter().map(ExactSizeIterator::len)).map(|frames| frames * FRAME_SECONDS),
        unvoiced_seconds_mean: mean(unvoiced).map(|frames| frames * FRAME_SECONDS),
        voiced_share: speech.clone().filter(|frame| is_voiced(*frame)).count() as f32 / speech.len() as f32,
        nuclei,
        pauses,
    }
}

/// Stretches of sound of at least 0.1 s, with silences of at least 0.25 s between them.
pub(super) fn sounds(intensity: &[f32]) -> Vec<Range<usize>> {
    let mut sorted = intensity.to_vec();
    sorted.sort_by(f32::total_cmp);
    let highest = crate::dsp::statistics::quantile_sorted(&sorted, 0.99);
    let threshold = highest - SILENCE_DB;
    let mut found: Vec<Range<usize>> = Vec::new();
    if highest <= 0.0 {
        return found;
    }
    for (frame, _) in intensity.iter().enumerate().filter(|(_, level)| **level > threshold) {
        match found.last_mut() {
            Some(sound) if frame - sound.end < PAUSE_FRAMES => sound.end = frame + 1,
            _ => found.push(frame..frame + 1),
        }
    }
    found.retain(|sound| sound.len() >= SOUND_FRAMES);
    found
}

/// Maxima from which the level falls by [`DIP_DB`] on both sides before it rises above them.
fn peaks(level: &[f32]) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut lowest, mut highest): (f32, Option<usize>) = (f32::INFINITY, None);
    for (frame, db) in level.iter().enumerate() {
        match highest {
            Some(peak) if *db > level[peak] => highest = Some(frame),
            Some(peak) if *db < level[peak] - DIP_DB => {
                found.push(peak);
                (lowest, highest) = (*db, None);
            }
            Some(_) => {}
            None => {
                lowest = lowest.min(*db);
                highest = (*db > lowest + DIP_DB).then_some(frame);
            }
        }
    }
    found.extend(highest);
    found
}

fn mean(frames: impl Iterator<Item = usize>) -> Option<f32> {
    let (sum, count) = frames.fold((0, 0u32), |(sum, count), frames| (sum + frames, count + 1));
    (count > 0).then(|| sum as f32 / count as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bursts_are_two_syllables_with_a_pause_between() {
        let burst = |n: usize| [20.0, 60.0, 70.0, 71.0, 70.0, 60.0].map(|db: f32| db + n as f32);
        let mut intensity = vec![0.0; 10];
        for n in 0..2 {
            intensity.extend(burst(n).iter().flat_map(|db| [*db; 4]));
            intensity.extend([0.0; 40]);
        }
        let pitch = Pitch { hz: vec![Some(100.0); intensity.len()], strength: vec![0.9; intensity.len()] };
        let rhythm = rhythm(&intensity, &pitch);
        assert_eq!((rhythm.nuclei.len(), rhythm.pauses.len()), (2, 1), "{rhythm:?}");
        assert!((rhythm.pause_seconds_mean.unwrap() - 0.44).abs() < 1e-4);
        assert!((rhythm.pause_share - 0.44 / 0.84).abs() < 1e-4 && rhythm.voiced_share == 1.0, "{rhythm:?}");
        let rate = rhythm.articulation_rate.unwrap();
        assert!((rate - 2.0 / 0.4).abs() < 1e-3, "{rate}");
    }

    #[test]
    fn a_ripple_is_no_syllable() {
        let level: Vec<f32> = (0..100).map(|n| 60.0 + (n % 2) as f32).collect();
        assert!(peaks(&level).len() <= 1);
        assert!(peaks(&[]).is_empty());
    }

    #[test]
    fn silence_has_no_rhythm() {
        let pitch = Pitch { hz: vec![None; 9], strength: vec![0.0; 9] };
        assert_eq!(rhythm(&[0.0; 9], &pitch), Rhythm::default());
        assert_eq!(rhythm(&[], &Pitch { hz: vec![], strength: vec![] }), Rhythm::default());
    }
}
