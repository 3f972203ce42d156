//! Mel spectrum, loudness and cepstrum. openSMILE's `cMelspec`, `cPlp` and `cMfcc`.

use std::f64::consts::{PI, TAU};

const N_BINS: usize = 257;
const BIN_HZ: f64 = 31.25;
/// Bands, and cepstral coefficients that are kept.
const N_BANDS: usize = 26;
pub const N_MFCC: usize = 4;
const LIFTER: f64 = 22.0;
/// Full scale of 16-bit samples, in which HTK's spectra are measured.
const FULL_SCALE: f32 = 32767.0 * 32767.0;
const LOUDNESS_FLOOR: f32 = 9.3e-10;
const COMPRESSION: f64 = 0.33;

/// Plan for 26 HTK mel bands of 20-8000 Hz (`1127 ln(1 + f / 700)`), over which each bin is shared by two neighbours.
pub struct Auditory {
    /// Upper band of a bin and the share of the band below it, from bin `FIRST` on.
    shares: Vec<(usize, f32)>,
    bands: [f32; N_BANDS + 2],
    equal_loudness: [f32; N_BANDS],
    dct: [[f32; N_BANDS]; N_MFCC],
}

/// First bin after that of the lower end, which is left out like that of the upper end.
const FIRST: usize = 2;

impl Auditory {
    pub fn new() -> Self {
        let mel = |hz: f64| 1127.0 * (1.0 + hz / 700.0).ln();
        let (low, high) = (mel(20.0), mel(8000.0));
        let step = (high - low) / (N_BANDS + 1) as f64;
        let centers: Vec<f64> = (0..N_BANDS + 2).map(|m| low + step * m as f64).collect();
        let shares = (FIRST..N_BINS - 1)
            .map(|bin| {
                let own = mel(bin as f64 * BIN_HZ);
                let upper = centers.partition_point(|center| *center < own).clamp(1, N_BANDS + 1);
                (upper, ((centers[upper] - own) / step) as f32)
            })
            .collect();
        let mut equal_loudness = [0.0; N_BANDS];
        for (weight, center) in equal_loudness.iter_mut().zip(&centers[1..]) {
            *weight = hermansky(700.0 * ((center / 1127.0).exp() - 1.0)) as f32;
        }
        let mut dct = [[0.0; N_BANDS]; N_MFCC];
        for (row, i) in dct.iter_mut().zip(1..) {
            let i = f64::from(i);
            let scale = (2.0 / N_BANDS as f64).sqrt() * (1.0 + LIFTER / 2.0 * (PI * i / LIFTER).sin());
            for (m, weight) in row.iter_mut().enumerate() {
                *weight = (scale * (PI * i / N_BANDS as f64 * (m as f64 + 0.5)).cos()) as f32;
            }
        }
        Self { shares, bands: [0.0; N_BANDS + 2], equal_loudness, dct }
    }

    /// Loudness (mean of the compressed bands under the equal-loudness curve) and MFCC 1-4 of a power spectrum of 257 bins.
    pub fn analyse(&mut self, power: &[f32]) -> (f32, [f32; N_MFCC]) {
        self.bands.fill(0.0);
        for (power, (upper, share)) in power[FIRST..].iter().zip(&self.shares) {
            let below = power * share;
            self.bands[upper - 1] += below;
            self.bands[*upper] += power - below;
        }
        let bands = &self.bands[1..=N_BANDS];
        // Rounded from double precision: a power in single precision is another one on another machine.
        let loud = |(band, weight): (&f32, &f32)| f64::from(band.max(LOUDNESS_FLOOR) * weight).powf(COMPRESSION) as f32;
        let loudness = bands.iter().zip(&self.equal_loudness).map(loud).sum::<f32>() / N_BANDS as f32;
        let mut logs = [0.0; N_BANDS];
        for (log, band) in logs.iter_mut().zip(bands) {
            *log = f64::from((band * FULL_SCALE).max(1.0)).ln() as f32;
        }
        (loudness, self.dct.map(|row| row.iter().zip(&logs).map(|(weight, log)| weight * log).sum()))
    }
}

/// Equal-loudness curve of Hermansky (1990), with its maximum near 1.
fn hermansky(hz: f64) -> f64 {
    let w = TAU * hz;
    let w2 = w * w;
    let c = w2 + 6.3e6;
    1e32 * ((w2 + 56.8e6) * w2 * w2) / (c * c * (w2 + 0.38e9) * (w2 * w2 * w2 * w + 1.7e31))
}
