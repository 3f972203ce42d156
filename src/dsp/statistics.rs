//! Statistics of a series.

/// Mean; 0 for an empty series.
pub fn mean(values: &[f32]) -> f32 {
    if values.is_empty() {
        0.0
    } else {
        (values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64) as f32
    }
}

/// Largest distance of a value from the mean; 0 for an empty series.
pub fn excursion(values: &[f32]) -> f64 {
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len().max(1) as f64;
    values.iter().fold(0.0f64, |most, v| most.max((f64::from(*v) - mean).abs()))
}

/// Central moments of a series: mean, standard deviation (population), skewness and excess kurtosis; the last two 0 for a
/// series without spread.
pub fn moments(values: &[f32]) -> [f32; 4] {
    if values.is_empty() {
        return [0.0; 4];
    }
    let n = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let (mut m2, mut m3, mut m4) = (0.0, 0.0, 0.0);
    for value in values {
        let d = f64::from(*value) - mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
    }
    (m2, m3, m4) = (m2 / n, m3 / n, m4 / n);
    let deviation = m2.sqrt();
    if deviation <= 1e-6 * (1.0 + mean.abs()) {
        return [mean as f32, deviation as f32, 0.0, 0.0];
    }
    [mean as f32, deviation as f32, (m3 / (m2 * deviation)) as f32, (m4 / (m2 * m2) - 3.0) as f32]
}

/// The `q`-quantile (0..=1) of a **sorted** series with linear interpolation (`numpy.percentile`); 0 if it is empty.
pub fn quantile_sorted(sorted: &[f32], q: f32) -> f32 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let position = q * last as f32;
    let (low, high) = (position.floor() as usize, position.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (position - low as f32)
}

/// Least-squares line through `values` over the time 0..=1: slope, and root mean square error about the line.
pub fn regression(values: &[f32]) -> (f32, f32) {
    if values.len() < 2 {
        return (0.0, 0.0);
    }
    let last = (values.len() - 1) as f64;
    let average = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
    let (mut covariance, mut spread) = (0.0, 0.0);
    for (i, value) in values.iter().enumerate() {
        let t = i as f64 / last - 0.5;
        covariance += t * (f64::from(*value) - average);
        spread += t * t;
    }
    let slope = covariance / spread;
    let error: f64 = values
        .iter()
        .enumerate()
        .map(|(i, value)| (f64::from(*value) - average - slope * (i as f64 / last - 0.5)).powi(2))
        .sum();
    (slope as f32, (error / values.len() as f64).sqrt() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_known_series() {
        let [mean, deviation, skewness, kurtosis] = moments(&[1.0, 2.0, 3.0, 10.0]);
        assert!((mean - 4.0).abs() < 1e-6 && (deviation - 12.5f32.sqrt()).abs() < 1e-5);
        assert!((skewness - 1.018_23).abs() < 1e-4 && (kurtosis + 0.769_6).abs() < 1e-4, "{skewness} {kurtosis}");
        assert_eq!(moments(&[5.0; 9]), [5.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn quantiles_interpolate() {
        let sorted = [1.0, 2.0, 4.0];
        assert_eq!(quantile_sorted(&sorted, 0.5), 2.0);
        assert_eq!(quantile_sorted(&sorted, 0.75), 3.0);
        assert_eq!(quantile_sorted(&[], 0.75), 0.0);
    }

    #[test]
    fn a_line_has_its_slope_and_no_error() {
        let (slope, error) = regression(&[1.0, 2.0, 3.0]);
        assert!((slope - 2.0).abs() < 1e-6 && error < 1e-6);
    }
}
