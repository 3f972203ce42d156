//! Intensity.

use crate::dsp::window::bessel_i0;
use crate::features::table::{TABLE_HOP_LENGTH, table_frames};

const RATE: f64 = 16_000.0;
/// Square of the threshold of hearing, 20 uPa.
const THRESHOLD: f64 = 4e-10;

/// Intensity in dB over 20 uPa of each frame of the common grid ([`table_frames`]), 0 at the least, of sound whose samples are
/// Pa (as for Praat, so that a full-scale sine has 91 dB): mean square about the mean under a Kaiser window of `6.4 / floor`
/// seconds, which smooths the ripple of periods down to `floor` Hz (Praat's `To Intensity` with `minimum pitch` 40..=1000 and
/// the mean subtracted). `samples` are at 16 kHz, frame `k` is centred at sample `160 k`, outside is silence.
pub fn intensity(samples: &[f32], floor: f64) -> Vec<f32> {
    let half_width = 3.2 / floor.clamp(40.0, 1000.0) * RATE;
    let half = half_width as usize;
    let window: Vec<f64> = (0..=2 * half)
        .map(|i| {
            let x = (i as f64 - half as f64) / half_width;
            bessel_i0((2.0 * std::f64::consts::PI.powi(2) + 0.5) * (1.0 - x * x).max(0.0).sqrt())
        })
        .collect();
    let weight: f64 = window.iter().sum();
    let level = |frame: usize| {
        let centre = frame * TABLE_HOP_LENGTH;
        let first = centre.saturating_sub(half).min(samples.len());
        let inside = &samples[first..(centre + half + 1).min(samples.len())];
        let mean = inside.iter().map(|s| f64::from(*s)).sum::<f64>() / window.len() as f64;
        let weights = &window[first + half - centre..][..inside.len()];
        // Outside, silence lies as far from the mean as the mean from silence.
        let (mut energy, mut weighed) = (0.0, 0.0);
        for (sample, weight) in inside.iter().zip(weights) {
            energy += (f64::from(*sample) - mean).powi(2) * weight;
            weighed += weight;
        }
        let square = (energy + mean * mean * (weight - weighed).max(0.0)) / weight;
        (10.0 * (square / THRESHOLD).max(1.0).log10()) as f32
    };
    (0..table_frames(samples.len())).map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_has_its_level_and_silence_has_none() {
        let sine: Vec<f32> = (0..16_000).map(|n| (0.3 * n as f32).sin()).collect();
        let level = intensity(&sine, 75.0);
        assert!((level[50] - 90.97).abs() < 0.01, "{}", level[50]);
        assert_eq!(intensity(&[0.0; 400], 75.0), [0.0; 3]);
        assert_eq!(intensity(&[], 75.0), [0.0]);
        assert!(intensity(&[f32::MAX; 400], 75.0).iter().all(|db| db.is_finite()));
    }
}
