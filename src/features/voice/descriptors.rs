//! Descriptors of the voice as tables.

use super::{Formant, PitchOptions, formants, harmonicity, intensity, loudness, pitch};
use crate::Result;
use crate::audio::Audio;
use crate::dsp::convert::hz_to_semitone;
use crate::features::spectrum::{Spectrogram, stft};
use crate::features::table::{DescriptorTable, TABLE_HOP_LENGTH, table_samples};

const CEILING_HZ: u32 = 5500;
const FLOOR_HZ: f64 = 75.0;
const N_FFT: usize = 400;

const OF_VOICED: [&str; 8] =
    ["f0_semitone", "hnr_db", "f1_hz", "f1_bandwidth_hz", "f2_hz", "f2_bandwidth_hz", "f3_hz", "f3_bandwidth_hz"];
const OF_ALL: [&str; 4] = ["voicing", "f0_strength", "intensity_db", "loudness_sone"];

/// Descriptors of the voice, one column a frame of [`table_frames`](crate::features::table_frames). Functionals of
/// `of_voiced` belong over the frames that `voiced` names; in the others its rows hold the line between the voiced frames on
/// either side, so that a delta has no steps, and the nearest voiced value at the ends; without any voiced frame 0.
#[derive(Clone, Debug, PartialEq)]
pub struct VoiceDescriptors {
    /// Rows that mean something in voiced frames only: f0 in semitones above 27.5 Hz, harmonics-to-noise ratio
    /// ([`harmonicity`](super::harmonicity())), formants and bandwidths ([`formants`](super::formants()) up to 5500 Hz).
    pub of_voiced: DescriptorTable,
    /// Rows that mean something everywhere: voicing (1 or 0), strength of the pitch ([`Pitch`](super::Pitch)), intensity
    /// ([`intensity`](super::intensity()) with a floor of 75 Hz) and loudness ([`loudness`](super::loudness())).
    pub of_all: DescriptorTable,
    /// The voiced frames.
    pub voiced: Vec<bool>,
}

/// Names of the rows of `of_voiced` and of `of_all` of [`VoiceDescriptors`].
pub fn voice_descriptor_names() -> (Vec<String>, Vec<String>) {
    (OF_VOICED.map(str::to_owned).into(), OF_ALL.map(str::to_owned).into())
}

/// Descriptors of the voice in a clip at 16 kHz.
///
/// # Errors
/// [`crate::Error::SampleRate`] for sound at another rate.
pub fn voice_descriptors(audio: &Audio) -> Result<VoiceDescriptors> {
    table_samples(audio)?;
    describe_voice(audio, &stft(audio, N_FFT, TABLE_HOP_LENGTH))
}

/// [`voice_descriptors`] with a spectrogram already made of this sound with `n_fft` 400 and `hop_length` 160.
///
/// # Errors
/// [`crate::Error::SampleRate`] for sound at another rate.
pub fn describe_voice(audio: &Audio, spectrogram: &Spectrogram) -> Result<VoiceDescriptors> {
    let samples = table_samples(audio)?;
    let pitch = pitch(samples, &PitchOptions::default());
    let hnr = harmonicity(samples);
    let formants = formants(audio, CEILING_HZ)?;
    let (names_of_voiced, names_of_all) = voice_descriptor_names();
    let n_frames = pitch.hz.len();
    let mut of_voiced = DescriptorTable::zeros(names_of_voiced, n_frames);
    let voiced: Vec<bool> = pitch.hz.iter().map(Option::is_some).collect();
    let f0 = pitch.hz.iter().map(|hz| hz.map(hz_to_semitone));
    fill(&mut of_voiced, 0, f0);
    fill(&mut of_voiced, 1, masked(hnr.iter().copied(), &voiced));
    for n in 0..3 {
        let of = |value: fn(Formant) -> f32| formants.iter().map(move |frame| frame[n].map(value));
        fill(&mut of_voiced, 2 + 2 * n, masked(of(|formant| formant.hz), &voiced));
        fill(&mut of_voiced, 3 + 2 * n, masked(of(|formant| formant.bandwidth_hz), &voiced));
    }
    let mut of_all = DescriptorTable::zeros(names_of_all, n_frames);
    fill(&mut of_all, 0, voiced.iter().map(|voiced| Some(f32::from(u8::from(*voiced)))));
    fill(&mut of_all, 1, pitch.strength.iter().copied().map(Some));
    fill(&mut of_all, 2, intensity(samples, FLOOR_HZ).into_iter().map(Some));
    fill(&mut of_all, 3, loudness(spectrogram).into_iter().map(Some));
    Ok(VoiceDescriptors { of_voiced, of_all, voiced })
}

fn masked<'a>(
    values: impl Iterator<Item = Option<f32>> + 'a,
    voiced: &'a [bool],
) -> impl Iterator<Item = Option<f32>> + 'a {
    values.zip(voiced).map(|(value, voiced)| value.filter(|_| *voiced))
}

/// Writes a row; what is missing lies on the line between its neighbours.
fn fill(table: &mut DescriptorTable, row: usize, values: impl Iterator<Item = Option<f32>>) {
    let mut row = table.values.row_mut(row);
    let mut last: Option<(usize, f32)> = None;
    for (frame, value) in values.take(row.len()).enumerate() {
        let Some(value) = value else { continue };
        let (from, begin) = last.map_or((0, value), |(frame, value)| (frame + 1, value));
        for between in from..frame {
            let share = (between + 1 - from) as f32 / (frame + 1 - from) as f32;
            row[between] = begin + (value - begin) * share;
        }
        row[frame] = value;
        last = Some((frame, value));
    }
    if let Some((frame, value)) = last {
        row.iter_mut().skip(frame).for_each(|slot| *slot = value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_bridged_and_ends_held() {
        let mut table = DescriptorTable::zeros(vec!["a".into()], 7);
        fill(&mut table, 0, [None, Some(1.0), None, None, Some(4.0), None, None].into_iter());
        assert_eq!(table.values.row(0).to_vec(), [1.0, 1.0, 2.0, 3.0, 4.0, 4.0, 4.0]);
        fill(&mut table, 0, [None; 7].into_iter());
        assert_eq!(table.values.row(0).to_vec(), [1.0, 1.0, 2.0, 3.0, 4.0, 4.0, 4.0]);
    }

    #[test]
    fn every_row_is_finite_for_every_length() {
        for n in [0, 1, 2, 159, 160, 161, 700, 5000] {
            let samples: Vec<f32> =
                (0..n).map(|i| 0.3 * (i as f32 * 0.05).sin() + 0.1 * (i as f32 * 0.31).cos()).collect();
            let found = voice_descriptors(&Audio::new(samples, 16_000).unwrap()).unwrap();
            assert_eq!(found.voiced.len(), 1 + n / 160);
            assert!(found.of_voiced.values.iter().chain(&found.of_all.values).all(|value| value.is_finite()), "{n}");
        }
        assert!(voice_descriptors(&Audio::new(vec![0.0; 9], 8_000).unwrap()).is_err());
    }
}
