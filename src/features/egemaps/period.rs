//! Jitter and shimmer of the periods in the waveform. openSMILE's `cPitchJitter`.

use super::frame::{HOP, LONG, SAMPLE_RATE};
use super::octave::parabola;

/// Periods are sought within 10 % of the pitch period.
const RANGE: f64 = 0.1;
const MIN_PERIODS: usize = 2;
const MIN_CORRELATION: f64 = 0.5;

/// Unsteadiness of one frame; 0 without voice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Perturbation {
    /// Mean absolute difference of neighbouring periods over the mean period, 0..=1.
    pub jitter: f32,
    /// dB: one plus the mean difference of neighbouring peak-to-peak amplitudes over the mean amplitude.
    pub shimmer_db: f32,
}

/// Jitter and shimmer of each long frame with the pitch `f0` (Hz, 0 for none).
pub fn perturbation(samples: &[f32], f0: &[f32]) -> Vec<Perturbation> {
    let mut matcher = PeriodMatcher::new(samples);
    f0.iter().enumerate().map(|(frame, hz)| matcher.frame(frame * HOP, *hz)).collect()
}

struct PeriodMatcher<'a> {
    samples: &'a [f32],
    /// Sums of samples and of their squares up to each sample.
    sums: Vec<f64>,
    squares: Vec<f64>,
    /// First sample not yet covered by periods, and how far it lies before the frame.
    position: usize,
    behind: usize,
    last_period: f64,
    jitter: f32,
    shimmer: f32,
    correlations: Vec<f64>,
}

impl<'a> PeriodMatcher<'a> {
    fn new(samples: &'a [f32]) -> Self {
        let (mut sums, mut squares) = (Vec::with_capacity(samples.len() + 1), Vec::with_capacity(samples.len() + 1));
        let (mut sum, mut square) = (0.0, 0.0);
        sums.push(sum);
        squares.push(square);
        for sample in samples {
            sum += f64::from(*sample);
            square += f64::from(*sample) * f64::from(*sample);
            sums.push(sum);
            squares.push(square);
        }
        Self {
            samples,
            sums,
            squares,
            position: 0,
            behind: 0,
            last_period: 0.0,
            jitter: 0.0,
            shimmer: 0.0,
            correlations: Vec::new(),
        }
    }

    fn frame(&mut self, start: usize, hz: f32) -> Perturbation {
        let advance = HOP + self.behind;
        if hz <= 0.0 {
            self.position = start + HOP;
            self.behind = 0;
            (self.last_period, self.jitter, self.shimmer) = (0.0, 0.0, 0.0);
            return Perturbation::default();
        }
        let expected = f64::from(SAMPLE_RATE) / f64::from(hz);
        let (low, high) = (((1.0 - RANGE) * expected) as usize, ((1.0 + RANGE) * expected).ceil() as usize);
        let wanted = advance.max(MIN_PERIODS * high + MIN_PERIODS).min(self.behind + LONG);
        let origin = self.position;
        let available = wanted.min(self.samples.len().saturating_sub(origin));
        let mut tally = Tally::default();
        let (mut at, mut covered) = (0, 0);
        while at + 2 * high + 1 < available {
            let begin = origin + at;
            match self.best_lag(begin, low, high) {
                Some((lag, period, correlation)) => {
                    if correlation > MIN_CORRELATION {
                        tally.add(period, self.last_period);
                        self.last_period = period;
                        let own = amplitude(&self.samples[begin..begin + lag]);
                        let next = amplitude(&self.samples[begin + lag..begin + 2 * lag]);
                        tally.amplitude += (own + next) / 2.0;
                        tally.amplitude_change += (own - next).abs();
                    }
                    at += lag;
                }
                None => at += expected.round() as usize,
            }
            if at + 1 < advance {
                covered = at;
            }
        }
        self.behind = advance - covered;
        self.position += covered;
        self.report(&tally)
    }

    fn report(&mut self, tally: &Tally) -> Perturbation {
        let mut jitter = self.jitter;
        if tally.periods > 0.0 {
            jitter = 0.0;
            if tally.pairs > 0.0 {
                jitter = ((tally.change / tally.pairs) / (tally.length / tally.periods)).min(1.0) as f32;
                self.jitter = jitter;
            }
            let ratio = tally.amplitude_change / tally.amplitude;
            self.shimmer = if tally.amplitude > 0.0 { ratio.min(1.0) } else { 0.0 };
        }
        Perturbation { jitter, shimmer_db: (20.0 * f64::from(1.0 + self.shimmer).log10()) as f32 }
    }

    /// Lag of the highest inner peak of the correlation of neighbouring stretches, refined period and height.
    fn best_lag(&mut self, begin: usize, low: usize, high: usize) -> Option<(usize, f64, f64)> {
        let mut correlations = std::mem::take(&mut self.correlations);
        correlations.clear();
        correlations.extend((low..=high).map(|lag| self.correlation(begin, lag)));
        let c = &correlations;
        let mut best: Option<usize> = None;
        for i in 1..(high - low).saturating_sub(1) {
            if c[i - 1] < c[i] && c[i] > c[i + 1] && best.is_none_or(|best| c[i] > c[best]) {
                best = Some(i);
            }
        }
        let found = best.map(|i| {
            let (shift, height) = parabola(c[i - 1], c[i], c[i + 1]);
            (low + i, (low as f64 + i as f64 + shift) / f64::from(SAMPLE_RATE), height)
        });
        self.correlations = correlations;
        found
    }

    /// Pearson's correlation of the `lag` samples from `begin` on with the `lag` samples after them; 0 without any spread.
    fn correlation(&self, begin: usize, lag: usize) -> f64 {
        let (middle, end) = (begin + lag, begin + 2 * lag);
        let n = lag as f64;
        let (x, y) = (self.sums[middle] - self.sums[begin], self.sums[end] - self.sums[middle]);
        let xx = self.squares[middle] - self.squares[begin] - x * x / n;
        let yy = self.squares[end] - self.squares[middle] - y * y / n;
        let spread = (xx * yy).sqrt();
        if xx <= 0.0 || yy <= 0.0 || spread <= 0.0 {
            return 0.0;
        }
        (dot(&self.samples[begin..middle], &self.samples[middle..end]) - x * y / n) / spread
    }
}

#[derive(Default)]
struct Tally {
    periods: f64,
    length: f64,
    pairs: f64,
    change: f64,
    amplitude: f32,
    amplitude_change: f32,
}

impl Tally {
    fn add(&mut self, period: f64, before: f64) {
        self.periods += 1.0;
        self.length += period;
        if before > 0.0 {
            self.pairs += 1.0;
            self.change += (before - period).abs();
        }
    }
}

/// Highest less lowest sample, without the two at the ends.
fn amplitude(period: &[f32]) -> f32 {
    let inner = &period[1..period.len() - 1];
    let (low, high) = inner.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    high - low
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0f32; 8];
    let (chunks_a, chunks_b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = chunks_a.remainder().iter().zip(chunks_b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in chunks_a.zip(chunks_b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    f64::from(sums.iter().sum::<f32>() + rest)
}
