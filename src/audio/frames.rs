//! Levels of short frames, for the stages.

/// A frame quieter than this below the loudest one does not sound, in dB.
const GATE_DB: f64 = 35.0;
const FRAME_SECONDS: f64 = 0.025;
/// Quieter than this there is nothing.
const NOTHING: f64 = 1e-12;

/// Root mean square of each frame of `length` samples, `hop` samples apart; the last is the one that holds the last
/// sample, cut at the end. None for an empty signal.
pub(super) fn levels(samples: &[f32], length: usize, hop: usize) -> Vec<f64> {
    let count = if samples.is_empty() { 0 } else { samples.len().saturating_sub(length).div_ceil(hop) + 1 };
    (0..count).map(|index| rms(&samples[index * hop..(index * hop + length).min(samples.len())])).collect()
}

/// Root mean square; 0 for none.
pub(super) fn rms(samples: &[f32]) -> f64 {
    (energy(samples) / samples.len().max(1) as f64).sqrt()
}

/// Sum of squares.
pub(super) fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// Largest absolute sample; 0 for none.
pub(super) fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// The nearest finite `f32`.
pub(super) fn finite(value: f64) -> f32 {
    value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}

/// Root mean square over the frames (25 ms) at most 35 dB under the loudest; `None` for silence.
pub(super) fn sounding_rms(samples: &[f32], rate: u32) -> Option<f64> {
    let length = ((FRAME_SECONDS * f64::from(rate)) as usize).max(1);
    let levels = levels(samples, length, length);
    let loudest = levels.iter().copied().fold(0.0, f64::max);
    let gate = loudest * 10f64.powf(-GATE_DB / 20.0);
    let sounding: Vec<f64> = levels.into_iter().filter(|level| *level >= gate).map(|level| level * level).collect();
    let rms = (sounding.iter().sum::<f64>() / sounding.len().max(1) as f64).sqrt();
    (rms > NOTHING).then_some(rms)
}
