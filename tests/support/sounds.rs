//! Sounds without speech, made by formulas, each kind in as many variants as there are seeds.
#![allow(dead_code)]

use std::f32::consts::TAU;

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
    fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// About normal, deviation 1.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.between(-0.5, 0.5)).sum()
    }
}

fn white(random: &mut Random) -> Vec<f32> {
    (0..LENGTH).map(|_| random.normal()).collect()
}

/// Noise whose power falls with `1 / f^slope`, as a sum of first-order noises an octave apart (slope 0..=2), or as
/// differences of white noise (negative slopes).
fn colored(random: &mut Random, slope: f32) -> Vec<f32> {
    if slope < 0.0 {
        let noise = white(random);
        return noise.windows(2).map(|pair| pair[1] - 0.7 * pair[0]).collect();
    }
    let poles: Vec<(f32, f32)> = (0..10)
        .map(|octave| {
            let hz = 16.0 * 2f32.powi(octave);
            let pole = (-TAU * hz / RATE as f32).exp();
            (pole, (1.0 - pole * pole).sqrt() * 2f32.powf(octave as f32 * (1.0 - slope) / 2.0))
        })
        .collect();
    let mut states = vec![0.0f32; poles.len()];
    (0..LENGTH)
        .map(|_| {
            for (state, (pole, gain)) in states.iter_mut().zip(&poles) {
                *state = pole * *state + gain * random.normal();
            }
            states.iter().sum()
        })
        .collect()
}

fn hum(random: &mut Random) -> Vec<f32> {
    let hz = [50.0, 60.0][random.below(2)] * random.between(0.998, 1.002);
    let parts: Vec<(f32, f32, f32)> = (1..=random.below(14) + 2)
        .map(|k| (hz * k as f32, random.between(0.05, 1.0) / k as f32, random.between(0.0, TAU)))
        .collect();
    let noise = random.between(0.0, 0.1);
    (0..LENGTH)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let sum: f32 = parts.iter().map(|(hz, gain, phase)| gain * (TAU * (hz * t).fract() + phase).sin()).sum();
            sum + noise * random.normal()
        })
        .collect()
}

fn clicks(random: &mut Random) -> Vec<f32> {
    let mut samples = vec![0.0; LENGTH];
    let (regular, per_second) = (random.below(2) == 0, random.between(0.7, 30.0));
    let (hz, decay, noise) = (random.between(500.0, 7000.0), random.between(0.0005, 0.01), random.between(0.0, 1e-3));
    let mut at = random.between(0.0, 0.3);
    while at < SECONDS {
        let begin = (at * RATE as f32) as usize;
        let gain = random.between(0.3, 1.0);
        for (n, sample) in samples[begin..].iter_mut().take((decay * 8.0 * RATE as f32) as usize + 2).enumerate() {
            let t = n as f32 / RATE as f32;
            *sample += gain * (-t / decay).exp() * (TAU * hz * t).cos();
        }
        at += if regular { 1.0 / per_second } else { random.between(0.2, 1.8) / per_second };
    }
    samples.into_iter().map(|sample| sample + noise * random.normal()).collect()
}

/// How a note sounds.
#[derive(Clone, Copy)]
enum Instrument {
    Organ,
    Saw,
    Square,
    Plucked,
    String,
    Fm,
}

impl Instrument {
    /// A note of `length` samples.
    fn note(self, random: &mut Random, hz: f32, length: usize) -> Vec<f32> {
        let rate = RATE as f32;
        let highest = (0.45 * rate / hz) as usize;
        let sum = |parts: &[(f32, f32)], decay: f32| -> Vec<f32> {
            (0..length)
                .map(|n| {
                    let t = n as f32 / rate;
                    let wave: f32 = parts.iter().map(|(k, gain)| gain * (TAU * (k * hz * t).fract()).sin()).sum();
                    wave * (-t * decay).exp() * (t / 0.008).min(1.0) * ((length - n) as f32 / (0.01 * rate)).min(1.0)
                })
                .collect()
        };
        match self {
            Self::Organ => {
                let parts: Vec<(f32, f32)> = [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0]
                    .map(|k| (k, random.between(0.0, 1.0) / (1.0 + 0.3 * k)))
                    .into_iter()
                    .filter(|(k, _)| *k <= highest as f32)
                    .collect();
                sum(&parts, 0.0)
            }
            Self::Saw => sum(&(1..=highest.min(40)).map(|k| (k as f32, 1.0 / k as f32)).collect::<Vec<_>>(), 1.0),
            Self::Square => {
                sum(&(1..=highest.min(40)).step_by(2).map(|k| (k as f32, 1.0 / k as f32)).collect::<Vec<_>>(), 0.0)
            }
            Self::Plucked => {
                let parts: Vec<(f32, f32)> =
                    (1..=highest.min(12)).map(|k| (k as f32, random.between(0.3, 1.0) / (k * k) as f32)).collect();
                sum(&parts, 6.0)
            }
            Self::String => {
                let period = (rate / hz).max(2.0);
                let mut line: Vec<f32> = (0..period as usize + 1).map(|_| random.between(-1.0, 1.0)).collect();
                let mut at = 0;
                (0..length)
                    .map(|n| {
                        let next = (at + 1) % line.len();
                        let output = line[at];
                        line[at] = 0.498 * (line[at] + line[next]);
                        at = next;
                        output * ((length - n) as f32 / (0.01 * rate)).min(1.0)
                    })
                    .collect()
            }
            Self::Fm => {
                let (ratio, depth) = ([1.0, 2.0, 3.0, 1.41, 3.5][random.below(5)], random.between(0.5, 6.0));
                (0..length)
                    .map(|n| {
                        let t = n as f32 / rate;
                        let modulation = depth * (-3.0 * t).exp() * (TAU * (ratio * hz * t).fract()).sin();
                        let fade = ((length - n) as f32 / (0.01 * rate)).min(1.0) * (t / 0.005).min(1.0);
                        (TAU * (hz * t).fract() + modulation).sin() * (-1.5 * t).exp() * fade
                    })
                    .collect()
            }
        }
    }
}

const SCALES: [[i32; 7]; 3] = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 4, 7, 9, 12, 14]];

fn hz_of(key: i32) -> f32 {
    440.0 * 2f32.powf((key - 69) as f32 / 12.0)
}

/// Notes of a scale one after the other, with or without gaps.
fn tune(random: &mut Random, shortest: f32, longest: f32, instrument: Instrument) -> Vec<f32> {
    let mut samples = vec![0.0; LENGTH];
    let (scale, root) = (SCALES[random.below(3)], 40 + random.below(30) as i32);
    let (ring, noise, even) = (random.between(0.6, 1.3), random.between(0.0, 3e-3), random.below(2) == 0);
    let beat = random.between(shortest, longest);
    let mut at = 0.0;
    while at < SECONDS {
        let seconds = if even { beat } else { random.between(shortest, longest) };
        if random.below(8) > 0 {
            let hz = hz_of(root + scale[random.below(7)]);
            let note = instrument.note(random, hz, (seconds * ring * RATE as f32) as usize);
            let gain = random.between(0.4, 1.0);
            let begin = (at * RATE as f32) as usize;
            samples[begin..].iter_mut().zip(note).for_each(|(sample, note)| *sample += gain * note);
        }
        at += seconds;
    }
    samples.into_iter().map(|sample| sample + noise * random.normal()).collect()
}

fn steady_tone(random: &mut Random) -> Vec<f32> {
    let instrument = [Instrument::Organ, Instrument::Saw, Instrument::Square][random.below(3)];
    let key = 36 + random.below(50) as i32;
    let noise = random.between(0.0, 0.05);
    let note = instrument.note(random, hz_of(key), LENGTH);
    note.into_iter().map(|sample| sample + noise * random.normal()).collect()
}

fn triad(random: &mut Random, root: i32, length: usize) -> Vec<f32> {
    let steps = [[0, 4, 7, 12], [0, 3, 7, 12], [0, 5, 7, 10], [0, 4, 7, 11], [0, 3, 6, 9]][random.below(5)];
    let instrument = [Instrument::Organ, Instrument::Saw, Instrument::Plucked, Instrument::Square][random.below(4)];
    let mut samples = vec![0.0; length];
    for step in steps {
        let note = instrument.note(random, hz_of(root + step), length);
        samples.iter_mut().zip(note).for_each(|(sample, note)| *sample += note);
    }
    samples
}

fn chord(random: &mut Random) -> Vec<f32> {
    let root = 40 + random.below(25) as i32;
    triad(random, root, LENGTH)
}

fn chords_in_a_row(random: &mut Random) -> Vec<f32> {
    let (beat, root) = (random.between(0.25, 1.0), 40 + random.below(20) as i32);
    let mut samples = Vec::new();
    while samples.len() < LENGTH {
        let step = SCALES[0][random.below(7)];
        samples.extend(triad(random, root + step, (beat * RATE as f32) as usize));
    }
    samples.truncate(LENGTH);
    samples
}

fn door_slam(random: &mut Random) -> Vec<f32> {
    let modes: Vec<(f32, f32, f32)> =
        (0..8).map(|_| (random.between(50.0, 700.0), random.between(0.02, 0.15), random.between(0.2, 1.0))).collect();
    let (latch, begin) = (random.between(0.04, 0.3), random.between(0.2, 1.0));
    let (thud, tail, noise) = (random.between(0.01, 0.05), random.between(0.05, 0.5), random.between(1e-5, 3e-3));
    (0..LENGTH)
        .map(|n| {
            let t = n as f32 / RATE as f32 - begin;
            let hiss = random.normal();
            let mut sample = noise * hiss;
            if t > 0.0 {
                sample +=
                    modes.iter().map(|(hz, decay, gain)| gain * (-t / decay).exp() * (TAU * hz * t).sin()).sum::<f32>();
                sample += 2.0 * hiss * ((-t / thud).exp() + 0.1 * (-t / tail).exp());
            }
            if t > latch {
                sample += hiss * (-(t - latch) / 0.01).exp();
            }
            sample
        })
        .collect()
}

/// Noise whose loudness swings at a rate in `low..high` Hz.
fn modulated(random: &mut Random, low: f32, high: f32) -> Vec<f32> {
    let (hz, depth, slope) = (random.between(low, high), random.between(0.5, 1.0), random.between(0.0, 2.0));
    let noise = colored(random, slope);
    let swing = |n: usize| 1.0 + depth * (TAU * hz * n as f32 / RATE as f32).sin();
    noise.into_iter().enumerate().map(|(n, sample)| sample * swing(n)).collect()
}

fn rain(random: &mut Random) -> Vec<f32> {
    let mut samples: Vec<f32> = white(random).into_iter().map(|sample| 0.03 * sample).collect();
    for _ in 0..random.below(3000) + 300 {
        let (begin, gain) = (random.below(LENGTH), random.between(0.05, 1.0).powi(3));
        let (hz, decay) = (random.between(1000.0, 6000.0), random.between(0.0005, 0.004));
        for (n, sample) in samples[begin..].iter_mut().take(200).enumerate() {
            let t = n as f32 / RATE as f32;
            *sample += gain * (-t / decay).exp() * (TAU * hz * t).sin();
        }
    }
    samples
}

/// Noise through a resonance that wanders.
fn wind(random: &mut Random) -> Vec<f32> {
    let (low, width, sway) = (random.between(150.0, 500.0), random.between(40.0, 300.0), random.between(0.1, 1.0));
    let (range, phase) = (random.between(1.1, 2.5), random.between(0.0, TAU));
    let mut state = [0.0f32; 2];
    (0..LENGTH)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let swing = 0.5 + 0.5 * (TAU * sway * t + phase).sin();
            let radius = (-std::f32::consts::PI * width / RATE as f32).exp();
            let angle = TAU * low * range.powf(swing) / RATE as f32;
            let y = random.normal() + 2.0 * radius * angle.cos() * state[0] - radius * radius * state[1];
            state = [y, state[0]];
            y * (0.2 + swing)
        })
        .collect()
}

/// Firing cylinders: low pulses, never quite alike, whose rate may rise.
fn engine(random: &mut Random) -> Vec<f32> {
    let (from, to) = (random.between(15.0, 90.0), random.between(0.8, 1.6));
    let (hz, decay, rough) = (random.between(60.0, 300.0), random.between(0.003, 0.02), random.between(0.02, 0.3));
    let mut samples: Vec<f32> = colored(random, 1.0).into_iter().map(|sample| 0.01 * sample).collect();
    let mut at = 0.0;
    while at < SECONDS {
        let gain = 1.0 + rough * random.normal();
        for (n, sample) in samples[(at * RATE as f32) as usize..].iter_mut().take(2000).enumerate() {
            let t = n as f32 / RATE as f32;
            *sample += gain * (-t / decay).exp() * (TAU * hz * t).sin();
        }
        at += (1.0 + 0.05 * rough * random.normal()) / (from * to.powf(at / SECONDS));
    }
    samples
}

/// A fan: noise, and the tone of its blades.
fn fan(random: &mut Random) -> Vec<f32> {
    let (hz, tone) = (random.between(80.0, 400.0), random.between(0.02, 2.0));
    let noise = colored(random, 1.0);
    let rms = (noise.iter().map(|sample| sample * sample).sum::<f32>() / noise.len() as f32).sqrt();
    let blades = |n: usize| {
        (1..4).map(|k| (TAU * (k as f32 * hz * n as f32 / RATE as f32).fract()).sin() / k as f32).sum::<f32>()
    };
    noise.into_iter().enumerate().map(|(n, sample)| sample / rms + tone * blades(n)).collect()
}

/// Keys struck: two short bursts each, through a box.
fn typing(random: &mut Random) -> Vec<f32> {
    let noise = random.between(1e-4, 1e-2);
    let mut samples: Vec<f32> = (0..LENGTH).map(|_| noise * random.normal()).collect();
    let mut at = random.between(0.0, 0.3);
    while at < SECONDS {
        for (offset, gain) in [(0.0, 1.0), (random.between(0.05, 0.12), 0.5)] {
            let begin = (((at + offset) * RATE as f32) as usize).min(LENGTH);
            let (hz, loud) = (random.between(150.0, 500.0), gain * random.between(0.3, 1.0));
            for (n, sample) in samples[begin..].iter_mut().take(1200).enumerate() {
                let t = n as f32 / RATE as f32;
                *sample +=
                    loud * (0.5 * random.normal() * (-t / 0.004).exp() + (-t / 0.012).exp() * (TAU * hz * t).sin());
            }
        }
        at += random.between(0.07, 0.5);
    }
    samples
}

fn applause(random: &mut Random) -> Vec<f32> {
    let mut samples = vec![0.0f32; LENGTH];
    for _ in 0..random.below(500) + 10 {
        let (begin, gain) = (random.below(LENGTH), random.between(0.1, 1.0));
        let (hz, decay) = (random.between(700.0, 2500.0), random.between(0.003, 0.015));
        let mut state = [0.0f32; 2];
        let radius = 0.95;
        for (n, sample) in samples[begin..].iter_mut().take(1500).enumerate() {
            let drive = random.normal() * (-(n as f32) / (decay * RATE as f32)).exp();
            let y = drive + 2.0 * radius * (TAU * hz / RATE as f32).cos() * state[0] - radius * radius * state[1];
            state = [y, state[0]];
            *sample += gain * y;
        }
    }
    samples
}

/// Strokes of a bell: partials out of tune with each other, each with its own decay.
fn bell(random: &mut Random) -> Vec<f32> {
    let mut samples = vec![0.0f32; LENGTH];
    let hz = random.between(150.0, 1200.0);
    let mut at = random.between(0.0, 0.2);
    while at < SECONDS {
        for (ratio, gain, seconds) in [
            (0.5, 0.6, 2.0),
            (1.0, 1.0, 1.5),
            (1.19, 0.7, 1.0),
            (1.56, 0.4, 0.8),
            (2.0, 0.6, 0.6),
            (2.74, 0.4, 0.3),
            (4.07, 0.3, 0.15),
        ] {
            let (hz, gain) = (hz * ratio * random.between(0.995, 1.005), gain * random.between(0.5, 1.0));
            if hz < 7500.0 {
                for (n, sample) in samples[(at * RATE as f32) as usize..].iter_mut().enumerate() {
                    let t = n as f32 / RATE as f32;
                    *sample += gain * (-t / seconds).exp() * (TAU * (hz * t).fract()).sin();
                }
            }
        }
        at += random.between(0.3, 2.0);
    }
    samples
}

/// Dialling, ringing and engaged tones.
fn phone(random: &mut Random) -> Vec<f32> {
    let pairs = [
        (697.0, 1209.0),
        (770.0, 1336.0),
        (852.0, 1477.0),
        (941.0, 1209.0),
        (440.0, 480.0),
        (480.0, 620.0),
        (350.0, 440.0),
        (425.0, 425.0),
    ];
    let (on, off, noise) = (random.between(0.06, 0.6), random.between(0.05, 0.5), random.between(0.0, 0.01));
    let changing = random.below(2) == 0;
    let mut pair = pairs[random.below(8)];
    let mut last = 0;
    (0..LENGTH)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let beat = (t / (on + off)) as usize;
            if changing && beat != last {
                (pair, last) = (pairs[random.below(8)], beat);
            }
            let sounding = t - beat as f32 * (on + off) < on;
            let tone = (TAU * (pair.0 * t).fract()).sin() + (TAU * (pair.1 * t).fract()).sin();
            if sounding { tone } else { noise * random.normal() }
        })
        .collect()
}

/// Bass drum (a falling tone), snare (tone and noise) and hi-hat in a row.
fn drums(random: &mut Random) -> Vec<f32> {
    let mut samples = vec![0.0f32; LENGTH];
    let beat = random.between(0.1, 0.3);
    for step in 0..(SECONDS / beat) as usize {
        let begin = (step as f32 * beat * RATE as f32) as usize;
        let (drum, gain) = (random.below(4), random.between(0.4, 1.0));
        let mut phase = 0.0f32;
        for (n, sample) in samples[begin..].iter_mut().take(6000).enumerate() {
            let t = n as f32 / RATE as f32;
            *sample += gain
                * match drum {
                    0 => {
                        phase += (50.0 + 120.0 * (-t / 0.03).exp()) / RATE as f32;
                        (TAU * phase.fract()).sin() * (-t / 0.12).exp()
                    }
                    1 => 0.5 * (TAU * 190.0 * t).sin() * (-t / 0.06).exp() + 0.5 * random.normal() * (-t / 0.08).exp(),
                    2 => 0.4 * random.normal() * (-t / 0.025).exp(),
                    _ => 0.0,
                };
        }
    }
    samples
}

/// A tone, with or without partials, whose pitch goes up and down.
fn siren(random: &mut Random) -> Vec<f32> {
    let (low, octaves, partials) = (random.between(80.0, 800.0), random.between(0.3, 2.0), random.below(12) + 1);
    let (rate, phase, stairs) = (random.between(0.2, 3.0), random.between(0.0, TAU), random.below(3));
    let noise = random.between(0.0, 0.01);
    let mut angle = 0.0f32;
    (0..LENGTH)
        .map(|n| {
            let swing = (rate * n as f32 / RATE as f32 + phase / TAU).fract();
            let height = match stairs {
                0 => 0.5 + 0.5 * (TAU * swing).sin(),
                1 => swing,
                _ => 1.0 - (2.0 * swing - 1.0).abs(),
            };
            let hz = low * 2f32.powf(octaves * height);
            angle = (angle + hz / RATE as f32).fract();
            let sum: f32 = (1..=partials)
                .filter(|k| *k as f32 * hz < 7500.0)
                .map(|k| (TAU * k as f32 * angle).sin() / k as f32)
                .sum();
            sum + noise * random.normal()
        })
        .collect()
}

/// A tone with vibrato and swells, as of a violin or a flute.
fn vibrato(random: &mut Random) -> Vec<f32> {
    let (scale, root) = (SCALES[random.below(3)], 50 + random.below(25) as i32);
    let (rate, depth, noise) = (random.between(4.5, 7.0), random.between(0.003, 0.03), random.between(0.0, 0.02));
    let (beat, gains) = (random.between(0.3, 1.2), [(); 12].map(|()| random.between(0.2, 1.0)));
    let (mut angle, mut hz, mut last) = (0.0f32, hz_of(root), 0);
    (0..LENGTH)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let note = (t / beat) as usize;
            if note != last {
                (hz, last) = (hz_of(root + scale[random.below(7)]), note);
            }
            let within = t / beat - note as f32;
            angle = (angle + hz * (1.0 + depth * (TAU * rate * t).sin()) / RATE as f32).fract();
            let parts = gains.iter().zip(1..).filter(|(_, k)| *k as f32 * hz < 7000.0);
            let sum: f32 = parts.map(|(gain, k)| gain * (TAU * k as f32 * angle).sin() / k as f32).sum();
            (sum + noise * random.normal()) * (std::f32::consts::PI * within).sin().powf(0.3)
        })
        .collect()
}
