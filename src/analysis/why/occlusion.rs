//! Patches of the spectrogram hidden one after the other.

use super::Occlusion;
use crate::Result;
use crate::features::{FeatureConfig, FrameMatrix, MelSpectrogram, cnn_windows, relative_image};
use crate::inference::{Emotion, Engine, Probabilities};

/// Rows of patches.
const ROWS: usize = 6;
/// A patch is about so many frames long, where that makes no more columns than allowed.
const FRAMES: usize = 20;
const COLUMNS: std::ops::RangeInclusive<usize> = 6..=24;

/// Hides patch after patch.
pub(super) struct Hiding {
    emotion: Emotion,
    image: FrameMatrix,
    /// Mean of each band over the clip.
    means: Vec<f32>,
    windows: Vec<Vec<f32>>,
    /// What the network answers to each window with nothing hidden.
    answers: Vec<Probabilities>,
    frames: Vec<usize>,
    bands: Vec<usize>,
    hidden: Vec<f32>,
}

impl Hiding {
    pub(super) fn new(mel: &MelSpectrogram, emotion: Emotion, config: &FeatureConfig) -> Self {
        let image = relative_image(mel);
        let (n_mels, n_frames) = image.dim();
        let columns = (n_frames / FRAMES).clamp(*COLUMNS.start(), *COLUMNS.end()).min(n_frames.max(1));
        let edges = |of: usize, parts: usize| (0..=parts).map(|index| index * of / parts.max(1)).collect();
        Self {
            emotion,
            means: image.rows().into_iter().map(|row| row.sum() / n_frames.max(1) as f32).collect(),
            windows: cnn_windows(&image, config),
            answers: Vec::new(),
            frames: edges(n_frames, columns),
            bands: edges(n_mels, ROWS.min(n_mels)),
            hidden: Vec::new(),
            image,
        }
    }

    /// Steps that are done, and steps in all.
    pub(super) fn progress(&self) -> (usize, usize) {
        let patches = (self.frames.len() - 1) * (self.bands.len() - 1);
        (self.answers.len() + self.hidden.len(), self.windows.len() + patches)
    }

    /// Hears one window, or hides one patch.
    pub(super) fn step(&mut self, engine: &Engine) -> Result<()> {
        if let Some(window) = self.windows.get(self.answers.len()) {
            self.answers.push(engine.hear_window(window)?);
            return Ok(());
        }
        let columns = self.frames.len() - 1;
        let (row, column) = (self.hidden.len() / columns, self.hidden.len() % columns);
        let mut image = self.image.clone();
        for band in self.bands[row]..self.bands[row + 1] {
            for frame in self.frames[column]..self.frames[column + 1] {
                image[[band, frame]] = self.means[band];
            }
        }
        let mut answers = Vec::with_capacity(self.answers.len());
        for ((window, before), answer) in
            cnn_windows(&image, engine.features()).iter().zip(&self.windows).zip(&self.answers)
        {
            answers.push(if window == before { *answer } else { engine.hear_window(window)? });
        }
        self.hidden.push(engine.answer_of_windows(&answers)?[self.emotion.index()]);
        Ok(())
    }

    pub(super) fn finish(self, engine: &Engine, mel: &MelSpectrogram) -> Result<Occlusion> {
        let rate = engine.features().frame_rate();
        // A band's centre is the lower edge of the patch above it, near enough for words.
        let hertz = |band: &usize| match mel.centers_hz.get(*band) {
            Some(hz) => *hz,
            None => engine.features().fmax,
        };
        Ok(Occlusion {
            probability: engine.answer_of_windows(&self.answers)?[self.emotion.index()],
            seconds: self.frames.iter().map(|frame| *frame as f32 / rate).collect(),
            hertz: self.bands.iter().map(hertz).collect(),
            bands: self.bands,
            hidden: self.hidden,
        })
    }
}
