//! A speaker's ordinary voice as the encoder hears it, and what is taken off a clip because of it: a voice that is always low
//! is then no longer a sad one.

use serde::{Deserialize, Serialize};

use super::Encoded;

/// Means over time of what the encoder gives: of a clip, of a speaker's clips, or of many speakers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoiceMean {
    /// Of [`Encoded::pooled`].
    pub pooled: Vec<f32>,
    /// Of a block of [`Encoded::blocks`].
    pub blocks: Vec<f32>,
}

impl VoiceMean {
    /// Of the windows of a clip, each weighed by its length.
    pub fn of(windows: &[Encoded]) -> Self {
        let mut mean = Self::default();
        let frames: usize = windows.iter().map(|window| window.frames).sum();
        for window in windows {
            let columns = window.blocks.len() / window.n_blocks().max(1);
            mean.pooled.resize(window.pooled.len(), 0.0);
            mean.blocks.resize(columns, 0.0);
            let share = window.frames as f32 / frames.max(1) as f32;
            mean.pooled.iter_mut().zip(&window.pooled).for_each(|(sum, value)| *sum += share * value);
            let each = share / window.n_blocks().max(1) as f32;
            for block in window.blocks.chunks_exact(columns.max(1)) {
                mean.blocks.iter_mut().zip(block).for_each(|(sum, value)| *sum += each * value);
            }
        }
        mean
    }

    /// Of several, all of the same weight; nothing of none.
    pub fn mean<'a>(means: impl Iterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        let mut count = 0.0f32;
        for mean in means {
            sum.pooled.resize(mean.pooled.len(), 0.0);
            sum.blocks.resize(mean.blocks.len(), 0.0);
            sum.pooled.iter_mut().zip(&mean.pooled).for_each(|(sum, value)| *sum += value);
            sum.blocks.iter_mut().zip(&mean.blocks).for_each(|(sum, value)| *sum += value);
            count += 1.0;
        }
        sum.pooled.iter_mut().chain(&mut sum.blocks).for_each(|value| *value /= count.max(1.0));
        sum
    }

    /// What is taken off a clip of a speaker whose mean this is, found in `clips` clips: the difference from `usual`, the mean of
    /// many speakers, shrunk as if `shrinkage` further clips of the speaker lay there.
    pub fn offset(&self, usual: &Self, clips: usize, shrinkage: f32) -> Self {
        let share = clips as f32 / (clips as f32 + shrinkage).max(f32::MIN_POSITIVE);
        let less =
            |own: &[f32], usual: &[f32]| own.iter().zip(usual).map(|(own, usual)| share * (own - usual)).collect();
        Self { pooled: less(&self.pooled, &usual.pooled), blocks: less(&self.blocks, &usual.blocks) }
    }
}

impl Encoded {
    /// Blocks of 100 ms.
    pub fn n_blocks(&self) -> usize {
        use crate::features::{ENCODER_BLOCK, ENCODER_STRIDE};
        self.frames.div_ceil(ENCODER_STRIDE).div_ceil(ENCODER_BLOCK)
    }

    /// With that taken off every block and every mean.
    #[must_use]
    pub fn less(mut self, offset: &VoiceMean) -> Self {
        self.pooled.iter_mut().zip(&offset.pooled).for_each(|(value, offset)| *value -= offset);
        for block in self.blocks.chunks_exact_mut(offset.blocks.len().max(1)) {
            block.iter_mut().zip(&offset.blocks).for_each(|(value, offset)| *value -= offset);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(value: f32, frames: usize) -> Encoded {
        let mut window = Encoded { pooled: vec![value; 4], blocks: Vec::new(), frames, start: 0 };
        window.blocks = vec![2.0 * value; 3 * window.n_blocks()];
        window
    }

    #[test]
    fn a_voice_that_is_its_own_baseline_becomes_the_usual_one() {
        let clip = [window(1.0, 300), window(4.0, 150)];
        let own = VoiceMean::of(&clip);
        assert!((own.pooled[0] - 2.0).abs() < 1e-6 && (own.blocks[2] - 4.0).abs() < 1e-5);
        let usual = VoiceMean { pooled: vec![0.5; 4], blocks: vec![1.0; 3] };
        let whole = own.offset(&usual, 2, 0.0);
        let after = VoiceMean::of(&clip.clone().map(|window| window.less(&whole)));
        assert!((after.pooled[0] - 0.5).abs() < 1e-5 && (after.blocks[0] - 1.0).abs() < 1e-5);
        let shrunk = own.offset(&usual, 1, 1.0);
        assert!((shrunk.pooled[3] - 0.75).abs() < 1e-6);
        let both = VoiceMean::mean([&own, &usual].into_iter());
        assert!((both.pooled[0] - 1.25).abs() < 1e-6);
        assert_eq!(VoiceMean::mean(std::iter::empty()), VoiceMean::default());
    }
}
