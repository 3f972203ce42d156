//! Derivatives by local polynomials.

/// The `order`-th derivative, a step, of the polynomial of degree `order` that fits `width` neighbours best (Savitzky
/// and Golay 1964), as weights of those neighbours: `scipy.signal.savgol_coeffs(width, order, deriv=order, use="dot")`.
/// `width` is odd; all zero where it is not above `order`.
pub fn derivative_weights(width: usize, order: usize) -> Vec<f64> {
    if width <= order {
        return vec![0.0; width];
    }
    let half = (width / 2) as f64;
    let at = |i: usize| i as f64 - half;
    let (mut before, mut now) = (vec![0.0; width], vec![1.0; width]);
    let (mut norm_before, mut factorial) = (1.0, 1.0);
    for degree in 0..order {
        let norm: f64 = now.iter().map(|v| v * v).sum();
        let back = if degree == 0 { 0.0 } else { norm / norm_before };
        let next: Vec<f64> = (0..width).map(|i| at(i) * now[i] - back * before[i]).collect();
        (before, now, norm_before) = (now, next, norm);
        factorial *= (degree + 1) as f64;
    }
    let norm: f64 = now.iter().map(|v| v * v).sum();
    now.iter().map(|v| factorial * v / norm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_the_known_ones() {
        let first = derivative_weights(9, 1);
        assert!(first.iter().enumerate().all(|(i, w)| (w - (i as f64 - 4.0) / 60.0).abs() < 1e-12));
        let second = derivative_weights(9, 2);
        for (weight, known) in second.iter().zip([28.0, 7.0, -8.0, -17.0, -20.0, -17.0, -8.0, 7.0, 28.0]) {
            assert!((weight - known / 462.0).abs() < 1e-12);
        }
        assert_eq!(derivative_weights(1, 1), [0.0]);
    }
}
