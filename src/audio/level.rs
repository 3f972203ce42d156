//! One level for all.

use serde::{Deserialize, Serialize};

use super::{Audio, frames};

/// What [`level`] did. Levels are in dB of full scale (1.0).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leveled {
    /// Gain in dB; 0 for silence.
    pub gain_db: f32,
    /// Largest absolute sample before, where full scale is 1.
    pub peak_before: f32,
    /// Largest absolute sample after.
    pub peak_after: f32,
    /// Level of the sounding frames before; `None` for silence.
    pub level_db: Option<f32>,
    /// The target was not reached, because the peak would have passed full scale.
    pub limited: bool,
}

/// Multiplies by the gain that brings the sounding frames (25 ms long, at most 35 dB under the loudest) to `target_db` of
/// full scale, in root mean square, but no peak beyond full scale. The shape stays as it is: neither offset nor dynamics
/// change. A `target_db` that is not a number leaves the sound as it is.
pub fn level(audio: &Audio, target_db: f32) -> (Audio, Leveled) {
    let samples = audio.samples();
    let peak = frames::peak(samples);
    let sounding = frames::sounding_rms(samples, audio.sample_rate());
    let wished = sounding.map_or(1.0, |rms| 10f64.powf(f64::from(target_db) / 20.0) / rms);
    let most = if peak > 0.0 { 1.0 / f64::from(peak) } else { 1.0 };
    let limited = wished > most;
    let gain = if wished.is_finite() && sounding.is_some() { wished.min(most) } else { 1.0 };
    let scaled = samples.iter().map(|sample| frames::finite(f64::from(*sample) * gain)).collect();
    let leveled = Audio { samples: scaled, sample_rate: audio.sample_rate() };
    let report = Leveled {
        gain_db: (20.0 * gain.max(f64::MIN_POSITIVE).log10()) as f32,
        peak_before: peak,
        peak_after: frames::peak(leveled.samples()),
        level_db: sounding.map(|rms| (20.0 * rms.log10()) as f32),
        limited: limited && gain == most,
    };
    (leveled, report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(gain: f32, rate: u32) -> Audio {
        let n = rate as usize;
        let sound = |i: usize| if (n / 4..n / 2).contains(&i) { gain * (i as f32 * 0.3).sin() } else { 0.0 };
        Audio::new((0..n).map(sound).collect(), rate).unwrap()
    }

    #[test]
    fn sound_comes_to_the_target_and_pauses_do_not_count() {
        for rate in [4000, 16_000, 44_100, 384_000] {
            let (got, report) = level(&clip(0.01, rate), -26.0);
            let rms = frames::rms(&got.samples()[rate as usize * 3 / 10..rate as usize * 4 / 10]);
            assert!((20.0 * rms.log10() + 26.0).abs() < 0.5, "{rate}: {rms}");
            assert!((report.gain_db - 17.0).abs() < 0.5 && !report.limited, "{report:?}");
            assert!((report.peak_after / report.peak_before - 10f32.powf(report.gain_db / 20.0)).abs() < 1e-3);
            assert!(report.level_db.is_some_and(|db| (db + 43.0).abs() < 0.5), "{report:?}");
        }
    }

    #[test]
    fn whatever_the_gain_the_result_is_the_same() {
        let (loud, quiet) = (level(&clip(0.9, 16_000), -26.0).0, level(&clip(1e-4, 16_000), -26.0).0);
        assert!(loud.samples().iter().zip(quiet.samples()).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn no_peak_passes_full_scale() {
        let mut samples = clip(0.01, 16_000).samples().to_vec();
        samples[6000] = 0.8;
        let (got, report) = level(&Audio::new(samples, 16_000).unwrap(), -20.0);
        assert!(report.limited && (report.peak_after - 1.0).abs() < 1e-6, "{report:?}");
        assert!(got.samples().iter().all(|sample| sample.abs() <= 1.0));
        let (_, report) = level(&clip(0.9, 16_000), 6.0);
        assert!(report.limited && report.peak_after <= 1.0);
    }

    #[test]
    fn any_length_and_any_finite_sample() {
        for samples in [vec![], vec![0.5], vec![0.0; 50], vec![f32::MAX, f32::MIN, 1.0], vec![f32::MIN_POSITIVE; 3]] {
            for target in [-26.0, 0.0, 300.0, -300.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let audio = Audio::new(samples.clone(), 16_000).unwrap();
                let (got, report) = level(&audio, target);
                assert_eq!(got.samples().len(), samples.len());
                assert!(got.samples().iter().all(|sample| sample.is_finite()));
                assert!(report.gain_db.is_finite() && report.peak_after.is_finite(), "{report:?}");
            }
        }
        let silence = Audio::new(vec![0.0; 50], 16_000).unwrap();
        let (got, report) = level(&silence, -26.0);
        assert_eq!((got, report.level_db, report.gain_db, report.limited), (silence, None, 0.0, false));
    }
}
