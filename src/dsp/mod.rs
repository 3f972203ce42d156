//! Pure maths on slices: no audio type, no configuration, no allocation that the caller did not ask for.

pub mod autocorrelation;
pub mod burg;
pub mod chroma;
pub mod contrast;
pub mod convert;
pub mod dct;
pub mod decibel;
pub mod downsample;
pub mod logarithm;
pub mod lpc;
pub mod mel;
pub mod polynomial;
pub mod product;
pub mod savitzky_golay;
pub(crate) mod simd;
pub mod sinc;
pub mod spectral_shape;
pub mod statistics;
pub mod stft;
pub mod sum;
pub mod wavelet;
pub mod window;
