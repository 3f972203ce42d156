//! Chroma and spectral contrast: rows of a whole spectrogram.

use ndarray::{Array2, ArrayView2, Axis};

use super::{Bins, N_CHROMA, Spectrogram, power_to_db};
use crate::dsp::chroma::ChromaFilterBank;
use crate::dsp::contrast::ContrastBands;
use crate::features::FrameMatrix;

/// Octave bands of [`spectral_contrast`] above the lowest.
pub const CONTRAST_BANDS: usize = 6;

/// Energy of the twelve pitch classes, C first, `[12, n_frames]`, each frame's strongest 1
/// (`librosa.feature.chroma_stft(tuning=0)`); all 0 for silence.
pub fn chroma_stft(spectrogram: &Spectrogram) -> FrameMatrix {
    let bank = ChromaFilterBank::new(spectrogram.sample_rate(), spectrogram.n_fft());
    let mut chroma = Array2::zeros((N_CHROMA, spectrogram.n_frames()));
    let mut classes = [0.0; N_CHROMA];
    for (power, mut out) in spectrogram.frames().zip(chroma.columns_mut()) {
        bank.apply(power, &mut classes);
        out.iter_mut().zip(classes).for_each(|(out, class)| *out = class);
    }
    chroma
}

/// Peak over valley of 0-200 Hz and the six octaves above it in dB, `[7, n_frames]`
/// (`librosa.feature.spectral_contrast`); fewer rows where an octave would begin above the Nyquist frequency.
pub fn spectral_contrast(spectrogram: &Spectrogram) -> FrameMatrix {
    let mut bands = contrast_bands(spectrogram.bins);
    let n = bands.n_bands();
    let mut levels = Array2::zeros((2 * n, spectrogram.n_frames()));
    for (magnitude, mut out) in spectrogram.magnitude_frames().zip(levels.columns_mut()) {
        bands.peaks_and_valleys(magnitude, |band, peak, valley| (out[band], out[n + band]) = (peak, valley));
    }
    contrast(levels.view())
}

pub(super) fn contrast_bands(bins: Bins) -> ContrastBands {
    ContrastBands::new(bins.sample_rate, bins.n_fft, 200.0, CONTRAST_BANDS, 0.02)
}

/// Rows of peaks over rows of valleys, in librosa's `power_to_db` of both.
pub(super) fn contrast(levels: ArrayView2<f32>) -> FrameMatrix {
    const TOP_DB: f32 = 80.0;
    let (peaks, valleys) = levels.split_at(Axis(0), levels.nrows() / 2);
    power_to_db(peaks, Some(TOP_DB)) - power_to_db(valleys, Some(TOP_DB))
}
