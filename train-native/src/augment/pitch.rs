//! Pitch by itself: resampled, and stretched back to its length by overlapping pieces that fit each other (WSOLA, Verhelst &
//! Roelands 1993).

use super::at_speed;

/// Piece and search range, in seconds.
const PIECE: f32 = 0.03;
const SEARCH: f32 = 0.008;

/// As long as before, `semitones` higher.
pub(super) fn shifted(samples: &[f32], semitones: f32, rate: u32) -> Vec<f32> {
    let factor = 2f32.powf(semitones / 12.0);
    let mut stretched = stretch(&at_speed(samples, factor), factor, rate);
    stretched.resize(samples.len(), 0.0);
    stretched
}

/// `factor` times as long, at the same pitch.
fn stretch(samples: &[f32], factor: f32, rate: u32) -> Vec<f32> {
    let piece = (PIECE * rate as f32) as usize & !1;
    let (hop, search) = (piece / 2, (SEARCH * rate as f32) as usize);
    let len = (samples.len() as f32 * factor) as usize;
    if samples.len() < piece + 2 * search || piece < 4 {
        return samples.to_vec();
    }
    let window: Vec<f32> =
        (0..piece).map(|n| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / piece as f32).cos()).collect();
    let last = samples.len() - piece;
    let mut out = vec![0.0; len + piece];
    let mut at = 0;
    for start in (0..len).step_by(hop) {
        for ((slot, sample), gain) in out[start..].iter_mut().zip(&samples[at..at + piece]).zip(&window) {
            *slot += gain * sample;
        }
        // What naturally follows the piece is what the next one should look like.
        let natural = (at + hop).min(last);
        let wanted = ((start + hop) as f32 / factor) as usize;
        let (low, high) = (wanted.saturating_sub(search).min(last), (wanted + search).min(last));
        let likeness = |from: usize| -> f32 {
            let (a, b) = (&samples[from..from + hop], &samples[natural..natural + hop]);
            a.iter().zip(b).step_by(2).map(|(a, b)| a * b).sum()
        };
        at = (low..=high).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap_or(low);
    }
    out.truncate(len);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_goes_up_by_an_octave_and_keeps_its_length_and_power() {
        let tone: Vec<f32> =
            (0..16000).map(|n| 0.1 * (n as f32 * 200.0 * std::f32::consts::TAU / 16000.0).sin()).collect();
        let crossings = |x: &[f32]| x.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        for (semitones, hz) in [(12.0, 400.0), (0.0, 200.0), (-5.0, 149.8)] {
            let found = shifted(&tone, semitones, 16000);
            assert_eq!(found.len(), tone.len());
            let middle = &found[2000..14000];
            let measured = crossings(middle) as f32 / 0.75;
            assert!((measured - hz).abs() < 0.04 * hz, "{semitones}: {measured}");
            let power = |x: &[f32]| x.iter().map(|v| v * v).sum::<f32>() / x.len() as f32;
            assert!((power(middle) / power(&tone) - 1.0).abs() < 0.2, "{semitones}");
        }
        assert_eq!(shifted(&tone[..50], 3.0, 16000).len(), 50);
    }
}
