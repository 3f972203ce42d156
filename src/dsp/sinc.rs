//! Values and peaks between samples.

/// Sinc interpolation under a raised cosine of `depth` samples on either side, with its tables made once.
#[derive(Clone, Debug)]
pub struct Sinc {
    /// `(-1)^k`, `(-1)^k cos(pi k / span)`, `(-1)^k sin(pi k / span)`.
    signs: Vec<[f32; 3]>,
    span: f64,
}

impl Sinc {
    /// Tables for `depth` samples on either side, at least one.
    pub fn new(depth: usize) -> Self {
        let span = depth.max(1) as f64 + 0.5;
        let signs = (0..depth.max(1))
            .map(|k| {
                let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
                let angle = std::f64::consts::PI * k as f64 / span;
                [sign, sign * angle.cos(), sign * angle.sin()].map(|v: f64| v as f32)
            })
            .collect();
        Self { signs, span }
    }

    /// `y` at `x` samples, `0 <= x <= y.len() - 1`; samples outside `y` count as nothing.
    pub fn value(&self, y: &[f32], x: f64) -> f64 {
        let left = x.floor().max(0.0) as usize;
        let fraction = x - left as f64;
        let near = y.get(left).copied().map_or(0.0, f64::from);
        if fraction < 1e-9 {
            return near;
        }
        let before = y[..=left.min(y.len() - 1)].iter().rev();
        let after = y.get(left + 1..).unwrap_or_default().iter();
        self.half(before, fraction) + self.half(after, 1.0 - fraction)
    }

    fn half<'a>(&self, samples: impl Iterator<Item = &'a f32>, distance: f64) -> f64 {
        let angle = std::f64::consts::PI * distance;
        let (sin, cos) = (angle / self.span).sin_cos();
        let (sin, cos, start) = (sin as f32, cos as f32, distance as f32);
        let sum: f32 = samples
            .zip(&self.signs)
            .enumerate()
            .map(|(k, (sample, [sign, by_cos, by_sin]))| {
                sample * (sign + cos * by_cos - sin * by_sin) / (start + k as f32)
            })
            .sum();
        f64::from(sum) * 0.5 * angle.sin() / std::f64::consts::PI
    }

    /// The maximum of the interpolated curve about the local maximum `y[index]`, neither first nor last: where, and how
    /// high. By parabolas through the best three points, kept inside the two neighbours.
    pub fn maximum(&self, y: &[f32], index: usize) -> (f64, f64) {
        let at = |i: usize| (i as f64, f64::from(y[i]));
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
        let y: Vec<f32> = (0..400).map(|i| curve(f64::from(i)) as f32).collect();
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
