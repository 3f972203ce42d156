//! The log-mel spectrogram as Whisper's encoder takes it (Radford et al. 2022): the feature set `whisper-80-v1`.

use super::MelSpectrogram;

/// Name of this feature set.
pub const ENCODER_FEATURES: &str = "whisper-80-v1";
/// Mel frames of one frame of the encoder.
pub const ENCODER_STRIDE: usize = 2;
/// Frames of the encoder that one block joins: 100 ms.
pub const ENCODER_BLOCK: usize = 5;

/// A part of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderWindow {
    /// `(log10 mel + 4) / 4`, `[n_mels, frames]`, row by row.
    pub values: Vec<f32>,
    /// Frames, at most the asked number.
    pub frames: usize,
    /// The frame of the clip that it begins with.
    pub start: usize,
}

impl EncoderWindow {
    /// The values with zeros behind each row, `[n_mels, width]`.
    pub fn padded(&self, width: usize) -> Vec<f32> {
        let mut padded = vec![0.0; self.values.len() / self.frames.max(1) * width];
        for (to, from) in padded.chunks_mut(width.max(1)).zip(self.values.chunks(self.frames.max(1))) {
            to[..self.frames].copy_from_slice(from);
        }
        padded
    }

    /// Blocks of 100 ms that the clip fills, the last one perhaps in part.
    pub fn blocks(&self) -> usize {
        self.frames.div_ceil(ENCODER_STRIDE).div_ceil(ENCODER_BLOCK)
    }
}

/// The clip as it is where it has at most `width` frames, otherwise windows of `width` frames that overlap by a sixth or
/// more and cover the whole clip evenly. The scaling is the clip's, not the window's.
pub fn encoder_windows(mel: &MelSpectrogram, width: usize) -> Vec<EncoderWindow> {
    let (_, n_frames) = mel.values.dim();
    let frames = n_frames.min(width);
    let spare = n_frames - frames;
    let count = 1 + spare.div_ceil((width - width / 6).max(1));
    (0..count)
        .map(|index| {
            let start = if count == 1 { 0 } else { spare * index / (count - 1) };
            let rows = mel.values.rows();
            let values = rows.into_iter().flat_map(|row| {
                row.iter().skip(start).take(frames).map(|value| (value + 4.0) / 4.0).collect::<Vec<f32>>()
            });
            EncoderWindow { values: values.collect(), frames, start }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn ramp(n_frames: usize) -> MelSpectrogram {
        let values = Array2::from_shape_fn((2, n_frames), |(row, frame)| (row * 1000 + frame) as f32);
        MelSpectrogram { values, centers_hz: vec![0.0; 2] }
    }

    #[test]
    fn a_short_clip_is_one_window_of_its_own_length() {
        let windows = encoder_windows(&ramp(7), 30);
        assert_eq!((windows.len(), windows[0].frames, windows[0].values.len()), (1, 7, 14));
        assert_eq!(windows[0].values[8], (1001.0 + 4.0) / 4.0);
        let padded = windows[0].padded(10);
        assert_eq!((padded.len(), padded[7], padded[10]), (20, 0.0, 1004.0 / 4.0));
        assert_eq!(windows[0].blocks(), 1);
    }

    #[test]
    fn windows_of_a_long_clip_overlap_and_reach_both_ends() {
        for n_frames in [31, 55, 100, 997] {
            let windows = encoder_windows(&ramp(n_frames), 30);
            let start = |window: &EncoderWindow| (window.values[0] * 4.0 - 4.0) as usize;
            assert_eq!((start(&windows[0]), start(windows.last().unwrap()) + 30), (0, n_frames));
            assert!(windows.windows(2).all(|pair| (1..=25).contains(&(start(&pair[1]) - start(&pair[0])))));
        }
    }
}
