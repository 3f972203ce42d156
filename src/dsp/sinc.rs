//! Values and peaks between samples.

use std::f64::consts::PI;

const LANES: usize = 4;

/// Sinc interpolation under a raised cosine of `depth` samples on either side, with its tables made once.
#[derive(Clone, Debug)]
pub struct Sinc {
    depth: usize,
    span: f64,
    /// `(-1)^k` of the samples `k` from `1 - depth` to `depth` about a point, and that times the cosine and the sine of
    /// `pi k / span`.
    signs: [Vec<f64>; 3],
}

impl Sinc {
    /// Tables for `depth` samples on either side, at least one.
    pub fn new(depth: usize) -> Self {
        let depth = depth.max(1);
        let span = depth as f64 + 0.5;
        let table = |of: fn(f64) -> f64| -> Vec<f64> {
            let places = 1 - depth as i32..=depth as i32;
            places.map(|k| if k % 2 == 0 { 1.0 } else { -1.0 } * of(PI * f64::from(k) / span)).collect()
        };
        Self { depth, span, signs: [table(|_| 1.0), table(f64::cos), table(f64::sin)] }
    }

    /// `y` at `x` samples, `0 <= x <= y.len() - 1`; samples outside `y` count as nothing.
    pub fn value(&self, y: &[f64], x: f64) -> f64 {
        let left = x.floor().max(0.0) as usize;
        let fraction = x - left as f64;
        if fraction < 1e-9 {
            return y.get(left).copied().unwrap_or(0.0);
        }
        let skip = (self.depth - 1).saturating_sub(left);
        let first = (left + 1).saturating_sub(self.depth).min(y.len());
        let near = &y[first..(left + 1 + self.depth).min(y.len())];
        let [sign, by_cos, by_sin] = self.signs.each_ref().map(|table| &table[skip..skip + near.len()]);
        let (sin, cos) = (PI * fraction / self.span).sin_cos();
        let behind = fraction + (self.depth - 1 - skip) as f64;
        let mut totals = [0.0; LANES];
        let term = |k: usize| near[k] * (sign[k] + cos * by_cos[k] + sin * by_sin[k]) / (behind - k as f64);
        let whole = near.len() / LANES * LANES;
        for at in (0..whole).step_by(LANES) {
            for (lane, total) in totals.iter_mut().enumerate() {
                *total += term(at + lane);
            }
        }
        let rest: f64 = (whole..near.len()).map(term).sum();
        (totals.iter().sum::<f64>() + rest) * 0.5 * (PI * fraction).sin() / PI
    }

    /// The maximum of the interpolated curve about the local maximum `y[index]`, neither first nor last: where, and how
    /// high. By parabolas through the best three points, kept inside the two neighbours.
    pub fn maximum(&self, y: &[f64], index: usize) -> (f64, f64) {
        let at = |i: usize| (i as f64, y[i]);
        let (mut left, mut best, mut right) = (at(index - 1), at(index), at(index + 1));
        for _ in 0..5 {
            let Some(x) = vertex(left, best, right) else { break };
            if (x - best.0).abs() < 1e-5 {
                break;
            }
            let new = (x, self.value(y, x));
            match (new.1 >= best.1, x > best.0) {
                (true, true) => (left, best) = (best, new),
                (true, false) => (right, best) = (best, new),
                (false, true) => right = new,
                (false, false) => left = new,
            }
        }
        best
    }
}

/// Where the parabola through three points is highest, if that lies between the outer two.
fn vertex(left: (f64, f64), middle: (f64, f64), right: (f64, f64)) -> Option<f64> {
    let (before, after) = (middle.0 - left.0, right.0 - middle.0);
    let (rise, fall) = ((middle.1 - left.1) / before, (right.1 - middle.1) / after);
    let bend = rise - fall;
    if bend <= 0.0 {
        return None;
    }
    let x = middle.0 + (rise * after + fall * before) / (2.0 * bend);
    (x > left.0 && x < right.0).then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_limited_curve_is_found_between_its_samples() {
        let curve = |x: f64| (0.7 * x).sin() + 0.3 * (1.9 * x).cos();
        let y: Vec<f64> = (0..400).map(|i| curve(f64::from(i))).collect();
        let sinc = Sinc::new(70);
        for x in [180.0, 180.2, 200.5, 211.999] {
            assert!((sinc.value(&y, x) - curve(x)).abs() < 2e-4, "{x}: {} {}", sinc.value(&y, x), curve(x));
        }
        let index = (150..250).find(|i| y[*i] > y[i - 1] && y[*i] > y[i + 1]).unwrap();
        let (x, value) = sinc.maximum(&y, index);
        assert!(curve(x) > curve(x - 0.01) && curve(x) > curve(x + 0.01) && (value - curve(x)).abs() < 2e-4);
    }

    #[test]
    fn a_plateau_and_the_rim_are_no_trouble() {
        let sinc = Sinc::new(4);
        assert_eq!(sinc.maximum(&[1.0; 3], 1), (1.0, 1.0));
        assert_eq!(sinc.value(&[2.0], 0.0), 2.0);
        assert!(sinc.value(&[2.0, 1.0], 0.5).is_finite() && sinc.value(&[2.0, 1.0], 1.0) == 1.0);
    }
}
