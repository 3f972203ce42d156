//! Probabilities that follow a voice without trembling.

use crate::inference::{Emotion, N_CLASSES, Probabilities, winner};

/// Time in which an answer loses all but 1/e of its weight.
const SETTLE_SECONDS: f32 = 0.9;
/// After so long a silence somebody begins anew.
const ANEW_SECONDS: f32 = 3.0;
/// By so much another emotion must be more probable to take the winner's place.
const MARGIN: f32 = 0.05;

/// An exponential mean in time, and its winner.
#[derive(Clone, Debug)]
pub(super) struct Smoother {
    probabilities: Probabilities,
    spoke: Option<(f32, Emotion)>,
}

impl Default for Smoother {
    fn default() -> Self {
        Self { probabilities: [1.0 / N_CLASSES as f32; N_CLASSES], spoke: None }
    }
}

impl Smoother {
    /// Somebody spoke at that moment, and sounded so.
    pub(super) fn hear(&mut self, seconds: f32, heard: &Probabilities) -> Emotion {
        let before = self.spoke.filter(|(then, _)| seconds - then < ANEW_SECONDS);
        let weight = before.map_or(1.0, |(then, _)| 1.0 - (-(seconds - then).max(0.0) / SETTLE_SECONDS).exp());
        for (kept, new) in self.probabilities.iter_mut().zip(heard) {
            *kept += weight * (new - *kept);
        }
        let best = winner(&self.probabilities);
        let lead = |over: Emotion| self.probabilities[best.index()] - self.probabilities[over.index()];
        let shown = before.map(|(_, shown)| shown).filter(|shown| lead(*shown) < MARGIN).unwrap_or(best);
        self.spoke = Some((seconds, shown));
        shown
    }

    pub(super) fn probabilities(&self) -> Probabilities {
        self.probabilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sure(emotion: Emotion) -> Probabilities {
        let mut probabilities = [0.02; N_CLASSES];
        probabilities[emotion.index()] = 1.0 - 0.02 * (N_CLASSES - 1) as f32;
        probabilities
    }

    #[test]
    fn one_odd_answer_does_not_flip_it_and_a_lasting_one_does() {
        let mut smoother = Smoother::default();
        for tick in 0..6 {
            assert_eq!(smoother.hear(tick as f32 * 0.4, &sure(Emotion::Happy)), Emotion::Happy);
        }
        assert_eq!(smoother.hear(2.4, &sure(Emotion::Sad)), Emotion::Happy);
        assert_eq!(smoother.hear(2.8, &sure(Emotion::Happy)), Emotion::Happy);
        let turned = (0..6).map(|tick| smoother.hear(3.2 + tick as f32 * 0.4, &sure(Emotion::Sad))).last();
        assert_eq!(turned, Some(Emotion::Sad));
        let sum: f32 = smoother.probabilities().iter().sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    }

    #[test]
    fn two_that_are_alike_do_not_take_turns() {
        let mut smoother = Smoother::default();
        let near = |first: Emotion, second: Emotion| {
            let mut probabilities = [0.1; N_CLASSES];
            probabilities[first.index()] = 0.21;
            probabilities[second.index()] = 0.19;
            probabilities
        };
        smoother.hear(0.0, &near(Emotion::Calm, Emotion::Sad));
        for tick in 1..20 {
            let shown = smoother.hear(tick as f32 * 0.4, &near(Emotion::Sad, Emotion::Calm));
            assert_eq!(shown, Emotion::Calm);
        }
    }

    #[test]
    fn after_a_long_silence_it_begins_anew() {
        let mut smoother = Smoother::default();
        smoother.hear(1.0, &sure(Emotion::Angry));
        assert_eq!(smoother.hear(9.0, &sure(Emotion::Calm)), Emotion::Calm);
        assert!((smoother.probabilities()[Emotion::Calm.index()] - 0.86).abs() < 1e-5);
    }
}
