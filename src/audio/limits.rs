//! What is accepted from outside.

use std::ops::RangeInclusive;

/// Largest file in bytes.
pub const MAX_BYTES: usize = 200_000_000;
/// Longest clip in seconds.
pub const MAX_SECONDS: f64 = 300.0;
/// Shortest sound, silence cut, in seconds.
pub const MIN_SECONDS: f64 = 0.25;
/// Most channels.
pub const MAX_CHANNELS: usize = 6;
/// Sample rates in Hz.
pub(super) const SAMPLE_RATES: RangeInclusive<u32> = 4_000..=384_000;
