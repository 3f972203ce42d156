//! Calibration on speakers that the models did not hear: a temperature for each model and one for their vote.

use undertone::inference::{Emotion, Probabilities, calibration};

use crate::deep::vote::{self, Vote};

/// Temperatures of the models, in their order, and of their vote, and their weights in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Temperatures {
    /// One a model.
    pub models: Vec<f32>,
    /// Weights in the vote, of sum 1; none where all weigh the same.
    pub weights: Vec<f32>,
    /// Of the joined answer.
    pub joined: f32,
}

impl Temperatures {
    /// Answers as they are.
    pub const NONE: Self = Self { models: Vec::new(), weights: Vec::new(), joined: 1.0 };
}

/// Fits the temperatures (Guo et al. 2017) to answers `[model][clip]`; and the models' weights in the vote, as
/// [`vote::fit`] does, where there is a prior for them.
pub fn fit(answers: &[Vec<Probabilities>], labels: &[Emotion], prior_clips: Option<f64>) -> Temperatures {
    if let Some(prior) = prior_clips {
        let Vote { temperatures, weights, joined, .. } = vote::fit(answers, labels, prior);
        return Temperatures { models: temperatures, weights, joined };
    }
    let models: Vec<f32> = answers.iter().map(|answers| temperature(answers, labels)).collect();
    let joined = temperature(&join(answers, &models, &[]), labels);
    Temperatures { models, weights: Vec::new(), joined }
}

/// Calibrated answers of each model, `[model][clip]`, and of their vote, balanced by the classes' shares in training as
/// the engine balances them.
pub fn apply(
    answers: &[Vec<Probabilities>],
    temperatures: &Temperatures,
    shares: &Probabilities,
) -> (Vec<Vec<Probabilities>>, Vec<Probabilities>) {
    let finish = |answers: &[Probabilities], temperature: f32| -> Vec<Probabilities> {
        answers.iter().map(|answer| calibration::balance(&calibration::scale(answer, temperature), shares)).collect()
    };
    let each = answers.iter().zip(&temperatures.models).map(|(answers, t)| finish(answers, *t)).collect();
    (each, finish(&join(answers, &temperatures.models, &temperatures.weights), temperatures.joined))
}

fn join(answers: &[Vec<Probabilities>], temperatures: &[f32], weights: &[f32]) -> Vec<Probabilities> {
    let clips = answers.first().map_or(0, Vec::len);
    (0..clips)
        .map(|clip| {
            let votes: Vec<Probabilities> =
                answers.iter().zip(temperatures).map(|(answers, t)| calibration::scale(&answers[clip], *t)).collect();
            let weight = |index: usize| weights.get(index).copied().unwrap_or(1.0);
            calibration::soft_vote(votes.iter().enumerate().map(|(index, vote)| (vote, weight(index))))
        })
        .collect()
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
        let fitted = fit(&answers, &labels, None);
        let (each, joined) = apply(&answers, &fitted, &[0.125; 8]);
        assert!((each[0][0][0] - 0.75).abs() < 0.01, "{:?}", each[0][0]);
        assert!((joined[0][0] - 0.75).abs() < 0.01);
    }
}
