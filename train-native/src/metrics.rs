//! Figures from predictions: recall, precision and F1 a class, their means, calibration, and intervals over actors.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, Probabilities};

/// Bins of the expected calibration error.
const ECE_BINS: usize = 15;
/// Bins of a reliability diagram.
const RELIABILITY_BINS: usize = 10;
/// Draws of the bootstrap.
const BOOTSTRAP: usize = 1000;
/// Probabilities are taken as at least this in the log loss.
const SMALLEST: f64 = 1e-15;

/// A test clip and the answer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Speaker of the clip.
    pub speaker: String,
    /// What was played.
    pub label: Emotion,
    /// What was answered, in class order.
    pub probabilities: Probabilities,
}

/// Figures of one set of outcomes; shares are in 0..=1.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// The classes scored, the order of the lists below.
    pub classes: Vec<Emotion>,
    /// Unweighted average recall: the mean of the classes' recalls, over classes that occur.
    pub uar: f64,
    /// Share of right answers.
    pub accuracy: f64,
    /// Mean of the classes' F1, over classes that occur.
    pub macro_f1: f64,
    /// Mean of -ln of the true class' probability.
    pub log_loss: f64,
    /// Expected calibration error (Guo et al. 2017): 15 equal bins of the winner's probability.
    pub ece: f64,
    /// One entry a class.
    pub per_class: Vec<ClassScore>,
    /// Clips by true class (row) and answer (column).
    pub confusion: Vec<Vec<u64>>,
}

/// Figures of one class, in 0..=1; 0 where nothing was there to divide by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassScore {
    /// Share of the answers of this class that were right.
    pub precision: f64,
    /// Share of the clips of this class that were answered so.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

/// The clips whose answer's probability lies in one tenth of 0..=1: above the bin's lower bound, up to its upper one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReliabilityBin {
    /// Mean probability of the answers; 0 without clips.
    pub confidence: f64,
    /// Share of right answers; 0 without clips.
    pub accuracy: f64,
    /// Clips, summed over the seeds.
    pub count: u64,
}

/// A clip as the figures see it: class numbers within the scored classes.
struct Judged<'a> {
    speaker: &'a str,
    truth: usize,
    answer: usize,
    confidence: f64,
    truth_probability: f64,
}

/// Scores outcomes on `classes`: clips of other classes are left out, and probabilities of other classes are taken away
/// and the rest scaled to a sum of 1. Without any clip, all figures are 0.
pub fn score(outcomes: &[Outcome], classes: &[Emotion]) -> Scores {
    let judged = judge(outcomes, classes);
    let n = judged.len().max(1) as f64;
    let mut confusion = vec![vec![0u64; classes.len()]; classes.len()];
    for clip in &judged {
        confusion[clip.truth][clip.answer] += 1;
    }
    let per_class: Vec<ClassScore> = (0..classes.len()).map(|class| class_score(&confusion, class)).collect();
    let occurs = |class: &usize| confusion[*class].iter().sum::<u64>() > 0;
    let mean_over_classes = |figure: fn(&ClassScore) -> f64| {
        let values: Vec<f64> = (0..classes.len()).filter(occurs).map(|class| figure(&per_class[class])).collect();
        mean(&values)
    };
    Scores {
        classes: classes.to_vec(),
        uar: mean_over_classes(|class| class.recall),
        accuracy: judged.iter().filter(|clip| clip.truth == clip.answer).count() as f64 / n,
        macro_f1: mean_over_classes(|class| class.f1),
        log_loss: judged.iter().map(|clip| -clip.truth_probability.max(SMALLEST).ln()).sum::<f64>() / n,
        ece: ece(&judged),
        per_class,
        confusion,
    }
}

/// 95 % interval of the UAR, in 0..=1, by resampling speakers with replacement (1000 draws, percentiles). `runs` holds the
/// outcomes of each seed over the same clips; a draw takes the same speakers from each and the mean of their UARs.
pub fn uar_interval(runs: &[Vec<Outcome>], classes: &[Emotion], seed: u64) -> [f64; 2] {
    let counts: Vec<BTreeMap<&str, Vec<(u64, u64)>>> = runs.iter().map(|run| recall_counts(run, classes)).collect();
    let mut speakers: Vec<&str> = counts.iter().flat_map(|run| run.keys().copied()).collect();
    speakers.sort_unstable();
    speakers.dedup();
    if speakers.is_empty() {
        return [0.0, 0.0];
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draws: Vec<f64> = (0..BOOTSTRAP)
        .map(|_| {
            let drawn: Vec<&str> = speakers.iter().map(|_| speakers[rng.random_range(0..speakers.len())]).collect();
            mean(&counts.iter().map(|run| uar_of(run, &drawn, classes.len())).collect::<Vec<_>>())
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    [percentile(&draws, 0.025), percentile(&draws, 0.975)]
}

/// Ten bins over the answers' probabilities, in ascending order, of all seeds together.
pub fn reliability(runs: &[Vec<Outcome>], classes: &[Emotion]) -> Vec<ReliabilityBin> {
    let mut bins = vec![ReliabilityBin::default(); RELIABILITY_BINS];
    for clip in runs.iter().flat_map(|run| judge(run, classes)) {
        let bin = &mut bins[bin_of(clip.confidence, RELIABILITY_BINS)];
        bin.confidence += clip.confidence;
        bin.accuracy += f64::from(u8::from(clip.truth == clip.answer));
        bin.count += 1;
    }
    for bin in &mut bins {
        let n = bin.count.max(1) as f64;
        bin.confidence /= n;
        bin.accuracy /= n;
    }
    bins
}

/// UAR of each test speaker, over the classes of that speaker's clips; the mean over the seeds.
pub fn speaker_uars(runs: &[Vec<Outcome>], classes: &[Emotion]) -> BTreeMap<String, f64> {
    let mut uars: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for run in runs {
        let counts = recall_counts(run, classes);
        for speaker in counts.keys() {
            uars.entry((*speaker).to_owned()).or_default().push(uar_of(&counts, &[speaker], classes.len()));
        }
    }
    uars.into_iter().map(|(speaker, uars)| (speaker, mean(&uars))).collect()
}

/// Mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Sample standard deviation (n - 1); 0 of fewer than two values.
pub fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let center = mean(values);
    (values.iter().map(|value| (value - center).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

fn judge<'a>(outcomes: &'a [Outcome], classes: &[Emotion]) -> Vec<Judged<'a>> {
    let judge = |outcome: &'a Outcome| {
        let truth = classes.iter().position(|class| *class == outcome.label)?;
        let kept: Vec<f64> = classes.iter().map(|class| f64::from(outcome.probabilities[class.index()])).collect();
        let sum = kept.iter().sum::<f64>().max(SMALLEST);
        let answer = (1..kept.len()).fold(0, |best, class| if kept[class] > kept[best] { class } else { best });
        let (confidence, truth_probability) = (kept[answer] / sum, kept[truth] / sum);
        Some(Judged { speaker: &outcome.speaker, truth, answer, confidence, truth_probability })
    };
    outcomes.iter().filter_map(judge).collect()
}

fn class_score(confusion: &[Vec<u64>], class: usize) -> ClassScore {
    let right = confusion[class][class];
    let ratio = |of: u64, all: u64| if all == 0 { 0.0 } else { of as f64 / all as f64 };
    let truths: u64 = confusion[class].iter().sum();
    let answers: u64 = confusion.iter().map(|row| row[class]).sum();
    ClassScore {
        precision: ratio(right, answers),
        recall: ratio(right, truths),
        f1: ratio(2 * right, truths + answers),
    }
}

/// The equal bin of 0..=1 that a probability falls into; each has its upper bound.
fn bin_of(confidence: f64, bins: usize) -> usize {
    ((confidence * bins as f64).ceil() as usize).clamp(1, bins) - 1
}

fn ece(judged: &[Judged]) -> f64 {
    let mut bins = [(0.0, 0.0); ECE_BINS];
    for clip in judged {
        let bin = &mut bins[bin_of(clip.confidence, ECE_BINS)];
        bin.0 += clip.confidence;
        bin.1 += f64::from(u8::from(clip.truth == clip.answer));
    }
    bins.iter().map(|(confidence, right): &(f64, f64)| (confidence - right).abs()).sum::<f64>()
        / judged.len().max(1) as f64
}

fn recall_counts<'a>(run: &'a [Outcome], classes: &[Emotion]) -> BTreeMap<&'a str, Vec<(u64, u64)>> {
    let mut counts = BTreeMap::new();
    for clip in judge(run, classes) {
        let classes = counts.entry(clip.speaker).or_insert_with(|| vec![(0, 0); classes.len()]);
        classes[clip.truth].0 += u64::from(clip.truth == clip.answer);
        classes[clip.truth].1 += 1;
    }
    counts
}

fn uar_of(counts: &BTreeMap<&str, Vec<(u64, u64)>>, speakers: &[&str], classes: usize) -> f64 {
    let mut sums = vec![(0, 0); classes];
    for of_speaker in speakers.iter().filter_map(|speaker| counts.get(speaker)) {
        for (sum, (right, all)) in sums.iter_mut().zip(of_speaker) {
            sum.0 += right;
            sum.1 += all;
        }
    }
    let recalls: Vec<f64> =
        sums.into_iter().filter(|(_, all)| *all > 0).map(|(right, all)| right as f64 / all as f64).collect();
    mean(&recalls)
}

/// Linear interpolation between the closest ranks, of ascending values.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (at - low as f64)
}

#[cfg(test)]
mod tests;
