//! What is learned of each clip: its label, or that and what listeners voted, or what a teacher answers.

use undertone::inference::{Emotion, N_CLASSES, Probabilities, calibration};

use crate::corpus::Clip;
use crate::deep::train::Lesson;
use crate::recipe::Distillation;

/// Least part of a row that the trees are taught a class by.
const LEAST: f32 = 0.05;

/// Targets and weights, by clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
    /// What is learned, of sum 1.
    pub classes: Vec<Probabilities>,
    /// Part of the passes that a clip is in, above 0, to 1.
    pub weights: Vec<f32>,
    /// A teacher's embedding, of mean square 1; empty where there is none.
    pub hints: Vec<Vec<f32>>,
}

impl Targets {
    /// As [`heard`], of each of `clips` with its own share and weight.
    pub fn of_clips(clips: &[Clip], share: impl Fn(&Clip) -> f32, weight: impl Fn(&Clip) -> f32) -> Self {
        Self {
            classes: clips.iter().map(|clip| heard(clip, share(clip))).collect(),
            weights: clips.iter().map(weight).collect(),
            hints: vec![Vec::new(); clips.len()],
        }
    }

    /// Mixes in what a teacher answered to each of `clips`, and keeps where it finds them.
    pub fn taught(mut self, clips: &[usize], lesson: &Lesson, how: &Distillation) -> Self {
        for (clip, answer) in clips.iter().zip(&lesson.answers) {
            mix(&mut self.classes[*clip], &calibration::scale(answer, how.temperature), how.share);
        }
        for (clip, direction) in clips.iter().zip(&lesson.directions) {
            let root = (direction.len() as f32).sqrt();
            self.hints[*clip] = direction.iter().map(|value| value * root).collect();
        }
        self
    }

    /// Share of each class in what is learned of `clips`; a class that is not there counts as one clip.
    pub fn class_shares(&self, clips: &[usize]) -> Probabilities {
        let mut counts = [0.0f32; N_CLASSES];
        for clip in clips {
            for (count, share) in counts.iter_mut().zip(self.classes[*clip]) {
                *count += self.weights[*clip] * share;
            }
        }
        let counts = counts.map(|count| count.max(1.0));
        counts.map(|count| count / counts.iter().sum::<f32>())
    }
}

/// All of a label.
pub fn one_hot(label: Emotion) -> Probabilities {
    let mut target = [0.0; N_CLASSES];
    target[label.index()] = 1.0;
    target
}

/// The label of a clip, and in its place a `share` of what listeners voted, where there are votes.
pub fn heard(clip: &Clip, share: f32) -> Probabilities {
    let mut target = one_hot(clip.label);
    if let Some(votes) = clip.votes.filter(|_| share > 0.0) {
        mix(&mut target, &votes, share);
    }
    target
}

fn mix(target: &mut Probabilities, other: &Probabilities, share: f32) {
    target.iter_mut().zip(other).for_each(|(target, other)| *target += share * (other - *target));
}

/// The classes that learners of hard labels are taught of a target, each with its part; the parts sum to 1.
pub fn parts(target: &Probabilities) -> impl Iterator<Item = (u32, f32)> {
    let kept: f32 = target.iter().filter(|part| **part >= LEAST).sum();
    let parts = *target;
    (0..N_CLASSES)
        .filter(move |class| parts[*class] >= LEAST)
        .map(move |class| (class as u32, parts[class] / kept.max(f32::MIN_POSITIVE)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::CorpusKind;

    #[test]
    fn a_teacher_gives_its_share_and_hard_learners_hear_of_the_rest_that_counts() {
        let classes = vec![one_hot(Emotion::Neutral), one_hot(Emotion::Sad)];
        let mut answer = [0.0; N_CLASSES];
        (answer[0], answer[1]) = (0.5, 0.5);
        let how = Distillation { recipe: "deep".into(), share: 0.6, temperature: 1.0 };
        let hints = vec![Vec::new(); 2];
        let lesson = Lesson { answers: vec![answer], directions: vec![vec![0.6, 0.8]] };
        let targets = Targets { classes, weights: vec![1.0, 0.5], hints }.taught(&[0], &lesson, &how);
        let square = targets.hints[0].iter().map(|value| value * value).sum::<f32>() / 2.0;
        assert!((square - 1.0).abs() < 1e-6 && targets.hints[1].is_empty());
        assert!((targets.classes[0][0] - 0.7).abs() < 1e-5 && (targets.classes[0][1] - 0.3).abs() < 1e-5);
        assert_eq!(targets.classes[1], one_hot(Emotion::Sad));
        let taught: Vec<(u32, f32)> = parts(&targets.classes[0]).collect();
        assert!(taught.len() == 2 && (taught[0].1 - 0.7).abs() < 1e-5);
        assert_eq!(parts(&targets.classes[1]).collect::<Vec<_>>(), [(Emotion::Sad.index() as u32, 1.0)]);
        let shares = targets.class_shares(&[0, 1]);
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6 && shares[0] == shares[1]);
    }

    #[test]
    fn listeners_take_their_share_of_a_label_where_they_voted() {
        let clip = |votes| Clip { votes, ..Clip::made_up(CorpusKind::CremaD, "", Emotion::Sad, 0) };
        let mut votes = [0.0; N_CLASSES];
        (votes[Emotion::Neutral.index()], votes[Emotion::Sad.index()]) = (0.75, 0.25);
        let clips = [clip(Some(votes)), clip(None)];
        let targets = Targets::of_clips(&clips, |_| 0.4, |_| 0.5);
        let of = |emotion: Emotion| targets.classes[0][emotion.index()];
        assert!((of(Emotion::Neutral) - 0.3).abs() < 1e-6 && (of(Emotion::Sad) - 0.7).abs() < 1e-6);
        assert_eq!((targets.classes[1], heard(&clips[0], 0.0)), (one_hot(Emotion::Sad), one_hot(Emotion::Sad)));
        assert_eq!(targets.weights, [0.5, 0.5]);
    }
}
