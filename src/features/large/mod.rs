//! The large set of functionals, `undertone-large-v1`: every descriptor and its delta under dozens of statistics, in the
//! spirit of ComParE (Schuller et al. 2013), whose 6373 columns are the field's usual large set.

mod series;

use ndarray::{Array2, Axis};

use self::series::{OF_DELTA, OF_DESCRIPTOR, Workspace, of_delta, of_descriptor};
use super::delta::delta;
use super::egemaps::{EGEMAPS_DESCRIPTOR_NAMES, EGEMAPS_NAMES, Egemaps, egemaps};
use super::spectrum::{spectral_descriptor_names, spectral_descriptors};
use super::table::DescriptorTable;
use crate::Result;
use crate::audio::Audio;

/// Name of this feature set.
pub const LARGE_FEATURES: &str = "undertone-large-v1";

/// Seconds of a clip that [`large_of_middle`] measures, at most.
pub const MIDDLE_SECONDS: f32 = 30.0;
/// Ends the names of eGeMAPS' descriptors that are about voiced frames only.
const VOICED_ONLY: &str = "_sma3nz";
/// The descriptor that is above zero where there is voice.
const PITCH: &str = "F0semitoneFrom27.5Hz_sma3nz";

/// Names of the columns of [`large`].
pub fn large_names() -> Vec<String> {
    let (voiced, all): (Vec<String>, Vec<String>) =
        EGEMAPS_DESCRIPTOR_NAMES.map(str::to_owned).into_iter().partition(|name| name.ends_with(VOICED_ONLY));
    let spectral = spectral_descriptor_names();
    let columns = columns_of(&spectral).chain(columns_of(&all)).chain(columns_of(&voiced)).collect::<Vec<_>>();
    columns.into_iter().chain(EGEMAPS_NAMES.map(str::to_owned)).collect()
}

/// The columns of [`large_names`] for sound at 16 kHz, all finite: every functional of every spectral descriptor and of
/// eGeMAPS' descriptors of loudness, pitch, voice quality and formants (where they are about voice, over voiced frames), and
/// the functionals of eGeMAPS themselves.
///
/// # Errors
/// [`Error::SampleRate`](crate::Error::SampleRate) at another rate, [`Error::TooShort`](crate::Error::TooShort) for none.
pub fn large(audio: &Audio) -> Result<Vec<f32>> {
    let Egemaps { functionals, descriptors } = egemaps(audio)?;
    let mut values = Vec::new();
    functionals_of(&spectral_descriptors(audio)?, None, &mut values);
    let rows = |is_voiced: bool| -> Vec<usize> {
        let of = |row: &usize| EGEMAPS_DESCRIPTOR_NAMES[*row].ends_with(VOICED_ONLY) == is_voiced;
        (0..EGEMAPS_DESCRIPTOR_NAMES.len()).filter(of).collect()
    };
    let table = |rows: Vec<usize>| DescriptorTable {
        names: rows.iter().map(|row| EGEMAPS_DESCRIPTOR_NAMES[*row].to_owned()).collect(),
        values: descriptors.select(Axis(0), &rows),
    };
    let is_voiced: Vec<bool> = match EGEMAPS_DESCRIPTOR_NAMES.iter().position(|name| *name == PITCH) {
        Some(pitch) => descriptors.row(pitch).iter().map(|semitones| *semitones > 0.0).collect(),
        None => Vec::new(),
    };
    functionals_of(&table(rows(false)), None, &mut values);
    functionals_of(&table(rows(true)), Some(&is_voiced), &mut values);
    values.extend(functionals);
    Ok(values)
}

/// [`large`] of the middle of a clip, at most [`MIDDLE_SECONDS`] of it: what a model takes. The columns cost a page seconds for
/// every minute of sound.
///
/// # Errors
/// As [`large`].
pub fn large_of_middle(audio: &Audio) -> Result<Vec<f32>> {
    let spare = audio.seconds() - MIDDLE_SECONDS;
    if spare <= 0.0 { large(audio) } else { large(&audio.part((spare / 2.0, spare / 2.0 + MIDDLE_SECONDS))) }
}

/// Names of the columns of [`functionals_of`] for descriptors of these names: `<descriptor>_<functional>` of all, then
/// `<descriptor>_delta_<functional>` of all.
pub(super) fn columns_of(descriptors: &[String]) -> impl Iterator<Item = String> + '_ {
    let plain = descriptors.iter().flat_map(|name| OF_DESCRIPTOR.iter().map(move |own| format!("{name}_{own}")));
    let deltas = descriptors.iter().flat_map(|name| OF_DELTA.iter().map(move |own| format!("{name}_delta_{own}")));
    plain.chain(deltas)
}

/// Every functional of every row of a table and of its deltas, in the order of [`columns_of`]; over the frames that
/// `only` names, or over all. All 0 where no frame is named. Finite.
pub(super) fn functionals_of(table: &DescriptorTable, only: Option<&[bool]>, out: &mut Vec<f32>) {
    let mut room = Workspace::default();
    let deltas = delta(table.values.view());
    let mut each = |rows: &Array2<f32>, take: &mut dyn FnMut(&[f32], &mut Workspace)| {
        let mut series = Vec::with_capacity(rows.ncols());
        for row in rows.rows() {
            series.clear();
            match only {
                Some(only) => series.extend(row.iter().zip(only).filter(|(_, is)| **is).map(|(value, _)| *value)),
                None => series.extend(row.iter()),
            }
            take(&series, &mut room);
        }
    };
    each(&table.values, &mut |series, room| out.extend(of_descriptor(series, room)));
    each(&deltas, &mut |series, room| out.extend(of_delta(series, room)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own_and_a_finite_value() {
        let names = large_names();
        assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), names.len());
        for n in [1, 100, 5000, 16_000] {
            let samples = (0..n).map(|i| 0.1 * (i as f32 * 0.05).sin() * (i as f32 * 0.001).cos()).collect();
            let values = large(&Audio::new(samples, 16_000).unwrap()).unwrap();
            assert_eq!(values.len(), names.len());
            assert!(values.iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn of_a_long_clip_its_middle_is_measured() {
        let sound = |from: usize, n: usize| {
            let samples = (from..from + n).map(|i| 0.1 * (i as f32 * 0.05).sin() * (i as f32 * 1e-5).cos()).collect();
            Audio::new(samples, 16_000).unwrap()
        };
        let middle = MIDDLE_SECONDS as usize * 16_000;
        assert_eq!(large_of_middle(&sound(0, middle + 32_000)).unwrap(), large(&sound(16_000, middle)).unwrap());
        assert_eq!(large_of_middle(&sound(0, 16_000)).unwrap(), large(&sound(0, 16_000)).unwrap());
    }

    #[test]
    fn there_is_a_value_for_every_name_and_unnamed_frames_do_not_count() {
        let names = vec!["a".to_owned(), "b".to_owned()];
        let mut table = DescriptorTable::zeros(names.clone(), 6);
        table.values.row_mut(1).assign(&ndarray::array![1.0, 1.0, 99.0, 99.0, 3.0, 3.0]);
        let only = [true, true, false, false, true, true];
        let mut values = Vec::new();
        functionals_of(&table, Some(&only), &mut values);
        let columns: Vec<String> = columns_of(&names).collect();
        assert_eq!(values.len(), columns.len());
        let value = |name: &str| values[columns.iter().position(|own| own == name).unwrap()];
        assert_eq!((value("b_mean"), value("b_percentile99").round()), (2.0, 3.0));
        assert!(columns.contains(&"a_delta_stddev".to_owned()) && values.iter().all(|value| value.is_finite()));
    }
}
