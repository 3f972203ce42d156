//! Linear prediction by Burg's method.

/// Buffers for Burg's method on frames of up to a fixed length.
#[derive(Clone, Debug)]
pub struct Burg {
    forward: Vec<f64>,
    backward: Vec<f64>,
    prediction: Vec<f64>,
    previous: Vec<f64>,
}

impl Burg {
    /// Buffers for frames of up to `length` samples and `order` coefficients.
    pub fn new(length: usize, order: usize) -> Self {
        let zeros = || Vec::with_capacity(length);
        Self { forward: zeros(), backward: zeros(), prediction: vec![0.0; order], previous: vec![0.0; order] }
    }

    /// Coefficients `a` of `x[n] ~ sum_k a[k] x[n - 1 - k]` that predict a frame best forwards and backwards (Burg 1968;
    /// N. Anderson 1978, "On the calculation of filter coefficients for maximum entropy spectral analysis"), `order` of
    /// them. Zero from where a perfect prediction, or the end of a short frame, leaves nothing to predict.
    pub fn prediction(&mut self, frame: &[f64]) -> &[f64] {
        self.prediction.fill(0.0);
        let n = frame.len();
        self.forward.clear();
        self.backward.clear();
        if n > 1 {
            self.forward.extend_from_slice(&frame[1..]);
            self.backward.extend_from_slice(&frame[..n - 1]);
        }
        let (mut product, mut energy) = correlate(&self.forward, &self.backward);
        for i in 0..self.prediction.len() {
            if !(energy > 0.0 && energy.is_finite()) {
                break;
            }
            let reflection = 2.0 * product / energy;
            self.previous[..i].copy_from_slice(&self.prediction[..i]);
            for k in 0..i {
                self.prediction[k] = self.previous[k] - reflection * self.previous[i - 1 - k];
            }
            self.prediction[i] = reflection;
            (product, energy) = advance(&mut self.forward, &mut self.backward, reflection);
            self.forward.pop();
            self.backward.pop();
        }
        &self.prediction
    }
}

const LANES: usize = 4;

/// Running totals of `sum a b` and of `sum a^2 + b^2`.
#[derive(Default)]
struct Totals {
    products: [f64; LANES],
    energies: [f64; LANES],
}

impl Totals {
    fn add(&mut self, lane: usize, a: f64, b: f64) {
        self.products[lane] += a * b;
        self.energies[lane] += a * a + b * b;
    }

    fn sums(&self) -> (f64, f64) {
        (self.products.iter().sum(), self.energies.iter().sum())
    }
}

fn correlate(a: &[f64], b: &[f64]) -> (f64, f64) {
    let mut totals = Totals::default();
    for (n, (a, b)) in a.iter().zip(b).enumerate() {
        totals.add(n % LANES, *a, *b);
    }
    totals.sums()
}

/// The errors of the next order in all but the last places, and their sums.
fn advance(forward: &mut [f64], backward: &mut [f64], reflection: f64) -> (f64, f64) {
    let mut totals = Totals::default();
    let left = forward.len().saturating_sub(1).min(backward.len());
    let mut at = 0;
    while at + LANES <= left {
        let (ahead, behind) = (&mut forward[at..at + LANES + 1], &mut backward[at..at + LANES + 1]);
        let new_ahead: [f64; LANES] = std::array::from_fn(|lane| ahead[lane + 1] - reflection * behind[lane + 1]);
        let new_behind: [f64; LANES] = std::array::from_fn(|lane| behind[lane] - reflection * ahead[lane]);
        for (lane, (a, b)) in new_ahead.iter().zip(&new_behind).enumerate() {
            totals.add(lane, *a, *b);
        }
        ahead[..LANES].copy_from_slice(&new_ahead);
        behind[..LANES].copy_from_slice(&new_behind);
        at += LANES;
    }
    for at in at..left {
        let behind = backward[at] - reflection * forward[at];
        forward[at] = forward[at + 1] - reflection * backward[at + 1];
        backward[at] = behind;
        totals.add(0, forward[at], behind);
    }
    totals.sums()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recursion as the paper writes it, with whole arrays at every order.
    fn oracle(x: &[f64], order: usize) -> Vec<f64> {
        let n = x.len();
        let (mut f, mut b, mut a) = (x.to_vec(), x.to_vec(), Vec::<f64>::new());
        for m in 1..=order {
            let (mut num, mut den) = (0.0, 0.0);
            for t in m..n {
                num += 2.0 * f[t] * b[t - 1];
                den += f[t] * f[t] + b[t - 1] * b[t - 1];
            }
            let k = if den > 0.0 { num / den } else { 0.0 };
            let old = a.clone();
            for (i, value) in a.iter_mut().enumerate() {
                *value = old[i] - k * old[m - 2 - i];
            }
            a.push(k);
            let (old_f, old_b) = (f.clone(), b.clone());
            for t in m..n {
                f[t] = old_f[t] - k * old_b[t - 1];
                b[t] = old_b[t - 1] - k * old_f[t];
            }
        }
        a
    }

    #[test]
    fn equals_the_recursion_of_the_paper() {
        let frame: Vec<f64> = (0..57).map(|n| (f64::from(n * n) * 0.01).sin() + 0.2 * f64::from(n % 7)).collect();
        let mut burg = Burg::new(57, 10);
        let want = oracle(&frame, 10);
        let got = burg.prediction(&frame);
        assert!(got.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-9), "{got:?} {want:?}");
    }

    #[test]
    fn a_tone_is_predicted_from_its_last_two_samples() {
        let frame: Vec<f64> = (0..400).map(|n| (0.4 * f64::from(n)).cos()).collect();
        let got = Burg::new(400, 2).prediction(&frame).to_vec();
        assert!((got[0] - 2.0 * 0.4f64.cos()).abs() < 0.01 && (got[1] + 1.0).abs() < 0.01, "{got:?}");
    }

    #[test]
    fn silence_and_short_frames_are_no_trouble() {
        let mut burg = Burg::new(8, 4);
        for frame in [&[][..], &[1.0], &[1.0, -1.0], &[0.0; 8], &[1.0; 8], &[1e200; 8]] {
            assert!(burg.prediction(frame).iter().all(|a| a.is_finite()), "{frame:?}");
        }
    }
}
