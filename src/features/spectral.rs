//! STFT, mel spectrogram, and descriptors of each power spectrum.

use ndarray::Array2;

use super::{FeatureConfig, FrameMatrix};
use crate::audio::Audio;
use crate::dsp::{decibel::power_to_db, mel::MelFilterBank, stft::Stft};

/// A log-mel spectrogram.
#[derive(Clone, Debug)]
pub struct MelSpectrogram {
    /// `log10(power)`, `[n_mels, n_frames]`, lowest band first, at least the maximum less `floor_decades`.
    pub values: FrameMatrix,
    /// Hz of each band's centre.
    pub centers_hz: Vec<f32>,
}

/// Names of the rows of [`SpectralRows`], in order.
pub(super) const SPECTRAL_NAMES: [&str; 11] = [
    "rms_db",
    "spectral_centroid_hz",
    "spectral_bandwidth_hz",
    "spectral_rolloff85_hz",
    "spectral_flatness_db",
    "spectral_flux",
    "spectral_slope_0_500",
    "spectral_slope_500_1500",
    "alpha_ratio_db",
    "hammarberg_index_db",
    "zero_crossing_rate",
];

/// One row a name of [`SPECTRAL_NAMES`], one column a frame.
pub(super) type SpectralRows = FrameMatrix;

const AMIN: f32 = 1e-10;

/// Log-mel spectrogram alone: Whisper's (`log10`, reflect padding, last frame dropped), before its affine scaling.
pub fn mel_spectrogram(audio: &Audio, config: &FeatureConfig) -> MelSpectrogram {
    mel_with(audio, config, |_, _| {})
}

/// The log-mel spectrogram and the spectral descriptors, in one pass over the frames.
pub(super) fn analyse(audio: &Audio, config: &FeatureConfig) -> (MelSpectrogram, SpectralRows) {
    let n_frames = n_frames(audio, config);
    let mut rows = Array2::zeros((SPECTRAL_NAMES.len(), n_frames));
    let bin_hz = config.sample_rate as f32 / config.n_fft as f32;
    let mut previous: Vec<f32> = Vec::new();
    let mel = mel_with(audio, config, |frame, power| {
        let described = describe(power, &mut previous, bin_hz);
        for (row, value) in described.into_iter().enumerate() {
            rows[[row, frame]] = value;
        }
    });
    let half = config.n_fft / 2;
    for frame in 0..n_frames {
        let center = frame * config.hop_length;
        let span = &audio.samples()[center.saturating_sub(half)..(center + half).min(audio.samples().len())];
        let crossings = span.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
        rows[[SPECTRAL_NAMES.len() - 1, frame]] = crossings as f32 / span.len().max(1) as f32;
    }
    (mel, rows)
}

fn n_frames(audio: &Audio, config: &FeatureConfig) -> usize {
    (audio.samples().len() / config.hop_length).max(1)
}

fn mel_with(audio: &Audio, config: &FeatureConfig, mut each: impl FnMut(usize, &[f32])) -> MelSpectrogram {
    let bank = MelFilterBank::new(config.sample_rate, config.n_fft, config.n_mels, config.fmin, config.fmax);
    let n_frames = n_frames(audio, config);
    let mut by_frame = Array2::<f32>::zeros((n_frames, config.n_mels));
    let plan = Stft::new_f64(config.n_fft, config.hop_length);
    let mut rounded = vec![0.0; plan.n_bins()];
    plan.power_frames(audio.samples(), |frame, power| {
        if frame < n_frames {
            rounded.iter_mut().zip(power).for_each(|(slot, power)| *slot = *power as f32);
            if let Some(row) = by_frame.row_mut(frame).as_slice_mut() {
                bank.apply(&rounded, row);
            }
            each(frame, &rounded);
        }
    });
    by_frame.mapv_inplace(|power| f64::from(power.max(AMIN)).log10() as f32);
    let floor = by_frame.iter().copied().fold(f32::NEG_INFINITY, f32::max) - config.floor_decades;
    by_frame.mapv_inplace(|value| value.max(floor));
    let values = by_frame.t().as_standard_layout().into_owned();
    MelSpectrogram { values, centers_hz: bank.centers_hz().to_vec() }
}

/// Descriptors of one power spectrum; centroid, bandwidth, roll-off and flatness as librosa, slopes, alpha ratio
/// (50-1000 to 1000-5000 Hz) and Hammarberg index (peak of 0-2 to peak of 2-5 kHz) as eGeMAPS (Eyben et al. 2016).
fn describe(power: &[f32], previous: &mut Vec<f32>, bin_hz: f32) -> [f32; SPECTRAL_NAMES.len() - 1] {
    let total: f32 = power.iter().sum::<f32>().max(AMIN);
    let magnitude: Vec<f32> = power.iter().map(|p| p.sqrt()).collect();
    let weight: f32 = magnitude.iter().sum::<f32>().max(AMIN);
    let hz = |bin: usize| bin as f32 * bin_hz;
    let centroid = magnitude.iter().enumerate().map(|(bin, m)| hz(bin) * m).sum::<f32>() / weight;
    let spread = magnitude.iter().enumerate().map(|(bin, m)| (hz(bin) - centroid).powi(2) * m).sum::<f32>() / weight;
    let mut sum = 0.0;
    let rolloff = power
        .iter()
        .position(|p| {
            sum += p;
            sum >= 0.85 * total
        })
        .unwrap_or(power.len() - 1);
    let geometric = power.iter().map(|p| p.max(AMIN).ln()).sum::<f32>() / power.len() as f32;
    let flatness = geometric * 10.0 / std::f32::consts::LN_10 - power_to_db(total / power.len() as f32, AMIN);
    let shape: Vec<f32> = magnitude.iter().map(|m| m / weight).collect();
    let flux = if previous.len() == shape.len() {
        shape.iter().zip(previous.iter()).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    } else {
        0.0
    };
    *previous = shape;
    let band = |low: f32, high: f32| {
        let from = (low / bin_hz).ceil() as usize;
        &power[from.min(power.len())..((high / bin_hz).floor() as usize + 1).min(power.len())]
    };
    let peak = |band: &[f32]| band.iter().copied().fold(AMIN, f32::max);
    [
        power_to_db(total / power.len() as f32, AMIN),
        centroid,
        spread.sqrt(),
        hz(rolloff),
        flatness,
        flux,
        slope(band(0.0, 500.0), bin_hz),
        slope(band(500.0, 1500.0), bin_hz),
        power_to_db(band(50.0, 1000.0).iter().sum::<f32>(), AMIN)
            - power_to_db(band(1000.0, 5000.0).iter().sum(), AMIN),
        power_to_db(peak(band(0.0, 2000.0)), AMIN) - power_to_db(peak(band(2000.0, 5000.0)), AMIN),
    ]
}

/// Least-squares slope of a band in dB a kHz.
fn slope(band: &[f32], bin_hz: f32) -> f32 {
    let db: Vec<f32> = band.iter().map(|p| power_to_db(*p, AMIN)).collect();
    let width = (db.len().max(2) - 1) as f32 * bin_hz / 1000.0;
    crate::dsp::statistics::regression(&db).0 / width
}
