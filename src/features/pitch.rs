//! Fundamental frequency and harmonicity.

use super::FeatureConfig;
use crate::audio::Audio;
use crate::dsp::{autocorrelation::Autocorrelation, window::hann};

/// Fundamental frequency and harmonicity, one value a frame of `hop_length`.
#[derive(Clone, Debug, PartialEq)]
pub struct F0Contour {
    /// Hz; `None` where unvoiced.
    pub hz: Vec<Option<f32>>,
    /// Strength of the chosen period, 0..=1: the normalised autocorrelation at its lag, whether voiced or not.
    pub strength: Vec<f32>,
}

const FRAME_SECONDS: f32 = 0.05;
const CANDIDATES: usize = 6;
const VOICING_THRESHOLD: f32 = 0.45;
const SILENCE_THRESHOLD: f32 = 0.03;
const OCTAVE_COST: f32 = 0.01;
const OCTAVE_JUMP_COST: f32 = 0.35;
const VOICED_UNVOICED_COST: f32 = 0.14;

struct Candidate {
    /// 0 for unvoiced.
    hz: f32,
    strength: f32,
    score: f32,
}

/// Tracks f0 by autocorrelation, corrected for the window's own, with the cheapest path through the candidates of all
/// frames (Boersma 1993; Praat's `To Pitch (ac)` with its standard costs, 50 ms Hann frames).
pub fn f0_contour(audio: &Audio, config: &FeatureConfig) -> F0Contour {
    let rate = audio.sample_rate() as f32;
    let length = (FRAME_SECONDS * rate) as usize;
    let (min_lag, max_lag) = ((rate / config.f0_max).floor() as usize, (rate / config.f0_min).ceil() as usize);
    let window = hann(length);
    let mut plan = Autocorrelation::new(length, max_lag + 1);
    let of_window: Vec<f32> = plan.normalized(&window).to_vec();
    let samples = audio.samples();
    let n_frames = (samples.len() / config.hop_length).max(1);
    let global_peak = samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs())).max(f32::MIN_POSITIVE);

    let mut frame = vec![0.0; length];
    let frames: Vec<Vec<Candidate>> = (0..n_frames)
        .map(|index| {
            let start = (index * config.hop_length) as isize - length as isize / 2;
            for (n, slot) in frame.iter_mut().enumerate() {
                let at = start + n as isize;
                *slot = if at >= 0 { samples.get(at as usize).copied().unwrap_or(0.0) } else { 0.0 };
            }
            let average = crate::dsp::statistics::mean(&frame);
            let mut local_peak = 0.0f32;
            for (slot, weight) in frame.iter_mut().zip(&window) {
                let centered = *slot - average;
                local_peak = local_peak.max(centered.abs());
                *slot = centered * weight;
            }
            let r: Vec<f32> = plan
                .normalized(&frame)
                .iter()
                .zip(&of_window)
                .map(|(signal, window)| signal / window.max(1e-3))
                .collect();
            candidates(&r, min_lag, max_lag, rate, config.f0_min, local_peak / global_peak)
        })
        .collect();
    let path = cheapest_path(&frames);
    let chosen = || frames.iter().zip(&path).map(|(frame, choice)| (&frame[*choice], frame));
    F0Contour {
        hz: chosen().map(|(candidate, _)| (candidate.hz > 0.0).then_some(candidate.hz)).collect(),
        strength: chosen()
            .map(|(candidate, all)| {
                let best = all.iter().fold(0.0f32, |best, c| best.max(c.strength));
                (if candidate.hz > 0.0 { candidate.strength } else { best }).clamp(0.0, 1.0)
            })
            .collect(),
    }
}

fn candidates(r: &[f32], min_lag: usize, max_lag: usize, rate: f32, f0_min: f32, intensity: f32) -> Vec<Candidate> {
    let unvoiced = VOICING_THRESHOLD + (2.0 - (intensity / SILENCE_THRESHOLD) / (1.0 + VOICING_THRESHOLD)).max(0.0);
    let mut found: Vec<Candidate> = (min_lag.max(1)..max_lag.min(r.len() - 1))
        .filter(|lag| r[*lag] > 0.2 && r[*lag] > r[lag - 1] && r[*lag] >= r[lag + 1])
        .map(|lag| {
            let (left, peak, right) = (r[lag - 1], r[lag], r[lag + 1]);
            let bend = left - 2.0 * peak + right;
            let shift = if bend < 0.0 { 0.5 * (left - right) / bend } else { 0.0 };
            let hz = rate / (lag as f32 + shift);
            let strength = (peak - 0.25 * (left - right) * shift).min(1.0);
            Candidate { hz, strength, score: strength - OCTAVE_COST * (f0_min * 8.0 / hz).log2() }
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(CANDIDATES - 1);
    found.push(Candidate { hz: 0.0, strength: 0.0, score: unvoiced });
    found
}

fn cheapest_path(frames: &[Vec<Candidate>]) -> Vec<usize> {
    let mut score: Vec<f32> = frames[0].iter().map(|candidate| candidate.score).collect();
    let mut back: Vec<Vec<usize>> = vec![Vec::new()];
    for pair in frames.windows(2) {
        let (mut next, mut from) = (Vec::with_capacity(pair[1].len()), Vec::with_capacity(pair[1].len()));
        for to in &pair[1] {
            let (best, total) = pair[0]
                .iter()
                .zip(&score)
                .map(|(candidate, score)| score - transition(candidate.hz, to.hz))
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .unwrap_or((0, 0.0));
            next.push(total + to.score);
            from.push(best);
        }
        score = next;
        back.push(from);
    }
    let mut at = (0..score.len()).max_by(|a, b| score[*a].total_cmp(&score[*b])).unwrap_or(0);
    let mut path = vec![0; frames.len()];
    for index in (0..frames.len()).rev() {
        path[index] = at;
        if index > 0 {
            at = back[index][at];
        }
    }
    path
}

fn transition(from: f32, to: f32) -> f32 {
    match (from > 0.0, to > 0.0) {
        (true, true) => OCTAVE_JUMP_COST * (from / to).log2().abs(),
        (false, false) => 0.0,
        _ => VOICED_UNVOICED_COST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_train_is_tracked_and_noise_is_unvoiced() {
        let mut phase = 0.0f32;
        let samples: Vec<f32> = (0..32000)
            .map(|_| {
                phase = (phase + 140.0 / 16000.0).fract();
                (-40.0 * phase).exp() - 0.025
            })
            .collect();
        let contour = f0_contour(&Audio::new(samples, 16000).unwrap(), &FeatureConfig::default());
        let inner = &contour.hz[10..190];
        assert!(inner.iter().all(|hz| hz.is_some_and(|hz| (hz - 140.0).abs() < 1.0)), "{inner:?}");

        let mut state = 1u32;
        let noise: Vec<f32> = (0..32000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state as f32 / u32::MAX as f32 - 0.5
            })
            .collect();
        let contour = f0_contour(&Audio::new(noise, 16000).unwrap(), &FeatureConfig::default());
        assert!(contour.hz.iter().flatten().count() < 10);
    }
}
