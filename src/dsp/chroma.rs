//! Chroma filter bank.

use super::simd::vectorized;

/// Pitch classes of an octave.
pub const N_CHROMA: usize = 12;

/// Weights of each bin in each pitch class, C first, A at 440 Hz (Ellis 2007; `librosa.filters.chroma(tuning=0)`).
#[derive(Clone, Debug)]
pub struct ChromaFilterBank {
    /// One weight a class, bin by bin.
    weights: Vec<[f32; N_CHROMA]>,
}

impl ChromaFilterBank {
    /// Filters for power spectra of `n_fft / 2 + 1` bins at `sample_rate` Hz.
    pub fn new(sample_rate: u32, n_fft: usize) -> Self {
        const CENTER_OCTAVE: f64 = 5.0;
        const OCTAVE_WIDTH: f64 = 2.0;
        let classes = N_CHROMA as f64;
        let n_bins = n_fft / 2 + 1;
        let bin_hz = f64::from(sample_rate) / n_fft.max(1) as f64;
        let pitch_of = |bin: usize| classes * (bin as f64 * bin_hz / (440.0 / 16.0)).log2();
        let pitch = |bin: usize| if bin == 0 { pitch_of(1) - 1.5 * classes } else { pitch_of(bin) };
        let mut weights = vec![[0.0; N_CHROMA]; n_bins];
        for (bin, weights) in weights.iter_mut().enumerate() {
            let here = pitch(bin);
            let width = if bin + 1 < n_fft { (pitch(bin + 1) - here).max(1.0) } else { 1.0 };
            let bumps: [f64; N_CHROMA] = std::array::from_fn(|class| {
                let distance = (here - class as f64 + 10.5 * classes).rem_euclid(classes) - 0.5 * classes;
                (-0.5 * (2.0 * distance / width).powi(2)).exp()
            });
            let norm = bumps.iter().map(|b| b * b).sum::<f64>().sqrt();
            let octave = (-0.5 * ((here / classes - CENTER_OCTAVE) / OCTAVE_WIDTH).powi(2)).exp();
            for (class, bump) in bumps.iter().enumerate() {
                let from_c = (class + N_CHROMA - 3) % N_CHROMA;
                weights[from_c] = (bump / norm * octave) as f32;
            }
        }
        Self { weights }
    }

    /// Pitch classes of one power spectrum, the strongest scaled to 1; all 0 for silence.
    pub fn apply(&self, power: &[f32], out: &mut [f32; N_CHROMA]) {
        vectorized!(self.apply_to(power, out));
    }

    #[inline(always)]
    fn apply_to(&self, power: &[f32], out: &mut [f32; N_CHROMA]) {
        let (mut even, mut odd) = ([0.0f32; N_CHROMA], [0.0f32; N_CHROMA]);
        let n = self.weights.len().min(power.len());
        let (weights, last_weights) = self.weights[..n].as_chunks::<2>();
        let (power, last_power) = power[..n].as_chunks::<2>();
        for (weights, power) in weights.iter().zip(power) {
            for class in 0..N_CHROMA {
                even[class] += weights[0][class] * power[0];
            }
            for class in 0..N_CHROMA {
                odd[class] += weights[1][class] * power[1];
            }
        }
        for (weights, power) in last_weights.iter().zip(last_power) {
            for class in 0..N_CHROMA {
                even[class] += weights[class] * power;
            }
        }
        *out = std::array::from_fn(|class| even[class] + odd[class]);
        let most = out.iter().copied().fold(0.0, f32::max);
        if most >= f32::MIN_POSITIVE {
            out.iter_mut().for_each(|value| *value /= most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_at_440_hz_is_an_a() {
        let bank = ChromaFilterBank::new(16000, 4000);
        let mut power = vec![0.0; 2001];
        power[110] = 3.0;
        let mut chroma = [0.0; N_CHROMA];
        bank.apply(&power, &mut chroma);
        assert_eq!(chroma[9], 1.0);
        assert!(chroma.iter().enumerate().all(|(class, value)| class == 9 || *value < 0.2));
    }
}
