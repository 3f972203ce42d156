//! Balance, slope and change of the short spectrum. openSMILE's `cSpectral` on the log power spectrum up to 5 kHz.

const BIN_HZ: f64 = 31.25;
/// Floor of the power spectrum, -140 dB.
const FLOOR: f32 = 1e-14;
/// Bins below 5 kHz, which the flux is taken over.
const FLUX_BINS: usize = 160;
const BIN_500: usize = 16;
const BIN_1000: usize = 32;
const BIN_1500: usize = 48;
const BIN_2000: usize = 64;
const BIN_5000: usize = 160;

/// Spectral shape of one frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// dB: energy of 1-5 kHz over that of 0-1 kHz.
    pub alpha_ratio: f32,
    /// dB: strongest bin of 0-2 kHz over that of 2-5 kHz.
    pub hammarberg_index: f32,
    /// dB/Hz: line through the log spectrum of 0-500 Hz.
    pub slope_low: f32,
    /// dB/Hz: line through the log spectrum of 500-1500 Hz.
    pub slope_high: f32,
    /// Root mean square change of the magnitudes since the frame before; 0 in the first.
    pub flux: f32,
}

/// Takes one frame's spectra after the other.
pub struct SpectralShape {
    before: Option<[f32; FLUX_BINS]>,
}

impl SpectralShape {
    pub fn new() -> Self {
        Self { before: None }
    }

    /// Shape of a frame with 257 bins.
    pub fn analyse(&mut self, magnitude: &[f32], power: &[f32]) -> Shape {
        let mut levels = [0.0; BIN_1500 + 1];
        for (level, power) in levels.iter_mut().zip(power) {
            *level = (10.0 * f64::from(power.max(FLOOR)).log10()) as f32;
        }
        Shape {
            alpha_ratio: ratio_db(sum(&power[BIN_1000..=BIN_5000]), sum(&power[..BIN_1000])),
            hammarberg_index: ratio_db(peak(&power[..BIN_2000]), peak(&power[BIN_2000..=BIN_5000])),
            slope_low: slope(&levels, 0, BIN_500),
            slope_high: slope(&levels, BIN_500, BIN_1500),
            flux: self.flux(magnitude),
        }
    }

    fn flux(&mut self, magnitude: &[f32]) -> f32 {
        let mut flux = 0.0;
        if let Some(before) = &self.before {
            let change: f32 = magnitude.iter().zip(before).map(|(now, then)| (now - then) * (now - then)).sum();
            flux = (change / FLUX_BINS as f32).sqrt();
        }
        self.before.get_or_insert([0.0; FLUX_BINS]).copy_from_slice(&magnitude[..FLUX_BINS]);
        flux
    }
}

fn sum(power: &[f32]) -> f32 {
    power.iter().sum()
}

fn peak(power: &[f32]) -> f32 {
    power.iter().fold(0.0, |most: f32, p| most.max(*p))
}

/// 0 where the denominator is nothing; the floor in place of a numerator below it.
fn ratio_db(numerator: f32, denominator: f32) -> f32 {
    if denominator <= 0.0 {
        return 0.0;
    }
    (10.0 * (f64::from(numerator.max(FLOOR)).log10() - f64::from(denominator).log10())) as f32
}

/// Least-squares slope over the bins `first..=last`, with openSMILE's count of points, which leaves one out.
fn slope(levels: &[f32], first: usize, last: usize) -> f32 {
    let n = (last - first) as f64;
    let (mut f1, mut f2, mut fl, mut l1) = (0.0, 0.0, 0.0, 0.0);
    for (bin, level) in levels.iter().enumerate().take(last + 1).skip(first) {
        let (f, level) = (bin as f64 * BIN_HZ, f64::from(*level));
        f1 += f;
        f2 += f * f;
        fl += f * level;
        l1 += level;
    }
    ((n * fl - f1 * l1) / (n * f2 - f1 * f1)) as f32
}
