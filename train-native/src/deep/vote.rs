//! A tier's vote: temperatures and weights, fitted on speakers that the heads did not hear.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, N_CLASSES, Pool, Probabilities, calibration};

use crate::calibrate::temperature;

/// Temperatures and weights of the heads, in their order, and the temperature of their vote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// One a head.
    pub temperatures: Vec<f32>,
    /// One a head; they sum to 1.
    pub weights: Vec<f32>,
    /// Of the joined answer.
    pub joined: f32,
    /// How they are joined.
    pub pool: Pool,
}

/// How a logarithmic pool is fitted, and who votes where there is a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteTraining {
    /// How far fitted weights are drawn toward even ones, 0 to 1.
    pub evenness: f32,
    /// Names of the heads that vote where there is a baseline, each of them as it hears the clip and as it hears it less the baseline.
    pub with_baseline: Vec<String>,
}

/// Answers among `classes` only: what the test corpus has no label for is left out, as the figures leave it out.
pub fn among(answers: &[Vec<Probabilities>], classes: &[Emotion]) -> Vec<Vec<Probabilities>> {
    let one = |answer: &Probabilities| -> Probabilities {
        let kept: Probabilities = std::array::from_fn(|class| {
            if classes.iter().any(|emotion| emotion.index() == class) { answer[class] } else { 0.0 }
        });
        let sum: f32 = kept.iter().sum();
        if sum > 0.0 { kept.map(|p| p / sum) } else { *answer }
    };
    answers.iter().map(|answers| answers.iter().map(one).collect()).collect()
}

const ROUNDS: usize = 200;

/// Fits to answers `[head][clip]`: a temperature for each head (Guo et al. 2017), the weights of the mixture under which the
/// labels are likeliest (expectation maximisation; every head is given `prior_clips` clips beforehand), and a temperature
/// for the mixture.
pub fn fit(answers: &[Vec<Probabilities>], labels: &[Emotion], prior_clips: f64) -> Vote {
    let temperatures: Vec<f32> = answers.iter().map(|answers| temperature(answers, labels)).collect();
    let scaled = scaled(answers, &temperatures);
    let members: Vec<usize> = (0..answers.len()).collect();
    vote_of(&members, &scaled, temperatures, labels, prior_clips)
}

/// As [`fit`], with all heads weighing the same.
pub fn fit_even(answers: &[Vec<Probabilities>], labels: &[Emotion]) -> Vote {
    let temperatures: Vec<f32> = answers.iter().map(|answers| temperature(answers, labels)).collect();
    let scaled = scaled(answers, &temperatures);
    let weights = vec![1.0 / answers.len().max(1) as f32; answers.len()];
    Vote::calibrated(temperatures, weights, Pool::Linear, &scaled, labels)
}

/// As [`fit`], of those heads whose calibrated vote makes the labels likeliest; the others weigh nothing, and are calibrated
/// all the same, because they are shown beside the vote.
pub fn choose(answers: &[Vec<Probabilities>], labels: &[Emotion], prior_clips: f64) -> Vote {
    let temperatures: Vec<f32> = answers.iter().map(|answers| temperature(answers, labels)).collect();
    let scaled = scaled(answers, &temperatures);
    let sets = (1..1usize << answers.len()).map(|set| {
        let members: Vec<usize> = (0..answers.len()).filter(|head| set >> head & 1 == 1).collect();
        let vote = vote_of(&members, &scaled, temperatures.clone(), labels, prior_clips);
        (log_loss(&vote.joined(&scaled), labels), vote)
    });
    let best = sets.min_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map_or_else(|| fit(answers, labels, prior_clips), |(_, vote)| vote)
}

/// Weights of the members among the heads whose calibrated answers are given, and the temperature of their mixture.
fn vote_of(
    members: &[usize],
    scaled: &[Vec<Probabilities>],
    temperatures: Vec<f32>,
    labels: &[Emotion],
    prior_clips: f64,
) -> Vote {
    let n = members.len().max(1) as f64;
    let mut weights = vec![1.0 / n; members.len()];
    for _ in 0..ROUNDS {
        let mut shares = vec![prior_clips; members.len()];
        for (clip, label) in labels.iter().enumerate() {
            let likely: Vec<f64> = members
                .iter()
                .zip(&weights)
                .map(|(head, weight)| weight * f64::from(scaled[*head][clip][label.index()].max(1e-6)))
                .collect();
            let sum: f64 = likely.iter().sum();
            shares.iter_mut().zip(likely).for_each(|(share, part)| *share += part / sum);
        }
        let sum: f64 = shares.iter().sum();
        weights = shares.into_iter().map(|share| if sum > 0.0 { share / sum } else { 1.0 / n }).collect();
    }
    let mut of_all = vec![0.0; scaled.len()];
    members.iter().zip(weights).for_each(|(head, weight)| of_all[*head] = weight as f32);
    Vote::calibrated(temperatures, of_all, Pool::Linear, scaled, labels)
}

/// Fits a logarithmic pool of `members` among the heads: a temperature for each head, the weights under which the labels are likeliest
/// (exponentiated gradient; the loss is convex in them), drawn toward even ones by `evenness`, and a temperature for the pool.
pub fn fit_pool(answers: &[Vec<Probabilities>], labels: &[Emotion], members: &[usize], evenness: f32) -> Vote {
    let temperatures: Vec<f32> = answers.iter().map(|answers| temperature(answers, labels)).collect();
    let scaled = scaled(answers, &temperatures);
    let n = members.len().max(1) as f64;
    let mut weights = vec![1.0 / n; members.len()];
    for _ in 0..ROUNDS {
        if evenness < 1.0 {
            let gradient = pool_gradient(&scaled, labels, members, &weights);
            weights
                .iter_mut()
                .zip(gradient)
                .for_each(|(weight, slope)| *weight *= (-STEP * slope).clamp(-1.0, 1.0).exp());
        }
    }
    let sum: f64 = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let even = f64::from(evenness);
    let mut of_all = vec![0.0; scaled.len()];
    for (head, weight) in members.iter().zip(weights) {
        of_all[*head] = ((1.0 - even) * weight / sum + even / n) as f32;
    }
    Vote::calibrated(temperatures, of_all, Pool::Logarithmic, &scaled, labels)
}

/// Fits a logarithmic pool of two halves, each of even weights: of the `shares` of the whole that the first half may weigh, in tenths, the
/// one under which the labels are likeliest.
pub fn fit_halves(
    answers: &[Vec<Probabilities>],
    labels: &[Emotion],
    [first, second]: [&[usize]; 2],
    shares: RangeInclusive<u8>,
) -> Vote {
    let temperatures: Vec<f32> = answers.iter().map(|answers| temperature(answers, labels)).collect();
    let scaled = scaled(answers, &temperatures);
    let of = |tenths: u8| {
        let share = f32::from(tenths) / 10.0;
        let mut weights = vec![0.0; answers.len()];
        first.iter().for_each(|head| weights[*head] = share / first.len() as f32);
        second.iter().for_each(|head| weights[*head] = (1.0 - share) / second.len() as f32);
        Vote::calibrated(temperatures.clone(), weights, Pool::Logarithmic, &scaled, labels)
    };
    let loss = |vote: &Vote| log_loss(&vote.joined(&scaled), labels);
    let all = *shares.end();
    let tried = shares.map(&of).map(|vote| (loss(&vote), vote));
    tried.min_by(|(a, _), (b, _)| a.total_cmp(b)).map_or_else(|| of(all), |(_, vote)| vote)
}

fn log_loss(answers: &[Probabilities], labels: &[Emotion]) -> f64 {
    let likely = |(answer, label): (&Probabilities, &Emotion)| f64::from(answer[label.index()].max(1e-9)).ln();
    -answers.iter().zip(labels).map(likely).sum::<f64>()
}

const STEP: f64 = 0.5;

/// Slope of the mean log loss in each member's weight.
fn pool_gradient(scaled: &[Vec<Probabilities>], labels: &[Emotion], members: &[usize], weights: &[f64]) -> Vec<f64> {
    let mut gradient = vec![0.0; members.len()];
    for (clip, label) in labels.iter().enumerate() {
        let logs: Vec<[f64; N_CLASSES]> =
            members.iter().map(|head| scaled[*head][clip].map(|p| f64::from(p.max(1e-7)).ln())).collect();
        let logits: [f64; N_CLASSES] =
            std::array::from_fn(|class| logs.iter().zip(weights).map(|(log, weight)| weight * log[class]).sum());
        let peak = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers = logits.map(|logit| (logit - peak).exp());
        let total: f64 = powers.iter().sum();
        for (slope, log) in gradient.iter_mut().zip(&logs) {
            let expected: f64 = powers.iter().zip(log).map(|(power, log)| power / total * log).sum();
            *slope += (expected - log[label.index()]) / labels.len() as f64;
        }
    }
    gradient
}

impl Vote {
    /// With the temperature that the joined answers want.
    fn calibrated(
        temperatures: Vec<f32>,
        weights: Vec<f32>,
        pool: Pool,
        scaled: &[Vec<Probabilities>],
        labels: &[Emotion],
    ) -> Self {
        let vote = Self { temperatures, weights, joined: 1.0, pool };
        Self { joined: temperature(&vote.mixture(scaled), labels), ..vote }
    }

    /// Calibrated answers of each head, and of their vote.
    pub fn apply(&self, answers: &[Vec<Probabilities>]) -> (Vec<Vec<Probabilities>>, Vec<Probabilities>) {
        let scaled = scaled(answers, &self.temperatures);
        let joined = self.joined(&scaled);
        (scaled, joined)
    }

    fn joined(&self, scaled: &[Vec<Probabilities>]) -> Vec<Probabilities> {
        self.mixture(scaled).iter().map(|vote| calibration::scale(vote, self.joined)).collect()
    }

    fn mixture(&self, scaled: &[Vec<Probabilities>]) -> Vec<Probabilities> {
        let clips = scaled.first().map_or(0, Vec::len);
        let vote = |clip: usize| {
            let votes = scaled.iter().zip(&self.weights).map(|(answers, weight)| (&answers[clip], *weight));
            self.pool.join(votes)
        };
        (0..clips).map(vote).collect()
    }
}

fn scaled(answers: &[Vec<Probabilities>], temperatures: &[f32]) -> Vec<Vec<Probabilities>> {
    let of_head = |(answers, t): (&Vec<Probabilities>, &f32)| -> Vec<Probabilities> {
        answers.iter().map(|answer| calibration::scale(answer, *t)).collect()
    };
    answers.iter().zip(temperatures).map(of_head).collect()
}

#[cfg(test)]
mod tests {
    use undertone::inference::N_CLASSES;

    use super::*;

    #[test]
    fn the_better_head_gets_the_greater_part_and_the_prior_holds_it_back() {
        let (mut right, mut wrong) = ([0.05; N_CLASSES], [0.05; N_CLASSES]);
        right[0] = 0.65;
        wrong[3] = 0.65;
        let labels = vec![Emotion::Neutral; 40];
        let good = vec![right; 40];
        let poor: Vec<Probabilities> = (0..40).map(|clip| if clip % 2 == 0 { right } else { wrong }).collect();
        let free = fit(&[good.clone(), poor.clone()], &labels, 0.0);
        let held = fit(&[good.clone(), poor.clone()], &labels, 1000.0);
        assert!(free.weights[0] > 0.9 && (0.5..0.6).contains(&held.weights[0]), "{free:?} {held:?}");
        let (each, joined) = free.apply(&[good, poor]);
        assert!(each.len() == 2 && joined.iter().all(|answer| answer[0] > 0.5));
    }

    #[test]
    fn a_pool_finds_the_better_head_and_evenness_holds_it_back() {
        let (mut right, mut wrong) = ([0.05; N_CLASSES], [0.05; N_CLASSES]);
        right[0] = 0.65;
        wrong[3] = 0.65;
        let labels = vec![Emotion::Neutral; 40];
        let mixed = |odd: usize| (0..40).map(|clip| if clip % odd == 0 { wrong } else { right }).collect::<Vec<_>>();
        let answers = [mixed(8), mixed(2), mixed(4)];
        let free = fit_pool(&answers, &labels, &[0, 1], 0.0);
        assert!(free.weights[0] > 0.9 && free.weights[2] == 0.0, "{free:?}");
        let even = fit_pool(&answers, &labels, &[0, 1], 1.0);
        assert_eq!(even.weights, [0.5, 0.5, 0.0]);
        let (each, joined) = free.apply(&answers);
        assert!(each.len() == 3 && joined[1][0] > 0.6, "{:?}", joined[1]);
    }

    #[test]
    fn of_two_halves_the_better_one_gets_what_helps() {
        let (mut right, mut wrong) = ([0.05; N_CLASSES], [0.05; N_CLASSES]);
        right[0] = 0.65;
        wrong[3] = 0.65;
        let labels = vec![Emotion::Neutral; 40];
        let mixed = |odd: usize| (0..40).map(|clip| if clip % odd == 0 { wrong } else { right }).collect::<Vec<_>>();
        let fit = |answers: &[Vec<Probabilities>]| fit_halves(answers, &labels, [&[0], &[1]], 8..=10).weights;
        assert_eq!(fit(&[mixed(20), mixed(2)]), [1.0, 0.0]);
        assert!((fit(&[mixed(2), mixed(20)])[0] - 0.8).abs() < 1e-6);
    }

    #[test]
    fn a_head_that_harms_is_no_member() {
        let (mut right, mut wrong) = ([0.05; N_CLASSES], [0.05; N_CLASSES]);
        right[0] = 0.65;
        wrong[3] = 0.65;
        let labels = vec![Emotion::Neutral; 40];
        let vote = choose(&[vec![wrong; 40], vec![right; 40]], &labels, 100.0);
        assert_eq!(vote.weights, [0.0, 1.0]);
        assert_eq!(vote.temperatures.len(), 2);
        assert!(vote.apply(&[vec![wrong; 2], vec![right; 2]]).1.iter().all(|answer| answer[0] > 0.5));
    }

    #[test]
    fn classes_that_are_not_tested_are_left_out() {
        let mut answer = [0.0; N_CLASSES];
        (answer[1], answer[3], answer[4]) = (0.5, 0.3, 0.2);
        let found = among(&[vec![answer]], &[Emotion::Sad, Emotion::Angry])[0][0];
        assert!((found[3] - 0.6).abs() < 1e-6 && (found[4] - 0.4).abs() < 1e-6 && found[1] == 0.0);
        assert_eq!(among(&[vec![answer]], &Emotion::ALL)[0][0], answer);
    }
}
