//! A long clip moment by moment: what is heard in overlapping windows, the stretches of one emotion, sudden shifts, and sustained strain.

mod shift;
mod strain;
#[cfg(feature = "engine")]
mod timing;

pub use shift::{Shift, ShiftRule};
pub use strain::Strain;
#[cfg(feature = "engine")]
pub use timing::{TIMELINE_SECONDS, Timing, TimingStep};

use serde::{Deserialize, Serialize};

use crate::inference::{Emotion, Probabilities, Tier, winner};

/// Another emotion takes the place of the one before where it is more probable by this.
const MARGIN: f32 = 0.05;
/// Seconds that the models hear at once, as long as the clips that they have learnt from.
const WINDOW_SECONDS: f32 = 3.0;

/// What is heard over the time of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The tier that was asked.
    pub tier: Tier,
    /// Seconds of sound that each answer is about.
    pub window_seconds: f32,
    /// Seconds between two answers.
    pub hop_seconds: f32,
    /// The answers, in order. Answer `i` stands for the time from `i * hop_seconds` on, and its window lies around the middle
    /// of that.
    pub moments: Vec<Option<Probabilities>>,
    /// Stretches of one emotion, rising and apart; nothing where nobody speaks.
    pub segments: Vec<Segment>,
    /// Sudden shifts, rising; against the ordinary voice, where the timeline is read so.
    pub shifts: Vec<Shift>,
    /// Stretches of sustained stress or anxiety, rising; against the ordinary voice as the shifts.
    #[serde(default)]
    pub strain: Vec<Strain>,
    /// The same, set against the speaker's ordinary voice: the one that is known, else the recording's own.
    pub against: Option<Reading>,
}

/// What is heard against an ordinary voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// As [`Timeline::moments`].
    pub moments: Vec<Option<Probabilities>>,
    /// As [`Timeline::segments`].
    pub segments: Vec<Segment>,
}

/// A stretch of one emotion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Seconds of the clip at which it begins.
    pub from: f32,
    /// Seconds at which it ends.
    pub to: f32,
    /// The emotion.
    pub emotion: Emotion,
    /// Its mean probability.
    pub probability: f32,
}

impl Timeline {
    /// Of those answers, for a clip of that length.
    pub fn new(
        tier: Tier,
        [window, hop, seconds]: [f32; 3],
        moments: Vec<Option<Probabilities>>,
        against: Option<Vec<Option<Probabilities>>>,
    ) -> Self {
        let read = against.as_ref().unwrap_or(&moments);
        let (shifts, strain) = (ShiftRule::default().find(read, hop), strain::strain(read, hop, seconds));
        let against = against.map(|moments| Reading { segments: segments(&moments, hop, seconds), moments });
        let segments = segments(&moments, hop, seconds);
        Self { tier, window_seconds: window, hop_seconds: hop, moments, segments, shifts, strain, against }
    }
}

fn segments(moments: &[Option<Probabilities>], hop: f32, seconds: f32) -> Vec<Segment> {
    let mut shown: Vec<Option<Emotion>> = Vec::with_capacity(moments.len());
    for heard in moments {
        let before = shown.last().copied().flatten();
        shown.push(heard.map(|heard| {
            let best = winner(&heard);
            before.filter(|before| heard[best.index()] - heard[before.index()] < MARGIN).unwrap_or(best)
        }));
    }
    // One odd answer between two that agree is no stretch of its own.
    for index in 1..shown.len().saturating_sub(1) {
        if shown[index].is_some() && shown[index - 1].is_some() && shown[index - 1] == shown[index + 1] {
            shown[index] = shown[index - 1];
        }
    }
    let mut found: Vec<(Segment, usize)> = Vec::new();
    for (index, (emotion, heard)) in shown.iter().zip(moments).enumerate() {
        let (Some(emotion), Some(heard)) = (*emotion, heard) else { continue };
        let (from, to) = (index as f32 * hop, ((index + 1) as f32 * hop).min(seconds));
        let probability = heard[emotion.index()];
        match found.last_mut() {
            Some((last, count)) if last.emotion == emotion && shown[index - 1].is_some() => {
                last.to = to;
                last.probability += probability;
                *count += 1;
            }
            _ => found.push((Segment { from, to, emotion, probability }, 1)),
        }
    }
    let mean =
        |(segment, count): (Segment, usize)| Segment { probability: segment.probability / count as f32, ..segment };
    found.into_iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::N_CLASSES;

    fn sure(emotion: Emotion) -> Option<Probabilities> {
        let mut probabilities = [0.02; N_CLASSES];
        probabilities[emotion.index()] = 1.0 - 0.02 * (N_CLASSES - 1) as f32;
        Some(probabilities)
    }

    fn of(moments: Vec<Option<Probabilities>>) -> Timeline {
        let seconds = moments.len() as f32 * 0.5 - 0.2;
        Timeline::new(Tier::Quick, [3.0, 0.5, seconds], moments, None)
    }

    #[test]
    fn stretches_are_apart_and_end_with_the_voice() {
        let mut moments = vec![sure(Emotion::Calm); 6];
        moments.extend([None, None]);
        moments.extend(vec![sure(Emotion::Angry); 8]);
        let timeline = of(moments);
        let spans: Vec<_> = timeline.segments.iter().map(|span| (span.from, span.to, span.emotion)).collect();
        assert_eq!(spans, [(0.0, 3.0, Emotion::Calm), (4.0, 7.8, Emotion::Angry)]);
        assert!((timeline.segments[0].probability - 0.86).abs() < 1e-5);
    }

    #[test]
    fn one_odd_answer_is_no_stretch_and_near_ties_do_not_take_turns() {
        let mut moments = vec![sure(Emotion::Sad); 9];
        moments[4] = sure(Emotion::Happy);
        for (index, heard) in moments.iter_mut().enumerate().skip(6) {
            let mut tie = [0.05; N_CLASSES];
            (tie[Emotion::Sad.index()], tie[Emotion::Fearful.index()]) =
                if index % 2 == 0 { (0.34, 0.36) } else { (0.36, 0.34) };
            *heard = Some(tie);
        }
        assert_eq!(of(moments).segments.len(), 1);
    }

    #[test]
    fn a_sudden_shift_is_marked_once_and_a_pause_does_not_hide_it() {
        let mut moments = vec![sure(Emotion::Neutral); 30];
        moments.extend(vec![sure(Emotion::Angry); 30]);
        let shifts = of(moments.clone()).shifts;
        assert_eq!(shifts.len(), 1, "{shifts:?}");
        assert_eq!((shifts[0].seconds, shifts[0].before, shifts[0].after), (15.0, Emotion::Neutral, Emotion::Angry));
        assert!((shifts[0].size - 0.84).abs() < 1e-5);
        moments[28..36].fill(None);
        let shifts = of(moments).shifts;
        assert_eq!(shifts.len(), 1, "{shifts:?}");
        assert_eq!(shifts[0].seconds, 18.0, "where the voice comes back");
    }

    #[test]
    fn what_takes_turns_is_no_shift() {
        let turns = |emotions: [Emotion; 2], length: usize| {
            of((0..120).map(|place| sure(emotions[place / length % 2])).collect()).shifts
        };
        assert!(turns([Emotion::Neutral, Emotion::Calm], 20).is_empty(), "both are ordinary");
        assert!(turns([Emotion::Neutral, Emotion::Sad], 7).is_empty(), "sentence by sentence");
        assert_eq!(turns([Emotion::Neutral, Emotion::Angry], 60).len(), 1);
        assert!(turns([Emotion::Neutral; 2], 10).is_empty());
    }

    #[test]
    fn a_clip_without_a_voice_has_neither() {
        let timeline = of(vec![None; 10]);
        assert!(timeline.segments.is_empty() && timeline.shifts.is_empty() && timeline.strain.is_empty());
        assert!(of(Vec::new()).segments.is_empty());
    }
}
