//! Candidates for the pitch by subharmonic summation (Hermes 1988). openSMILE's `cSpecScale` and `cPitchShs`.

use std::f64::consts::PI;

/// Bins of the long spectrum, and points on the octave scale.
pub const N_POINTS: usize = 513;
const BIN_HZ: f64 = 15.625;
const LOWEST_HZ: f64 = 25.0;
const HIGHEST_HZ: f64 = 8000.0;
const N_HARMONICS: usize = 15;
const COMPRESSION: f32 = 0.85;
const PITCH_HZ: std::ops::RangeInclusive<f32> = 55.0..=1000.0;

pub const N_CANDIDATES: usize = 6;

/// A pitch that the frame may have; all 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Candidate {
    pub hz: f32,
    /// Share of the peak that stands above the mean of the summed spectrum, 0..1.
    pub voicing: f32,
    score: f32,
}

/// Plan for spectra of 513 bins: natural spline from bins to octaves, with all that depends on the axis alone.
pub struct Subharmonics {
    /// `[rise, fall, carry, back]` of the spline's recursions, one a bin.
    spline: Vec<[f64; 4]>,
    /// Bin below, `[a, c, d]` of the interpolation and the ear's weight, one a point.
    points: Vec<(usize, [f64; 3], f64)>,
    shifts: [usize; N_HARMONICS - 1],
    start: f64,
    step: f64,
    enhanced: Vec<f64>,
    curvature: Vec<f64>,
    octaves: Vec<f32>,
    summed: Vec<f32>,
}

impl Subharmonics {
    pub fn new() -> Self {
        let mut x: Vec<f64> = (0..N_POINTS).map(|bin| (bin as f64 * BIN_HZ).log2()).collect();
        x[0] = 2.0 * x[1] - x[2];
        let (start, end) = (LOWEST_HZ.log2(), HIGHEST_HZ.log2());
        let step = (end - start) / (N_POINTS - 1) as f64;
        let per_octave = f64::from((N_POINTS as f64 / (end - start)) as f32);
        let offset = per_octave * (65.0f64 / 50.0).log2() - 1.0;
        let points = (0..N_POINTS)
            .map(|i| {
                let target = start + i as f64 * step;
                let upper = x.partition_point(|own| *own < target).clamp(1, N_POINTS - 1);
                let range = x[upper] - x[upper - 1];
                let a = (x[upper] - target) / range;
                let b = 1.0 - a;
                let sixth = range * range / 6.0;
                let weight = 0.5 + (3.0 * (i as f64 + 1.0 - offset) / per_octave).atan() / PI;
                (upper - 1, [a, (a * a * a - a) * sixth, (b * b * b - b) * sixth], weight)
            })
            .collect();
        let mut shifts = [0; N_HARMONICS - 1];
        for (shift, harmonic) in shifts.iter_mut().zip(2..) {
            *shift = (per_octave * f64::from(harmonic).log2()) as usize;
        }
        Self {
            spline: spline(&x),
            points,
            shifts,
            start,
            step,
            enhanced: vec![0.0; N_POINTS],
            curvature: vec![0.0; N_POINTS],
            octaves: vec![0.0; N_POINTS],
            summed: vec![0.0; N_POINTS],
        }
    }

    /// The strongest candidates of a frame, the best one first.
    pub fn candidates(&mut self, magnitude: &[f32]) -> [Candidate; N_CANDIDATES] {
        enhance(magnitude, &mut self.enhanced);
        smooth(&mut self.enhanced);
        self.rescale();
        self.summed.copy_from_slice(&self.octaves);
        let mut scale = COMPRESSION;
        for shift in self.shifts {
            for (sum, own) in self.summed.iter_mut().zip(&self.octaves[shift..]) {
                *sum += own * scale;
            }
            scale *= COMPRESSION;
        }
        self.summed.iter_mut().for_each(|sum| *sum /= N_HARMONICS as f32);
        self.pick()
    }

    /// Spectrum on the octave scale under the ear's weight.
    fn rescale(&mut self) {
        let (y, bend) = (&self.enhanced, &mut self.curvature);
        bend[0] = 0.0;
        let (mut rise, mut carried) = (y[1] - y[0], 0.0);
        for ((own, y), [up, down, carry, _]) in bend[1..].iter_mut().zip(y[1..].windows(2)).zip(&self.spline[1..]) {
            let next = y[1] - y[0];
            carried = up * next - down * rise - carry * carried;
            *own = carried;
            rise = next;
        }
        bend[N_POINTS - 1] = 0.0;
        let mut behind = 0.0;
        for (own, [.., back]) in bend[1..N_POINTS - 1].iter_mut().zip(&self.spline[1..]).rev() {
            behind = *own + back * behind;
            *own = behind;
        }
        for (out, (k, [a, c, d], weight)) in self.octaves.iter_mut().zip(&self.points) {
            let k = *k;
            let value = (a * y[k] + (1.0 - a) * y[k + 1] + c * bend[k] + d * bend[k + 1]) as f32;
            *out = if value > 0.0 { (f64::from(value) * weight) as f32 } else { 0.0 };
        }
    }

    fn pick(&self) -> [Candidate; N_CANDIDATES] {
        let s = &self.summed;
        let mean = mean(s);
        let mut best: [(usize, f32); N_CANDIDATES] = [(0, 0.0); N_CANDIDATES];
        for (before, window) in s.windows(3).enumerate() {
            let own = window[1];
            if (own > best[N_CANDIDATES - 1].1) & (window[0] < own) & (own > window[2]) {
                let place = best.iter().position(|(_, score)| *score < own).unwrap_or(N_CANDIDATES - 1);
                best[place..].rotate_right(1);
                best[place] = (before + 1, own);
            }
        }
        let mut candidates = [Candidate::default(); N_CANDIDATES];
        let mut kept = 0;
        for (i, _) in best.into_iter().take_while(|(i, _)| *i > 0) {
            let (shift, peak) = parabola(f64::from(s[i - 1]), f64::from(s[i]), f64::from(s[i + 1]));
            let hz = (self.start + (i as f64 + shift) * self.step).exp2() as f32;
            if PITCH_HZ.contains(&hz) {
                let voicing = if peak > 0.0 && peak > mean { (1.0 - mean / peak) as f32 } else { 0.0 };
                candidates[kept] = Candidate { hz, voicing, score: peak as f32 };
                kept += 1;
            }
        }
        let top = (1..kept).fold(0, |top, i| if candidates[i].score > candidates[top].score { i } else { top });
        candidates.swap(0, top);
        candidates
    }
}

/// Place beside the middle, in steps, and height of the vertex through three points one step apart.
pub fn parabola(left: f64, middle: f64, right: f64) -> (f64, f64) {
    let bend = left - 2.0 * middle + right;
    if bend == 0.0 {
        return (0.0, middle);
    }
    let shift = 0.5 * (left - right) / bend;
    (shift, middle - 0.25 * (left - right) * shift)
}

/// Mean, in four sums at a time.
fn mean(x: &[f32]) -> f64 {
    let chunks = x.chunks_exact(4);
    let rest: f64 = chunks.remainder().iter().map(|v| f64::from(*v)).sum();
    let mut sums = [0.0; 4];
    for chunk in chunks {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += f64::from(*v);
        }
    }
    (sums.iter().sum::<f64>() + rest) / x.len() as f64
}

fn spline(x: &[f64]) -> Vec<[f64; 4]> {
    let mut factors = vec![[0.0; 4]; x.len()];
    for i in 1..x.len() - 1 {
        let (before, after, both) = (x[i] - x[i - 1], x[i + 1] - x[i], x[i + 1] - x[i - 1]);
        let sigma = before / both;
        let p = 1.0 / (sigma * factors[i - 1][3] + 2.0);
        factors[i] = [6.0 * p / (after * both), 6.0 * p / (before * both), p * sigma, (sigma - 1.0) * p];
    }
    factors
}

/// Keeps two bins about each peak and silences what lies between two peaks; the ends stay as they are.
fn enhance(magnitude: &[f32], out: &mut [f64]) {
    let n = magnitude.len();
    for (slot, m) in out.iter_mut().zip(magnitude) {
        *slot = f64::from(*m);
    }
    let mut last: Option<usize> = None;
    let mut peaks = 0;
    let mut peak = |at: usize| {
        if let Some(last) = last.filter(|last| last + 6 <= at) {
            out[last + 3..=at - 3].fill(0.0);
        }
        last = Some(at);
        peaks += 1;
    };
    if magnitude[0] > magnitude[1] {
        peak(0);
    }
    for (before, window) in magnitude.windows(3).enumerate() {
        if (window[1] > window[0]) & (window[1] >= window[2]) {
            peak(before + 1);
        }
    }
    if magnitude[n - 1] > magnitude[n - 2] {
        peak(n - 1);
    }
    if peaks == 1 {
        out[3..].fill(0.0);
    }
}

fn smooth(spectrum: &mut [f64]) {
    let mut before = 0.0;
    for i in 0..spectrum.len() - 1 {
        let own = spectrum[i];
        spectrum[i] = (before + 2.0 * own + spectrum[i + 1]) / 4.0;
        before = own;
    }
}
