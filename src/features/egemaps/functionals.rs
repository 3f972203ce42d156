//! Statistics of contours. openSMILE's `cFunctionalMoments` and `cFunctionalPercentiles`.

/// Values that are not 0: the frames to which a descriptor applies.
pub fn nonzero(contour: &[f32]) -> Vec<f32> {
    contour.iter().copied().filter(|value| *value != 0.0).collect()
}

/// Mean, and standard deviation over the mean (with its sign; `stddevNorm`); 0 for an empty contour.
pub fn mean_and_variation(contour: impl Iterator<Item = f32> + Clone) -> [f32; 2] {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in contour.clone() {
        sum += f64::from(value);
        count += 1.0;
    }
    if count == 0.0 {
        return [0.0; 2];
    }
    let mean = (sum / count) as f32;
    let center = f64::from(mean);
    let variance = contour.map(|value| (f64::from(value) - center).powi(2)).sum::<f64>() / count;
    let variation = variance.sqrt() / if center == 0.0 { 1.0 } else { center };
    [mean, variation.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32]
}

/// 20th, 50th and 80th percentile with linear interpolation, and the range from the first to the last.
pub fn percentiles(contour: &[f32]) -> [f32; 4] {
    let mut sorted = contour.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let [low, middle, high] = [0.2, 0.5, 0.8].map(|q| crate::dsp::statistics::quantile_sorted(&sorted, q));
    [low, middle, high, (high - low).abs()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variation_keeps_the_sign_of_the_mean() {
        assert_eq!(mean_and_variation([-1.0, -3.0].into_iter()), [-2.0, -0.5]);
        assert_eq!(mean_and_variation([].into_iter()), [0.0; 2]);
        assert_eq!(nonzero(&[0.0, 2.0, 0.0]), [2.0]);
        assert_eq!(percentiles(&[5.0, 1.0, 3.0, 2.0, 4.0, 0.0])[..3], [1.0, 2.5, 4.0]);
    }
}
