//! Harmonics of the pitch in the long spectrum. openSMILE's `cHarmonics`.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner};

use super::formant::{Formant, N_FORMANTS};
use super::frame::SAMPLE_RATE;
use super::octave::{N_POINTS, parabola};

const N_FFT: usize = 1024;
const BIN_HZ: f64 = 15.625;
const MAX_HARMONICS: usize = 100;
/// dB of a harmonic that is not there, and bound of differences.
const ABSENT_DB: f32 = -201.0;

/// Voice quality of one frame.
#[derive(Clone, Copy, Debug)]
pub struct Harmonicity {
    /// dB: autocorrelation at the period over what is missing to that at no lag; 0 without voice.
    pub hnr: f32,
    /// dB: first over second harmonic above the fundamental; 0 without voice.
    pub h1_h2: f32,
    /// dB: first harmonic above the fundamental over the strongest at the third formant; 0 without voice.
    pub h1_a3: f32,
    /// dB relative to the fundamental: strongest harmonic at each formant; -201 without voice.
    pub amplitudes: [f32; N_FORMANTS],
}

impl Harmonicity {
    /// A frame without voice.
    pub const UNVOICED: Self = Self { hnr: 0.0, h1_h2: 0.0, h1_a3: 0.0, amplitudes: [ABSENT_DB; N_FORMANTS] };
}

#[derive(Clone, Copy, Debug)]
struct Harmonic {
    bin: usize,
    hz: f64,
    magnitude: f32,
    interpolated: f64,
    level_db: f32,
}

/// Plan for frames of 1024 samples.
pub struct HarmonicFinder {
    inverse: Arc<dyn ComplexToReal<f64>>,
    spectrum: Vec<Complex<f64>>,
    correlation: Vec<f64>,
    scratch: Vec<Complex<f64>>,
    harmonics: Vec<Harmonic>,
}

impl HarmonicFinder {
    pub fn new() -> Self {
        let inverse = RealFftPlanner::new().plan_fft_inverse(N_FFT);
        let (spectrum, correlation, scratch) =
            (inverse.make_input_vec(), inverse.make_output_vec(), inverse.make_scratch_vec());
        Self { inverse, spectrum, correlation, scratch, harmonics: Vec::with_capacity(MAX_HARMONICS) }
    }

    /// Quality of a frame with a pitch of `f0` Hz, above 0.
    pub fn analyse(&mut self, magnitude: &[f32], f0: f32, formants: &[Formant; N_FORMANTS]) -> Harmonicity {
        self.find(magnitude, f0);
        let indices = formants.map(|formant| self.strongest_at(formant.hz));
        let h1 = self.level(1);
        let h1_a3 = h1 - indices[N_FORMANTS - 1].map_or(-ABSENT_DB, |index| self.level(index));
        Harmonicity {
            hnr: self.hnr(magnitude, f0),
            h1_h2: (h1 - self.level(2)).clamp(ABSENT_DB, -ABSENT_DB),
            h1_a3: h1_a3.clamp(ABSENT_DB, -ABSENT_DB),
            amplitudes: indices.map(|index| index.map_or(0.0, |index| self.level(index))),
        }
    }

    fn level(&self, index: usize) -> f32 {
        self.harmonics.get(index).map_or(ABSENT_DB, |harmonic| harmonic.level_db)
    }

    /// Harmonic to noise ratio in dB.
    fn hnr(&mut self, magnitude: &[f32], f0: f32) -> f32 {
        for (slot, m) in self.spectrum.iter_mut().zip(magnitude) {
            *slot = Complex::new(f64::from(m * m), 0.0);
        }
        let done = self.inverse.process_with_scratch(&mut self.spectrum, &mut self.correlation, &mut self.scratch);
        if done.is_err() {
            return 0.0;
        }
        let r = &mut self.correlation[..N_POINTS];
        r.iter_mut().for_each(|v| *v = v.abs());
        let period = closest_peak(r, ((f64::from(SAMPLE_RATE) / f64::from(f0)) as usize).min(N_POINTS - 1));
        if period == 0 {
            return 0.0;
        }
        let rest = r[0] - r[period];
        let ratio = if rest == 0.0 { 1e11 } else { r[period] / rest };
        (10.0 * ratio.clamp(1e-9, 1e11).log10()) as f32
    }

    /// Peaks near the multiples of the pitch, the fundamental first, with their levels beside it.
    fn find(&mut self, magnitude: &[f32], f0: f32) {
        self.harmonics.clear();
        let first = nearest_bin(0.5 * f0).unwrap_or(1);
        for i in 0..MAX_HARMONICS {
            let Some(expected) = nearest_bin((i as f32 + 1.0) * f0) else { break };
            let low = nearest_bin((i as f32 + 0.5) * f0).unwrap_or(expected);
            let high = nearest_bin((i as f32 + 1.5) * f0).unwrap_or(0);
            let peak = peak_about(magnitude, expected, low, high).filter(|bin| *bin >= first && *bin < N_POINTS - 1);
            let mut harmonic =
                Harmonic { bin: expected, hz: 0.0, magnitude: 0.0, interpolated: 0.0, level_db: ABSENT_DB };
            if let Some(bin) = peak {
                let [left, middle, right] = [bin - 1, bin, bin + 1].map(|bin| f64::from(magnitude[bin]));
                let (shift, interpolated) = parabola(left, middle, right);
                harmonic.bin = bin;
                harmonic.hz = (bin as f64 + shift) * BIN_HZ;
                harmonic.magnitude = magnitude[bin];
                harmonic.interpolated = interpolated;
            }
            self.harmonics.push(harmonic);
        }
        self.relate();
    }

    /// Levels relative to the fundamental; a harmonic on the bin of the one before is none.
    fn relate(&mut self) {
        let Some(fundamental) = self.harmonics.first_mut() else { return };
        fundamental.level_db = 0.0;
        let reference = fundamental.magnitude;
        let mut before = fundamental.bin;
        for harmonic in &mut self.harmonics[1..] {
            if harmonic.bin == before {
                *harmonic = Harmonic { bin: 0, hz: 0.0, magnitude: 0.0, interpolated: 0.0, level_db: ABSENT_DB };
            } else if reference > 0.0 {
                let level = 20.0 * (harmonic.interpolated.log10() - f64::from(reference).log10());
                harmonic.level_db = if harmonic.interpolated > 0.0 { level.max(-200.0) as f32 } else { -200.0 };
            }
            before = harmonic.bin;
        }
    }

    /// The strongest harmonic within 20 % of a formant.
    fn strongest_at(&self, hz: f32) -> Option<usize> {
        let (low, high) = (f64::from(0.8 * hz), f64::from(1.2 * hz));
        let (mut found, mut most) = (None, 0.0);
        for (index, harmonic) in self.harmonics.iter().enumerate() {
            if harmonic.hz >= low && harmonic.hz <= high && harmonic.magnitude > most {
                (found, most) = (Some(index), harmonic.magnitude);
            }
        }
        found
    }
}

/// The bin nearest to a frequency, if there is one above it.
fn nearest_bin(hz: f32) -> Option<usize> {
    let position = f64::from(hz) / BIN_HZ;
    let above = position as usize + 1;
    if above >= N_POINTS {
        return None;
    }
    Some(if above as f64 - position > position - (above - 1) as f64 { above - 1 } else { above })
}

fn is_peak<T: PartialOrd>(x: &[T], n: usize) -> bool {
    match n {
        0 => x[0] > x[1],
        _ if n + 1 < x.len() => x[n] > x[n - 1] && x[n] > x[n + 1],
        _ => x[n] > x[n - 1],
    }
}

/// The peak nearest to `center` within `low..=high`; of two as near, the upper one.
fn peak_about(x: &[f32], center: usize, low: usize, high: usize) -> Option<usize> {
    if is_peak(x, center) {
        return Some(center);
    }
    let reach = center.saturating_sub(low).max(high.saturating_sub(center));
    (1..=reach).find_map(|away| {
        let upper = (center + away <= high && is_peak(x, center + away)).then_some(center + away);
        upper.or_else(|| center.checked_sub(away).filter(|lower| *lower >= low && is_peak(x, *lower)))
    })
}

/// The inner peak nearest to `center`, the lower one of two; without any, the higher of the two ends above it.
fn closest_peak(x: &[f64], center: usize) -> usize {
    let last = x.len() - 1;
    if is_peak(x, center) {
        return center;
    }
    for away in 1..last {
        if away < center && is_peak(x, center - away) {
            return center - away;
        }
        if center + away < last && is_peak(x, center + away) {
            return center + away;
        }
    }
    match (x[0] > x[center], x[last] > x[center]) {
        (true, false) => 0,
        (false, true) => last,
        (true, true) => {
            if center < x.len() / 2 {
                0
            } else {
                last
            }
        }
        (false, false) => center,
    }
}
