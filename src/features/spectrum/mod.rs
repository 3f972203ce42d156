//! Spectra of a clip under librosa's names and definitions: one [`Spectrogram`], borrowed by everything made of it.

mod bands;
mod cepstrum;
mod descriptors;
mod level;
mod mel;
mod model;
mod shape;

use std::sync::OnceLock;

use ndarray::{Array2, ArrayView2};

pub use crate::dsp::chroma::N_CHROMA;
pub use crate::dsp::mel::{MelNorm, MelScale};
pub use bands::{CONTRAST_BANDS, chroma_stft, spectral_contrast};
pub use cepstrum::{delta, mfcc};
pub use descriptors::{spectral_descriptor_names, spectral_descriptors};
pub use level::{rms, zero_crossing_rate};
pub use mel::{MelConfig, melspectrogram, onset_strength, power_to_db};
pub use shape::{
    alpha_ratio, hammarberg_index, spectral_bandwidth, spectral_centroid, spectral_entropy, spectral_flatness,
    spectral_flux, spectral_kurtosis, spectral_rolloff, spectral_skewness, spectral_slope,
};

use crate::audio::Audio;
use crate::dsp::simd::vectorized;
use crate::dsp::stft::Stft;

/// Powers are floored here where a logarithm is taken, as librosa's `amin`.
pub(super) const AMIN: f32 = 1e-10;

/// No power is taken as more than this, so that sums stay finite; sound in -1..=1 stays 20 decades below.
const MOST_POWER: f64 = 1e30;

/// Power spectra of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrogram {
    by_frame: Array2<f32>,
    magnitude_by_frame: OnceLock<Array2<f32>>,
    bins: Bins,
    hop_length: usize,
}

/// What lies where in a spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bins {
    sample_rate: u32,
    n_fft: usize,
}

impl Bins {
    fn count(self) -> usize {
        self.n_fft / 2 + 1
    }

    fn hz(self) -> f32 {
        (f64::from(self.sample_rate) / self.n_fft as f64) as f32
    }
}

/// Power spectra `|X|^2` of frames of `n_fft` samples under a periodic Hann window, `hop_length` samples apart; frame
/// `k` is centred at sample `k hop_length` (`librosa.stft(center=True, pad_mode="reflect")`). Computed in double
/// precision. A clip without samples is one frame of silence; an `n_fft` under 2 counts as 2, a `hop_length` under 1 as
/// 1.
pub fn stft(audio: &Audio, n_fft: usize, hop_length: usize) -> Spectrogram {
    let (n_fft, hop_length) = (n_fft.max(2), hop_length.max(1));
    let bins = Bins { sample_rate: audio.sample_rate(), n_fft };
    let shape = (1 + audio.samples().len() / hop_length, bins.count());
    let mut by_frame = Vec::with_capacity(shape.0 * shape.1);
    each_spectrum(audio.samples(), n_fft, hop_length, |_, power| by_frame.extend_from_slice(power));
    let by_frame = Array2::from_shape_vec(shape, by_frame).unwrap_or_default();
    Spectrogram { by_frame, magnitude_by_frame: OnceLock::new(), bins, hop_length }
}

/// Calls `each(frame, power)` with the spectra of [`stft`] in turn.
fn each_spectrum(samples: &[f32], n_fft: usize, hop_length: usize, mut each: impl FnMut(usize, &[f32])) {
    let plan = Stft::new_f64(n_fft, hop_length);
    let mut narrow = vec![0.0; plan.n_bins()];
    let narrowed = |p: f64| if p < MOST_POWER { p as f32 } else { MOST_POWER as f32 };
    plan.power_frames(samples, |frame, power| {
        vectorized!(narrow.iter_mut().zip(power).for_each(|(slot, p)| *slot = narrowed(*p)));
        each(frame, &narrow);
    });
}

impl Spectrogram {
    /// Powers, `[n_bins, n_frames]`.
    pub fn power(&self) -> ArrayView2<'_, f32> {
        self.by_frame.t()
    }

    /// Magnitudes, `[n_bins, n_frames]`, computed when something first asks for them.
    pub fn magnitude(&self) -> ArrayView2<'_, f32> {
        self.magnitudes().t()
    }

    fn magnitudes(&self) -> &Array2<f32> {
        self.magnitude_by_frame.get_or_init(|| vectorized!(self.by_frame.mapv(f32::sqrt)))
    }

    /// Bins, `n_fft / 2 + 1`.
    pub fn n_bins(&self) -> usize {
        self.by_frame.ncols()
    }

    /// Frames, `1 + len / hop_length`.
    pub fn n_frames(&self) -> usize {
        self.by_frame.nrows()
    }

    /// Hz of the sound.
    pub fn sample_rate(&self) -> u32 {
        self.bins.sample_rate
    }

    /// Samples of a frame.
    pub fn n_fft(&self) -> usize {
        self.bins.n_fft
    }

    /// Samples between frames.
    pub fn hop_length(&self) -> usize {
        self.hop_length
    }

    /// Hz between bins.
    pub fn bin_hz(&self) -> f32 {
        self.bins.hz()
    }

    /// Powers of each frame in turn, `n_bins` values.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.by_frame.as_slice().unwrap_or_default().chunks_exact(self.n_bins().max(1))
    }

    /// Magnitudes of each frame in turn, `n_bins` values.
    fn magnitude_frames(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.magnitudes().as_slice().unwrap_or_default().chunks_exact(self.n_bins().max(1))
    }

    /// One value a frame, of its powers.
    fn each_power(&self, of: impl FnMut(&[f32]) -> f32) -> Vec<f32> {
        self.frames().map(of).collect()
    }

    /// One value a frame, of its magnitudes.
    fn each_magnitude(&self, of: impl FnMut(&[f32]) -> f32) -> Vec<f32> {
        self.magnitude_frames().map(of).collect()
    }
}
