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
        for i in 0..self.prediction.len() {
            let (product, energy) = correlate(&self.forward, &self.backward);
            if !(energy > 0.0 && energy.is_finite()) {
                break;
            }
            let reflection = 2.0 * product / energy;
            self.previous[..i].copy_from_slice(&self.prediction[..i]);
            for k in 0..i {
                self.prediction[k] = self.previous[k] - reflection * self.previous[i - 1 - k];
            }
            self.prediction[i] = reflection;
            let left = self.forward.len() - 1;
            for j in 0..left {
                let behind = self.backward[j] - reflection * self.forward[j];
                self.forward[j] = self.forward[j + 1] - reflection * self.backward[j + 1];
                self.backward[j] = behind;
            }
            self.forward.truncate(left);
            self.backward.truncate(left);
        }
        &self.prediction
    }
}

/// `sum a b` and `sum a^2 + b^2`, in four lanes.
fn correlate(a: &[f64], b: &[f64]) -> (f64, f64) {
    let (mut product, mut energy) = ([0.0; 4], [0.0; 4]);
    let (chunks_a, chunks_b) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest = chunks_a.remainder().iter().zip(chunks_b.remainder());
    let (mut last_product, mut last_energy) = (0.0, 0.0);
    for (a, b) in rest {
        last_product += a * b;
        last_energy += a * a + b * b;
    }
    for (a, b) in chunks_a.zip(chunks_b) {
        for lane in 0..4 {
            product[lane] += a[lane] * b[lane];
            energy[lane] += a[lane] * a[lane] + b[lane] * b[lane];
        }
    }
    (product.iter().sum::<f64>() + last_product, energy.iter().sum::<f64>() + last_energy)
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
