//! Marks in calls against the truth.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use undertone::analysis::{ShiftRule, Timeline};
use undertone::inference::{Emotion, Probabilities};

/// A mark within so many seconds of the change finds it.
const NEAR_SECONDS: f32 = 4.0;
/// Penalties that are tried, in quarters of a nat.
const PENALTIES: std::ops::RangeInclusive<u16> = 4..=48;
/// False marks in ten minutes that a rule may make on the folds that it is chosen on.
const ALLOWED: f64 = 0.5;
/// Whose strain is to be found.
const STRAINED: [Emotion; 2] = [Emotion::Angry, Emotion::Fearful];

/// A call of an unseen actor, and what was heard in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// The fold whose heads heard it.
    pub fold: String,
    /// The actor.
    pub speaker: String,
    /// What is played after the change.
    pub emotion: Emotion,
    /// Seconds at which that begins.
    pub change: f32,
    /// Its length.
    pub seconds: f32,
    /// Seconds that a moment stands for.
    pub hop: f32,
    /// Without a baseline.
    pub moments: Vec<Option<Probabilities>>,
    /// Against the call's own ordinary voice.
    pub against: Vec<Option<Probabilities>>,
}

impl Call {
    /// Of its timeline.
    pub fn new(fold: &str, speaker: &str, emotion: Emotion, [change, seconds]: [f32; 2], timeline: Timeline) -> Self {
        Self {
            fold: fold.into(),
            speaker: speaker.into(),
            emotion,
            change,
            seconds,
            hop: timeline.hop_seconds,
            against: timeline.against.map_or_else(|| timeline.moments.clone(), |against| against.moments),
            moments: timeline.moments,
        }
    }

    /// The timeline that the page would make of the same moments.
    fn read(&self) -> Timeline {
        let lengths = [3.0, self.hop, self.seconds];
        Timeline::new(undertone::inference::Tier::Deep, lengths, self.moments.clone(), Some(self.against.clone()))
    }
}

/// How often something is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Marked {
    /// Of those that are there, the share that is found.
    pub found: f64,
    /// Others in ten minutes.
    pub per_ten_minutes: f64,
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} % found, {:.2} others in ten minutes", 100.0 * self.found, self.per_ten_minutes)
    }
}

/// Counts of calls.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    there: usize,
    found: usize,
    others: usize,
    seconds: f64,
}

impl Counts {
    fn add(self, other: Self) -> Self {
        Self {
            there: self.there + other.there,
            found: self.found + other.found,
            others: self.others + other.others,
            seconds: self.seconds + other.seconds,
        }
    }

    fn marked(self) -> Marked {
        Marked {
            found: self.found as f64 / self.there.max(1) as f64,
            per_ten_minutes: 600.0 * self.others as f64 / self.seconds.max(1.0),
        }
    }
}

fn shifts(rule: ShiftRule, call: &Call) -> Counts {
    let marks = rule.find(&call.against, call.hop);
    let found = usize::from(marks.iter().any(|shift| (shift.seconds - call.change).abs() <= NEAR_SECONDS));
    Counts { there: 1, found, others: marks.len() - found, seconds: f64::from(call.seconds) }
}

fn count(calls: &[&Call], of: impl Fn(&Call) -> Counts) -> Counts {
    calls.iter().map(|call| of(call)).fold(Counts::default(), Counts::add)
}

/// The rule that finds most of those that keep to [`ALLOWED`], of equals the one of fewest false marks, of those the least penalty; the
/// most careful one where none keeps to it.
fn choose(calls: &[&Call]) -> ShiftRule {
    let rules = PENALTIES.map(|quarters| ShiftRule { penalty: f32::from(quarters) / 4.0 });
    let counted: Vec<(ShiftRule, Marked)> =
        rules.map(|rule| (rule, count(calls, |call| shifts(rule, call)).marked())).collect();
    let able = counted.iter().rev().filter(|(_, marked)| marked.per_ten_minutes <= ALLOWED);
    let worth = |marked: &Marked| (marked.found, -marked.per_ten_minutes);
    let best = able.max_by(|(_, a), (_, b)| worth(a).partial_cmp(&worth(b)).unwrap_or(std::cmp::Ordering::Equal));
    best.or(counted.last()).map_or_else(ShiftRule::default, |(rule, _)| *rule)
}

/// Shifts as marked by a rule that is chosen on all folds but the one that it is tested on.
pub fn chosen(calls: &[Call]) -> Marked {
    let folds: BTreeSet<&str> = calls.iter().map(|call| call.fold.as_str()).collect();
    let mut counts = Counts::default();
    for fold in folds {
        let (tested, others): (Vec<&Call>, Vec<&Call>) = calls.iter().partition(|call| call.fold == fold);
        let rule = choose(&others);
        counts = counts.add(count(&tested, |call| shifts(rule, call)));
    }
    counts.marked()
}

/// Shifts as marked by the rule that ships, and the penalty that would be chosen on all calls.
pub fn shipped(calls: &[Call]) -> (Marked, f32) {
    let all: Vec<&Call> = calls.iter().collect();
    (count(&all, |call| shifts(ShiftRule::default(), call)).marked(), choose(&all).penalty)
}

/// Strain: found where it overlaps with the angry or fearful part of a call, and false in the ordinary one.
pub fn strained(calls: &[Call]) -> Marked {
    let of = |call: &Call| {
        let strain = call.read().strain;
        let others = strain.iter().filter(|stretch| stretch.to <= call.change + NEAR_SECONDS).count();
        let is_there = STRAINED.contains(&call.emotion);
        Counts {
            there: usize::from(is_there),
            found: usize::from(is_there && strain.len() > others),
            others,
            seconds: f64::from(call.change),
        }
    };
    count(&calls.iter().collect::<Vec<_>>(), of).marked()
}

#[cfg(test)]
mod tests {
    use undertone::inference::N_CLASSES;

    use super::*;

    /// Neutral up to a minute, then angry up to two, as the moments say; the truth changes at `change`.
    fn call(fold: &str, change: f32) -> Call {
        let sure = |emotion: Emotion| {
            let mut answer = [0.02; N_CLASSES];
            answer[emotion.index()] = 0.86;
            Some(answer)
        };
        let mut moments = vec![sure(Emotion::Neutral); 40];
        moments.extend(vec![sure(Emotion::Angry); 40]);
        Call {
            fold: fold.into(),
            speaker: "a".into(),
            emotion: Emotion::Angry,
            change,
            seconds: 120.0,
            hop: 1.5,
            against: moments.clone(),
            moments,
        }
    }

    #[test]
    fn a_mark_near_the_change_finds_it_and_another_is_false() {
        let calls = [call("1", 62.0), call("2", 57.0), call("2", 70.0)];
        let marked = chosen(&calls);
        assert!((marked.found - 2.0 / 3.0).abs() < 1e-9, "{marked}");
        assert!((marked.per_ten_minutes - 600.0 / 360.0).abs() < 1e-9, "{marked}");
        assert_eq!(shipped(&calls).0, marked);
    }

    #[test]
    fn strain_is_found_in_the_angry_part_and_false_before_it() {
        let found = strained(&[call("1", 60.0)]);
        assert_eq!((found.found, found.per_ten_minutes), (1.0, 0.0));
        let late = strained(&[call("1", 118.0)]);
        assert_eq!((late.found, (118.0 * late.per_ten_minutes / 600.0).round()), (0.0, 1.0));
    }
}
