//! Augmentation of training sound: speed, spectral tilt, and noise. It acts on [`Audio`], after the split, on training
//! clips only.

use anyhow::Result;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use undertone::audio::{Audio, normalize_level};

/// What is done to a copy; a range of no width switches its part off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Augmented copies of each training clip, beside the clip itself.
    pub copies: usize,
    /// Speed is drawn from `1 - speed ..= 1 + speed` (tempo and pitch together).
    pub speed: f32,
    /// Lowest and highest signal-to-noise ratio in dB; each copy gets white, pink or brown noise.
    pub snr_db: [f32; 2],
    /// Share of the copies that get noise.
    pub noise_share: f32,
    /// Spectral tilt: the coefficient of a first difference is drawn from `-tilt ..= tilt`.
    pub tilt: f32,
}

/// Copy `copy` of a prepared clip, the same for the same seed, at the level of all prepared sound. Copy 0 is the clip
/// itself.
///
/// # Errors
/// Where the sound cannot be built, which only hostile settings bring about.
pub fn augment(audio: &Audio, settings: &Augmentation, copy: usize, seed: u64) -> Result<Audio> {
    if copy == 0 {
        return Ok(audio.clone());
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ (copy as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let rate = 1.0 + settings.speed * rng.random_range(-1.0f32..=1.0);
    let mut samples = at_speed(audio.samples(), rate);
    tilt(&mut samples, settings.tilt * rng.random_range(-1.0f32..=1.0));
    if rng.random::<f32>() < settings.noise_share {
        let snr_db = rng.random_range(settings.snr_db[0]..=settings.snr_db[1]);
        let color = rng.random_range(0..3);
        add_noise(&mut samples, snr_db, color, &mut rng);
    }
    Ok(normalize_level(&Audio::new(samples, audio.sample_rate())?)?)
}

/// Plays `rate` times faster, by cubic (Catmull-Rom) interpolation.
fn at_speed(samples: &[f32], rate: f32) -> Vec<f32> {
    if samples.len() < 4 {
        return samples.to_vec();
    }
    let last = samples.len() as isize - 1;
    let at = |index: isize| samples[index.clamp(0, last) as usize];
    (0..(samples.len() as f64 / f64::from(rate)) as usize)
        .map(|n| {
            let position = n as f64 * f64::from(rate);
            let (i, t) = (position.floor() as isize, position.fract() as f32);
            let (a, b, c, d) = (at(i - 1), at(i), at(i + 1), at(i + 2));
            b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
        })
        .collect()
}

/// `y[n] = x[n] - k x[n-1]`.
fn tilt(samples: &mut [f32], k: f32) {
    let mut previous = 0.0;
    for sample in samples {
        let now = *sample;
        *sample -= k * previous;
        previous = now;
    }
}

fn add_noise(samples: &mut [f32], snr_db: f32, color: usize, rng: &mut ChaCha8Rng) {
    let power = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>() / x.len().max(1) as f32;
    let (mut slow, mut fast) = (0.0f32, 0.0f32);
    let noise: Vec<f32> = samples
        .iter()
        .map(|_| {
            let white: f32 = (0..3).map(|_| rng.random_range(-1.0f32..1.0)).sum();
            slow = 0.995 * slow + 0.05 * white;
            fast = 0.9 * fast + 0.2 * white;
            match color {
                0 => white,
                1 => slow + 0.6 * fast + 0.15 * white,
                _ => slow + 0.02 * white,
            }
        })
        .collect();
    let gain = (power(samples) / power(&noise).max(1e-12) / 10f32.powf(snr_db / 10.0)).sqrt();
    for (sample, noise) in samples.iter_mut().zip(noise) {
        *sample += gain * noise;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Augmentation =
        Augmentation { copies: 3, speed: 0.12, snr_db: [10.0, 30.0], noise_share: 0.8, tilt: 0.3 };

    fn tone() -> Audio {
        Audio::new((0..16000).map(|n| 0.07 * (n as f32 * 0.1).sin()).collect(), 16000).unwrap()
    }

    #[test]
    fn copies_repeat_by_seed_and_differ_from_each_other() {
        let of = |copy, seed| augment(&tone(), &SETTINGS, copy, seed).unwrap();
        assert_eq!(of(1, 7), of(1, 7));
        assert_ne!(of(1, 7), of(2, 7));
        assert_ne!(of(1, 7), of(1, 8));
        assert_eq!(of(0, 7), tone());
    }

    #[test]
    fn speed_changes_length_and_noise_has_the_asked_level() {
        assert_eq!(at_speed(tone().samples(), 1.25).len(), 12800);
        let mut samples = tone().samples().to_vec();
        let clean = samples.clone();
        add_noise(&mut samples, 10.0, 0, &mut ChaCha8Rng::seed_from_u64(1));
        let energy = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>();
        let noise: Vec<f32> = samples.iter().zip(&clean).map(|(a, b)| a - b).collect();
        assert!((10.0 * (energy(&clean) / energy(&noise)).log10() - 10.0).abs() < 0.1);
    }
}
