//! What is said of an answer: its emotion, or that it is not sure enough to say one.

use super::{Report, Shown};
use crate::analysis::{Emotion, winner};

/// Shares of certainty below which nothing is said, that the visitor may choose from: in per cent.
pub const THRESHOLDS: std::ops::RangeInclusive<u8> = 0..=90;
/// Where the visitor has chosen none: an answer of less is wrong more often than right.
pub const DEFAULT_THRESHOLD: u8 = 40;

/// The words above an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// This emotion.
    Sure(Emotion),
    /// Too little speaks for any; these two come first.
    Unsure([Emotion; 2]),
}

impl Report {
    /// The verdict on the answer that is shown, by the visitor's threshold.
    pub fn verdict(&self) -> Verdict {
        self.verdict_on(self.shown())
    }

    /// The verdict on one of its answers.
    pub fn verdict_on(&self, shown: Shown<'_>) -> Verdict {
        let Shown { probabilities, winner: first, .. } = shown;
        // Probabilities are shown in whole per cent: what reads as the threshold has reached it.
        if (100.0 * probabilities[first.index()]).round() >= f32::from(self.threshold) {
            return Verdict::Sure(first);
        }
        let mut others = *probabilities;
        others[first.index()] = f32::NEG_INFINITY;
        Verdict::Unsure([first, winner(&others)])
    }

    /// Whether the answer is not sure enough.
    pub fn is_unsure(&self) -> bool {
        matches!(self.verdict(), Verdict::Unsure(_))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::super::{Action, State};
    use super::*;

    #[test]
    fn below_the_threshold_two_emotions_come_first() {
        let mut report = report(1);
        let mut analysis = (*report.analysis).clone();
        analysis.probabilities = [0.08, 0.02, 0.02, 0.396, 0.02, 0.3, 0.12, 0.044];
        analysis.winner = Emotion::Sad;
        report.analysis = analysis.into();
        for (threshold, unsure) in [(0, false), (40, false), (41, true), (90, true)] {
            report.threshold = threshold;
            assert_eq!(report.is_unsure(), unsure, "{threshold}");
        }
        assert_eq!(report.verdict(), Verdict::Unsure([Emotion::Sad, Emotion::Fearful]));
    }

    #[test]
    fn a_threshold_holds_for_all_clips_and_those_to_come() {
        let state = State::default();
        assert_eq!(state.threshold, DEFAULT_THRESHOLD);
        let state = super::super::tests::given(&state, 1).after(Action::AnalysisDone(report(1)));
        let state = state.after(Action::ThresholdSet(65));
        assert_eq!((state.visit.clips[0].threshold, state.result().unwrap().threshold), (65, 65));
        let state = super::super::tests::given(&state, 2).after(Action::AnalysisDone(report(2)));
        assert_eq!(state.visit.clips[0].threshold, 65);
        assert_eq!(state.after(Action::ThresholdSet(200)).threshold, *THRESHOLDS.end());
    }
}
