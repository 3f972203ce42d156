//! Contours -> functionals and smoothed descriptors, column by column as openSMILE's configuration lists them.

use super::FrameMatrix;
use super::contour::{masked, sma3, sma3nz};
use super::extremes::{peaks_per_second, slopes};
use super::formant::{Formant, N_FORMANTS};
use super::functionals::{mean_and_variation, nonzero, percentiles};
use super::segments::segments;
use super::source::Contours;
use super::spectrum::Shape;

/// Mean square below which the sound level stays at -120 dB.
const ENERGY_FLOOR: f64 = 1e-12;

/// The 88 functionals. openSMILE takes them when the sound ends, without the long frames whose pitch is still open then;
/// to the smoothing of pitch and spectrum these are known, to that of the rest not.
pub fn functionals(contours: &Contours) -> [f32; 88] {
    let mut columns = Vec::with_capacity(88);
    let n_long = contours.n_decided.max(1);
    let n_short = contours.loudness.len();
    let pitch = until(sma3nz(&contours.semitones), n_long);
    let loudness = until(sma3(&contours.loudness), n_short);
    let of_source = |row: &[f32]| applicable(sma3nz(&row[..n_long.min(row.len())]), n_long);
    let of_spectrum = |row: &[f32]| applicable(sma3nz(row), n_long);
    distribution(&nonzero(&pitch), &mut columns);
    distribution(&loudness, &mut columns);
    for row in [shape(contours, |shape| shape.flux)].iter().chain(&contours.mfcc) {
        columns.extend(mean_and_variation(until(sma3(row), n_short).iter().copied()));
    }
    let voiced = |semitones: f32| semitones > 0.0;
    let unvoiced = |semitones: f32| semitones <= 0.0;
    for row in perturbations(contours) {
        columns.extend(of_source(&row));
    }
    for row in source_levels(contours) {
        columns.extend(of_source(&row));
    }
    for index in 0..N_FORMANTS {
        let [hz, bandwidth, amplitude] = formant(contours, index);
        columns.extend(of_source(&masked(&hz, &contours.semitones, voiced)));
        columns.extend(of_source(&masked(&bandwidth, &contours.semitones, voiced)));
        columns.extend(of_source(&amplitude));
    }
    for row in shapes(contours).iter().chain(&contours.mfcc) {
        columns.extend(of_spectrum(&masked(row, &contours.semitones, voiced)));
    }
    for row in shapes(contours) {
        columns.push(of_spectrum(&masked(&row, &contours.semitones, unvoiced))[0]);
    }
    columns.push(peaks_per_second(&loudness));
    let voice = segments(pitch.iter().map(|semitones| voiced(*semitones)));
    let pause = segments(pitch.iter().map(|semitones| unvoiced(*semitones)));
    columns.extend([voice.per_second, voice.mean, voice.deviation, pause.mean, pause.deviation]);
    columns.push((10.0 * contours.energy.max(ENERGY_FLOOR).log10()) as f32);
    let mut all = [0.0; 88];
    all.iter_mut().zip(columns).for_each(|(slot, column)| *slot = column);
    all
}

/// The 25 smoothed descriptors, `[25, n_frames]`.
pub fn descriptors(contours: &Contours) -> FrameMatrix {
    let mut rows = vec![sma3(&contours.loudness)];
    rows.extend(shapes(contours).iter().chain(&contours.mfcc).map(|row| sma3(row)));
    rows.push(sma3nz(&contours.semitones));
    rows.extend(perturbations(contours).iter().chain(&source_levels(contours)).map(|row| sma3nz(row)));
    for index in 0..N_FORMANTS {
        rows.extend(formant(contours, index).iter().map(|row| sma3nz(row)));
    }
    let n_frames = rows.iter().map(Vec::len).min().unwrap_or(0);
    FrameMatrix::from_shape_fn((rows.len(), n_frames), |(row, frame)| rows[row][frame])
}

/// Moments, percentiles and slopes: the ten functionals of pitch and of loudness.
fn distribution(contour: &[f32], columns: &mut Vec<f32>) {
    columns.extend(mean_and_variation(contour.iter().copied()));
    columns.extend(percentiles(contour));
    let slopes = slopes(contour);
    columns.extend(slopes.rising);
    columns.extend(slopes.falling);
}

/// Mean and variation of the first smoothed frames, of those to which the descriptor applies.
fn applicable(smooth: Vec<f32>, n_frames: usize) -> [f32; 2] {
    mean_and_variation(until(smooth, n_frames).iter().copied().filter(|value| *value != 0.0))
}

fn until(mut contour: Vec<f32>, n_frames: usize) -> Vec<f32> {
    contour.truncate(n_frames);
    contour
}

fn shape(contours: &Contours, get: impl Fn(&Shape) -> f32) -> Vec<f32> {
    contours.shapes.iter().map(get).collect()
}

fn shapes(contours: &Contours) -> [Vec<f32>; 5] {
    [
        shape(contours, |shape| shape.alpha_ratio),
        shape(contours, |shape| shape.hammarberg_index),
        shape(contours, |shape| shape.slope_low),
        shape(contours, |shape| shape.slope_high),
        shape(contours, |shape| shape.flux),
    ]
}

fn perturbations(contours: &Contours) -> [Vec<f32>; 2] {
    let rows = &contours.perturbations;
    [rows.iter().map(|frame| frame.jitter).collect(), rows.iter().map(|frame| frame.shimmer_db).collect()]
}

fn source_levels(contours: &Contours) -> [Vec<f32>; 3] {
    let rows = &contours.harmonicities;
    [
        rows.iter().map(|frame| frame.hnr).collect(),
        rows.iter().map(|frame| frame.h1_h2).collect(),
        rows.iter().map(|frame| frame.h1_a3).collect(),
    ]
}

/// Frequency, bandwidth and amplitude of a formant.
fn formant(contours: &Contours, index: usize) -> [Vec<f32>; 3] {
    let row = |get: fn(&Formant) -> f32| contours.formants.iter().map(|formants| get(&formants[index])).collect();
    [
        row(|formant| formant.hz),
        row(|formant| formant.bandwidth_hz),
        contours.harmonicities.iter().map(|frame| frame.amplitudes[index]).collect(),
    ]
}
