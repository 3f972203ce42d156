//! Sounds without speech, made by formulas, each kind in as many variants as there are seeds.
#![allow(dead_code)]

mod music;
mod noises;

use music::*;
use noises::*;

pub const RATE: u32 = 16_000;
const SECONDS: f32 = 3.0;
const LENGTH: usize = (RATE as f32 * SECONDS) as usize;

/// A kind of sound: name, and the sound of a seed.
pub type Kind = (&'static str, fn(&mut Random) -> Vec<f32>);

/// What the thresholds of `features::speech` were chosen on, beside speech.
pub const CHOSEN_ON: [Kind; 12] = [
    ("white noise", white),
    ("pink noise", |random| colored(random, 1.0)),
    ("hum", hum),
    ("clicks", clicks),
    ("steady tone", steady_tone),
    ("chord", chord),
    ("arpeggio", |random| tune(random, 0.08, 0.2, Instrument::Plucked)),
    ("melody, organ", |random| tune(random, 0.2, 0.6, Instrument::Organ)),
    ("melody, saw", |random| tune(random, 0.1, 0.5, Instrument::Saw)),
    ("door slam", door_slam),
    ("brown noise", |random| colored(random, 2.0)),
    ("beating noise", |random| modulated(random, 2.0, 8.0)),
];

/// What they were not chosen on.
pub const NEVER_SEEN: [Kind; 16] = [
    ("blue noise", |random| colored(random, -1.0)),
    ("rain", rain),
    ("wind", wind),
    ("engine", engine),
    ("fan", fan),
    ("typing", typing),
    ("applause", applause),
    ("bell", bell),
    ("guitar", |random| tune(random, 0.15, 0.4, Instrument::String)),
    ("melody, FM", |random| tune(random, 0.1, 0.5, Instrument::Fm)),
    ("melody, square", |random| tune(random, 0.06, 0.3, Instrument::Square)),
    ("chords in a row", chords_in_a_row),
    ("phone", phone),
    ("drums", drums),
    ("siren", siren),
    ("vibrato", vibrato),
];

/// The sound of a kind's seed, at a level of its own between -50 and 0 dB of full scale.
pub fn sound(kind: &Kind, seed: u64) -> Vec<f32> {
    let mut random = Random::new(kind.0.bytes().fold(seed + 1, |hash, byte| hash.wrapping_mul(31) + u64::from(byte)));
    let level = 10f32.powf(random.between(-50.0, 0.0) / 20.0);
    let samples = (kind.1)(&mut random);
    let peak = samples.iter().fold(1e-9f32, |peak, sample| peak.max(sample.abs()));
    samples.into_iter().map(|sample| sample * level / peak).collect()
}

/// Random numbers, the same on every machine (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// In `low..high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// In `0..count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// About normal, deviation 1.
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.between(-0.5, 0.5)).sum()
    }
}
