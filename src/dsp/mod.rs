//! Pure maths on slices: no audio type, no configuration, no allocation that the caller did not ask for.

pub mod autocorrelation;
pub mod convert;
pub mod dct;
pub mod decibel;
pub mod mel;
pub mod polynomial;
pub mod statistics;
pub mod stft;
pub mod window;
