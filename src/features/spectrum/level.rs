//! Descriptors of the samples themselves.

use crate::dsp::simd::vectorized;

/// Root mean square of frames of `frame_length` samples centred at multiples of `hop_length`, with zeros around the
/// signal (`librosa.feature.rms(center=True)`); `1 + len / hop_length` values.
pub fn rms(samples: &[f32], frame_length: usize, hop_length: usize) -> Vec<f32> {
    centered(samples, frame_length, hop_length).map(|span| frame_rms(span, frame_length)).collect()
}

/// Changes of sign over `frame_length`, frames as in [`rms`], with the first and last sample repeated around the signal
/// (`librosa.feature.zero_crossing_rate(center=True)`); magnitudes up to 1e-10 count as 0, and 0 as positive. 0..=1.
pub fn zero_crossing_rate(samples: &[f32], frame_length: usize, hop_length: usize) -> Vec<f32> {
    centered(samples, frame_length, hop_length).map(|span| frame_crossings(span, frame_length)).collect()
}

/// What of the signal lies in each frame.
pub(super) fn centered(
    samples: &[f32],
    frame_length: usize,
    hop_length: usize,
) -> impl ExactSizeIterator<Item = &[f32]> {
    let (len, hop_length, half) = (samples.len(), hop_length.max(1), frame_length / 2);
    (0..1 + len / hop_length).map(move |frame| {
        let center = frame * hop_length;
        let end = (center + frame_length - half).min(len);
        &samples[center.saturating_sub(half).min(end)..end]
    })
}

pub(super) fn frame_rms(span: &[f32], frame_length: usize) -> f32 {
    (vectorized!(crate::dsp::sum::energy(span)) / frame_length.max(1) as f64).sqrt() as f32
}

pub(super) fn frame_crossings(span: &[f32], frame_length: usize) -> f32 {
    const LEAST: f32 = 1e-10;
    let negative = |sample: &f32| *sample < -LEAST;
    let crossings: u32 =
        vectorized!(span.iter().zip(span.iter().skip(1)).map(|(a, b)| u32::from(negative(a) != negative(b))).sum());
    crossings as f32 / frame_length.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_centred() {
        assert_eq!(rms(&[1.0; 8], 4, 4), [0.5f32.sqrt(), 1.0, 0.5f32.sqrt()]);
        assert_eq!(zero_crossing_rate(&[1.0, -1.0, 1.0, -1.0], 4, 4), [0.25, 0.25]);
        assert_eq!((rms(&[], 4, 4), zero_crossing_rate(&[], 0, 0)), (vec![0.0], vec![0.0]));
    }
}
