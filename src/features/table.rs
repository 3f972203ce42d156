//! Descriptors of a clip as a table: one named row a descriptor, one column a frame.

use ndarray::{Array2, ArrayView1, Axis};

use crate::audio::Audio;
use crate::{Error, Result};

/// Hz of the sound that descriptors are taken from.
pub const TABLE_SAMPLE_RATE: u32 = 16_000;

/// Samples between the centres of two frames, 10 ms.
pub const TABLE_HOP_LENGTH: usize = 160;

/// Frames of a clip of `len` samples, `1 + len / 160`: frame `k` is centred at sample `160 k`, as in
/// `librosa.stft(center=True)`. A clip without samples has one frame, of silence.
pub fn table_frames(len: usize) -> usize {
    1 + len / TABLE_HOP_LENGTH
}

/// Descriptors on the common grid of frames ([`table_frames`]). Every value is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct DescriptorTable {
    /// One name a row, no two alike.
    pub names: Vec<String>,
    /// `[n_rows, n_frames]`.
    pub values: Array2<f32>,
}

impl DescriptorTable {
    /// A table of zeros with these rows.
    pub fn zeros(names: Vec<String>, n_frames: usize) -> Self {
        let values = Array2::zeros((names.len(), n_frames));
        Self { names, values }
    }

    /// Rows.
    pub fn n_rows(&self) -> usize {
        self.values.nrows()
    }

    /// Frames.
    pub fn n_frames(&self) -> usize {
        self.values.ncols()
    }

    /// The row of this name, one value a frame.
    pub fn row(&self, name: &str) -> Option<ArrayView1<'_, f32>> {
        let index = self.names.iter().position(|own| own == name)?;
        Some(self.values.index_axis(Axis(0), index))
    }

    /// The rows of this table above those of `other`; `None` where the two differ in frames or share a name.
    pub fn stacked(mut self, other: &Self) -> Option<Self> {
        if other.names.iter().any(|name| self.names.contains(name)) {
            return None;
        }
        self.values.append(Axis(0), other.values.view()).ok()?;
        self.values = self.values.as_standard_layout().into_owned();
        self.names.extend(other.names.iter().cloned());
        Some(self)
    }
}

/// The sound's samples, if they are at [`TABLE_SAMPLE_RATE`].
///
/// # Errors
/// [`Error::SampleRate`] for sound at another rate.
pub fn table_samples(audio: &Audio) -> Result<&[f32]> {
    if audio.sample_rate() != TABLE_SAMPLE_RATE {
        return Err(Error::SampleRate { sample_rate: audio.sample_rate() });
    }
    Ok(audio.samples())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_name_and_stacked() {
        let mut upper = DescriptorTable::zeros(vec!["a".into(), "b".into()], 3);
        upper.values.row_mut(1).fill(2.0);
        let lower = DescriptorTable::zeros(vec!["c".into()], 3);
        assert_eq!(upper.clone().stacked(&upper), None);
        assert_eq!(upper.clone().stacked(&DescriptorTable::zeros(vec!["d".into()], 4)), None);
        let both = upper.stacked(&lower).unwrap();
        assert_eq!((both.n_rows(), both.n_frames()), (3, 3));
        assert_eq!(both.row("b").unwrap().to_vec(), [2.0; 3]);
        assert!(both.row("d").is_none() && both.values.is_standard_layout());
    }

    #[test]
    fn frames_are_librosas() {
        assert_eq!([0, 1, 159, 160, 48_000].map(table_frames), [1, 1, 1, 2, 301]);
    }
}
