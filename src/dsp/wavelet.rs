//! Wavelet packets.

/// Daubechies' wavelet of four vanishing moments (Daubechies 1988), `pywt.Wavelet("db4").dec_lo`.
const LOW: [f32; 8] = [
    -0.010_597_402,
    0.032_883_01,
    0.030_841_382,
    -0.187_034_81,
    -0.027_983_77,
    0.630_880_8,
    0.714_846_57,
    0.230_377_81,
];

/// Energies of the nodes of a wavelet packet tree (Coifman and Wickerhauser 1992) of db4 with periodic extension:
/// `pywt.WaveletPacket(frame, "db4", "periodization", level).get_level(level, "freq")`.
#[derive(Clone, Debug)]
pub struct WaveletPacket {
    level: u32,
    nodes: Vec<f32>,
    split: Vec<f32>,
    even: Vec<f32>,
    odd: Vec<f32>,
}

/// Samples of the extension before and behind each phase.
const REACH: usize = 2;

impl WaveletPacket {
    /// A tree of `level` levels for frames of up to `length` samples.
    pub fn new(length: usize, level: u32) -> Self {
        let half = length.div_ceil(2) + 2 * REACH;
        let room = length.max(1).div_ceil(1 << level) << level;
        Self { level, nodes: vec![0.0; room], split: vec![0.0; room], even: vec![0.0; half], odd: vec![0.0; half] }
    }

    /// Nodes of the last level, `2^level`.
    pub fn n_nodes(&self) -> usize {
        1 << self.level
    }

    /// Sum of squares of each node's coefficients, lowest frequencies first, into `out` (`n_nodes` values). Samples
    /// beyond the tree's length are left out; with a length that is a multiple of `2^level` the energies add up to the
    /// frame's.
    pub fn energies(&mut self, frame: &[f32], out: &mut [f32]) {
        let mut length = frame.len().min(self.nodes.len());
        if length == 0 {
            out.fill(0.0);
            return;
        }
        self.nodes[..length].copy_from_slice(&frame[..length]);
        for level in 0..self.level {
            let half = length.div_ceil(2);
            for node in 0..1 << level {
                let from = &self.nodes[node * length..(node + 1) * length];
                let (low, high) = self.split[2 * node * half..2 * (node + 1) * half].split_at_mut(half);
                transform(from, &mut self.even[..half + 2 * REACH], &mut self.odd[..half + 2 * REACH], low, high);
            }
            std::mem::swap(&mut self.nodes, &mut self.split);
            length = half;
        }
        for (order, out) in out.iter_mut().take(1 << self.level).enumerate() {
            let node = order ^ (order >> 1);
            let coefficients = &self.nodes[node * length..(node + 1) * length];
            *out = super::sum::dot(coefficients, coefficients);
        }
    }
}

/// One step of the periodic transform, `pywt.dwt(x, "db4", "periodization")`; an odd length is made even by its last
/// sample.
fn transform(x: &[f32], even: &mut [f32], odd: &mut [f32], low: &mut [f32], high: &mut [f32]) {
    let half = low.len();
    let last = x[x.len() - 1];
    for k in 0..half {
        even[REACH + k] = x[2 * k];
        odd[REACH + k] = x.get(2 * k + 1).copied().unwrap_or(last);
    }
    for phase in [&mut *even, &mut *odd] {
        for k in 0..REACH {
            phase[REACH - 1 - k] = phase[REACH + half - 1 - k % half];
            phase[REACH + half + k] = phase[REACH + k % half];
        }
    }
    for o in 0..half {
        let (e, d) = (&even[o..o + 5], &odd[o..o + 5]);
        let (mut l, mut h) = (0.0, 0.0);
        for i in 0..4 {
            let (e, d) = (e[4 - i], d[3 - i]);
            l += LOW[2 * i] * e + LOW[2 * i + 1] * d;
            h += LOW[6 - 2 * i] * d - LOW[7 - 2 * i] * e;
        }
        (low[o], high[o]) = (l, h);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_is_kept_and_a_tone_lies_in_its_band() {
        let frame: Vec<f32> = (0..400).map(|n| (std::f32::consts::TAU * 2250.0 * n as f32 / 16000.0).sin()).collect();
        let mut energies = [0.0; 16];
        WaveletPacket::new(400, 4).energies(&frame, &mut energies);
        let total: f32 = energies.iter().sum();
        assert!((total - frame.iter().map(|x| x * x).sum::<f32>()).abs() < 1e-3);
        assert!(energies[4] > 0.6 * total, "{energies:?}");
    }

    #[test]
    fn any_length_is_taken() {
        for length in 0..20 {
            let mut energies = [f32::NAN; 8];
            WaveletPacket::new(length, 3).energies(&vec![1.0; length], &mut energies);
            assert!(energies.iter().all(|e| e.is_finite()), "{length}: {energies:?}");
        }
    }
}
