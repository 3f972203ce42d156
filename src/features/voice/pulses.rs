//! Glottal pulses.

use super::Pitch;
use crate::dsp::sum::dot;

const RATE: f64 = 16_000.0;

/// Seconds of the glottal pulses of the voiced stretches, rising (Praat's `To PointProcess (cc)`): from the extremum in the
/// middle of a stretch, one period at a time to where the waveform resembles itself most. Sample `n` of `samples`, at 16 kHz,
/// is centred at `(n + 0.5) / 16000` s; outside is silence.
pub fn pulses(samples: &[f32], pitch: &Pitch) -> Vec<f64> {
    let mut search = Search { samples, own: Vec::new(), region: Vec::new() };
    let global_peak = samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs())).into();
    let mut found: Vec<f64> = Vec::new();
    let mut earlier = Vec::new();
    let mut last_behind = f64::NEG_INFINITY;
    for (left, right) in stretches(pitch) {
        let middle = 0.5 * (left + right);
        let Some(f0) = pitch.at(middle) else { continue };
        let first = extremum(samples, middle - 0.5 / f0, middle + 0.5 / f0);
        let mut at = first;
        while let Some(f0) = pitch.at(at) {
            let step = search.step(at, -1.0 / f0);
            at = step.seconds;
            // A stretch that follows closely does not count the pulses of the last one again.
            if step.is_pulse(global_peak, at >= left) && at - last_behind > 0.8 / f0 {
                earlier.push(at);
            }
            if at < left {
                break;
            }
        }
        found.extend(earlier.drain(..).rev());
        found.push(first);
        at = first;
        while let Some(f0) = pitch.at(at) {
            let step = search.step(at, 1.0 / f0);
            at = step.seconds;
            if step.is_pulse(global_peak, at <= right) {
                found.push(at);
                last_behind = at;
            }
            if at > right {
                break;
            }
        }
    }
    found.sort_by(f64::total_cmp);
    found.dedup();
    found
}

/// Voiced stretches in seconds: half a frame before the first frame to half a frame behind the last.
fn stretches(pitch: &Pitch) -> impl Iterator<Item = (f64, f64)> + '_ {
    pitch.stretches().map(|frames| (pitch.seconds(frames.start) - 0.005, pitch.seconds(frames.end) - 0.005))
}

/// Seconds of the sample furthest from zero, refined by a parabola.
fn extremum(samples: &[f32], from: f64, to: f64) -> f64 {
    let first = (from * RATE - 0.5).floor().max(0.0) as usize;
    let behind = ((to * RATE - 0.5).ceil().max(0.0) as usize + 1).min(samples.len());
    let range = samples.get(first..behind).unwrap_or_default();
    let (mut lowest, mut highest) = (0, 0);
    for (i, sample) in range.iter().enumerate() {
        lowest = if *sample < range[lowest] { i } else { lowest };
        highest = if *sample > range[highest] { i } else { highest };
    }
    if range.is_empty() || range[lowest] == range[highest] {
        return 0.5 * (from + to);
    }
    let best = if range[lowest].abs() > range[highest].abs() { lowest } else { highest };
    let mut at = best as f64;
    if best > 0 && best + 1 < range.len() {
        let [left, middle, right] = [best - 1, best, best + 1].map(|i| f64::from(range[i]));
        let bend = 2.0 * middle - left - right;
        at += if bend == 0.0 { 0.0 } else { 0.5 * (right - left) / bend };
    }
    (first as f64 + at + 0.5) / RATE
}

/// Where a period of the waveform resembles the one about the last pulse.
struct Step {
    seconds: f64,
    correlation: f64,
    peak: f64,
}

impl Step {
    fn is_pulse(&self, global_peak: f64, within_stretch: bool) -> bool {
        if within_stretch {
            self.correlation > 0.3 && (self.peak == 0.0 || self.peak > 0.01 * global_peak)
        } else {
            self.correlation > 0.7 && self.peak > 0.023333 * global_peak
        }
    }
}

struct Search<'a> {
    samples: &'a [f32],
    own: Vec<f64>,
    region: Vec<f64>,
}

impl Search<'_> {
    /// The best local maximum of the normalised cross-correlation between the period about `at` and those 0.8 to 1.25 periods
    /// behind it (before it, if the period is negative); one period on if there is none.
    fn step(&mut self, at: f64, period: f64) -> Step {
        let half = 0.5 * period.abs();
        let index = |seconds: f64| seconds * RATE - 0.5;
        let (first, last) = (index(at - half).round() as isize, index(at + half).round() as isize);
        let (near, far) = (at + 0.8 * period, at + 1.25 * period);
        let from = index(near.min(far) - half).floor() as isize;
        let to = index(near.max(far) - half).ceil() as isize;
        load(self.samples, first, last, &mut self.own);
        load(self.samples, from, to + last - first, &mut self.region);
        let own_energy = dot(&self.own, &self.own);
        let mut best: Option<(isize, [f64; 3])> = None;
        let (mut before, mut here) = (0.0, 0.0);
        for (start, other) in (0..).zip(self.region.windows(self.own.len())) {
            let product = dot(&self.own, other);
            let correlation =
                if product == 0.0 { 0.0 } else { product / (own_energy.sqrt() * dot(other, other).sqrt()) };
            if here > best.map_or(-1.0, |(_, r)| r[1]) && here >= before && here >= correlation {
                best = Some((start - 1, [before, here, correlation]));
            }
            (before, here) = (here, correlation);
        }
        let Some((start, [left, middle, right])) = best else {
            return Step { seconds: at + period, correlation: -1.0, peak: 0.0 };
        };
        let (slope, bend) = (0.5 * (right - left), 2.0 * middle - left - right);
        let shift = if bend == 0.0 { 0.0 } else { slope / bend };
        let other = &self.region[start.max(0) as usize..][..self.own.len()];
        Step {
            seconds: at + ((from - first + start) as f64 + shift) / RATE,
            correlation: middle + 0.5 * slope * shift,
            peak: other.iter().fold(0.0, |peak, s| s.abs().max(peak)),
        }
    }
}

/// Samples `first..=last`, with silence outside the clip.
fn load(samples: &[f32], first: isize, last: isize, into: &mut Vec<f64>) {
    into.clear();
    let sample = |i: isize| usize::try_from(i).ok().and_then(|i| samples.get(i)).map_or(0.0, |s| f64::from(*s));
    into.extend((first..=last).map(sample));
}
