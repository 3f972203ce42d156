//! Jitter and shimmer: how much glottal periods and their amplitudes differ from their neighbours.

use serde::{Deserialize, Serialize};

const RATE: f64 = 16_000.0;
const SHORTEST: f64 = 0.0001;
const LONGEST: f64 = 0.02;
const PERIOD_FACTOR: f64 = 1.3;
const AMPLITUDE_FACTOR: f64 = 1.6;

/// Jitter, each a share of the mean period (Praat's, with its standard settings: periods of 0.1 to 20 ms, neighbours at most
/// 1.3 times one another). `None` where too few periods follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Jitter {
    /// Mean difference between neighbouring periods.
    pub local: Option<f32>,
    /// Relative average perturbation: mean difference between a period and the mean of it and its two neighbours.
    pub rap: Option<f32>,
    /// The same with its four neighbours.
    pub ppq5: Option<f32>,
    /// Mean difference between the differences of neighbours: three times `rap`.
    pub ddp: Option<f32>,
}

/// Shimmer (Praat's, with its standard settings: those of [`Jitter`], and neighbouring amplitudes at most 1.6 times one
/// another). `None` where too few periods follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shimmer {
    /// Mean difference between neighbouring amplitudes over the mean amplitude.
    pub local: Option<f32>,
    /// Mean difference between neighbouring amplitudes in dB.
    pub local_db: Option<f32>,
    /// Mean difference between an amplitude and the mean of it and its two neighbours, over the mean amplitude.
    pub apq3: Option<f32>,
    /// The same with its four neighbours.
    pub apq5: Option<f32>,
}

/// Jitter of pulses in seconds, rising.
pub fn jitter(pulses: &[f64]) -> Jitter {
    let periods: Vec<f64> = pulses.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let Some(mean) = mean_period(&periods) else { return Jitter::default() };
    let quotient = |width: usize| {
        let runs = periods.windows(width).filter(|run| run.iter().all(is_period) && alike(run, PERIOD_FACTOR));
        mean_of(runs.map(deviation)).map(|jitter| (jitter / mean) as f32)
    };
    let rap = quotient(3);
    Jitter { local: quotient(2), rap, ppq5: quotient(5), ddp: rap.map(|rap| 3.0 * rap) }
}

/// Shimmer of pulses in seconds, rising, in `samples` at 16 kHz: the amplitude of a pulse is the RMS under a Hann window that
/// reaches a fifth of the period to either side.
pub fn shimmer(samples: &[f32], pulses: &[f64]) -> Shimmer {
    let mut peaks: Vec<(f64, f64)> = Vec::with_capacity(pulses.len());
    for pulse in pulses.windows(3) {
        let periods = [pulse[1] - pulse[0], pulse[2] - pulse[1]];
        if periods.iter().all(is_period) && alike(&periods, PERIOD_FACTOR) {
            peaks.extend(amplitude(samples, pulse[1], periods.map(|p| 0.2 * p)).map(|peak| (pulse[1], peak)));
        }
    }
    // As in Praat, the last amplitude is left out of the mean.
    let mean = mean_of(peaks.iter().take(peaks.len().saturating_sub(1)).map(|peak| peak.1));
    let mut run = Vec::with_capacity(5);
    let mut over_runs = |width: usize, measure: fn(&[f64]) -> f64| {
        let (mut sum, mut count) = (0.0, 0);
        for peaks in peaks.windows(width) {
            run.clear();
            run.extend(peaks.iter().map(|peak| peak.1));
            if peaks.windows(2).all(|pair| is_period(&(pair[1].0 - pair[0].0))) && alike(&run, AMPLITUDE_FACTOR) {
                sum += measure(&run);
                count += 1;
            }
        }
        (count > 0).then(|| sum / f64::from(count))
    };
    let (local, local_db) = (over_runs(2, deviation), over_runs(2, decibels));
    let (apq3, apq5) = (over_runs(3, deviation), over_runs(5, deviation));
    let of_mean = |value: Option<f64>| Some((value? / mean?) as f32);
    Shimmer { local: of_mean(local), local_db: local_db.map(|db| db as f32), apq3: of_mean(apq3), apq5: of_mean(apq5) }
}

/// How far the middle of a run lies from its mean; of two, how far they lie apart.
fn deviation(run: &[f64]) -> f64 {
    match run {
        [a, b] => (a - b).abs(),
        _ => (run[run.len() / 2] - run.iter().sum::<f64>() / run.len() as f64).abs(),
    }
}

fn decibels(pair: &[f64]) -> f64 {
    20.0 * (pair[0] / pair[1]).log10().abs()
}

fn is_period(seconds: &f64) -> bool {
    (SHORTEST..=LONGEST).contains(seconds)
}

fn alike(run: &[f64], factor: f64) -> bool {
    run.windows(2).all(|pair| (pair[0] / pair[1]).max(pair[1] / pair[0]) <= factor)
}

fn mean_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// Mean of the periods that are like at least one neighbour.
fn mean_period(periods: &[f64]) -> Option<f64> {
    let like = |own: f64, other: Option<&f64>| other.map(|other| alike(&[own, *other], PERIOD_FACTOR));
    let counts = |index: usize| {
        let own = periods[index];
        let before = index.checked_sub(1).and_then(|before| like(own, periods.get(before)));
        let after = like(own, periods.get(index + 1));
        is_period(&own) && (before != Some(false) || after != Some(false))
    };
    mean_of((0..periods.len()).filter(|index| counts(*index)).map(|index| periods[index]))
}

/// RMS about a pulse under a Hann window with these two half-widths in seconds; `None` for less than three samples or
/// silence.
fn amplitude(samples: &[f32], pulse: f64, [left, right]: [f64; 2]) -> Option<f64> {
    let first = ((pulse - left) * RATE - 0.5).ceil().max(0.0) as usize;
    let last = ((pulse + right) * RATE - 0.5).floor().max(0.0) as usize;
    let inside = samples.get(first..=last.min(samples.len().checked_sub(1)?)).filter(|run| run.len() >= 3)?;
    let (mut energy, mut weights) = (0.0, 0.0);
    for (n, sample) in inside.iter().enumerate() {
        let offset = ((first + n) as f64 + 0.5) / RATE - pulse;
        let width = if offset < 0.0 { left } else { right };
        let weight = 0.5 + 0.5 * (std::f64::consts::PI * offset / width).cos();
        energy += (f64::from(*sample) * weight).powi(2);
        weights += weight * weight;
    }
    let rms = (energy / weights).sqrt();
    (rms > 0.0 && rms.is_finite()).then_some(rms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternating_periods_have_the_jitter_of_their_definition() {
        let mut at = 0.0;
        let pulses: Vec<f64> = (0..101)
            .map(|i| {
                at += if i % 2 == 0 { 0.0099 } else { 0.0101 };
                at
            })
            .collect();
        let jitter = jitter(&pulses);
        assert!((jitter.local.unwrap() - 0.02).abs() < 1e-6, "{jitter:?}");
        assert!((jitter.rap.unwrap() - 0.02 * 2.0 / 3.0).abs() < 1e-6);
        assert!((jitter.ppq5.unwrap() - 0.02 * 0.4).abs() < 1e-6 || jitter.ppq5.unwrap() < 0.02);
        assert_eq!(jitter.ddp.unwrap(), 3.0 * jitter.rap.unwrap());
    }

    #[test]
    fn too_few_pulses_have_neither() {
        for pulses in [&[][..], &[0.1], &[0.1, 0.11], &[0.1, 0.2, 0.3]] {
            assert_eq!(jitter(pulses).local, None);
            assert_eq!(shimmer(&[0.5; 8000], pulses), Shimmer::default());
        }
        assert_eq!(shimmer(&[], &[0.1, 0.11, 0.12, 0.13]), Shimmer::default());
    }
}
