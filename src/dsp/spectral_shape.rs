//! What one spectrum looks like: where its weight lies, how wide and how even it is.

use super::logarithm::{ln, mean_ln};
use super::simd::vectorized;
use super::sum::{dot, sum_of};

/// Centroid, spread, skewness and kurtosis of a spectrum taken as a distribution over frequency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SpectralMoments {
    /// Hz; `librosa.feature.spectral_centroid` for a magnitude spectrum.
    pub centroid: f32,
    /// Hz; the standard deviation, `librosa.feature.spectral_bandwidth(p=2)`.
    pub bandwidth: f32,
    /// Third standardised moment (Peeters 2004, 6.1.3).
    pub skewness: f32,
    /// Fourth standardised moment, 3 for a normal distribution (Peeters 2004, 6.1.4).
    pub kurtosis: f32,
}

/// Sum of non-negative weights, and the bin of their centre of gravity; `None` for silence.
#[inline(always)]
fn center_of(weights: &[f32]) -> Option<(f32, f32)> {
    let total = sum_of(weights, |_, w| w);
    (total >= f32::MIN_POSITIVE).then(|| (total, sum_of(weights, |bin, w| bin * w) / total))
}

/// [`SpectralMoments::centroid`] alone.
pub fn centroid(weights: &[f32], bin_hz: f32) -> f32 {
    vectorized!(center_of(weights)).map_or(0.0, |(_, center)| center * bin_hz)
}

/// [`SpectralMoments::bandwidth`] alone.
pub fn bandwidth(weights: &[f32], bin_hz: f32) -> f32 {
    vectorized!(bandwidth_of(weights, bin_hz))
}

#[inline(always)]
fn bandwidth_of(weights: &[f32], bin_hz: f32) -> f32 {
    let spread = |(total, center): (f32, f32)| {
        (sum_of(weights, |bin, w| (bin - center) * (bin - center) * w) / total).sqrt() * bin_hz
    };
    center_of(weights).map_or(0.0, spread)
}

/// Moments of non-negative `weights` at `0, bin_hz, 2 bin_hz, ...`; all zero for a spectrum of silence, the last two zero
/// for a single line.
pub fn spectral_moments(weights: &[f32], bin_hz: f32) -> SpectralMoments {
    vectorized!(spectral_moments_of(weights, bin_hz))
}

#[inline(always)]
fn spectral_moments_of(weights: &[f32], bin_hz: f32) -> SpectralMoments {
    let Some((total, center)) = center_of(weights) else { return SpectralMoments::default() };
    let square = |bin: f32| (bin - center) * (bin - center);
    let m2 = sum_of(weights, |bin, w| square(bin) * w) / total;
    let m3 = sum_of(weights, |bin, w| (bin - center) * square(bin) * w) / total;
    let m4 = sum_of(weights, |bin, w| square(bin) * square(bin) * w) / total;
    let spread = m2.sqrt();
    let (skewness, kurtosis) = if spread < 1e-3 { (0.0, 0.0) } else { (m3 / (m2 * spread), m4 / (m2 * m2)) };
    SpectralMoments { centroid: center * bin_hz, bandwidth: spread * bin_hz, skewness, kurtosis }
}

/// For each of the rising `fractions` the first bin at which the running sum reaches that fraction of the whole
/// (`librosa.feature.spectral_rolloff` for a magnitude spectrum); 0 for silence.
pub fn rolloff_bins<const K: usize>(weights: &[f32], fractions: [f64; K]) -> [usize; K] {
    const BLOCK: usize = 8;
    let block_sum = |block: &[f32]| f64::from(block.iter().sum::<f32>());
    let total: f64 = weights.chunks(BLOCK).map(block_sum).sum();
    let (mut bins, mut found, mut before) = ([0; K], 0, 0.0);
    for (index, block) in weights.chunks(BLOCK).enumerate() {
        let after = before + block_sum(block);
        while found < K && after >= fractions[found] * total {
            let mut sum = before;
            let reaches = |weight: &f32| {
                sum += f64::from(*weight);
                sum >= fractions[found] * total
            };
            bins[found] = index * BLOCK + block.iter().position(reaches).unwrap_or(block.len() - 1);
            found += 1;
        }
        before = after;
    }
    bins[found..].fill(weights.len().saturating_sub(1));
    bins
}

/// Natural logarithms of the powers, each at least the smallest normal number, into `out`.
pub fn log_powers(power: &[f32], out: &mut [f32]) {
    vectorized!(out.iter_mut().zip(power).for_each(|(out, p)| *out = ln(*p)));
}

/// Geometric over arithmetic mean of the powers, 0..=1, each at least `amin` (`librosa.feature.spectral_flatness`):
/// 1 for noise and silence, near 0 for a tone.
pub fn flatness(power: &[f32], amin: f32) -> f32 {
    if power.is_empty() {
        return 1.0;
    }
    let arithmetic = vectorized!(sum_of(power, |_, p| if p > amin { p } else { amin })) / power.len() as f32;
    (mean_ln(power, amin) - arithmetic.ln()).exp().min(1.0)
}

/// Shannon entropy of the powers taken as a distribution over the bins, over that of an even one: 0..=1 (Misra et al.
/// 2004); 0 for silence. `log_power` is of [`log_powers`].
pub fn entropy(power: &[f32], log_power: &[f32]) -> f32 {
    let total = vectorized!(sum_of(power, |_, p| p));
    if total < f32::MIN_POSITIVE || power.len() < 2 {
        return 0.0;
    }
    let weighted = vectorized!(dot(power, log_power));
    ((total.ln() - weighted / total) / (power.len() as f32).ln()).clamp(0.0, 1.0)
}

/// Euclidean distance of two magnitude spectra, each scaled to a sum of 1; a spectrum of silence counts as all zeros.
/// In 0..=sqrt(2), whatever the level. `scratch` has room for one spectrum.
pub fn flux(magnitude: &[f32], previous: &[f32], scratch: &mut [f32]) -> f32 {
    vectorized!(flux_of(magnitude, previous, scratch))
}

#[inline(always)]
fn flux_of(magnitude: &[f32], previous: &[f32], scratch: &mut [f32]) -> f32 {
    let scale = |values: &[f32]| {
        let total = sum_of(values, |_, m| m);
        if total < f32::MIN_POSITIVE { 0.0 } else { 1.0 / total }
    };
    let (now, before) = (scale(magnitude), scale(previous));
    for ((slot, a), b) in scratch.iter_mut().zip(magnitude).zip(previous) {
        *slot = a * now - b * before;
    }
    dot(scratch, scratch).sqrt()
}

/// Least-squares slope of evenly spaced values, each at least `floor`, a step; 0 for fewer than two.
pub fn slope(values: &[f32], floor: f32) -> f32 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = (values.len() - 1) as f32 / 2.0;
    let covariance = sum_of(values, |i, v| (i - middle) * if v > floor { v } else { floor });
    let spread = sum_of(values, |i, _| (i - middle) * (i - middle));
    covariance / spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_known_distribution() {
        let moments = spectral_moments(&[0.0, 1.0, 2.0, 1.0, 0.0], 10.0);
        assert_eq!((moments.centroid, moments.skewness), (20.0, 0.0));
        assert!((moments.bandwidth - 10.0 * 0.5f32.sqrt()).abs() < 1e-5 && (moments.kurtosis - 2.0).abs() < 1e-6);
        assert_eq!(moments.centroid, centroid(&[0.0, 1.0, 2.0, 1.0, 0.0], 10.0));
        assert_eq!(moments.bandwidth, bandwidth(&[0.0, 1.0, 2.0, 1.0, 0.0], 10.0));
        assert_eq!(spectral_moments(&[0.0; 5], 10.0), SpectralMoments::default());
        assert_eq!(spectral_moments(&[0.0, 3.0], 10.0).kurtosis, 0.0);
    }

    #[test]
    fn rolloff_is_the_first_bin_that_reaches_the_fraction() {
        assert_eq!(rolloff_bins(&[1.0, 1.0, 1.0, 1.0], [0.25, 0.5, 0.85]), [0, 1, 3]);
        assert_eq!(rolloff_bins(&[0.0; 4], [0.25, 0.85]), [0, 0]);
        assert_eq!(rolloff_bins(&[], [0.85]), [0]);
    }

    #[test]
    fn an_even_spectrum_is_flat_and_of_full_entropy() {
        let (power, mut logs) = ([0.5; 16], [0.0; 16]);
        log_powers(&power, &mut logs);
        assert!((flatness(&power, 1e-10) - 1.0).abs() < 1e-6);
        assert!((entropy(&power, &logs) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn flux_ignores_the_level() {
        assert!(flux(&[1.0, 2.0], &[10.0, 20.0], &mut [0.0; 2]) < 1e-7);
        assert!((flux(&[1.0, 0.0], &[0.0, 1.0], &mut [0.0; 2]) - 2f32.sqrt()).abs() < 1e-7);
    }
}
