//! Linear prediction.

use super::sum::dot;

/// `r[lag] = sum_n frame[n] frame[n + lag]` for each lag that `r` has room for.
pub fn autocorrelate(frame: &[f64], r: &mut [f64]) {
    for (lag, r) in r.iter_mut().enumerate() {
        *r = frame.get(lag..).map_or(0.0, |late| dot(frame, late));
    }
}

/// Coefficients `a` of the prediction error filter `A(z) = 1 + a[1] z^-1 + ...` from an autocorrelation of `a.len()`
/// lags (Levinson 1947, Durbin 1960), `a[0] = 1`; returns the energy of the prediction error, the square of the gain.
/// Zero prediction for silence, and no further coefficient once the error is spent. The filter `1/A` is stable.
pub fn levinson_durbin(r: &[f64], a: &mut [f64]) -> f64 {
    a.fill(0.0);
    let (Some(first), Some(energy)) = (a.first_mut(), r.first()) else { return 0.0 };
    *first = 1.0;
    let mut error = energy.max(0.0);
    for order in 1..a.len().min(r.len()) {
        if error <= f64::EPSILON * energy {
            break;
        }
        let sum: f64 = (0..order).map(|k| a[k] * r[order - k]).sum();
        let reflection = -sum / error;
        if !reflection.is_finite() || reflection.abs() >= 1.0 {
            break;
        }
        a[order] = 0.0;
        for k in 0..=order / 2 {
            let (low, high) = (a[k], a[order - k]);
            a[k] = low + reflection * high;
            a[order - k] = high + reflection * low;
        }
        error *= 1.0 - reflection * reflection;
    }
    error
}

/// Cepstrum `c[1], c[2], ...` of the all-pole model `1/A` into `c[0], c[1], ...` by recursion (Atal 1974; Furui 1981);
/// `a[0] = 1`.
pub fn lpc_to_cepstrum(a: &[f64], c: &mut [f64]) {
    let at = |n: usize| a.get(n).copied().unwrap_or(0.0);
    for n in 1..=c.len() {
        let sum: f64 = (1..n).map(|k| k as f64 * c[k - 1] * at(n - k)).sum();
        c[n - 1] = -at(n) - sum / n as f64;
    }
}

/// LPC coefficients `a[0] = 1, a[1], ..., a[order]` of a frame, already windowed, and the gain, the root of the energy
/// of the prediction error.
pub fn lpc(frame: &[f64], order: usize) -> (Vec<f64>, f64) {
    let (mut r, mut a) = (vec![0.0; order + 1], vec![0.0; order + 1]);
    autocorrelate(frame, &mut r);
    let error = levinson_durbin(&r, &mut a);
    (a, error.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_all_pole_signal_gives_its_filter_back() {
        let (b1, b2) = (-1.2, 0.8);
        let mut frame = vec![0.0; 600];
        for n in 0..600 {
            let back = |k: usize| if n >= k { frame[n - k] } else { 0.0 };
            frame[n] = f64::from(u8::from(n == 0)) - b1 * back(1) - b2 * back(2);
        }
        let (a, gain) = lpc(&frame, 4);
        for (got, want) in a.iter().zip([1.0, b1, b2, 0.0, 0.0]) {
            assert!((got - want).abs() < 1e-9, "{a:?}");
        }
        assert!((gain - 1.0).abs() < 1e-9);
        let mut cepstrum = [0.0; 3];
        lpc_to_cepstrum(&a, &mut cepstrum);
        assert!((cepstrum[0] + b1).abs() < 1e-9 && (cepstrum[1] - (b1 * b1 / 2.0 - b2)).abs() < 1e-9);
    }

    #[test]
    fn silence_and_short_frames_predict_nothing() {
        assert_eq!(lpc(&[0.0; 10], 2), (vec![1.0, 0.0, 0.0], 0.0));
        assert_eq!(lpc(&[], 1), (vec![1.0, 0.0], 0.0));
        assert_eq!(lpc(&[2.0], 2), (vec![1.0, 0.0, 0.0], 2.0));
        assert_eq!(lpc(&[1.0], 0), (vec![1.0], 1.0));
    }
}
