//! Octave bands for spectral contrast.

use super::simd::vectorized;

/// Bins of one band, and how many of its lowest and highest make its valley and its peak.
#[derive(Clone, Debug, PartialEq)]
struct Band {
    first: usize,
    last: usize,
    count: usize,
}

/// Octave bands of the spectral contrast (Jiang et al. 2002; `librosa.feature.spectral_contrast`): 0 to `fmin`, then
/// octaves, the last one open to the Nyquist frequency.
#[derive(Clone, Debug)]
pub struct ContrastBands {
    bands: Vec<Band>,
    sorted: Vec<f32>,
}

impl ContrastBands {
    /// At most `n_bands` octaves above `fmin` Hz (those that begin under the Nyquist frequency) for spectra of `n_fft /
    /// 2 + 1` bins at `sample_rate` Hz; peak and valley are means over the share `quantile` of a band's bins, at least
    /// one.
    pub fn new(sample_rate: u32, n_fft: usize, fmin: f64, n_bands: usize, quantile: f64) -> Self {
        let (n_bins, nyquist) = (n_fft / 2 + 1, f64::from(sample_rate) / 2.0);
        let bin_hz = f64::from(sample_rate) / n_fft.max(1) as f64;
        let edge = |k: usize| if k == 0 { 0.0 } else { fmin * 2f64.powi(k as i32 - 1) };
        let n = (0..=n_bands).take_while(|k| edge(*k) < nyquist).count();
        let bands = (0..n).map(|k| {
            let is_last = k + 1 == n;
            let inside = |bin: &usize| (edge(k)..=edge(k + 1)).contains(&(*bin as f64 * bin_hz));
            let first = (0..n_bins).find(inside).unwrap_or(n_bins - 1).saturating_sub(usize::from(k > 0));
            let end = if is_last { n_bins } else { (0..n_bins).rfind(inside).map_or(first + 1, |bin| bin + 1) };
            let count = (quantile * (end - first) as f64).round_ties_even().max(1.0) as usize;
            let last = end - usize::from(!is_last);
            let last = last.max(first + 1);
            Band { first, last, count: count.min(last - first) }
        });
        let bands: Vec<Band> = bands.collect();
        let longest = bands.iter().map(|band| band.last - band.first).max().unwrap_or(0);
        Self { bands, sorted: vec![0.0; longest] }
    }

    /// Bands, the lowest one among them.
    pub fn n_bands(&self) -> usize {
        self.bands.len()
    }

    /// Mean of the highest and of the lowest bins of each band of one magnitude spectrum.
    pub fn peaks_and_valleys(&mut self, magnitude: &[f32], mut each: impl FnMut(usize, f32, f32)) {
        for (index, band) in self.bands.iter().enumerate() {
            let Some(bins) = magnitude.get(band.first..band.last) else { continue };
            if band.count <= 2 {
                let (low, high) = vectorized!(if band.count == 1 { extremes(bins) } else { extreme_pairs(bins) });
                each(index, high, low);
                continue;
            }
            let sorted = &mut self.sorted[..bins.len()];
            sorted.copy_from_slice(bins);
            let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
            sorted.select_nth_unstable_by(band.count - 1, f32::total_cmp);
            let low = mean(&sorted[..band.count]);
            let from = bins.len() - band.count;
            sorted.select_nth_unstable_by(from, f32::total_cmp);
            each(index, mean(&sorted[from..]), low);
        }
    }
}

const LANES: usize = 8;

#[inline(always)]
fn lower(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

#[inline(always)]
fn higher(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

/// The lowest and the highest of non-negative values.
#[inline(always)]
fn extremes(values: &[f32]) -> (f32, f32) {
    let (mut low, mut high) = ([f32::INFINITY; LANES], [0.0; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            low[lane] = lower(low[lane], chunk[lane]);
        }
        for lane in 0..LANES {
            high[lane] = higher(high[lane], chunk[lane]);
        }
    }
    let low = low.iter().chain(rest).copied().fold(f32::INFINITY, lower);
    (low, high.iter().chain(rest).copied().fold(0.0, higher))
}

/// The means of the two lowest and of the two highest of at least two non-negative values.
#[inline(always)]
fn extreme_pairs(values: &[f32]) -> (f32, f32) {
    let (mut low, mut next_low) = ([f32::INFINITY; LANES], [f32::INFINITY; LANES]);
    let (mut high, mut next_high) = ([0.0; LANES], [0.0; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            next_low[lane] = lower(next_low[lane], higher(low[lane], chunk[lane]));
        }
        for lane in 0..LANES {
            low[lane] = lower(low[lane], chunk[lane]);
        }
        for lane in 0..LANES {
            next_high[lane] = higher(next_high[lane], lower(high[lane], chunk[lane]));
        }
        for lane in 0..LANES {
            high[lane] = higher(high[lane], chunk[lane]);
        }
    }
    let lows = low.iter().chain(&next_low).chain(rest);
    let highs = high.iter().chain(&next_high).chain(rest);
    let low = lows.fold([f32::INFINITY; 2], |[a, b], v| [lower(a, *v), lower(b, higher(a, *v))]);
    let high = highs.fold([0.0; 2], |[a, b], v| [higher(a, *v), higher(b, lower(a, *v))]);
    ((low[0] + low[1]) / 2.0, (high[0] + high[1]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_librosas() {
        let bands = ContrastBands::new(16000, 400, 200.0, 6, 0.02).bands;
        let spans: Vec<_> = bands.iter().map(|b| (b.first, b.last, b.count)).collect();
        assert_eq!(spans, [(0, 5, 1), (4, 10, 1), (9, 20, 1), (19, 40, 1), (39, 80, 1), (79, 160, 2), (159, 201, 1)]);
    }

    #[test]
    fn extremes_are_those_of_a_sort() {
        for n in 2..40 {
            let values: Vec<f32> = (0..n).map(|i| ((i * 7919) % 31) as f32).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f32::total_cmp);
            assert_eq!(extremes(&values), (sorted[0], sorted[n - 1]));
            let means = ((sorted[0] + sorted[1]) / 2.0, (sorted[n - 1] + sorted[n - 2]) / 2.0);
            assert_eq!(extreme_pairs(&values), means);
        }
    }

    #[test]
    fn coarse_spectra_have_bands_of_at_least_a_bin() {
        for n_fft in [1, 2, 8, 64, 256] {
            for sample_rate in [4000, 16000, 384000] {
                let mut bands = ContrastBands::new(sample_rate, n_fft, 200.0, 6, 0.02);
                let mut seen = 0;
                let n_bands = bands.n_bands();
                bands.peaks_and_valleys(&vec![1.0; n_fft / 2 + 1], |_, high, low| {
                    assert_eq!((high, low), (1.0, 1.0));
                    seen += 1;
                });
                assert_eq!(seen, n_bands);
            }
        }
    }
}
