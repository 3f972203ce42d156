//! Fundamental frequency by autocorrelation.

use std::ops::Range;
use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};

use super::path::{Candidate, Frames, cheapest_path};
use crate::dsp::sinc::Sinc;
use crate::dsp::statistics::excursion;
use crate::features::table::{TABLE_HOP_LENGTH, table_frames};

/// Settings of [`pitch`], named and preset as in Praat's `To Pitch (ac)`.
#[derive(Clone, Debug, PartialEq)]
pub struct PitchOptions {
    /// Lowest f0 in Hz, 40..=1000; the window is three of its periods long.
    pub floor: f64,
    /// Highest f0 in Hz, above the floor.
    pub ceiling: f64,
    /// Candidates a frame, at least 2, the unvoiced one among them.
    pub candidates: usize,
    /// Peaks below this share of the clip's count as silence.
    pub silence_threshold: f64,
    /// Strength under which a frame is rather unvoiced.
    pub voicing_threshold: f64,
    /// Cost of an octave below the ceiling.
    pub octave_cost: f64,
    /// Cost of a jump by an octave between frames.
    pub octave_jump_cost: f64,
    /// Cost of a change between voiced and unvoiced.
    pub voiced_unvoiced_cost: f64,
}

impl Default for PitchOptions {
    fn default() -> Self {
        Self {
            floor: 75.0,
            ceiling: 600.0,
            candidates: 15,
            silence_threshold: 0.03,
            voicing_threshold: 0.45,
            octave_cost: 0.01,
            octave_jump_cost: 0.35,
            voiced_unvoiced_cost: 0.14,
        }
    }
}

/// A pitch contour on the common grid of frames ([`table_frames`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Pitch {
    /// Fundamental frequency in Hz; `None` where unvoiced.
    pub hz: Vec<Option<f32>>,
    /// Strength of the chosen period, 0..=1: the normalised autocorrelation at its lag. Where unvoiced that of the
    /// strongest period between floor and ceiling, 0 if there is none.
    pub strength: Vec<f32>,
}

impl Pitch {
    /// Seconds of the centre of a frame.
    pub fn seconds(&self, frame: usize) -> f64 {
        frame as f64 * 0.01
    }

    /// Hz at a time on the line between the two frames about it, or of the nearer one where the other is unvoiced; `None`
    /// where the nearer one is unvoiced (Praat's `Get value at time`, linear).
    pub fn at(&self, seconds: f64) -> Option<f64> {
        let position = seconds / 0.01;
        let left = position.floor();
        let of = |index: f64| {
            let within = index >= 0.0 && index < self.hz.len() as f64;
            if within { self.hz[index as usize].map(f64::from) } else { None }
        };
        let phase = position - left;
        let (near, far, toward) = if phase < 0.5 { (left, left + 1.0, phase) } else { (left + 1.0, left, 1.0 - phase) };
        let near = of(near)?;
        Some(of(far).map_or(near, |far| near + toward * (far - near)))
    }

    /// Runs of voiced frames.
    pub fn stretches(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let first = next + self.hz[next..].iter().position(Option::is_some)?;
            next = first + self.hz[first..].iter().position(Option::is_none).unwrap_or(self.hz.len() - first);
            Some(first..next)
        })
    }
}

/// Tracks f0 by the autocorrelation of Hann-windowed frames over that of the window, the peaks of it found by sinc
/// interpolation, and the cheapest path through the candidates of all frames (P. Boersma 1993, "Accurate short-term analysis
/// of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound"; Praat's `To Pitch (ac)` at a time step
/// of 10 ms). Frame `k` is centred at sample `160 k` of `samples` at 16 kHz; outside is silence.
pub fn pitch(samples: &[f32], options: &PitchOptions) -> Pitch {
    let mut analysis = Analysis::new(samples, 16_000.0, options);
    let n_frames = table_frames(samples.len());
    let mut frames = Frames::with_capacity(n_frames, options.candidates);
    for frame in 0..n_frames {
        let unvoiced = analysis.candidates(frame * TABLE_HOP_LENGTH, frames.candidates());
        frames.close(unvoiced);
    }
    let path = cheapest_path(&frames, options.octave_jump_cost, options.voiced_unvoiced_cost);
    let (mut hz, mut strength) = (Vec::with_capacity(n_frames), Vec::with_capacity(n_frames));
    for (frame, choice) in path.into_iter().enumerate() {
        let own = frames.frame(frame);
        let chosen = choice.map(|index| &own[index]);
        hz.push(chosen.map(|candidate| candidate.hz as f32));
        strength.push(match chosen {
            Some(candidate) => candidate.strength as f32,
            None => own.iter().fold(0.0, |best, candidate| candidate.strength.max(best)) as f32,
        });
    }
    Pitch { hz, strength }
}

/// Plans and buffers for the frames of one clip.
struct Analysis<'a> {
    samples: &'a [f32],
    options: &'a PitchOptions,
    rate: f64,
    /// Divides samples so that the clip's largest excursion from its mean is 1; 0 for a clip without any.
    scale: f64,
    period: usize,
    max_lag: usize,
    window: Vec<f64>,
    inverse_of_window: Vec<f64>,
    /// To choose among many maxima.
    coarse: Sinc,
    sinc: Sinc,
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
    frame: Vec<f64>,
    /// The autocorrelation at lags `-half..=half`.
    mirrored: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    maxima: Vec<Maximum>,
}

/// A local maximum of the autocorrelation.
#[derive(Clone, Copy)]
struct Maximum {
    lag: usize,
    hz: f64,
    score: f64,
}

impl<'a> Analysis<'a> {
    fn new(samples: &'a [f32], rate: f64, options: &'a PitchOptions) -> Self {
        let floor = options.floor.clamp(40.0, 1000.0);
        let half = ((3.0 * rate / floor) as usize / 2).max(9) - 1;
        let length = 2 * half;
        let window: Vec<f64> =
            (1..=length).map(|i| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / (length + 1) as f64).cos()).collect();
        let n_fft = (length + length / 2).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, backward) = (planner.plan_fft_forward(n_fft), planner.plan_fft_inverse(n_fft));
        let (frame, spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        let scratch = vec![Complex::default(); forward.get_scratch_len().max(backward.get_scratch_len())];
        let (period, max_lag) = ((rate / floor) as usize, length / 3 + 2);
        let mut this = Self {
            samples,
            options,
            rate,
            scale: excursion(samples),
            period,
            max_lag,
            window,
            inverse_of_window: Vec::new(),
            coarse: Sinc::new(30.min(half - max_lag)),
            sinc: Sinc::new(70.min(half - max_lag)),
            forward,
            backward,
            frame,
            mirrored: Vec::with_capacity(length + 1),
            spectrum,
            scratch,
            maxima: Vec::new(),
        };
        this.frame[..length].copy_from_slice(&this.window);
        this.frame[length..].fill(0.0);
        this.autocorrelate();
        let energy = this.frame[0];
        this.inverse_of_window = this.frame[..half + 1].iter().map(|r| energy / r).collect();
        this
    }

    /// Autocorrelation of what is in `frame`, into it, unscaled.
    fn autocorrelate(&mut self) {
        let mut done =
            self.forward.process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch).is_ok();
        for bin in &mut self.spectrum {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        done &= self.backward.process_with_scratch(&mut self.spectrum, &mut self.frame, &mut self.scratch).is_ok();
        debug_assert!(done);
    }

    /// Appends the voiced candidates of the frame about `centre`; the score of the unvoiced one.
    fn candidates(&mut self, centre: usize, found: &mut Vec<Candidate>) -> f64 {
        let intensity = self.load(centre);
        let options = self.options;
        let silence = options.silence_threshold / (1.0 + options.voicing_threshold);
        let loudness = if silence > 0.0 { (2.0 - intensity / silence).max(0.0) } else { 0.0 };
        let unvoiced = options.voicing_threshold + loudness;
        if intensity == 0.0 {
            return unvoiced;
        }
        self.autocorrelate();
        let scale = 1.0 / self.frame[0].max(f64::MIN_POSITIVE);
        let half = self.inverse_of_window.len() - 1;
        let of_lag = |lag: usize| self.frame[lag] * scale * self.inverse_of_window[lag];
        self.mirrored.clear();
        self.mirrored.extend((1..=half).rev().map(of_lag));
        self.mirrored.extend((0..=half).map(of_lag));
        self.find_maxima(half);
        for maximum in self.maxima.iter().filter(|maximum| maximum.hz < 1.1 * options.ceiling) {
            let (at, strength) = self.sinc.maximum(&self.mirrored, half + maximum.lag);
            let hz = self.rate / (at - half as f64);
            if hz < options.ceiling {
                found.push(Candidate::new(hz, reflected(strength), options.octave_cost, options.ceiling));
            }
        }
        unvoiced
    }

    /// Windows the frame about `centre` into `frame`, its local mean taken off; its peak over the clip's, at most 1.
    fn load(&mut self, centre: usize) -> f64 {
        self.frame.fill(0.0);
        if self.scale == 0.0 {
            return 0.0;
        }
        let half = self.window.len() / 2;
        let around = |reach: usize| {
            let first = centre.saturating_sub(reach).min(self.samples.len());
            (first, &self.samples[first..(centre + reach).min(self.samples.len())])
        };
        let (_, longest) = around(self.period);
        let mean = longest.iter().map(|s| f64::from(*s)).sum::<f64>() / (2 * self.period) as f64;
        let (first, inside) = around(half);
        let offset = half + first - centre.min(first + half);
        for (slot, weight) in self.frame.iter_mut().zip(&self.window) {
            *slot = -mean / self.scale * weight;
        }
        let weights = &self.window[offset..];
        for ((slot, weight), sample) in self.frame[offset..].iter_mut().zip(weights).zip(inside) {
            *slot = (f64::from(*sample) - mean) / self.scale * weight;
        }
        let reach = self.period / 2 + 1;
        let near = &self.frame[half.saturating_sub(reach)..(half + reach).min(2 * half)];
        near.iter().fold(0.0f64, |peak, s| peak.max(s.abs())).min(1.0)
    }

    /// The most promising local maxima of the autocorrelation, as many as there may be candidates.
    fn find_maxima(&mut self, half: usize) {
        let r = &self.mirrored[half..];
        let threshold = 0.5 * self.options.voicing_threshold;
        self.maxima.clear();
        for lag in (2..self.max_lag.min(half)).filter(|i| r[*i] > threshold && r[*i] > r[i - 1] && r[*i] >= r[i + 1]) {
            let (left, peak, right) = (r[lag - 1], r[lag], r[lag + 1]);
            let slope = 0.5 * (right - left);
            let bend = 2.0 * peak - left - right;
            let shift = if bend > 0.0 { slope / bend } else { 0.0 };
            self.maxima.push(Maximum { lag, hz: self.rate / (lag as f64 + shift), score: peak });
        }
        let most = self.options.candidates.max((self.options.ceiling / self.options.floor) as usize).max(2) - 1;
        if self.maxima.len() > most {
            for maximum in &mut self.maxima {
                let strength = self.coarse.value(&self.mirrored, half as f64 + self.rate / maximum.hz);
                maximum.score = reflected(strength) + self.options.octave_cost * maximum.hz.log2();
            }
            self.maxima.sort_by(|a, b| b.score.total_cmp(&a.score));
            self.maxima.truncate(most);
        }
    }
}

/// A strength above 1, which short windows give, mirrored about 1.
fn reflected(strength: f64) -> f64 {
    if strength > 1.0 { 1.0 / strength } else { strength }
}
