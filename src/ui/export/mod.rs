//! Files that the page writes.

mod wav;

pub use wav::float_wav_header;
