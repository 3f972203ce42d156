//! Bytes -> [`Audio`]: decode, mix to mono, resample, cut silence, normalise the level. Beside these the stages that may come
//! before: rumble, noise, pauses and level, each with a report of what it did.

mod activity;
mod decode;
mod denoise;
mod frames;
mod level;
mod limits;
mod preparation;
mod resample;
mod rumble;
mod silence;
mod suppress;
mod trim;

pub use activity::{VoiceActivity, voice_activity};
pub use decode::{Decoded, decode};
pub use denoise::{Denoised, denoise, denoise_by};
pub use level::{Leveled, level};
pub use limits::{MAX_BYTES, MAX_CHANNELS, MAX_SECONDS, MIN_SECONDS};
pub use preparation::{Plan, Preparation, PreparedBy, Treatment, prepare_by};
pub use resample::resample;
pub use rumble::{RUMBLE_CUTOFF_HZ, Rumble, remove_rumble};
pub use silence::{Silence, SilenceRule, remove_silence};
pub use suppress::{NOISE_MODEL, NoiseModel};
pub use trim::{Prepared, TARGET_RMS, normalize_level, prepare};

use crate::{Error, Result};

/// Mono sound: finite samples, nominally in -1..=1.
#[derive(Clone, Debug, PartialEq)]
pub struct Audio {
    samples: Vec<f32>,
    sample_rate: u32,
}

impl Audio {
    /// Takes samples at `sample_rate` Hz.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for NaN or infinite samples, [`Error::SampleRate`] outside 4000..=384000 Hz.
    pub fn new(samples: Vec<f32>, sample_rate: u32) -> Result<Self> {
        if !limits::SAMPLE_RATES.contains(&sample_rate) {
            return Err(Error::SampleRate { sample_rate });
        }
        if samples.iter().any(|sample| !sample.is_finite()) {
            return Err(Error::NotFinite);
        }
        Ok(Self { samples, sample_rate })
    }

    /// The samples.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f32 {
        self.samples.len() as f32 / self.sample_rate as f32
    }

    /// The samples from one second to another, rounded to the nearest; none of a part that lies behind the end, or ends before it
    /// begins.
    #[must_use]
    pub fn part(&self, (from, to): (f32, f32)) -> Self {
        let place = |seconds: f32| {
            let place = (f64::from(seconds.max(0.0)) * f64::from(self.sample_rate)).round() as usize;
            place.min(self.samples.len())
        };
        let samples = self.samples.get(place(from)..place(to)).unwrap_or_default().to_vec();
        Self { samples, sample_rate: self.sample_rate }
    }
}
