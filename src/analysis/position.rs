//! Where an answer lies between unpleasant and pleasant, calm and excited.

use super::{N_CLASSES, Probabilities};

/// A point of the plane of valence and arousal, both in -1..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    /// From unpleasant to pleasant.
    pub valence: f32,
    /// From calm to excited.
    pub arousal: f32,
}

/// In class order: means of people's ratings of the words neutral (the origin), happy, sad, angry, fearful, disgusted and surprised
/// on scales of pleasure and arousal (Russell & Mehrabian 1977, *Evidence for a three-factor theory of emotions*). That study has
/// no rating of calm: it stands where Russell (1980, *A circumplex model of affect*) has it on his circle, at 316 degrees, as far
/// out as the others are on average (0.80).
pub const POSITIONS: [Position; N_CLASSES] = [
    at(0.0, 0.0),
    at(0.57, -0.55),
    at(0.81, 0.51),
    at(-0.63, -0.27),
    at(-0.51, 0.59),
    at(-0.64, 0.60),
    at(-0.60, 0.35),
    at(0.40, 0.67),
];

const fn at(valence: f32, arousal: f32) -> Position {
    Position { valence, arousal }
}

impl Position {
    /// The mean of the classes' positions, each weighed by its probability: no measurement of its own, but the eight
    /// probabilities said in another way.
    pub fn of(probabilities: &Probabilities) -> Self {
        let mean = |part: fn(&Self) -> f32| {
            POSITIONS.iter().zip(probabilities).map(|(position, p)| part(position) * p).sum::<f32>().clamp(-1.0, 1.0)
        };
        Self { valence: mean(|position| position.valence), arousal: mean(|position| position.arousal) }
    }
}

/// How far several answers agree, in 0..=1: one less the mean distance in total variation of all pairs. `None` for fewer than
/// two.
pub fn agreement<'a>(answers: impl IntoIterator<Item = &'a Probabilities>) -> Option<f32> {
    let answers: Vec<&Probabilities> = answers.into_iter().collect();
    let (mut distance, mut pairs) = (0.0, 0);
    for (index, one) in answers.iter().enumerate() {
        for other in &answers[index + 1..] {
            distance += 0.5 * one.iter().zip(*other).map(|(a, b)| (a - b).abs()).sum::<f32>();
            pairs += 1;
        }
    }
    (pairs > 0).then(|| (1.0 - distance / pairs as f32).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Emotion;

    fn only(emotion: Emotion) -> Probabilities {
        std::array::from_fn(|class| if class == emotion.index() { 1.0 } else { 0.0 })
    }

    #[test]
    fn a_certain_answer_lies_where_its_word_does() {
        for (emotion, position) in Emotion::ALL.into_iter().zip(POSITIONS) {
            assert_eq!(Position::of(&only(emotion)), position);
        }
        assert!(Position::of(&only(Emotion::Sad)).valence < 0.0 && Position::of(&only(Emotion::Calm)).arousal < 0.0);
    }

    #[test]
    fn calm_is_as_far_out_as_the_others_on_average() {
        let radius = |position: &Position| position.valence.hypot(position.arousal);
        let others: f32 = [2, 3, 4, 5, 6, 7].iter().map(|class| radius(&POSITIONS[*class])).sum::<f32>() / 6.0;
        let calm = &POSITIONS[Emotion::Calm.index()];
        assert!((radius(calm) - others).abs() < 0.01, "{others}");
        assert!((calm.arousal.atan2(calm.valence).to_degrees() + 360.0 - 316.2).abs() < 1.0);
    }

    #[test]
    fn answers_agree_wholly_in_part_or_not_at_all() {
        let (sad, angry) = (only(Emotion::Sad), only(Emotion::Angry));
        assert_eq!(agreement([&sad, &sad, &sad]), Some(1.0));
        assert_eq!(agreement([&sad, &angry]), Some(0.0));
        assert_eq!(agreement([&sad]), None);
        let half: Probabilities = std::array::from_fn(|class| 0.5 * (sad[class] + angry[class]));
        assert_eq!(agreement([&sad, &half]), Some(0.5));
    }
}
