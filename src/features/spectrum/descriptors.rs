//! All spectral descriptors of a clip in one pass over its frames.

use std::ops::Range;

use ndarray::{Array2, ArrayView1, Axis, Slice};

use super::mel::to_db;
use super::model::{FrameModel, N_LPCC, N_WAVELET};
use super::shape::{EnergyBands, band, slope_db};
use super::{AMIN, Bins, CONTRAST_BANDS, MelConfig, N_CHROMA, bands, each_spectrum, level, mfcc};
use crate::Result;
use crate::audio::Audio;
use crate::dsp::{chroma::ChromaFilterBank, decibel, spectral_shape as shape};
use crate::features::FrameMatrix;
use crate::features::table::{DescriptorTable, TABLE_HOP_LENGTH, table_frames, table_samples};

const N_FFT: usize = 400;
const TOP_DB: f32 = 80.0;
const N_MFCC: usize = 20;
const MEL_BANDS: usize = 16;
const ROLLOFF: [f64; 5] = [0.25, 0.5, 0.75, 0.85, 0.9];

/// Rows of one value each, in order.
const SCALARS: [&str; 20] = [
    "rms",
    "rms_db",
    "zero_crossing_rate",
    "spectral_centroid_hz",
    "spectral_bandwidth_hz",
    "spectral_skewness",
    "spectral_kurtosis",
    "spectral_rolloff25_hz",
    "spectral_rolloff50_hz",
    "spectral_rolloff75_hz",
    "spectral_rolloff85_hz",
    "spectral_rolloff90_hz",
    "spectral_flatness",
    "spectral_flatness_db",
    "spectral_entropy",
    "spectral_flux",
    "spectral_slope_0_500",
    "spectral_slope_500_1500",
    "alpha_ratio_db",
    "hammarberg_index_db",
];

/// Names of the rows of [`spectral_descriptors`].
pub fn spectral_descriptor_names() -> Vec<String> {
    let mut names: Vec<String> = SCALARS.map(str::to_owned).into();
    let series = |prefix: &'static str, suffix: &'static str, numbers: Range<usize>| {
        numbers.map(move |n| format!("{prefix}{n}{suffix}"))
    };
    names.extend(series("chroma", "", 0..N_CHROMA));
    names.push("lpc_residual_db".into());
    names.extend(series("lpcc", "", 1..N_LPCC + 1));
    names.extend(series("wavelet_energy", "_db", 0..N_WAVELET));
    names.extend(series("spectral_contrast", "_db", 0..CONTRAST_BANDS + 1));
    names.push("onset_strength".into());
    names.extend(series("mfcc", "", 0..N_MFCC));
    names.extend(series("mel_band", "_db", 0..MEL_BANDS));
    names
}

/// Every spectral descriptor of a clip at 16 kHz, one row a name of [`spectral_descriptor_names`], on the frames of
/// [`table_frames`](crate::features::table_frames): 25 ms under a Hann window, 10 ms apart.
///
/// As the functions of [this module](super) define them; besides: `mfcc` of 80 mel bands (Slaney, 0-8 kHz, in dB, at
/// least the clip's highest less 80), `mel_band` the means of five of those bands each; `lpcc1..12` the cepstrum of
/// linear prediction of order 16 after a pre-emphasis of 0.97, `lpc_residual_db` what the prediction leaves of the
/// frame's energy; `wavelet_energy` the mean squares of the sixteen bands of 500 Hz of a wavelet packet tree (db4) of
/// the bare frame, at least -100 dB.
///
/// # Errors
/// [`Error::SampleRate`](crate::Error::SampleRate) for sound at another rate.
pub fn spectral_descriptors(audio: &Audio) -> Result<DescriptorTable> {
    let samples = table_samples(audio)?;
    let mut table = DescriptorTable::zeros(spectral_descriptor_names(), table_frames(samples.len()));
    let bins = Bins { sample_rate: audio.sample_rate(), n_fft: N_FFT };
    let mut shapes = FrameShape::new(bins);
    let mut model = FrameModel::new(N_FFT);
    let mut contrast = bands::contrast_bands(bins);
    let bank = MelConfig::default().bank(bins);

    let mut column = vec![0.0; SCALARS.len() + N_CHROMA + 1 + N_LPCC + N_WAVELET];
    let mut contrasts = Array2::zeros((2 * contrast.n_bands(), table.n_frames()));
    let mut mel = Array2::zeros((table.n_frames(), bank.n_mels()));
    let mut spans = level::centered(samples, N_FFT, TABLE_HOP_LENGTH);
    each_spectrum(samples, N_FFT, TABLE_HOP_LENGTH, |frame, power| {
        let (first, rest) = column.split_at_mut(SCALARS.len() + N_CHROMA);
        shapes.describe(power, spans.next().unwrap_or_default(), first);
        model.describe(samples, (frame * TABLE_HOP_LENGTH) as isize - (N_FFT / 2) as isize, rest);
        for (slot, value) in table.values.column_mut(frame).iter_mut().zip(&column) {
            *slot = *value;
        }
        let n_bands = contrast.n_bands();
        contrast.peaks_and_valleys(&shapes.magnitude, |band, peak, valley| {
            (contrasts[[band, frame]], contrasts[[n_bands + band, frame]]) = (peak, valley);
        });
        if let Some(row) = mel.row_mut(frame).into_slice() {
            bank.apply(power, row);
        }
    });

    to_db(&mut mel, Some(TOP_DB));
    let mut at = column.len();
    for rows in [bands::contrast(contrasts.view()), onsets(&mel), mfcc(mel.t(), N_MFCC), band_means(&mel)] {
        table.values.slice_axis_mut(Axis(0), Slice::from(at..at + rows.nrows())).assign(&rows);
        at += rows.nrows();
    }
    Ok(table)
}

/// [`super::onset_strength`] of a log-mel spectrogram `[n_frames, n_mels]`, as one row.
fn onsets(log_mel: &FrameMatrix) -> FrameMatrix {
    let rise = |now: ArrayView1<f32>, before: ArrayView1<f32>| -> f32 {
        now.iter().zip(before).map(|(now, before)| (now - before).max(0.0)).sum()
    };
    Array2::from_shape_fn((1, log_mel.nrows()), |(_, frame)| {
        rise(log_mel.row(frame), log_mel.row(frame.saturating_sub(1))) / log_mel.ncols().max(1) as f32
    })
}

/// Means of neighbouring bands of a log-mel spectrogram `[n_frames, n_mels]`, `[MEL_BANDS, n_frames]`.
fn band_means(log_mel: &FrameMatrix) -> FrameMatrix {
    let width = log_mel.ncols() / MEL_BANDS;
    Array2::from_shape_fn((MEL_BANDS, log_mel.nrows()), |(band, frame)| {
        log_mel.row(frame).iter().skip(band * width).take(width).sum::<f32>() / width.max(1) as f32
    })
}

/// Rows of one power spectrum and of the samples under it.
struct FrameShape {
    bin_hz: f32,
    magnitude: Vec<f32>,
    previous: Vec<f32>,
    scratch: Vec<f32>,
    logs: Vec<f32>,
    slopes: [Range<usize>; 2],
    energy: EnergyBands,
    chroma: ChromaFilterBank,
    is_first: bool,
}

impl FrameShape {
    fn new(bins: Bins) -> Self {
        let zeros = vec![0.0; bins.count()];
        Self {
            bin_hz: bins.hz(),
            magnitude: zeros.clone(),
            previous: zeros.clone(),
            scratch: zeros.clone(),
            logs: zeros,
            slopes: [band(bins, 0.0, 500.0), band(bins, 500.0, 1500.0)],
            energy: EnergyBands::new(bins),
            chroma: ChromaFilterBank::new(bins.sample_rate, bins.n_fft),
            is_first: true,
        }
    }

    /// The rows of [`SCALARS`] and the chroma of one frame.
    fn describe(&mut self, power: &[f32], span: &[f32], out: &mut [f32]) {
        std::mem::swap(&mut self.magnitude, &mut self.previous);
        self.magnitude.iter_mut().zip(power).for_each(|(m, p)| *m = p.sqrt());
        shape::log_powers(power, &mut self.logs);
        let flux = if self.is_first { 0.0 } else { shape::flux(&self.magnitude, &self.previous, &mut self.scratch) };
        self.is_first = false;

        let rms = level::frame_rms(span, N_FFT);
        let moments = shape::spectral_moments(&self.magnitude, self.bin_hz);
        let rolloff = shape::rolloff_bins(&self.magnitude, ROLLOFF).map(|bin| bin as f32 * self.bin_hz);
        let flatness = shape::flatness(power, AMIN);
        let slope = |band: &Range<usize>| slope_db(&self.logs[band.clone()], self.bin_hz);
        let scalars: [f32; SCALARS.len()] = [
            rms,
            2.0 * decibel::power_to_db(rms, AMIN.sqrt()),
            level::frame_crossings(span, N_FFT),
            moments.centroid,
            moments.bandwidth,
            moments.skewness,
            moments.kurtosis,
            rolloff[0],
            rolloff[1],
            rolloff[2],
            rolloff[3],
            rolloff[4],
            flatness,
            decibel::power_to_db(flatness, AMIN),
            shape::entropy(power, &self.logs),
            flux,
            slope(&self.slopes[0]),
            slope(&self.slopes[1]),
            self.energy.alpha_ratio(power),
            self.energy.hammarberg_index(power),
        ];
        out[..scalars.len()].copy_from_slice(&scalars);
        if let Some((_, chroma)) = out.split_last_chunk_mut::<N_CHROMA>() {
            self.chroma.apply(power, chroma);
        }
    }
}
