//! Augmentation of training sound: speed, pitch, spectral tilt, a small room, noise, babble, the telephone's band, a codec's
//! rounding. It acts on [`Audio`], after the split, on training clips only. Gain is no part of it: every copy is brought to
//! one level. Nor is time shift: learners draw their own window of each copy.

mod pitch;

use anyhow::Result;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use undertone::audio::{Audio, normalize_level};

use crate::recipe::is_none;

/// What is done to a copy; a range of no width switches its part off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Augmented copies of each training clip, beside the clip itself.
    pub copies: usize,
    /// Speed is drawn from `1 - speed ..= 1 + speed` (tempo and pitch together).
    pub speed: f32,
    /// Pitch is drawn from this many semitones down to as many up, the tempo kept.
    #[serde(default, skip_serializing_if = "is_none")]
    pub pitch: f32,
    /// Share of the copies with babble behind them, at a ratio from the same range as noise.
    #[serde(default, skip_serializing_if = "is_none")]
    pub babble_share: f32,
    /// Lowest and highest signal-to-noise ratio in dB; each copy gets white, pink or brown noise.
    pub snr_db: [f32; 2],
    /// Share of the copies that get noise.
    pub noise_share: f32,
    /// Spectral tilt: the coefficient of a first difference is drawn from `-tilt ..= tilt`.
    pub tilt: f32,
    /// Share of the copies that sound as in a small room.
    #[serde(default, skip_serializing_if = "is_none")]
    pub room_share: f32,
    /// Share of the copies that go through a telephone's band, 300 to 3400 Hz.
    #[serde(default, skip_serializing_if = "is_none")]
    pub telephone_share: f32,
    /// Share of the copies that are rounded as by a codec: mu-law with 5 to 8 bits.
    #[serde(default, skip_serializing_if = "is_none")]
    pub codec_share: f32,
}

impl Augmentation {
    /// Speed by 14 %, noise at 8 to 35 dB on seven copies of ten, tilt; no copy yet.
    pub fn light() -> Self {
        Self {
            copies: 0,
            speed: 0.14,
            pitch: 0.0,
            babble_share: 0.0,
            snr_db: [8.0, 35.0],
            noise_share: 0.7,
            tilt: 0.4,
            room_share: 0.0,
            telephone_share: 0.0,
            codec_share: 0.0,
        }
    }
}

/// Seed of a clip's copies: of the training's seed and the clip's content hash, so that the order of clips does not matter.
pub fn copy_seed(seed: u64, content: &str) -> u64 {
    seed ^ u64::from_str_radix(content.get(..16).unwrap_or_default(), 16).unwrap_or_default()
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
    if settings.pitch > 0.0 {
        let semitones = settings.pitch * rng.random_range(-1.0f32..=1.0);
        samples = pitch::shifted(&samples, semitones, audio.sample_rate());
    }
    tilt(&mut samples, settings.tilt * rng.random_range(-1.0f32..=1.0));
    let mut happens = |share: f32| share > 0.0 && rng.random::<f32>() < share;
    let (room, telephone, codec) =
        (happens(settings.room_share), happens(settings.telephone_share), happens(settings.codec_share));
    if room {
        samples = in_room(&samples, audio.sample_rate() as f32, &mut rng);
    }
    if rng.random::<f32>() < settings.noise_share {
        let snr_db = rng.random_range(settings.snr_db[0]..=settings.snr_db[1]);
        let color = rng.random_range(0..3);
        add_noise(&mut samples, snr_db, color, &mut rng);
    }
    if settings.babble_share > 0.0 && rng.random::<f32>() < settings.babble_share {
        let snr_db = rng.random_range(settings.snr_db[0]..=settings.snr_db[1]);
        add_babble(&mut samples, snr_db, &mut rng);
    }
    if telephone {
        samples = through_telephone(&samples, audio.sample_rate() as f32)?;
    }
    if codec {
        round_mu_law(&mut samples, rng.random_range(5..=8));
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

/// Adds several voices at once: the clip's own, backwards, at other speeds and places. A voice of another clip might be a test
/// speaker's.
fn add_babble(samples: &mut [f32], snr_db: f32, rng: &mut ChaCha8Rng) {
    const VOICES: usize = 5;
    let power = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>() / x.len().max(1) as f32;
    let backwards: Vec<f32> = samples.iter().rev().copied().collect();
    let mut babble = vec![0.0f32; samples.len()];
    for _ in 0..VOICES {
        let voice = at_speed(&backwards, rng.random_range(0.75f32..=1.3));
        let start = rng.random_range(0..voice.len().max(1));
        for (slot, value) in babble.iter_mut().zip(voice.iter().cycle().skip(start)) {
            *slot += value;
        }
    }
    let gain = (power(samples) / power(&babble).max(1e-12) / 10f32.powf(snr_db / 10.0)).sqrt();
    samples.iter_mut().zip(babble).for_each(|(sample, babble)| *sample += gain * babble);
}

/// Adds the reverberation of a small room: sparse pulses of either sign that decay by 60 dB in 0.1 to 0.35 s (velvet noise,
/// Karjalainen & Jarvelainen 2007), 6 to 18 dB under the direct sound.
fn in_room(samples: &[f32], rate: f32, rng: &mut ChaCha8Rng) -> Vec<f32> {
    const PULSES_A_SECOND: f32 = 1500.0;
    let seconds = rng.random_range(0.1f32..=0.35);
    let n_pulses = (seconds * PULSES_A_SECOND) as usize;
    let spacing = rate / PULSES_A_SECOND;
    let pulses: Vec<(usize, f32)> = (0..n_pulses)
        .map(|pulse| {
            let delay = ((pulse as f32 + rng.random::<f32>()) * spacing) as usize + (0.002 * rate) as usize;
            let decay = 10f32.powf(-3.0 * delay as f32 / (seconds * rate));
            (delay, if rng.random::<bool>() { decay } else { -decay })
        })
        .collect();
    let energy: f32 = pulses.iter().map(|(_, gain)| gain * gain).sum();
    let wet = 10f32.powf(-rng.random_range(6.0f32..=18.0) / 20.0) / energy.sqrt().max(1e-6);
    let mut wetted = samples.to_vec();
    for (delay, gain) in pulses {
        for (to, from) in wetted.iter_mut().skip(delay).zip(samples) {
            *to += wet * gain * from;
        }
    }
    wetted
}

/// Second-order Butterworth filters at 300 and 3400 Hz, twice each.
pub(crate) fn through_telephone(samples: &[f32], rate: f32) -> Result<Vec<f32>> {
    use biquad::{Biquad, Coefficients, DirectForm2Transposed, Q_BUTTERWORTH_F32, ToHertz, Type};
    let filter = |kind, hz: f32| {
        Coefficients::<f32>::from_params(kind, rate.hz(), hz.hz(), Q_BUTTERWORTH_F32)
            .map(DirectForm2Transposed::<f32>::new)
            .map_err(|error| anyhow::anyhow!("no telephone band at {rate} Hz ({error:?})"))
    };
    let (high, low) = (filter(Type::HighPass, 300.0)?, filter(Type::LowPass, 3400.0)?);
    let mut chain = [high, high, low, low];
    Ok(samples.iter().map(|sample| chain.iter_mut().fold(*sample, |x, filter| filter.run(x))).collect())
}

/// Rounds to `bits` bits on the mu-law scale (G.711 has 8), full scale at the loudest sample.
pub(crate) fn round_mu_law(samples: &mut [f32], bits: u32) {
    const MU: f32 = 255.0;
    let peak = samples.iter().fold(1e-9f32, |peak, sample| peak.max(sample.abs()));
    let levels = ((1u32 << (bits - 1)) - 1) as f32;
    for sample in samples {
        let compressed = (MU * sample.abs() / peak).ln_1p() / MU.ln_1p();
        let expanded = ((compressed * levels).round() / levels * MU.ln_1p()).exp_m1() / MU;
        *sample = expanded.copysign(*sample) * peak;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Augmentation = Augmentation {
        copies: 3,
        speed: 0.12,
        pitch: 2.0,
        babble_share: 0.3,
        snr_db: [10.0, 30.0],
        noise_share: 0.8,
        tilt: 0.3,
        room_share: 0.5,
        telephone_share: 0.5,
        codec_share: 0.5,
    };

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

    #[test]
    fn babble_has_the_asked_level_and_is_not_the_clip() {
        let clean = tone().samples().to_vec();
        let mut samples = clean.clone();
        add_babble(&mut samples, 5.0, &mut ChaCha8Rng::seed_from_u64(2));
        let energy = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>();
        let babble: Vec<f32> = samples.iter().zip(&clean).map(|(a, b)| a - b).collect();
        assert!((10.0 * (energy(&clean) / energy(&babble)).log10() - 5.0).abs() < 0.1);
        let alike: f32 = babble.iter().zip(&clean).map(|(a, b)| a * b).sum();
        assert!(alike.abs() < 0.5 * (energy(&babble) * energy(&clean)).sqrt());
    }

    #[test]
    fn the_telephone_keeps_its_band_and_the_codec_most_of_the_signal() {
        let energy = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>();
        let tone = |hz: f32| -> Vec<f32> {
            (0..16000).map(|n| 0.1 * (n as f32 * hz * std::f32::consts::TAU / 16000.0).sin()).collect()
        };
        let kept = |hz| energy(&through_telephone(&tone(hz), 16000.0).unwrap()) / energy(&tone(hz));
        assert!(kept(1000.0) > 0.9 && kept(100.0) < 0.01 && kept(6500.0) < 0.01);
        let clean = tone(440.0);
        let mut rounded = clean.clone();
        round_mu_law(&mut rounded, 8);
        let off: Vec<f32> = clean.iter().zip(&rounded).map(|(a, b)| a - b).collect();
        assert!((30.0..45.0).contains(&(10.0 * (energy(&clean) / energy(&off)).log10())));
        let room = in_room(&clean, 16000.0, &mut ChaCha8Rng::seed_from_u64(3));
        assert!(room.len() == clean.len() && room != clean && energy(&room) < 3.0 * energy(&clean));
    }
}
