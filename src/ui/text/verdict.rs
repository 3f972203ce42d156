//! Words about an answer as a whole: sure or not, where it lies, how far models agree.

use super::{emotion, percent};
use crate::analysis::Position;
use crate::ui::state::{Report, Verdict};

/// In the place of an emotion.
pub const NOT_SURE: &str = "Not sure";
/// Beside the slider of the threshold.
pub const THRESHOLD: &str = "Say \u{201c}not sure\u{201d} below";
/// Ends of the plane.
pub const PLEASANT: [&str; 2] = ["unpleasant", "pleasant"];
/// Ends of the plane.
pub const EXCITED: [&str; 2] = ["calm", "excited"];
/// Under the plane.
pub const POSITION_NOTE: &str = "Worked out from the eight probabilities";

/// The headline: an emotion, or that there is none.
pub fn headline(report: &Report) -> &'static str {
    match report.verdict() {
        Verdict::Sure(first) => emotion(first),
        Verdict::Unsure(_) => NOT_SURE,
    }
}

/// Under the headline.
pub fn certainty(report: &Report) -> String {
    let probabilities = report.shown().probabilities;
    match report.verdict() {
        Verdict::Sure(first) => percent(probabilities[first.index()]),
        Verdict::Unsure(both) => both
            .map(|one| format!("{} {}", emotion(one).to_lowercase(), percent(probabilities[one.index()])))
            .join(" or "),
    }
}

/// The threshold as it is chosen.
pub fn threshold(threshold: u8) -> String {
    if threshold == 0 { "never".into() } else { format!("{threshold} %") }
}

/// How pleasant and how excited, in words.
pub fn position(position: Position) -> String {
    let scale = |value: f32, [low, high]: [&str; 2]| match value {
        v if v >= 0.35 => high.to_owned(),
        v if v >= 0.12 => format!("rather {high}"),
        v if v > -0.12 => format!("neither {low} nor {high}"),
        v if v > -0.35 => format!("rather {low}"),
        _ => low.to_owned(),
    };
    let words = format!("{}, {}", scale(position.valence, PLEASANT), scale(position.arousal, EXCITED));
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Of the picture of the plane.
pub fn position_alternative(at: Position) -> String {
    format!("{}: valence {:.2}, arousal {:.2}, each from \u{2212}1 to 1.", position(at), at.valence, at.arousal)
        .replace('-', "\u{2212}")
}

/// How far the models' probabilities overlap.
pub fn overlap(share: f32) -> String {
    format!("their probabilities overlap by {}", percent(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_well() {
        let at = |valence, arousal| position(Position { valence, arousal });
        assert_eq!(at(-0.5, 0.5), "Unpleasant, excited");
        assert_eq!(at(0.2, -0.2), "Rather pleasant, rather calm");
        assert_eq!(at(0.0, 0.4), "Neither unpleasant nor pleasant, excited");
        assert_eq!(threshold(0), "never");
        assert!(position_alternative(Position { valence: -0.5, arousal: 0.5 }).contains("valence \u{2212}0.50"));
    }
}
