//! Loudness.

use std::ops::Range;

use crate::features::spectrum::Spectrogram;

/// Edges of the critical bands in Hz, 1 Bark wide each (Zwicker 1961).
const EDGES_HZ: [f64; 25] = [
    0.0, 100.0, 200.0, 300.0, 400.0, 510.0, 630.0, 770.0, 920.0, 1080.0, 1270.0, 1480.0, 1720.0, 2000.0, 2320.0,
    2700.0, 3150.0, 3700.0, 4400.0, 5300.0, 6400.0, 7700.0, 9500.0, 12_000.0, 15_500.0,
];
/// Square of the threshold of hearing, 20 uPa.
const THRESHOLD: f64 = 4e-10;
/// Makes a tone of 1 kHz and 40 dB 1 sone.
const SONE: f64 = 2.12;

/// Loudness in sone of each frame of sound whose samples are Pa, as for [`intensity`](super::intensity()): the specific
/// loudness `0.08 (E_TQ / E_0)^0.23 [(1/2 + E / 2 E_TQ)^0.23 - 1]` of the excitation `E` in each critical band, summed over
/// Bark (Zwicker & Fastl 1999, "Psychoacoustics", eq. 8.7), with Terhardt's (1979) threshold in quiet `E_TQ`. Without the
/// spread of excitation over neighbouring bands: 10 dB more make a tone 1.7 times as loud, not twice.
pub fn loudness(spectrogram: &Spectrogram) -> Vec<f32> {
    let bands = bands(spectrogram);
    // Mean square of a frame: both sides of the spectrum over the length and the window's mean square, 3/8.
    let scale = 2.0 / (spectrogram.n_fft() as f64).powi(2) / 0.375;
    let of = |power: &[f32]| -> f64 {
        let specific = bands.iter().map(|band| {
            let weighed = power[band.bins.clone()].iter().zip(&band.weights);
            let square: f64 = weighed.map(|(power, weight)| f64::from(*power) * weight).sum();
            let excitation = square * scale / THRESHOLD / band.quiet;
            band.width * 0.08 * band.quiet.powf(0.23) * ((0.5 + 0.5 * excitation).powf(0.23) - 1.0).max(0.0)
        });
        SONE * specific.sum::<f64>()
    };
    spectrogram.frames().map(|power| of(power) as f32).collect()
}

struct Band {
    bins: Range<usize>,
    weights: Vec<f64>,
    /// Threshold in quiet over 20 uPa, squared.
    quiet: f64,
    /// Bark, less than 1 where the spectrum ends.
    width: f64,
}

fn bands(spectrogram: &Spectrogram) -> Vec<Band> {
    let rate = f64::from(spectrogram.sample_rate());
    let (bin_hz, end) = (rate / spectrogram.n_fft() as f64, 0.5 * rate);
    EDGES_HZ
        .windows(2)
        .filter(|edges| edges[0] < end)
        .map(|edges| {
            let (low, high) = (edges[0], edges[1].min(end));
            // A bin is as wide as the distance to the next, and shared by the bands that it overlaps.
            let overlap = |bin: usize| {
                let (left, right) = ((bin as f64 - 0.5) * bin_hz, (bin as f64 + 0.5) * bin_hz);
                ((right.min(high) - left.max(low)) / bin_hz).max(0.0)
            };
            let bins =
                (low / bin_hz).round() as usize..((high / bin_hz).round() as usize + 1).min(spectrogram.n_bins());
            let khz = 0.5e-3 * (edges[0] + edges[1]);
            let quiet_db = 3.64 * khz.powf(-0.8) - 6.5 * (-0.6 * (khz - 3.3).powi(2)).exp() + 1e-3 * khz.powi(4);
            Band {
                weights: bins.clone().map(overlap).collect(),
                bins,
                quiet: 10f64.powf(0.1 * quiet_db),
                width: (high - low) / (edges[1] - edges[0]),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Audio;
    use crate::features::spectrum::stft;

    fn of_tone(hz: f64, db: f64) -> f32 {
        let amplitude = 2f64.sqrt() * 20e-6 * 10f64.powf(db / 20.0);
        let samples =
            (0..16_000).map(|n| (amplitude * (std::f64::consts::TAU * hz * f64::from(n) / 16e3).sin()) as f32);
        loudness(&stft(&Audio::new(samples.collect(), 16_000).unwrap(), 400, 160))[50]
    }

    #[test]
    fn a_sone_is_a_tone_of_1_khz_and_40_db() {
        assert!((of_tone(1000.0, 40.0) - 1.0).abs() < 0.02, "{}", of_tone(1000.0, 40.0));
        let growth = of_tone(1000.0, 70.0) / of_tone(1000.0, 60.0);
        assert!((1.6..1.8).contains(&growth), "{growth}");
    }

    #[test]
    fn the_ear_is_deaf_to_what_is_faint_or_low() {
        assert_eq!(of_tone(1000.0, -5.0), 0.0);
        assert!(of_tone(50.0, 40.0) < 0.5 * of_tone(1000.0, 40.0));
        assert!(of_tone(3300.0, 20.0) > of_tone(1000.0, 20.0));
        let silence = stft(&Audio::new(vec![], 16_000).unwrap(), 400, 160);
        assert_eq!(loudness(&silence), [0.0]);
    }
}
