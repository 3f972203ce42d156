//! Audio -> the 88 functionals of eGeMAPS v02, the extended Geneva minimalistic acoustic parameter set (Eyben et al. 2016,
//! IEEE Transactions on Affective Computing 7(2), doi:10.1109/TAFFC.2015.2457417), in definition and name as openSMILE 3.0
//! gives them (`eGeMAPSv02.conf`), its departures from the paper included.

mod auditory;
mod contour;
mod extremes;
mod formant;
mod frame;
mod functionals;
mod harmonic;
mod names;
mod octave;
mod period;
mod segments;
mod source;
mod spectrum;
mod summary;
mod viterbi;

pub use names::{EGEMAPS_DESCRIPTOR_NAMES, EGEMAPS_NAMES};

use super::FrameMatrix;
use crate::audio::{Audio, MIN_SECONDS};
use crate::{Error, Result};

/// Name of this feature set, with its version.
pub const EGEMAPS_FEATURES: &str = "egemaps-v02";

/// What eGeMAPS says about a clip. Every value is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Egemaps {
    /// In the order of [`EGEMAPS_NAMES`]. Statistics over frames of which the clip has none are 0.
    pub functionals: [f32; 88],
    /// `[25, n_frames]`, rows in the order of [`EGEMAPS_DESCRIPTOR_NAMES`], smoothed over three frames; frame `k` begins at
    /// sample `160 k`. In frames without voice openSMILE writes 0, and -201 dB for the formants' amplitudes.
    pub descriptors: FrameMatrix,
}

/// eGeMAPS v02 of a clip as it is, at any level, at 16 kHz. Like openSMILE's package for Python it takes samples of 16 bits:
/// finer ones are cut off, those beyond -1..=1 clipped. A clip shorter than a frame of 60 ms is continued by silence.
///
/// # Errors
/// [`Error::SampleRate`] for sound at another rate, [`Error::TooShort`] for none.
pub fn egemaps(audio: &Audio) -> Result<Egemaps> {
    if audio.sample_rate() != frame::SAMPLE_RATE {
        return Err(Error::SampleRate { sample_rate: audio.sample_rate() });
    }
    if audio.samples().is_empty() {
        return Err(Error::TooShort { seconds: 0.0, minimum: MIN_SECONDS });
    }
    let mut samples: Vec<f32> = audio.samples().iter().map(|sample| sixteen_bits(*sample)).collect();
    samples.resize(samples.len().max(frame::LONG), 0.0);
    let contours = source::Contours::of(&samples);
    Ok(Egemaps { functionals: summary::functionals(&contours), descriptors: summary::descriptors(&contours) })
}

/// The sample as openSMILE's package for Python takes it. Formants of frames without any sound above 3.4 kHz hang on the
/// last bit, so that nothing finer would be its eGeMAPS.
fn sixteen_bits(sample: f32) -> f32 {
    (sample * 32_768.0).trunc().clamp(-32_768.0, 32_767.0) / 32_767.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(samples: Vec<f32>) -> Egemaps {
        egemaps(&Audio::new(samples, 16_000).unwrap()).unwrap()
    }

    fn vowel(seconds: f32, f0: f32) -> Vec<f32> {
        let cycle = |n: usize| (n as f32 * f0 / 16_000.0).fract();
        (0..(seconds * 16_000.0) as usize).map(|n| 0.3 * (-12.0 * cycle(n)).exp() * (60.0 * cycle(n)).sin()).collect()
    }

    #[test]
    fn names_are_opensmiles() {
        assert_eq!(EGEMAPS_NAMES[0], "F0semitoneFrom27.5Hz_sma3nz_amean");
        assert_eq!(EGEMAPS_NAMES[87], "equivalentSoundLevel_dBp");
        assert_eq!(EGEMAPS_DESCRIPTOR_NAMES[10], "F0semitoneFrom27.5Hz_sma3nz");
        let mut sorted = EGEMAPS_NAMES.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 88);
    }

    #[test]
    fn every_value_is_finite_for_every_length() {
        let noise = |n: usize| (((n * 1_103_515_245 + 12_345) >> 7) % 1000) as f32 / 500.0 - 1.0;
        for length in [1, 2, 159, 319, 320, 321, 479, 480, 959, 960, 961, 1119, 1120, 1300, 16_000] {
            let signals: [Vec<f32>; 6] = [
                vec![0.0; length],
                vec![1.0; length],
                vec![1e-38; length],
                vec![f32::MAX; length],
                (0..length).map(noise).collect(),
                (0..length).map(|n| if n == length / 2 { 1.0 } else { 0.0 }).collect(),
            ];
            for (index, signal) in signals.into_iter().enumerate() {
                let got = clip(signal);
                assert!(got.functionals.iter().all(|v| v.is_finite()), "signal {index} of {length} samples");
                assert!(got.descriptors.iter().all(|v| v.is_finite()), "signal {index} of {length} samples");
            }
        }
    }

    #[test]
    fn the_pitch_of_a_vowel_is_in_semitones() {
        for f0 in [90.0f32, 150.0, 220.0, 400.0] {
            let got = clip(vowel(1.0, f0));
            let want = crate::dsp::convert::hz_to_semitone(f0);
            assert!((got.functionals[0] - want).abs() < 0.3, "{} {want}", got.functionals[0]);
            assert_eq!(got.descriptors.dim(), (25, 96));
        }
    }

    #[test]
    fn other_rates_and_no_samples_are_refused() {
        assert!(matches!(egemaps(&Audio::new(vec![0.0; 9], 8000).unwrap()), Err(Error::SampleRate { .. })));
        assert!(matches!(egemaps(&Audio::new(Vec::new(), 16_000).unwrap()), Err(Error::TooShort { .. })));
    }
}
