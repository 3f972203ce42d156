//! Prosody and voice quality: what Praat measures of a voice, on the common grid of frames.

mod formants;
mod harmonicity;
mod intensity;
mod path;
mod perturbation;
mod pitch;
mod pulses;

pub use formants::{Formant, FormantFrame, formants};
pub use harmonicity::harmonicity;
pub use intensity::intensity;
pub use perturbation::{Jitter, Shimmer, jitter, shimmer};
pub use pitch::{Pitch, PitchOptions, pitch};
pub use pulses::pulses;
