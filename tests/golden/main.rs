//! The feature path against the reference implementations of its field; the scripts beside this file made the numbers.

mod egemaps;
#[allow(dead_code)]
mod reference;
mod spectral;
mod voice;
