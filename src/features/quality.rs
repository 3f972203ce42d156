//! Is the recording good enough to judge a voice by?

use serde::{Deserialize, Serialize};

use crate::audio::Audio;
use crate::dsp::stft::Stft;
use crate::dsp::sum::energy;

/// Frames for levels: 20 ms.
const LEVELS_A_SECOND: u32 = 50;
/// The quietest tenth of the frames is what sounds when nobody speaks.
const QUIET_SHARE: f64 = 0.1;
/// Signal-to-noise ratios are given up to this, in dB.
const MOST_SNR_DB: f32 = 80.0;
/// This many samples in a row at the same extreme are a cut-off wave, above this part of full scale.
const CLIPPED_RUN: usize = 3;
const CLIPPED_LEVEL: f32 = 0.5;
/// Spectra that are averaged, at most.
const MOST_SPECTRA: usize = 1000;
/// The band ends where the average spectrum is this far under its strongest bin, in dB.
const BAND_EDGE_DB: f32 = 65.0;
/// Bins over which the average spectrum is smoothed, on either side.
const SMOOTH: usize = 4;

/// What a recording allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordingQuality {
    /// Highest absolute sample in dB of full scale, -100 or more.
    pub peak_dbfs: f32,
    /// Share of the samples, 0..=1, that stand in runs of three or more at the recording's highest or lowest value: waves
    /// cut off by a microphone that was too loud. Nothing under half of full scale counts.
    pub clipped_share: f32,
    /// Level of the loud frames over that of the quietest tenth in dB, 0..=80. A clip without a pause has speech in its
    /// quietest frames and is better than this says.
    pub snr_db: f32,
    /// Hz up to which there is sound: where the average spectrum falls 65 dB under its strongest bin for good. A telephone
    /// ends at 3400.
    pub bandwidth_hz: f32,
}

/// Measures a clip at its own rate, before anything is done to it. Silence is all zero, with the lowest levels.
pub fn recording_quality(audio: &Audio) -> RecordingQuality {
    let samples = audio.samples();
    let peak = samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    RecordingQuality {
        peak_dbfs: 20.0 * peak.max(1e-5).log10(),
        clipped_share: clipped(samples) as f32 / samples.len().max(1) as f32,
        snr_db: snr_db(audio),
        bandwidth_hz: bandwidth_hz(audio),
    }
}

/// Samples in runs at either extreme.
fn clipped(samples: &[f32]) -> usize {
    let (low, high) = samples.iter().fold((0.0f32, 0.0f32), |(low, high), s| (low.min(*s), high.max(*s)));
    let near = |a: f32, b: f32| (a - b).abs() <= 2e-4 * b.abs();
    let extreme =
        |sample: f32| (high >= CLIPPED_LEVEL && near(sample, high)) || (low <= -CLIPPED_LEVEL && near(sample, low));
    let is_one_wave = |a: &f32, b: &f32| extreme(*a) && extreme(*b) && (*a > 0.0) == (*b > 0.0);
    samples.chunk_by(is_one_wave).map(<[f32]>::len).filter(|length| *length >= CLIPPED_RUN).sum()
}

/// Level of the loud frames over that of the quietest tenth in dB, 0..=80.
pub(super) fn snr_db(audio: &Audio) -> f32 {
    let frame = (audio.sample_rate() / LEVELS_A_SECOND) as usize;
    let mut powers: Vec<f64> =
        audio.samples().chunks_exact(frame.max(1)).map(|chunk| energy(chunk) / chunk.len() as f64).collect();
    powers.sort_by(f64::total_cmp);
    let mean = |powers: &[f64]| powers.iter().sum::<f64>() / powers.len().max(1) as f64;
    let n_quiet = ((powers.len() as f64 * QUIET_SHARE).ceil() as usize).min(powers.len());
    let (noise, Some(loudest)) = (mean(&powers[..n_quiet]), powers.last().copied()) else { return 0.0 };
    if loudest <= 0.0 {
        return 0.0;
    }
    let floor = noise.max(loudest * 10f64.powf(-f64::from(MOST_SNR_DB) / 10.0));
    let middle = (floor * loudest).sqrt();
    let speech = mean(&powers[powers.partition_point(|power| *power < middle)..]);
    let ratio = (speech - noise).max(0.0) / floor;
    (10.0 * ratio.max(1.0).log10()).min(f64::from(MOST_SNR_DB)) as f32
}

fn bandwidth_hz(audio: &Audio) -> f32 {
    let rate = audio.sample_rate();
    let n_fft = (rate as usize / 40).next_multiple_of(2);
    let hop = n_fft.max(audio.samples().len() / MOST_SPECTRA);
    let stft = Stft::new(n_fft, hop);
    let mut sum = vec![0.0f32; stft.n_bins()];
    stft.power_frames(audio.samples(), |_, power| sum.iter_mut().zip(power).for_each(|(sum, p)| *sum += p));
    let near = |bin: usize| &sum[bin.saturating_sub(SMOOTH)..(bin + SMOOTH + 1).min(sum.len())];
    let smooth: Vec<f32> = (0..sum.len()).map(|bin| near(bin).iter().sum::<f32>() / near(bin).len() as f32).collect();
    let edge = smooth.iter().copied().fold(0.0, f32::max) * 10f32.powf(-BAND_EDGE_DB / 10.0);
    let last = smooth.iter().rposition(|power| *power > edge).unwrap_or(0);
    last as f32 * rate as f32 / n_fft as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 16_000;

    fn noise(n: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..n).map(|_| (0..6).map(|_| next()).sum::<f32>() / 2f32.sqrt() * 0.5).collect()
    }

    /// Noise in bursts of 0.6 s with pauses of 0.4 s.
    fn bursts(seconds: usize) -> Vec<f32> {
        let loud = noise(seconds * RATE as usize, 1);
        loud.iter().enumerate().map(|(n, s)| if n % RATE as usize > 6400 { 0.1 * s } else { 0.0 }).collect()
    }

    fn of(samples: Vec<f32>) -> RecordingQuality {
        recording_quality(&Audio::new(samples, RATE).unwrap())
    }

    #[test]
    fn noise_of_a_known_level_is_found() {
        let clean = bursts(5);
        assert!(of(clean.clone()).snr_db > 60.0);
        for snr_db in [5.0f32, 10.0, 20.0, 30.0] {
            let gain = 0.1 * 10f32.powf(-snr_db / 20.0);
            let noisy = clean.iter().zip(noise(clean.len(), 7)).map(|(s, n)| s + gain * n).collect();
            let found = of(noisy).snr_db;
            assert!((found - snr_db).abs() < 2.0, "{found} instead of {snr_db}");
        }
    }

    #[test]
    fn a_gain_changes_levels_alone() {
        let (a, b) = (of(bursts(2)), of(bursts(2).iter().map(|s| s * 0.1).collect()));
        assert!((a.peak_dbfs - 20.0 - b.peak_dbfs).abs() < 0.01);
        assert!((a.snr_db - b.snr_db).abs() < 0.1 && a.bandwidth_hz == b.bandwidth_hz);
    }

    #[test]
    fn cut_off_waves_are_counted_and_whole_ones_are_not() {
        let sine = |gain: f32| (0..RATE).map(|n| gain * (n as f32 * 0.05).sin()).collect::<Vec<f32>>();
        assert!(of(sine(0.9)).clipped_share < 0.02);
        let clipped: Vec<f32> = sine(2.0).iter().map(|s| s.clamp(-0.8, 0.8)).collect();
        assert!(of(clipped).clipped_share > 0.5);
        assert_eq!(of(bursts(1)).clipped_share, 0.0);
    }

    #[test]
    fn the_band_ends_where_the_sound_ends() {
        let mut low = noise(RATE as usize * 2, 3);
        assert!(of(low.clone()).bandwidth_hz > 7_500.0);
        for _ in 0..12 {
            let mut before = 0.0;
            low.iter_mut().for_each(|s| {
                before += 0.55 * (*s - before);
                *s = before;
            });
        }
        assert!(of(low).bandwidth_hz < 7_000.0);
    }

    #[test]
    fn hostile_clips_give_finite_numbers() {
        for samples in [vec![], vec![0.0; 10], vec![1.0], vec![f32::MAX; 500], vec![0.0; 40_000]] {
            let found = of(samples);
            let values = [found.peak_dbfs, found.clipped_share, found.snr_db, found.bandwidth_hz];
            assert!(values.iter().all(|value| value.is_finite()), "{found:?}");
        }
    }
}
