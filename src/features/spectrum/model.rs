//! Models of the samples of one frame: linear prediction and wavelet packets.

use crate::dsp::decibel::power_to_db;
use crate::dsp::lpc::{autocorrelate, levinson_durbin, lpc_to_cepstrum};
use crate::dsp::stft::for_each_reflected;
use crate::dsp::wavelet::WaveletPacket;
use crate::dsp::window::hann_f64;

pub(super) const N_LPCC: usize = 12;
pub(super) const N_WAVELET: usize = 1 << WAVELET_LEVEL;

const LPC_ORDER: usize = 16;
const PRE_EMPHASIS: f64 = 0.97;
/// A share of white noise that bounds what linear prediction makes of pure tones.
const LPC_NOISE: f64 = 1e-9;
const WAVELET_LEVEL: u32 = 4;
/// Mean squares are floored here.
const LEAST_ENERGY: f32 = 1e-10;
/// Samples beyond this are taken as this, so that every sum stays finite.
const MOST_SAMPLE: f32 = 1e15;

pub(super) struct FrameModel {
    window: Vec<f64>,
    frame: Vec<f32>,
    windowed: Vec<f64>,
    tree: WaveletPacket,
}

impl FrameModel {
    pub(super) fn new(length: usize) -> Self {
        Self {
            window: hann_f64(length),
            frame: vec![0.0; length],
            windowed: vec![0.0; length],
            tree: WaveletPacket::new(length, WAVELET_LEVEL),
        }
    }

    /// LPC residual in dB, LPC cepstra and wavelet energies in dB of the samples from index `start` on.
    pub(super) fn describe(&mut self, samples: &[f32], start: isize, out: &mut [f32]) {
        for_each_reflected(samples, start, &mut self.frame, |slot, sample| {
            *slot = sample.clamp(-MOST_SAMPLE, MOST_SAMPLE);
        });
        let (prediction, energies) = out.split_at_mut(1 + N_LPCC);
        self.predict(prediction);

        let length = self.frame.len().max(1) as f32;
        self.tree.energies(&self.frame, energies);
        for energy in energies {
            *energy = power_to_db(*energy / length, LEAST_ENERGY);
        }
    }

    fn predict(&mut self, out: &mut [f32]) {
        let mut before = self.frame.first().copied().unwrap_or(0.0);
        for ((slot, sample), weight) in self.windowed.iter_mut().zip(&self.frame).zip(&self.window) {
            *slot = (f64::from(*sample) - PRE_EMPHASIS * f64::from(before)) * weight;
            before = *sample;
        }
        let (mut r, mut a, mut cepstrum) = ([0.0; LPC_ORDER + 1], [0.0; LPC_ORDER + 1], [0.0; N_LPCC]);
        autocorrelate(&self.windowed, &mut r);
        r[0] *= 1.0 + LPC_NOISE;
        let error = levinson_durbin(&r, &mut a);
        lpc_to_cepstrum(&a, &mut cepstrum);
        let left = if r[0] > 0.0 { 10.0 * (error / r[0]).log10() } else { 0.0 };
        for (slot, value) in out.iter_mut().zip([left].into_iter().chain(cepstrum)) {
            *slot = value as f32;
        }
    }
}
