//! A voice made of formulas: a glottal pulse train through formant resonators (Fant, *Acoustic Theory of Speech
//! Production*, 1960), so that a test needs no recording.

use std::f32::consts::TAU;

/// Formant frequencies and bandwidths in Hz of five vowels (Peterson and Barney, 1952).
const VOWELS: [[(f32, f32); 3]; 5] = [
    [(730.0, 90.0), (1090.0, 110.0), (2440.0, 170.0)],
    [(270.0, 60.0), (2290.0, 200.0), (3010.0, 300.0)],
    [(570.0, 80.0), (840.0, 100.0), (2410.0, 170.0)],
    [(530.0, 80.0), (1840.0, 120.0), (2480.0, 170.0)],
    [(300.0, 65.0), (870.0, 110.0), (2240.0, 170.0)],
];

const SYLLABLE_SECONDS: f32 = 0.24;

/// Mono samples in -1..=1: syllables whose formants glide from vowel to vowel, with a pitch that falls from `hz` and rises on
/// each, hissing consonants between them, and noise below.
pub fn voice(seconds: f32, hz: f32, sample_rate: u32) -> Vec<f32> {
    let rate = sample_rate as f32;
    let length = (seconds * rate) as usize;
    let mut samples = vec![0.0_f32; length];
    let mut phase = 0.0_f32;
    let mut noise = 1_u32;
    let mut resonators = [Resonator::default(); 3];
    let mut hiss = Resonator::default();
    for (n, sample) in samples.iter_mut().enumerate() {
        let time = n as f32 / rate;
        let syllable = (time / SYLLABLE_SECONDS) as usize;
        let within = (time / SYLLABLE_SECONDS).fract();
        let accent = if syllable % 3 == 1 { 0.16 } else { 0.07 };
        let phrase = (time / 2.4).fract();
        let pitch = hz
            * (1.15 - 0.3 * phrase)
            * (1.0 + accent * (TAU * within).sin())
            * (1.0 + 0.01 * (TAU * 5.0 * time).sin());
        phase = (phase + pitch / rate).fract();
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let breath = (noise >> 8) as f32 / (1 << 23) as f32 - 1.0;
        let pulse = if phase < 0.6 { (TAU / 2.0 * phase / 0.6).sin().powi(2) } else { 0.0 } - 0.3;
        let loudness = (TAU / 2.0 * (within / 0.8).min(1.0)).sin().max(0.0).powf(0.7);
        let consonant =
            if syllable.is_multiple_of(3) { (TAU / 2.0 * ((within - 0.75) / 0.25).clamp(0.0, 1.0)).sin() } else { 0.0 };
        let glide = 0.5 - 0.5 * (TAU / 2.0 * within).cos();
        let (from, to) = (VOWELS[syllable % VOWELS.len()], VOWELS[(syllable + 1) % VOWELS.len()]);
        let mut value = loudness * (pulse + 0.1 * breath);
        for (resonator, (from, to)) in resonators.iter_mut().zip(from.iter().zip(to)) {
            let (frequency, bandwidth) = (from.0 + glide * (to.0 - from.0), from.1 + glide * (to.1 - from.1));
            value = resonator.step(value, frequency / rate, bandwidth / rate);
        }
        let fricative = hiss.step(breath, (0.3 * rate).min(5200.0) / rate, 1800.0 / rate);
        *sample = value + 0.03 * consonant * fricative + 1e-3 * breath;
    }
    let peak = samples.iter().fold(1e-9_f32, |peak, sample| peak.max(sample.abs()));
    samples.iter_mut().for_each(|sample| *sample *= 0.6 / peak);
    samples
}

/// Klatt's digital resonator (1980), frequency and bandwidth as parts of the sample rate.
#[derive(Clone, Copy, Default)]
struct Resonator(f32, f32);

impl Resonator {
    fn step(&mut self, input: f32, frequency: f32, bandwidth: f32) -> f32 {
        let radius = (-TAU / 2.0 * bandwidth).exp();
        let (b, c) = (2.0 * radius * (TAU * frequency).cos(), -radius * radius);
        let output = (1.0 - b - c) * input + b * self.0 + c * self.1;
        *self = Self(output, self.0);
        output
    }
}

#[cfg(test)]
mod tests {
    use super::voice;

    #[test]
    fn is_finite_loud_and_the_same_every_time() {
        let samples = voice(2.0, 140.0, 16_000);
        assert_eq!(samples.len(), 32_000);
        assert!(samples.iter().all(|sample| sample.abs() <= 0.601));
        let rms = (samples.iter().map(|s| s * s).sum::<f32>() / 32_000.0).sqrt();
        assert!(rms > 0.03, "{rms}");
        assert_eq!(samples, voice(2.0, 140.0, 16_000));
    }
}
