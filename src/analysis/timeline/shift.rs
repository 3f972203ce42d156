//! Sudden shifts: where the answers of a recording fall into two parts that differ by more than chance and acting do.

use serde::{Deserialize, Serialize};

use super::WINDOW_SECONDS;
use crate::inference::{Emotion, N_CLASSES, Probabilities};

/// Log-likelihood, in nats, that a further part must bring.
const PENALTY: f32 = 2.0;
/// Seconds of speech that a part has at least.
const LEAST_SECONDS: f32 = 4.5;
/// Neutral and calm take turns from sentence to sentence, and count as one class.
const ORDINARY: [Emotion; 2] = [Emotion::Neutral, Emotion::Calm];

/// A place where what is heard changes suddenly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Seconds of the clip.
    pub seconds: f32,
    /// What is heard most from the shift before on, or from the beginning.
    pub before: Emotion,
    /// And up to the next one, or the end.
    pub after: Emotion,
    /// Total variation distance between the mean probabilities of both parts, neutral and calm taken together, 0..=1.
    pub size: f32,
}

/// How shifts are found: the recording is cut into the parts under which its answers are likeliest, each part with its own shares of the
/// classes, where every further part costs a penalty (optimal partitioning, Jackson et al. 2005; what one cut gains is the generalised
/// likelihood ratio of a test for a change point). A cut is marked where another class is heard most before than after. O(n²).
///
/// It is made for the deep tier's answers against an ordinary voice: `train-native evaluate --tier deep --protocol luna5` counts how often it
/// is right and wrong on them, in calls of unseen actors. On other answers it has not been measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShiftRule {
    /// Log-likelihood, in nats, that a further part must bring.
    pub penalty: f32,
}

impl Default for ShiftRule {
    fn default() -> Self {
        Self { penalty: PENALTY }
    }
}

/// Sums of the answers up to each of them, neutral and calm together.
struct Sums(Vec<[f64; N_CLASSES]>);

impl Sums {
    fn of<'a>(answers: impl Iterator<Item = &'a Probabilities>) -> Self {
        let mut sums = vec![[0.0; N_CLASSES]];
        let mut sum = [0.0; N_CLASSES];
        for answer in answers {
            sum.iter_mut().zip(answer).for_each(|(sum, p)| *sum += f64::from(*p));
            sums.push(sum);
        }
        Self(sums)
    }

    /// Mean over a part.
    fn mean(&self, from: usize, to: usize) -> [f64; N_CLASSES] {
        let n = (to - from).max(1) as f64;
        std::array::from_fn(|class| (self.0[to][class] - self.0[from][class]) / n)
    }

    /// As [`mean`](Self::mean), neutral and calm in the place of neutral.
    fn merged(&self, from: usize, to: usize) -> [f64; N_CLASSES] {
        let mut mean = self.mean(from, to);
        let [neutral, calm] = ORDINARY.map(Emotion::index);
        mean[neutral] += std::mem::take(&mut mean[calm]);
        mean
    }

    /// Negative log-likelihood of a part by its own shares.
    fn cost(&self, from: usize, to: usize) -> f64 {
        let entropy = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
        (to - from) as f64 * self.merged(from, to).map(entropy).iter().sum::<f64>()
    }
}

impl ShiftRule {
    /// The shifts in answers that stand for `hop` seconds each, rising.
    pub fn find(&self, moments: &[Option<Probabilities>], hop: f32) -> Vec<Shift> {
        let heard: Vec<usize> = (0..moments.len()).filter(|place| moments[*place].is_some()).collect();
        let sums = Sums::of(moments.iter().flatten());
        let mut cuts = self.cuts(&sums, heard.len(), hop);
        cuts.insert(0, 0);
        cuts.push(heard.len());
        let shift = |ends: &[usize]| {
            let [before, after] = [sums.merged(ends[0], ends[1]), sums.merged(ends[1], ends[2])];
            let size = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0;
            let [was, is] = [most(&before), most(&after)];
            (was != is).then(|| Shift {
                seconds: heard[ends[1]] as f32 * hop,
                before: shown(was, &sums.mean(ends[0], ends[1])),
                after: shown(is, &sums.mean(ends[1], ends[2])),
                size: size as f32,
            })
        };
        cuts.windows(3).filter_map(shift).collect()
    }

    /// First answer of each part but the first.
    fn cuts(&self, sums: &Sums, n: usize, hop: f32) -> Vec<usize> {
        let least = ((LEAST_SECONDS / hop).round() as usize).max(1);
        // Windows overlap: each brings so much that those before it have not heard.
        let penalty = f64::from(self.penalty) * f64::from(WINDOW_SECONDS / hop).max(1.0);
        let mut best = vec![f64::INFINITY; n + 1];
        let mut last = vec![0; n + 1];
        best[0] = -penalty;
        for end in least..=n {
            for from in 0..=end - least {
                let cost = best[from] + sums.cost(from, end) + penalty;
                if cost < best[end] {
                    (best[end], last[end]) = (cost, from);
                }
            }
        }
        let mut cuts = Vec::new();
        let mut end = n;
        while last[end] > 0 {
            end = last[end];
            cuts.push(end);
        }
        cuts.reverse();
        cuts
    }
}

fn most(shares: &[f64; N_CLASSES]) -> usize {
    (0..N_CLASSES).fold(0, |best, class| if shares[class] > shares[best] { class } else { best })
}

/// The class that is shown for the one that is heard most: of neutral and calm the more frequent.
fn shown(class: usize, mean: &[f64; N_CLASSES]) -> Emotion {
    let [neutral, calm] = ORDINARY;
    match class == neutral.index() && mean[calm.index()] > mean[neutral.index()] {
        true => calm,
        false => Emotion::ALL[class],
    }
}
