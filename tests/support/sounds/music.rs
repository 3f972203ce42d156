//! Notes, chords, melodies, bells, drums, and other tones.

use std::f32::consts::TAU;

use super::{LENGTH, RATE, Random, SECONDS};

/// How a note sounds.
#[derive(Clone, Copy)]
pub enum Instrument {
    Organ,
    Saw,
    Square,
    Plucked,
    String,
    Fm,
}

impl Instrument {
    /// A note of `length` samples.
    pub fn note(self, random: &mut Random, hz: f32, length: usize) -> Vec<f32> {
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

pub fn hz_of(key: i32) -> f32 {
    440.0 * 2f32.powf((key - 69) as f32 / 12.0)
}

/// Notes of a scale one after the other, with or without gaps.
pub fn tune(random: &mut Random, shortest: f32, longest: f32, instrument: Instrument) -> Vec<f32> {
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

pub fn steady_tone(random: &mut Random) -> Vec<f32> {
    let instrument = [Instrument::Organ, Instrument::Saw, Instrument::Square][random.below(3)];
    let key = 36 + random.below(50) as i32;
    let noise = random.between(0.0, 0.05);
    let note = instrument.note(random, hz_of(key), LENGTH);
    note.into_iter().map(|sample| sample + noise * random.normal()).collect()
}

pub fn triad(random: &mut Random, root: i32, length: usize) -> Vec<f32> {
    let steps = [[0, 4, 7, 12], [0, 3, 7, 12], [0, 5, 7, 10], [0, 4, 7, 11], [0, 3, 6, 9]][random.below(5)];
    let instrument = [Instrument::Organ, Instrument::Saw, Instrument::Plucked, Instrument::Square][random.below(4)];
    let mut samples = vec![0.0; length];
    for step in steps {
        let note = instrument.note(random, hz_of(root + step), length);
        samples.iter_mut().zip(note).for_each(|(sample, note)| *sample += note);
    }
    samples
}

pub fn chord(random: &mut Random) -> Vec<f32> {
    let root = 40 + random.below(25) as i32;
    triad(random, root, LENGTH)
}

pub fn chords_in_a_row(random: &mut Random) -> Vec<f32> {
    let (beat, root) = (random.between(0.25, 1.0), 40 + random.below(20) as i32);
    let mut samples = Vec::new();
    while samples.len() < LENGTH {
        let step = SCALES[0][random.below(7)];
        samples.extend(triad(random, root + step, (beat * RATE as f32) as usize));
    }
    samples.truncate(LENGTH);
    samples
}

/// Strokes of a bell: partials out of tune with each other, each with its own decay.
pub fn bell(random: &mut Random) -> Vec<f32> {
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
pub fn phone(random: &mut Random) -> Vec<f32> {
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
pub fn drums(random: &mut Random) -> Vec<f32> {
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
pub fn siren(random: &mut Random) -> Vec<f32> {
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
pub fn vibrato(random: &mut Random) -> Vec<f32> {
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
