//! Calibration on speakers that the models did not hear: a temperature for each model and one for their vote.

use undertone::inference::{Emotion, Probabilities, calibration};

use crate::deep::vote::{self, Vote};

/// How the quick tier's models are joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Voting {
    /// A mean in which all weigh the same.
    Even,
    /// A mean with fitted weights; each model is given that many clips beforehand.
    Weighted(f64),
    /// A logarithmic pool of two halves: the last model, and all others evenly.
    Halves,
}

/// Tenths of the whole that the last model of [`Voting::Halves`] may weigh.
const SHARES: std::ops::RangeInclusive<u8> = 1..=9;

/// Fits temperatures (Guo et al. 2017) and weights to answers `[model][clip]`.
pub fn fit(answers: &[Vec<Probabilities>], labels: &[Emotion], voting: Voting) -> Vote {
    match voting {
        Voting::Even => vote::fit_even(answers, labels),
        Voting::Weighted(prior_clips) => vote::fit(answers, labels, prior_clips),
        Voting::Halves => {
            let models: Vec<usize> = (0..answers.len()).collect();
            let (rest, last) = models.split_at(answers.len().saturating_sub(1));
            vote::fit_halves(answers, labels, [last, rest], SHARES)
        }
    }
}

/// Calibrated answers of each model, `[model][clip]`, and of their vote, balanced by the classes' shares in training as
/// the engine balances them.
pub fn apply(
    answers: &[Vec<Probabilities>],
    vote: &Vote,
    shares: &Probabilities,
) -> (Vec<Vec<Probabilities>>, Vec<Probabilities>) {
    let balanced = |answers: Vec<Probabilities>| -> Vec<Probabilities> {
        answers.iter().map(|answer| calibration::balance(answer, shares)).collect()
    };
    let (each, joined) = vote.apply(answers);
    (each.into_iter().map(balanced).collect(), balanced(joined))
}

/// Sum of the log loss of answers at that temperature.
pub(crate) fn log_loss(answers: &[Probabilities], labels: &[Emotion], temperature: f32) -> f64 {
    let of = |(answer, label): (&Probabilities, &Emotion)| {
        -f64::from(calibration::scale(answer, temperature)[label.index()].max(1e-9)).ln()
    };
    answers.iter().zip(labels).map(of).sum()
}

/// The temperature of least log loss, to a hundredth, by golden-section search on its logarithm.
pub(crate) fn temperature(answers: &[Probabilities], labels: &[Emotion]) -> f32 {
    let loss = |log_t: f32| log_loss(answers, labels, log_t.exp());
    const RATIO: f32 = 0.618_034;
    let (mut low, mut high) = (0.2f32.ln(), 5.0f32.ln());
    while high - low > 5e-3 {
        let (a, b) = (high - RATIO * (high - low), low + RATIO * (high - low));
        if loss(a) <= loss(b) {
            high = b;
        } else {
            low = a;
        }
    }
    (0.5 * (low + high)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overconfident_model_is_flattened() {
        // Right three times in four at 0.99: the best temperature brings 0.99 to about 0.75.
        let mut sure = [0.01 / 7.0; 8];
        sure[0] = 0.99;
        let labels: Vec<Emotion> = (0..400).map(|n| if n % 4 == 0 { Emotion::Sad } else { Emotion::Neutral }).collect();
        let answers = vec![vec![sure; 400]];
        let fitted = fit(&answers, &labels, Voting::Even);
        let (each, joined) = apply(&answers, &fitted, &[0.125; 8]);
        assert!((each[0][0][0] - 0.75).abs() < 0.01, "{:?}", each[0][0]);
        assert!((joined[0][0] - 0.75).abs() < 0.01);
    }

    #[test]
    fn of_two_halves_the_last_model_is_one() {
        let labels = vec![Emotion::Sad; 40];
        let (mut right, mut wrong) = ([0.05; 8], [0.05; 8]);
        (right[Emotion::Sad.index()], wrong[Emotion::Calm.index()]) = (0.65, 0.65);
        let mixed = |odd: usize| (0..40).map(|clip| if clip % odd == 0 { wrong } else { right }).collect::<Vec<_>>();
        let vote = fit(&[mixed(2), mixed(2), mixed(20)], &labels, Voting::Halves);
        assert!((vote.weights[2] - 0.9).abs() < 1e-6 && (vote.weights[0] - 0.05).abs() < 1e-6, "{vote:?}");
    }
}
