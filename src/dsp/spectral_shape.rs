//! What one spectrum looks like: where its weight lies, how wide and how even it is.

use super::sum::sums;

/// Centroid, spread, skewness and kurtosis of a spectrum taken as a distribution over frequency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SpectralMoments {
    /// Hz; `librosa.feature.spectral_centroid` for a magnitude spectrum.
    pub centroid: f64,
    /// Hz; the standard deviation, `librosa.feature.spectral_bandwidth(p=2)`.
    pub bandwidth: f64,
    /// Third standardised moment (Peeters 2004, 6.1.3).
    pub skewness: f64,
    /// Fourth standardised moment, 3 for a normal distribution (Peeters 2004, 6.1.4).
    pub kurtosis: f64,
}

/// Moments of non-negative `weights` at `0, bin_hz, 2 bin_hz, ...`; all zero for a spectrum of silence, the last two zero
/// for a single line.
pub fn spectral_moments(weights: &[f32], bin_hz: f64) -> SpectralMoments {
    let [total, first] = sums(weights, |bin, w| [w, bin * w]);
    if total < f64::from(f32::MIN_POSITIVE) {
        return SpectralMoments::default();
    }
    let center = first / total;
    let [m2, m3, m4] = sums(weights, |bin, w| {
        let d = bin - center;
        let second = d * d * w;
        [second, d * second, d * d * second]
    })
    .map(|sum| sum / total);
    let spread = m2.max(0.0).sqrt();
    let (skewness, kurtosis) = if spread < 1e-6 { (0.0, 0.0) } else { (m3 / (m2 * spread), m4 / (m2 * m2)) };
    SpectralMoments { centroid: center * bin_hz, bandwidth: spread * bin_hz, skewness, kurtosis }
}

/// For each of the rising `fractions` the first bin at which the running sum reaches that fraction of the whole
/// (`librosa.feature.spectral_rolloff` for a magnitude spectrum); 0 for silence.
pub fn rolloff_bins<const K: usize>(weights: &[f32], fractions: [f64; K]) -> [usize; K] {
    let [total] = sums(weights, |_, w| [w]);
    let (mut bins, mut found, mut sum) = ([0; K], 0, 0.0);
    for (bin, weight) in weights.iter().enumerate() {
        sum += f64::from(*weight);
        while found < K && sum >= fractions[found] * total {
            bins[found] = bin;
            found += 1;
        }
        if found == K {
            return bins;
        }
    }
    bins[found..].fill(weights.len().saturating_sub(1));
    bins
}

/// Natural logarithms of the powers, each at least the smallest normal number, into `out`.
pub fn log_powers(power: &[f32], out: &mut [f32]) {
    for (out, p) in out.iter_mut().zip(power) {
        *out = p.max(f32::MIN_POSITIVE).ln();
    }
}

/// Geometric over arithmetic mean of the powers, 0..=1, each at least `amin` (`librosa.feature.spectral_flatness`):
/// 1 for noise and silence, near 0 for a tone. `log_power` is of [`log_powers`].
pub fn flatness(power: &[f32], log_power: &[f32], amin: f32) -> f64 {
    if power.is_empty() {
        return 1.0;
    }
    let amin = f64::from(amin);
    let floor = amin.ln();
    let [arithmetic] = sums(power, |_, p| [p.max(amin)]);
    let [logarithms] = sums(log_power, |_, l| [l.max(floor)]);
    let n = power.len() as f64;
    ((logarithms / n).exp() / (arithmetic / n)).min(1.0)
}

/// Shannon entropy of the powers taken as a distribution over the bins, over that of an even one: 0..=1 (Misra et al.
/// 2004); 0 for silence. `log_power` is of [`log_powers`].
pub fn entropy(power: &[f32], log_power: &[f32]) -> f64 {
    let [total] = sums(power, |_, p| [p]);
    if total < f64::from(f32::MIN_POSITIVE) || power.len() < 2 {
        return 0.0;
    }
    let weighted: f64 = power.iter().zip(log_power).map(|(p, l)| f64::from(*p) * f64::from(*l)).sum();
    ((total.ln() - weighted / total) / (power.len() as f64).ln()).clamp(0.0, 1.0)
}

/// Euclidean distance of two magnitude spectra, each scaled to a sum of 1; a spectrum of silence counts as all zeros.
/// In 0..=sqrt(2), whatever the level.
pub fn flux(magnitude: &[f32], previous: &[f32]) -> f64 {
    let [now] = sums(magnitude, |_, m| [m]);
    let [before] = sums(previous, |_, m| [m]);
    let least = f64::from(f32::MIN_POSITIVE);
    let scale = |total: f64| if total < least { 0.0 } else { (1.0 / total) as f32 };
    let (now, before) = (scale(now), scale(before));
    let squares = magnitude.iter().zip(previous).map(|(a, b)| {
        let d = a * now - b * before;
        f64::from(d * d)
    });
    squares.sum::<f64>().sqrt()
}

/// Least-squares slope of evenly spaced values, each at least `floor`, a step; 0 for fewer than two.
pub fn slope(values: &[f32], floor: f64) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = (values.len() - 1) as f64 / 2.0;
    let [covariance, spread] = sums(values, |i, v| [(i - middle) * v.max(floor), (i - middle) * (i - middle)]);
    covariance / spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_known_distribution() {
        let moments = spectral_moments(&[0.0, 1.0, 2.0, 1.0, 0.0], 10.0);
        assert_eq!((moments.centroid, moments.skewness), (20.0, 0.0));
        assert!((moments.bandwidth - 10.0 * 0.5f64.sqrt()).abs() < 1e-9 && (moments.kurtosis - 2.0).abs() < 1e-9);
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
        assert!((flatness(&power, &logs, 1e-10) - 1.0).abs() < 1e-6);
        assert!((entropy(&power, &logs) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn flux_ignores_the_level() {
        assert!(flux(&[1.0, 2.0], &[10.0, 20.0]) < 1e-7);
        assert!((flux(&[1.0, 0.0], &[0.0, 1.0]) - 2f64.sqrt()).abs() < 1e-7);
    }
}
