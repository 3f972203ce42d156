//! Prosody and voice quality: what Praat measures of a voice, on the common grid of frames.

mod attributes;
mod descriptors;
mod formants;
mod harmonicity;
mod intensity;
mod loudness;
mod path;
mod perturbation;
mod pitch;
mod pulses;
mod rhythm;

pub use attributes::{Melody, Pace, Register, Steadiness, VoiceAttributes, voice_attributes};
pub use descriptors::{VoiceDescriptors, describe_voice, voice_descriptor_names, voice_descriptors};
pub use formants::{Formant, FormantFrame, formants};
pub use harmonicity::harmonicity;
pub use intensity::intensity;
pub use loudness::loudness;
pub use perturbation::{Jitter, Shimmer, jitter, shimmer};
pub use pitch::{Pitch, PitchOptions, pitch};
pub use pulses::pulses;
pub use rhythm::{Rhythm, rhythm};
