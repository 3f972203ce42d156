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

#[cfg(test)]
mod tests {
    #[test]
    fn hann_is_periodic() {
        let window = super::hann(8);
        assert_eq!(window[0], 0.0);
        assert!((window[4] - 1.0).abs() < 1e-7);
        assert!((window[1] - window[7]).abs() < 1e-7);
    }
}
