//! Windows.

/// Periodic Hann window of `length` samples, as `scipy.signal.get_window("hann", length)`.
pub fn hann(length: usize) -> Vec<f32> {
    hann_f64(length).into_iter().map(|weight| weight as f32).collect()
}

/// [`hann`] in double precision.
pub fn hann_f64(length: usize) -> Vec<f64> {
    let step = std::f64::consts::TAU / length as f64;
    (0..length).map(|n| 0.5 - 0.5 * (step * n as f64).cos()).collect()
}

/// Modified Bessel function of the first kind and order 0, of which a Kaiser window is made.
pub fn bessel_i0(x: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-12 * sum {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    #[test]
    fn hann_is_periodic() {
        let window = super::hann(8);
        assert_eq!(window[0], 0.0);
        assert!((window[4] - 1.0).abs() < 1e-7);
        assert!((window[1] - window[7]).abs() < 1e-7);
    }

    #[test]
    fn bessel_has_its_tabulated_values() {
        use super::bessel_i0;
        assert!((bessel_i0(1.0) - 1.266_065_878).abs() < 1e-9 && (bessel_i0(10.0) / 2_815.716_628 - 1.0).abs() < 1e-9);
    }
}
