//! Labels that the visitor set right, and what is learned from them: kernel logistic regression on top of the answer.

use serde::{Deserialize, Serialize};

use crate::inference::{Emotion, N_CLASSES, Probabilities};

/// At most so many corrections are learned from, the newest.
const MOST: usize = 200;
/// Cosine between two clips of one voice before any are known; it counts as one pair.
const COSINE: f64 = 0.5;
/// Least squared width of the Gaussian.
const NARROWEST: f64 = 1e-3;
/// Weight of the squared norm of what is learned.
const RIDGE: f64 = 0.05;
/// Steps of the fit; with [`MOST`] corrections it is then within 1e-4 of its end.
const STEPS: usize = 300;
/// A class counts as this probable at least.
const LEAST: f64 = 1e-6;

/// A label that the visitor set right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// The deep tier that heard the clip ([`Manifest::deep_version`](crate::inference::Manifest::deep_version)).
    pub version: String,
    /// Where the clip lies among others ([`ClipVoice::direction`](super::ClipVoice::direction)).
    pub direction: Vec<f32>,
    /// What the clip was answered before.
    pub answer: Probabilities,
    /// What the visitor says that it is.
    pub label: Emotion,
}

/// What has been learned from corrections: `ln p(x)` of each class is raised by a sum of kernels around the corrected clips
/// (kernel logistic regression with the answer as offset; Zhu and Hastie 2005). Of no corrections it changes nothing.
///
/// The kernel is a Gaussian between the directions of two clips times the fourth power of Bhattacharyya's coefficient of their answers
/// (Jebara, Kondor and Howard 2004): near are clips that sound alike and were answered alike. The more alike the corrected clips are to
/// each other, as those of one strange microphone are, the narrower is the Gaussian: its squared width is `(1 - c)³` for a
/// mean cosine of `c`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corrector {
    places: Vec<Place>,
    squared_width: f64,
    /// One a place, of sum 0.
    heights: Vec<[f64; N_CLASSES]>,
}

/// Where a clip lies: its direction, of length 1 or of no length, and the roots of its answer.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    direction: Vec<f64>,
    roots: [f64; N_CLASSES],
}

impl Corrector {
    /// Fits to `corrections`, the oldest first. Those of another version or length than the newest, or with numbers that are none,
    /// are left out, and the same corrections always give the same. O(n²).
    pub fn fit(corrections: &[Correction]) -> Self {
        let sound: Vec<&Correction> = corrections.iter().filter(|one| one.is_sound()).collect();
        let Some(newest) = sound.last() else { return Self::default() };
        let is_like =
            |one: &&&Correction| one.version == newest.version && one.direction.len() == newest.direction.len();
        let mut used: Vec<&Correction> = sound.iter().rev().filter(is_like).take(MOST).copied().collect();
        used.reverse();
        let places: Vec<Place> = used.iter().map(|one| Place::new(&one.direction, &one.answer)).collect();
        let squared_width = squared_width(&places);
        let kernel: Vec<Vec<f64>> =
            places.iter().map(|one| places.iter().map(|other| one.near(other, squared_width)).collect()).collect();
        let offsets: Vec<[f64; N_CLASSES]> = used.iter().map(|one| logits(&one.answer)).collect();
        let labels: Vec<usize> = used.iter().map(|one| one.label.index()).collect();
        let heights = heights(&kernel, &offsets, &labels);
        Self { places, squared_width, heights }
    }

    /// Whether nothing has been learned.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The corrected answer to the clip that lies at `direction`: `answer` itself where nothing has been learned, where the direction is
    /// of another length, or where a number is none.
    pub fn correct(&self, answer: &Probabilities, direction: &[f32]) -> Probabilities {
        let is_like = self.places.first().is_some_and(|own| own.direction.len() == direction.len());
        if !is_like || !direction.iter().chain(answer).all(|value| value.is_finite()) {
            return *answer;
        }
        let mut logits = logits(answer);
        let place = Place::new(direction, answer);
        for (own, heights) in self.places.iter().zip(&self.heights) {
            let near = own.near(&place, self.squared_width);
            logits.iter_mut().zip(heights).for_each(|(logit, height)| *logit += near * height);
        }
        softmax(&logits).map(|p| p as f32)
    }
}

impl Correction {
    fn is_sound(&self) -> bool {
        let is_direction = !self.direction.is_empty() && self.direction.iter().all(|value| value.is_finite());
        is_direction && self.answer.iter().all(|p| p.is_finite())
    }
}

impl Place {
    fn new(direction: &[f32], answer: &Probabilities) -> Self {
        let direction: Vec<f64> = direction.iter().map(|value| f64::from(*value)).collect();
        let length = direction.iter().map(|value| value * value).sum::<f64>().sqrt();
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        let sum = answer.iter().map(|p| f64::from(*p).max(LEAST)).sum::<f64>();
        Self {
            direction: direction.iter().map(|value| scale * value).collect(),
            roots: answer.map(|p| (f64::from(p).max(LEAST) / sum).sqrt()),
        }
    }

    fn cosine(&self, other: &Self) -> f64 {
        product(&self.direction, &other.direction).clamp(-1.0, 1.0)
    }

    /// From 0 to 1.
    fn near(&self, other: &Self, squared_width: f64) -> f64 {
        product(&self.roots, &other.roots).powi(4) * ((self.cosine(other) - 1.0) / squared_width).exp()
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn squared_width(places: &[Place]) -> f64 {
    let pairs = places.iter().enumerate().flat_map(|(n, one)| places[n + 1..].iter().map(|other| one.cosine(other)));
    let (sum, count) = pairs.fold((COSINE, 1.0), |(sum, count), cosine| (sum + cosine, count + 1.0));
    (1.0 - (sum / count).max(0.0)).powi(3).max(NARROWEST)
}

fn logits(answer: &Probabilities) -> [f64; N_CLASSES] {
    answer.map(|p| f64::from(p).clamp(LEAST, 1.0).ln())
}

fn softmax(logits: &[f64; N_CLASSES]) -> [f64; N_CLASSES] {
    let peak = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers = logits.map(|logit| (logit - peak).exp());
    let sum: f64 = powers.iter().sum();
    powers.map(|power| power / sum)
}

/// Least penalised log loss by accelerated gradient steps (Nesterov 2004, constant step for strongly convex functions) in the
/// kernel's own norm, where the gradient at correction `i` is `ridge · height - (label - q)`.
fn heights(kernel: &[Vec<f64>], offsets: &[[f64; N_CLASSES]], labels: &[usize]) -> Vec<[f64; N_CLASSES]> {
    let n = labels.len();
    // The greatest row sum bounds the greatest eigenvalue, and one half that of softmax' Hessian.
    let bound = kernel.iter().map(|row| row.iter().sum::<f64>()).fold(0.0, f64::max) / 2.0 + RIDGE;
    let root = (RIDGE / bound).sqrt();
    let momentum = (1.0 - root) / (1.0 + root);
    let mut heights = vec![[0.0; N_CLASSES]; n];
    let mut ahead = heights.clone();
    for _ in 0..STEPS {
        let stepped: Vec<[f64; N_CLASSES]> = (0..n)
            .map(|place| {
                let mut at = offsets[place];
                for (near, heights) in kernel[place].iter().zip(&ahead) {
                    at.iter_mut().zip(heights).for_each(|(logit, height)| *logit += near * height);
                }
                let q = softmax(&at);
                std::array::from_fn(|class| {
                    let wanted = if class == labels[place] { 1.0 } else { 0.0 };
                    ahead[place][class] - (RIDGE * ahead[place][class] - (wanted - q[class])) / bound
                })
            })
            .collect();
        for (ahead, (new, old)) in ahead.iter_mut().zip(stepped.iter().zip(&heights)) {
            *ahead = std::array::from_fn(|class| new[class] + momentum * (new[class] - old[class]));
        }
        heights = stepped;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(emotion: Emotion) -> Probabilities {
        let mut answer = [0.05; N_CLASSES];
        answer[emotion.index()] = 1.0 - 0.05 * (N_CLASSES - 1) as f32;
        answer
    }

    /// A direction that many degrees from the first axis, toward another.
    fn at(degrees: f32, axis: usize) -> Vec<f32> {
        let mut direction = vec![0.0; 16];
        (direction[0], direction[axis]) = (degrees.to_radians().cos(), degrees.to_radians().sin());
        direction
    }

    fn correction(direction: Vec<f32>, heard: Emotion, label: Emotion) -> Correction {
        Correction { version: "a".into(), direction, answer: answer(heard), label }
    }

    #[test]
    fn one_correction_moves_a_near_clip_and_hardly_a_far_one() {
        let sad = answer(Emotion::Sad);
        let learned = Corrector::fit(&[correction(at(0.0, 1), Emotion::Sad, Emotion::Neutral)]);
        let of = |degrees| learned.correct(&sad, &at(degrees, 2))[Emotion::Neutral.index()];
        assert!(of(10.0) > 0.4 && of(90.0) < 0.08 && of(10.0) > of(45.0), "{} {} {}", of(10.0), of(45.0), of(90.0));
        for degrees in [0.0, 50.0, 180.0] {
            assert!((learned.correct(&sad, &at(degrees, 3)).iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn a_clip_that_was_answered_otherwise_is_moved_less() {
        let learned = Corrector::fit(&[correction(at(0.0, 1), Emotion::Sad, Emotion::Neutral)]);
        let gain = |heard| {
            let before = answer(heard);
            learned.correct(&before, &at(10.0, 2))[Emotion::Neutral.index()] / before[Emotion::Neutral.index()]
        };
        let (alike, otherwise) = (gain(Emotion::Sad), gain(Emotion::Angry));
        assert!(alike > 3.0 * otherwise, "{alike} {otherwise}");
    }

    #[test]
    fn among_clips_that_are_all_alike_less_is_near() {
        let apart = [at(0.0, 1), at(90.0, 1), at(90.0, 2)];
        let alike = [at(0.0, 1), at(40.0, 1), at(40.0, 2)];
        let of = |directions: &[Vec<f32>]| {
            let all: Vec<Correction> =
                directions.iter().map(|one| correction(one.clone(), Emotion::Sad, Emotion::Calm)).collect();
            Corrector::fit(&all).correct(&answer(Emotion::Sad), &at(30.0, 3))[Emotion::Calm.index()]
        };
        assert!(of(&apart) > 2.0 * of(&alike), "{} {}", of(&apart), of(&alike));
    }

    #[test]
    fn of_nothing_or_of_another_length_nothing_is_learned() {
        let sad = answer(Emotion::Sad);
        let none = Corrector::fit(&[]);
        assert!(none.is_empty());
        assert_eq!(none.correct(&sad, &at(0.0, 1)), sad);
        let one = Corrector::fit(&[correction(at(0.0, 1), Emotion::Sad, Emotion::Neutral)]);
        assert_eq!(one.correct(&sad, &[1.0; 15]), sad);
        assert_eq!(one.correct(&sad, &[f32::NAN; 16]), sad);
        let broken = Correction { answer: [f32::NAN; 8], ..correction(at(0.0, 1), Emotion::Sad, Emotion::Angry) };
        assert!(Corrector::fit(&[broken]).is_empty());
        let older = Correction { version: "b".into(), ..correction(at(0.0, 1), Emotion::Sad, Emotion::Angry) };
        let newer = correction(at(0.0, 1), Emotion::Sad, Emotion::Neutral);
        assert_eq!(Corrector::fit(&[older, newer]), one);
    }

    #[test]
    fn undone_it_is_as_if_it_had_never_been() {
        let first = correction(at(0.0, 1), Emotion::Sad, Emotion::Neutral);
        let second = correction(at(40.0, 2), Emotion::Happy, Emotion::Angry);
        let both = Corrector::fit(&[first.clone(), second]);
        let again = Corrector::fit(std::slice::from_ref(&first));
        assert_ne!(both, again);
        assert_eq!(again, Corrector::fit(&[first]));
    }

    #[test]
    fn contradictions_and_many_stay_finite() {
        let labels = [Emotion::Angry, Emotion::Neutral, Emotion::Sad];
        let many: Vec<Correction> =
            (0..300).map(|n| correction(at((n % 5) as f32, 1), Emotion::Happy, labels[n % 3])).collect();
        let learned = Corrector::fit(&many);
        assert_eq!(learned.places.len(), MOST);
        let found = learned.correct(&answer(Emotion::Happy), &at(2.0, 1));
        assert!(found.iter().all(|p| p.is_finite()), "{found:?}");
        for label in labels {
            assert!((0.15..0.5).contains(&found[label.index()]), "{found:?}");
        }
        let extreme = Correction { answer: [0.0; 8], ..correction(vec![1e30; 4], Emotion::Sad, Emotion::Angry) };
        let found = Corrector::fit(&[extreme]).correct(&[0.0; 8], &[1e30; 4]);
        assert!(found.iter().all(|p| p.is_finite()), "{found:?}");
    }

    #[test]
    fn the_fit_has_come_to_its_end() {
        let many: Vec<Correction> = (0..MOST)
            .map(|n| correction(at(n as f32 / 4.0, 1 + n % 7), Emotion::ALL[n % 8], Emotion::ALL[n * n % 8]))
            .collect();
        let learned = Corrector::fit(&many);
        for (one, heights) in many.iter().zip(&learned.heights) {
            let q = learned.correct(&one.answer, &one.direction);
            for class in 0..N_CLASSES {
                let wanted = if one.label.index() == class { 1.0 } else { 0.0 };
                assert!((RIDGE * heights[class] - (wanted - f64::from(q[class]))).abs() < 1e-3, "{heights:?}");
            }
        }
    }
}
