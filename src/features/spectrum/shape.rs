//! The shape of each spectrum, one value a frame.

use std::ops::Range;

use super::{AMIN, Bins, Spectrogram};
use crate::dsp::decibel::power_to_db;
use crate::dsp::spectral_shape as shape;

/// Hz of the magnitudes' centre of gravity (`librosa.feature.spectral_centroid`); 0 for silence.
pub fn spectral_centroid(spectrogram: &Spectrogram) -> Vec<f32> {
    let bin_hz = spectrogram.bin_hz();
    spectrogram.each_magnitude(|magnitude| shape::centroid(magnitude, bin_hz))
}

/// Hz of the magnitudes' standard deviation about the centroid (`librosa.feature.spectral_bandwidth`); 0 for silence.
pub fn spectral_bandwidth(spectrogram: &Spectrogram) -> Vec<f32> {
    let bin_hz = spectrogram.bin_hz();
    spectrogram.each_magnitude(|magnitude| shape::bandwidth(magnitude, bin_hz))
}

/// Third standardised moment of the magnitudes over frequency (Peeters 2004); 0 for silence.
pub fn spectral_skewness(spectrogram: &Spectrogram) -> Vec<f32> {
    moments(spectrogram, |moments| moments.skewness)
}

/// Fourth standardised moment of the magnitudes over frequency (Peeters 2004), 3 for a bell; 0 for silence.
pub fn spectral_kurtosis(spectrogram: &Spectrogram) -> Vec<f32> {
    moments(spectrogram, |moments| moments.kurtosis)
}

fn moments(spectrogram: &Spectrogram, of: impl Fn(shape::SpectralMoments) -> f32) -> Vec<f32> {
    let bin_hz = spectrogram.bin_hz();
    spectrogram.each_magnitude(|magnitude| of(shape::spectral_moments(magnitude, bin_hz)))
}

/// Hz of the bin under and at which `fraction` (0..=1) of the magnitudes' sum lies
/// (`librosa.feature.spectral_rolloff`); 0 for silence.
pub fn spectral_rolloff(spectrogram: &Spectrogram, fraction: f64) -> Vec<f32> {
    let bin_hz = spectrogram.bin_hz();
    spectrogram.each_magnitude(|magnitude| shape::rolloff_bins(magnitude, [fraction])[0] as f32 * bin_hz)
}

/// Geometric over arithmetic mean of the powers, each at least 1e-10 (`librosa.feature.spectral_flatness`), 0..=1; 1
/// for silence.
pub fn spectral_flatness(spectrogram: &Spectrogram) -> Vec<f32> {
    spectrogram.each_power(|power| shape::flatness(power, AMIN))
}

/// Entropy of the powers over the bins, over that of an even spectrum (Misra et al. 2004), 0..=1; 0 for silence.
pub fn spectral_entropy(spectrogram: &Spectrogram) -> Vec<f32> {
    let mut logs = vec![0.0; spectrogram.n_bins()];
    spectrogram.each_power(|power| {
        shape::log_powers(power, &mut logs);
        shape::entropy(power, &logs)
    })
}

/// Euclidean distance between the magnitudes of a frame and of the one before, each scaled to a sum of 1 (Scheirer and
/// Slaney 1997, on relative spectra), 0..=sqrt(2); 0 in the first frame.
pub fn spectral_flux(spectrogram: &Spectrogram) -> Vec<f32> {
    let mut previous: Vec<f32> = Vec::with_capacity(spectrogram.n_bins());
    let mut scratch = vec![0.0; spectrogram.n_bins()];
    spectrogram.each_magnitude(|magnitude| {
        let flux = if previous.is_empty() { 0.0 } else { shape::flux(magnitude, &previous, &mut scratch) };
        previous.clear();
        previous.extend(magnitude);
        flux
    })
}

/// Slope in dB a kHz of the line that fits the levels of the bins from `low` to `high` Hz best, each level at least
/// -100 dB; 0 where fewer than two bins lie there. eGeMAPS (Eyben et al. 2016) takes 0-500 and 500-1500 Hz.
pub fn spectral_slope(spectrogram: &Spectrogram, low: f32, high: f32) -> Vec<f32> {
    let band = band(spectrogram.bins, low, high);
    let mut logs = vec![0.0; band.len()];
    spectrogram.each_power(|power| {
        shape::log_powers(&power[band.clone()], &mut logs);
        slope_db(&logs, spectrogram.bin_hz())
    })
}

/// Level of 50-1000 Hz above that of 1000-5000 Hz in dB, each at least -100 (eGeMAPS, Eyben et al. 2016).
pub fn alpha_ratio(spectrogram: &Spectrogram) -> Vec<f32> {
    let bands = EnergyBands::new(spectrogram.bins);
    spectrogram.each_power(|power| bands.alpha_ratio(power))
}

/// Highest bin of 0-2000 Hz above that of 2000-5000 Hz in dB, each at least -100 (Hammarberg et al. 1980).
pub fn hammarberg_index(spectrogram: &Spectrogram) -> Vec<f32> {
    let bands = EnergyBands::new(spectrogram.bins);
    spectrogram.each_power(|power| bands.hammarberg_index(power))
}

/// dB a kHz of the natural logarithms of neighbouring bins' powers.
pub(super) fn slope_db(logs: &[f32], bin_hz: f32) -> f32 {
    shape::slope(logs, AMIN.ln()) * (10.0 / std::f32::consts::LN_10) / (bin_hz / 1000.0)
}

/// Bins from `low` to `high` Hz, both included.
pub(super) fn band(bins: Bins, low: f32, high: f32) -> Range<usize> {
    let bin_hz = bins.hz();
    let end = ((high / bin_hz).floor().max(-1.0) as isize + 1).clamp(0, bins.count() as isize) as usize;
    ((low / bin_hz).ceil().max(0.0) as usize).min(end)..end
}

/// The bands that eGeMAPS compares.
pub(super) struct EnergyBands {
    alpha: [Range<usize>; 2],
    hammarberg: [Range<usize>; 2],
}

impl EnergyBands {
    pub(super) fn new(bins: Bins) -> Self {
        let of = |low, high| band(bins, low, high);
        Self { alpha: [of(50.0, 1000.0), of(1000.0, 5000.0)], hammarberg: [of(0.0, 2000.0), of(2000.0, 5000.0)] }
    }

    pub(super) fn alpha_ratio(&self, power: &[f32]) -> f32 {
        difference(&self.alpha, |band| power[band].iter().sum())
    }

    pub(super) fn hammarberg_index(&self, power: &[f32]) -> f32 {
        difference(&self.hammarberg, |band| power[band].iter().copied().fold(0.0, f32::max))
    }
}

fn difference(bands: &[Range<usize>; 2], of: impl Fn(Range<usize>) -> f32) -> f32 {
    let [low, high] = bands.each_ref().map(|band| power_to_db(of(band.clone()), AMIN));
    low - high
}
