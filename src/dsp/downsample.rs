//! Resampling downward.

use std::f64::consts::PI;

use realfft::{RealFftPlanner, num_complex::Complex};

use super::sum::dot;

/// Samples that the sinc takes on either side.
const DEPTH: usize = 50;
/// Samples that a piece of a long clip shares with each neighbour, for the low-pass filter's response.
const OVERLAP: usize = 4096;
const LONGEST: usize = 1 << 16;

/// `samples` at `up / down` times their rate, `1 <= up <= down`: nothing is left above the new Nyquist frequency, everything
/// below it; then a sinc under a raised cosine of 50 samples on either side reads the new samples (Praat's `Resample` with
/// precision 50; a clip of more than 57 000 samples goes through the filter in pieces). The clip keeps its ends: sample `m`
/// lies at `(m + 1/2) down / up - 1/2` of the input, and there are `len up / down`, rounded. Outside is silence.
pub fn downsample(samples: &[f32], up: usize, down: usize) -> Vec<f32> {
    let divisor = greatest_common_divisor(up, down);
    let (up, down) = (up / divisor, down / divisor);
    let filtered = low_pass(samples, up as f64 / down as f64);
    let position = |m: usize| (((2 * m + 1) * down) as f64 / up as f64 - 1.0) / 2.0;
    let phases: Vec<[f32; 2 * DEPTH]> = (0..up).map(|m| taps(position(m) - position(m).floor())).collect();
    (0..(2 * samples.len() * up + down) / (2 * down))
        .map(|m| {
            // Sample `floor(position)` stands `DEPTH` behind its place in `filtered`, and under tap `DEPTH - 1`.
            let first = (position(m).floor() + 1.0) as usize;
            dot(&filtered[first..first + 2 * DEPTH], &phases[m % up])
        })
        .collect()
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a.max(1) } else { greatest_common_divisor(b, a % b) }
}

/// Everything below `share` of the Nyquist frequency, from `DEPTH` samples before the clip to `DEPTH` behind it.
fn low_pass(samples: &[f32], share: f64) -> Vec<f32> {
    let length = samples.len() + 2 * DEPTH;
    let n_fft = (length + 2 * OVERLAP).min(LONGEST).next_power_of_two();
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, backward) = (planner.plan_fft_forward(n_fft), planner.plan_fft_inverse(n_fft));
    let (mut buffer, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let mut scratch = vec![Complex::default(); forward.get_scratch_len().max(backward.get_scratch_len())];
    let first_gone = ((share * (n_fft / 2) as f64) as usize).min(n_fft / 2);
    let mut found = Vec::with_capacity(length + n_fft);
    for start in (0..length).step_by(n_fft - 2 * OVERLAP) {
        // Where the first sample of the buffer lies in the clip.
        let origin = start as isize - (DEPTH + OVERLAP) as isize;
        let skip = (-origin).max(0) as usize;
        let piece = samples.get(origin.max(0) as usize..).unwrap_or_default();
        buffer.fill(0.0);
        buffer[skip..].iter_mut().zip(piece).for_each(|(slot, sample)| *slot = f64::from(*sample));
        let done = forward.process_with_scratch(&mut buffer, &mut spectrum, &mut scratch).is_ok();
        spectrum[first_gone..].fill(Complex::default());
        if !(done && backward.process_with_scratch(&mut spectrum, &mut buffer, &mut scratch).is_ok()) {
            break;
        }
        found.extend(buffer[OVERLAP..n_fft - OVERLAP].iter().map(|s| (s / n_fft as f64) as f32));
    }
    found.resize(length.max(2 * DEPTH), 0.0);
    found
}

/// Weights of the samples about a point this far behind the one under tap `DEPTH - 1`.
fn taps(fraction: f64) -> [f32; 2 * DEPTH] {
    std::array::from_fn(|tap| {
        let distance = tap as f64 - (DEPTH - 1) as f64 - fraction;
        let span = if distance <= 0.0 { DEPTH as f64 + fraction } else { DEPTH as f64 + 1.0 - fraction };
        let sinc = if distance == 0.0 { 1.0 } else { (PI * distance).sin() / (PI * distance) };
        (sinc * (0.5 + 0.5 * (PI * distance / span).cos())) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, rate: f64, n: usize) -> Vec<f32> {
        (0..n).map(|i| (2.0 * PI * hz * (i as f64 + 0.5) / rate).sin() as f32).collect()
    }

    #[test]
    fn a_tone_keeps_its_phase_and_what_lies_above_goes() {
        for n in [8_000, 150_000] {
            let got = downsample(&tone(1000.0, 16_000.0, n), 11, 16);
            let want = tone(1000.0, 11_000.0, n * 11 / 16);
            assert_eq!(got.len(), want.len());
            let inner = 400..got.len() - 400;
            let worst = inner.clone().map(|i| (got[i] - want[i]).abs()).fold(0.0, f32::max);
            assert!(worst < 3e-3, "{worst}");
            let loudest = |hz: f64| {
                let got = downsample(&tone(hz, 16_000.0, n), 11, 16);
                got[inner.clone()].iter().fold(0.0f32, |most, s| most.max(s.abs()))
            };
            assert!(loudest(5600.0) < 0.02 && loudest(5450.0) > 0.97, "{} {}", loudest(5600.0), loudest(5450.0));
        }
    }

    #[test]
    fn short_clips_and_other_factors_are_no_trouble() {
        for (up, down) in [(1, 1), (1, 7), (5, 8), (30, 80), (80, 80)] {
            for n in [0, 1, 2, 33] {
                let got = downsample(&vec![1.0; n], up, down);
                assert_eq!(got.len(), (n * up * 2 + down) / (2 * down), "{n} {up} {down}");
                assert!(got.iter().all(|s| s.is_finite()));
            }
        }
        let same = downsample(&tone(700.0, 16_000.0, 2000), 1, 1);
        assert!(same.iter().zip(tone(700.0, 16_000.0, 2000)).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
