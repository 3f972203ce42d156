//! Silence at both ends, and long pauses within.

use serde::{Deserialize, Serialize};

use super::{Audio, frames};

const FRAME_SECONDS: f64 = 0.025;
const HOP_SECONDS: f64 = 0.01;
/// Below this the loudest frame is silence: -80 dB of full scale.
const SILENCE_RMS: f64 = 1e-4;
/// Overlap of two regions at a join.
const FADE_SECONDS: f64 = 0.005;

/// What counts as silence, and which of it goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SilenceRule {
    /// A frame at most this far under the loudest is sound, in dB.
    pub top_db: f32,
    /// Seconds of silence that are kept beside sound, on either side.
    pub margin: f32,
    /// A pause longer than this, in seconds, is cut to twice the margin; `None` leaves every pause as it is.
    pub longest_pause: Option<f32>,
    /// Whether silence at the beginning and the end stays.
    pub keep_ends: bool,
}

impl Default for SilenceRule {
    /// 35 dB under the loudest frame, 50 ms of margin, every pause kept: where [`prepare`](super::prepare) cuts.
    fn default() -> Self {
        Self { top_db: 35.0, margin: 0.05, longest_pause: None, keep_ends: false }
    }
}

/// What [`remove_silence`] did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// Regions that were kept, start and end in seconds of the clip before; rising, apart, none empty. None at all for a
    /// clip without sound.
    pub kept: Vec<(f32, f32)>,
    /// Seconds that went.
    pub removed_seconds: f32,
}

/// Takes off leading and trailing silence unless the rule keeps it, and cuts long pauses if the rule says so. Kept regions are joined over a
/// cross-fade of 5 ms, so that the result is that much shorter a join than the regions together. A clip whose loudest
/// frame stays under -80 dB of full scale has no sound, and nothing of it is kept. Numbers of the rule that are negative
/// or not numbers count as 0.
pub fn remove_silence(audio: &Audio, rule: &SilenceRule) -> (Audio, Silence) {
    let rate = f64::from(audio.sample_rate());
    let kept = regions(audio.samples(), rate, rule);
    let samples = joined(audio.samples(), &kept, (FADE_SECONDS * rate) as usize);
    let result = Audio { samples, sample_rate: audio.sample_rate() };
    let report = Silence {
        kept: kept.iter().map(|(start, end)| ((*start as f64 / rate) as f32, (*end as f64 / rate) as f32)).collect(),
        removed_seconds: ((audio.samples().len() - result.samples().len()) as f64 / rate) as f32,
    };
    (result, report)
}

/// Kept regions in samples.
fn regions(samples: &[f32], rate: f64, rule: &SilenceRule) -> Vec<(usize, usize)> {
    let (length, hop) = ((FRAME_SECONDS * rate) as usize, (HOP_SECONDS * rate) as usize);
    let levels = frames::levels(samples, length, hop);
    let loudest = levels.iter().copied().fold(0.0, f64::max);
    if loudest < SILENCE_RMS {
        return Vec::new();
    }
    let threshold = loudest * 10f64.powf(-f64::from(rule.top_db.max(0.0)) / 20.0);
    let margin = (f64::from(rule.margin.max(0.0)) * rate) as usize;
    let longest = rule.longest_pause.map(|seconds| (f64::from(seconds.max(0.0)) * rate) as usize);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for index in (0..levels.len()).filter(|index| levels[*index] >= threshold) {
        let (start, end) = (index * hop, (index * hop + length).min(samples.len()));
        match found.last_mut() {
            Some(last) if longest.is_none_or(|longest| start.saturating_sub(last.1) <= longest) => last.1 = end,
            _ => found.push((start, end)),
        }
    }
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        let (start, end) = (start.saturating_sub(margin), end.saturating_add(margin).min(samples.len()));
        match kept.last_mut() {
            Some(last) if start <= last.1 => last.1 = end,
            _ => kept.push((start, end)),
        }
    }
    if rule.keep_ends {
        if let Some(first) = kept.first_mut() {
            first.0 = 0;
        }
        if let Some(last) = kept.last_mut() {
            last.1 = samples.len();
        }
    }
    kept
}

fn joined(samples: &[f32], regions: &[(usize, usize)], fade: usize) -> Vec<f32> {
    let mut out: Vec<f32> = Vec::new();
    for (start, end) in regions {
        let region = &samples[*start..*end];
        let overlap = fade.min(out.len()).min(region.len());
        let begin = out.len() - overlap;
        for (n, (old, new)) in out[begin..].iter_mut().zip(region).enumerate() {
            let weight = (n + 1) as f32 / (overlap + 1) as f32;
            *old = *old * (1.0 - weight) + new * weight;
        }
        out.extend_from_slice(&region[overlap..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sound at 0.5..1.0 s and 2.0..2.5 s of 3 s.
    fn clip(rate: u32, gain: f32) -> Audio {
        let sound = |n: u32| {
            let seconds = f64::from(n) / f64::from(rate);
            let on = (0.5..1.0).contains(&seconds) || (2.0..2.5).contains(&seconds);
            if on { gain * (std::f64::consts::TAU * 440.0 * seconds).sin() as f32 } else { 0.0 }
        };
        Audio::new((0..3 * rate).map(sound).collect(), rate).unwrap()
    }

    fn near(got: &[(f32, f32)], want: &[(f32, f32)]) -> bool {
        let close = |a: f32, b: f32| (a - b).abs() < 0.03;
        got.len() == want.len() && got.iter().zip(want).all(|(a, b)| close(a.0, b.0) && close(a.1, b.1))
    }

    #[test]
    fn both_ends_go_and_pauses_stay() {
        for rate in [4000, 16_000, 44_100, 96_000] {
            let (got, report) = remove_silence(&clip(rate, 0.5), &SilenceRule::default());
            assert!(near(&report.kept, &[(0.45, 2.55)]), "{report:?}");
            assert!((got.seconds() - 2.1).abs() < 0.05 && (report.removed_seconds - 0.9).abs() < 0.05);
            let start = (report.kept[0].0 * rate as f32).round() as usize;
            assert_eq!(got.samples(), &clip(rate, 0.5).samples()[start..start + got.samples().len()]);
        }
    }

    #[test]
    fn long_pauses_are_cut_to_the_margins() {
        let rule = SilenceRule { longest_pause: Some(0.4), ..Default::default() };
        let (got, report) = remove_silence(&clip(16_000, 0.5), &rule);
        assert!(near(&report.kept, &[(0.45, 1.05), (1.95, 2.55)]), "{report:?}");
        let kept: f32 = report.kept.iter().map(|(start, end)| end - start).sum();
        assert!((kept - got.seconds() - 0.005).abs() < 1e-4, "{kept} {}", got.seconds());
        assert!((report.removed_seconds + got.seconds() - 3.0).abs() < 1e-4);
        let rule = SilenceRule { longest_pause: Some(1.5), ..Default::default() };
        assert_eq!(remove_silence(&clip(16_000, 0.5), &rule).1.kept.len(), 1);
    }

    #[test]
    fn a_join_makes_no_click() {
        // Two halves of one offset that differ in sign: the step at the join is spread over the fade.
        let samples = (0..48_000)
            .map(|n| {
                if n < 16_000 {
                    0.5
                } else if n < 32_000 {
                    1e-6
                } else {
                    -0.5
                }
            })
            .collect();
        let rule = SilenceRule { longest_pause: Some(0.1), margin: 0.0, ..Default::default() };
        let (got, report) = remove_silence(&Audio::new(samples, 16_000).unwrap(), &rule);
        assert_eq!(report.kept.len(), 2, "{report:?}");
        let steps = got.samples().windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.filter(|step| *step > 0.02).count() <= 2);
    }

    #[test]
    fn gain_does_not_matter_and_silence_is_nothing() {
        let of = |gain| remove_silence(&clip(16_000, gain), &SilenceRule::default()).1;
        assert_eq!(of(0.9), of(0.009));
        let (got, report) = remove_silence(&clip(16_000, 1e-6), &SilenceRule::default());
        assert!(got.samples().is_empty() && report.kept.is_empty());
        assert!((report.removed_seconds - 3.0).abs() < 1e-6);
    }

    #[test]
    fn any_length_rule_and_finite_sample() {
        let rules = [0.0, 35.0, -5.0, f32::NAN, f32::INFINITY].map(|x| SilenceRule {
            top_db: x,
            margin: x,
            longest_pause: Some(x),
            keep_ends: x > 0.0,
        });
        for samples in [vec![], vec![0.5], vec![0.0; 9], vec![f32::MAX; 70], vec![0.5; 5000]] {
            for (rule, rate) in rules.iter().zip([4000, 16_000, 44_100, 192_000, 384_000]) {
                let audio = Audio::new(samples.clone(), rate).unwrap();
                let (got, report) = remove_silence(&audio, rule);
                assert!(got.samples().len() <= samples.len() && report.removed_seconds >= 0.0);
                assert!(got.samples().iter().all(|sample| sample.is_finite()));
            }
        }
        let (got, report) = remove_silence(&Audio::new(vec![0.5], 16_000).unwrap(), &SilenceRule::default());
        assert_eq!((got.samples(), report.kept.len()), (&[0.5f32][..], 1));
    }
}
