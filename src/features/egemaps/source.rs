//! Sound -> the contours that everything else is computed from, one value a frame, in one pass.

use super::auditory::{Auditory, N_MFCC};
use super::formant::{Formant, FormantFinder, N_FORMANTS};
use super::frame::{HOP, LONG, SHORT, Spectrometer, gauss, hamming, n_frames};
use super::harmonic::{HarmonicFinder, Harmonicity};
use super::octave::Subharmonics;
use super::period::{Perturbation, perturbation};
use super::spectrum::{Shape, SpectralShape};
use super::viterbi::{LAG, PitchPath};

/// Root mean square of a windowed frame below which it has no voice.
const QUIET: f64 = 0.001;

/// Raw low-level descriptors.
pub struct Contours {
    /// One a short frame.
    pub loudness: Vec<f32>,
    pub mfcc: [Vec<f32>; N_MFCC],
    pub shapes: Vec<Shape>,
    pub formants: Vec<[Formant; N_FORMANTS]>,
    /// Mean over the short frames of their mean squares.
    pub energy: f64,
    /// One a long frame; semitones above 27.5 Hz, 0 without voice.
    pub semitones: Vec<f32>,
    pub perturbations: Vec<Perturbation>,
    pub harmonicities: Vec<Harmonicity>,
    /// Long frames whose pitch was decided before the sound ended.
    pub n_decided: usize,
}

impl Contours {
    /// Of a sound of at least one long frame.
    pub fn of(samples: &[f32]) -> Self {
        let n_short = n_frames(samples.len(), SHORT);
        let mut own = Self {
            loudness: Vec::with_capacity(n_short),
            mfcc: std::array::from_fn(|_| Vec::with_capacity(n_short)),
            shapes: Vec::with_capacity(n_short),
            formants: Vec::with_capacity(n_short),
            energy: 0.0,
            semitones: Vec::new(),
            perturbations: Vec::new(),
            harmonicities: Vec::new(),
            n_decided: 0,
        };
        own.short_frames(samples, n_short);
        let f0 = own.long_frames(samples);
        own.perturbations = perturbation(samples, &f0);
        own.semitones = f0.into_iter().map(semitone).collect();
        own
    }

    fn short_frames(&mut self, samples: &[f32], count: usize) {
        let mut spectrometer = Spectrometer::new(hamming(SHORT));
        let mut auditory = Auditory::new();
        let mut shape = SpectralShape::new();
        let mut formants = FormantFinder::new();
        for index in 0..count {
            let frame = &samples[index * HOP..index * HOP + SHORT];
            spectrometer.analyse(frame);
            let (loudness, mfcc) = auditory.analyse(&spectrometer.power);
            self.loudness.push(loudness);
            self.mfcc.iter_mut().zip(mfcc).for_each(|(row, value)| row.push(value));
            self.shapes.push(shape.analyse(&spectrometer.magnitude, &spectrometer.power));
            self.formants.push(formants.find(&spectrometer.spectrum));
            self.energy += frame.iter().map(|x| f64::from(x * x)).sum::<f64>() / SHORT as f64;
        }
        self.energy /= count.max(1) as f64;
    }

    /// Pitch of each long frame in Hz, 0 without voice. Harmonics wait in a ring of spectra for the path to be decided.
    fn long_frames(&mut self, samples: &[f32]) -> Vec<f32> {
        let mut spectrometer = Spectrometer::new(gauss(LONG, 0.4));
        let mut subharmonics = Subharmonics::new();
        let mut harmonics = HarmonicFinder::new();
        let mut ring = vec![(Vec::new(), 0.0); LAG];
        let mut path = PitchPath::new();
        let mut f0: Vec<f32> = Vec::with_capacity(n_frames(samples.len(), LONG));
        let (formants, harmonicities) = (&self.formants, &mut self.harmonicities);
        let mut decide = |ring: &[(Vec<f32>, f64)], hz: f32| {
            let (magnitude, rms) = &ring[f0.len() % LAG];
            let hz = if *rms > QUIET { hz } else { 0.0 };
            let mut voiced = || harmonics.analyse(magnitude, hz, &formants[f0.len()]);
            harmonicities.push(if hz > 0.0 { voiced() } else { Harmonicity::UNVOICED });
            f0.push(hz);
        };
        for index in 0..n_frames(samples.len(), LONG) {
            spectrometer.analyse(&samples[index * HOP..index * HOP + LONG]);
            let (magnitude, rms) = &mut ring[index % LAG];
            magnitude.clear();
            magnitude.extend_from_slice(&spectrometer.magnitude);
            *rms = spectrometer.energy.sqrt();
            path.push(&subharmonics.candidates(&spectrometer.magnitude), |hz| decide(&ring, hz));
        }
        self.n_decided = path.decided();
        path.finish(|hz| decide(&ring, hz));
        f0
    }
}

/// Semitones above 27.5 Hz, at least 1; 0 without voice.
fn semitone(hz: f32) -> f32 {
    if hz > 0.0 { crate::dsp::convert::hz_to_semitone(hz).max(1.0) } else { 0.0 }
}
