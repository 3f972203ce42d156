//! Calibration of probabilities.

use super::{N_CLASSES, Probabilities};

/// Probabilities count as this at least.
const LEAST: f32 = 1e-7;

/// Temperature scaling (Guo et al. 2017, eq. 9) on log-probabilities: above 1 it flattens, below 1 it sharpens.
pub fn scale(probabilities: &Probabilities, temperature: f32) -> Probabilities {
    softmax(&probabilities.map(|p| p.max(LEAST).ln() / temperature))
}

fn softmax(logits: &[f32; N_CLASSES]) -> Probabilities {
    let peak = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = logits.map(|logit| (logit - peak).exp());
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}

/// Weighted mean of probabilities; the weights need not sum to 1. Uniform where there is no weight.
pub fn soft_vote<'a>(votes: impl IntoIterator<Item = (&'a Probabilities, f32)>) -> Probabilities {
    let (mut sum, mut total) = ([0.0f32; N_CLASSES], 0.0);
    for (probabilities, weight) in votes {
        total += weight;
        for (slot, p) in sum.iter_mut().zip(probabilities) {
            *slot += weight * p;
        }
    }
    if total > 0.0 { sum.map(|p| p / total) } else { [1.0 / N_CLASSES as f32; N_CLASSES] }
}

/// Weighted mean of log-probabilities (logarithmic opinion pool; Genest & Zidek 1986, eq. 3.6), scaled to sum 1: a class that one member
/// rules out is ruled out. Uniform where there is no weight.
pub fn logarithmic_pool<'a>(votes: impl IntoIterator<Item = (&'a Probabilities, f32)>) -> Probabilities {
    let mut sum = [0.0f32; N_CLASSES];
    let mut total = 0.0;
    for (probabilities, weight) in votes {
        total += weight;
        for (slot, p) in sum.iter_mut().zip(probabilities) {
            *slot += weight * p.max(LEAST).ln();
        }
    }
    let total = if total > 0.0 { total } else { 1.0 };
    softmax(&sum.map(|logit| logit / total))
}

/// Takes the classes' shares in training out of an answer (Saerens et al. 2002, eq. 4, toward equal shares), so that every
/// emotion counts as equally likely before the voice is heard.
pub fn balance(probabilities: &Probabilities, shares: &Probabilities) -> Probabilities {
    let mut balanced = *probabilities;
    for (p, share) in balanced.iter_mut().zip(shares) {
        *p /= share.max(f32::MIN_POSITIVE);
    }
    let sum: f32 = balanced.iter().sum();
    if sum.is_finite() && sum > 0.0 { balanced.map(|p| p / sum) } else { *probabilities }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperature_one_changes_nothing_and_two_flattens() {
        let p = [0.4, 0.3, 0.1, 0.05, 0.05, 0.05, 0.03, 0.02];
        assert!(scale(&p, 1.0).iter().zip(&p).all(|(a, b)| (a - b).abs() < 1e-6));
        let flat = scale(&p, 2.0);
        assert!(flat[0] < p[0] && flat[0] > flat[1] && (flat.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_class_that_was_rare_in_training_gains() {
        let mut shares = [2.0 / 15.0; N_CLASSES];
        shares[0] = 1.0 / 15.0;
        let balanced = balance(&[0.125; N_CLASSES], &shares);
        assert!((balanced[0] / balanced[1] - 2.0).abs() < 1e-5 && (balanced.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(balance(&[0.125; N_CLASSES], &[0.125; N_CLASSES]), [0.125; N_CLASSES]);
    }

    #[test]
    fn a_vote_is_the_weighted_mean() {
        let (mut a, mut b) = ([0.0; N_CLASSES], [0.0; N_CLASSES]);
        (a[0], b[1]) = (1.0, 1.0);
        let vote = soft_vote([(&a, 3.0), (&b, 1.0)]);
        assert_eq!((vote[0], vote[1]), (0.75, 0.25));
    }

    #[test]
    fn a_logarithmic_pool_is_the_geometric_mean() {
        let (mut a, mut b) = ([0.02; N_CLASSES], [0.02; N_CLASSES]);
        (a[0], a[1]) = (0.8, 0.08);
        (b[0], b[1]) = (0.08, 0.8);
        let vote = logarithmic_pool([(&a, 1.0), (&b, 1.0)]);
        assert!((vote[0] - vote[1]).abs() < 1e-6 && (vote.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let expected = 0.064f32.sqrt() / (2.0 * 0.064f32.sqrt() + 6.0 * 0.02);
        assert!((vote[0] - expected).abs() < 1e-5, "{vote:?}");
        assert_eq!(logarithmic_pool([(&a, 2.0)]).map(|p| (1e5 * p).round()), a.map(|p| (1e5 * p).round()));
        assert!(logarithmic_pool([]).iter().all(|p| (p - 0.125).abs() < 1e-6));
    }
}
