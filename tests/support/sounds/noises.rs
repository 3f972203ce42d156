//! Noises: of nature, of machines, of things that strike each other.

use std::f32::consts::TAU;

use super::{LENGTH, RATE, Random, SECONDS};

pub fn white(random: &mut Random) -> Vec<f32> {
    (0..LENGTH).map(|_| random.normal()).collect()
}

/// Noise whose power falls with `1 / f^slope`, as a sum of first-order noises an octave apart (slope 0..=2), or as
/// differences of white noise (negative slopes).
pub fn colored(random: &mut Random, slope: f32) -> Vec<f32> {
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

pub fn hum(random: &mut Random) -> Vec<f32> {
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

pub fn clicks(random: &mut Random) -> Vec<f32> {
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

pub fn door_slam(random: &mut Random) -> Vec<f32> {
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
pub fn modulated(random: &mut Random, low: f32, high: f32) -> Vec<f32> {
    let (hz, depth, slope) = (random.between(low, high), random.between(0.5, 1.0), random.between(0.0, 2.0));
    let noise = colored(random, slope);
    let swing = |n: usize| 1.0 + depth * (TAU * hz * n as f32 / RATE as f32).sin();
    noise.into_iter().enumerate().map(|(n, sample)| sample * swing(n)).collect()
}

pub fn rain(random: &mut Random) -> Vec<f32> {
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
pub fn wind(random: &mut Random) -> Vec<f32> {
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
pub fn engine(random: &mut Random) -> Vec<f32> {
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
pub fn fan(random: &mut Random) -> Vec<f32> {
    let (hz, tone) = (random.between(80.0, 400.0), random.between(0.02, 2.0));
    let noise = colored(random, 1.0);
    let rms = (noise.iter().map(|sample| sample * sample).sum::<f32>() / noise.len() as f32).sqrt();
    let blades = |n: usize| {
        (1..4).map(|k| (TAU * (k as f32 * hz * n as f32 / RATE as f32).fract()).sin() / k as f32).sum::<f32>()
    };
    noise.into_iter().enumerate().map(|(n, sample)| sample / rms + tone * blades(n)).collect()
}

/// Keys struck: two short bursts each, through a box.
pub fn typing(random: &mut Random) -> Vec<f32> {
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

pub fn applause(random: &mut Random) -> Vec<f32> {
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
