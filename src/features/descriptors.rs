//! Low-level descriptors: one row a name, one column a frame.

use ndarray::{Axis, concatenate};

use super::spectral::{SPECTRAL_NAMES, SpectralRows};
use super::{F0Contour, FeatureConfig, FrameMatrix, MelSpectrogram, delta::delta, mfcc::mfcc};

/// Low-level descriptors of a clip.
#[derive(Clone, Debug)]
pub struct Descriptors {
    /// `[n_descriptors, n_frames]`; the second half of the rows are the deltas of the first.
    pub values: FrameMatrix,
}

/// Coarse bands that the mel bands are averaged into.
pub(super) const N_BANDS: usize = 16;

impl Descriptors {
    pub(super) fn new(mel: &MelSpectrogram, spectra: SpectralRows, f0: &F0Contour, config: &FeatureConfig) -> Self {
        let cepstra = mfcc(mel.values.view(), config.n_mfcc);
        let n_frames = mel.values.ncols();
        let per_band = mel.values.nrows() / N_BANDS;
        let bands = FrameMatrix::from_shape_fn((N_BANDS, n_frames), |(band, frame)| {
            let sum: f32 = (band * per_band..(band + 1) * per_band).map(|m| mel.values[[m, frame]]).sum();
            10.0 * sum / per_band as f32
        });
        let harmonicity = FrameMatrix::from_shape_fn((1, n_frames), |(_, frame)| {
            let r = f0.strength.get(frame).copied().unwrap_or(0.0).clamp(0.01, 0.999);
            10.0 * (r / (1.0 - r)).log10()
        });
        let rows = [cepstra.view(), bands.view(), spectra.view(), harmonicity.view()];
        let values = concatenate(Axis(0), &rows).unwrap_or_else(|_| FrameMatrix::zeros((0, n_frames)));
        let deltas = delta(values.view());
        let values = concatenate(Axis(0), &[values.view(), deltas.view()]).unwrap_or(values);
        Self { values }
    }
}

/// Names of the rows, for `n_mfcc` cepstra.
pub(super) fn descriptor_names(n_mfcc: usize) -> Vec<String> {
    let mut names: Vec<String> = (0..n_mfcc).map(|k| format!("mfcc{k}")).collect();
    names.extend((0..N_BANDS).map(|band| format!("mel_band{band}_db")));
    names.extend(SPECTRAL_NAMES.map(str::to_owned));
    names.push("hnr_db".into());
    let deltas: Vec<String> = names.iter().map(|name| format!("{name}_delta")).collect();
    names.extend(deltas);
    names
}
