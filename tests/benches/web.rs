//! The features for a page of the bench: `cargo xtask bench features` builds this as the page's worker is built, but
//! without the models.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod module {
    use undertone::audio::Audio;
    use undertone::features::spectrum::{
        self, MelConfig, melspectrogram, mfcc, power_to_db, spectral_centroid, spectral_flatness, spectral_rolloff,
        stft,
    };
    use wasm_bindgen::prelude::{JsError, wasm_bindgen};

    const N_FFT: usize = 512;
    const HOP_LENGTH: usize = 160;
    const N_MFCC: usize = 13;

    /// What Meyda and essentia.js have too, of sound at 16 kHz; one row a frame: cepstra, centroid and roll-off in Hz,
    /// flatness, RMS, zero crossings a sample.
    #[wasm_bindgen]
    pub fn spectral(samples: &[f32]) -> Result<Vec<f32>, JsError> {
        let audio = Audio::new(samples.to_vec(), 16_000)?;
        let spectrogram = stft(&audio, N_FFT, HOP_LENGTH);
        let log_mel = power_to_db(melspectrogram(&spectrogram, &MelConfig::default()).view(), Some(80.0));
        let cepstra = mfcc(log_mel.view(), N_MFCC);
        let others = [
            spectral_centroid(&spectrogram),
            spectral_rolloff(&spectrogram, 0.85),
            spectral_flatness(&spectrogram),
            spectrum::rms(samples, N_FFT, HOP_LENGTH),
            spectrum::zero_crossing_rate(samples, N_FFT, HOP_LENGTH),
        ];
        let mut rows = Vec::with_capacity((N_MFCC + others.len()) * spectrogram.n_frames());
        for frame in 0..spectrogram.n_frames() {
            rows.extend(cepstra.column(frame));
            rows.extend(others.iter().map(|row| row[frame]));
        }
        Ok(rows)
    }
}

fn main() {}
