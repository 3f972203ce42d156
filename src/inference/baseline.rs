//! A speaker's ordinary voice as the encoder hears it, and what is taken off a clip because of it: a voice that is always low
//! is then no longer a sad one.

use serde::{Deserialize, Serialize};

use super::Encoded;
use crate::{Error, Result};

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
        Self::weighted(means.map(|mean| (mean, 1.0)))
    }

    /// Of several, each with its weight; nothing of none.
    pub fn weighted<'a>(means: impl Iterator<Item = (&'a Self, f32)>) -> Self {
        let mut sum = Self::default();
        let mut total = 0.0f32;
        for (mean, weight) in means {
            sum.pooled.resize(mean.pooled.len(), 0.0);
            sum.blocks.resize(mean.blocks.len(), 0.0);
            sum.pooled.iter_mut().zip(&mean.pooled).for_each(|(sum, value)| *sum += weight * value);
            sum.blocks.iter_mut().zip(&mean.blocks).for_each(|(sum, value)| *sum += weight * value);
            total += weight;
        }
        let total = if total > 0.0 { total } else { 1.0 };
        sum.pooled.iter_mut().chain(&mut sum.blocks).for_each(|value| *value /= total);
        sum
    }

    /// Whether every number is one.
    pub fn is_finite(&self) -> bool {
        self.pooled.iter().chain(&self.blocks).all(|value| value.is_finite())
    }
}

/// What kind of speech a baseline was heard in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speech {
    /// Read or spoken in an ordinary voice.
    Neutral,
    /// Whatever the speaker said, in any mood.
    Mixture,
}

/// One speaker's clips.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// Mean over them.
    pub mean: VoiceMean,
    /// Sum of the squares around it.
    pub squares: VoiceMean,
    /// Number of them.
    pub clips: usize,
}

impl Spread {
    /// Of the means of the clips.
    pub fn of(clips: &[VoiceMean]) -> Self {
        let mean = VoiceMean::mean(clips.iter());
        let squares = |pick: fn(&VoiceMean) -> &Vec<f32>| -> Vec<f32> {
            let mut sum = vec![0.0f64; pick(&mean).len()];
            clips.iter().for_each(|clip| add_squares(&mut sum, pick(clip), pick(&mean)));
            sum.into_iter().map(|sum| sum as f32).collect()
        };
        let squares = VoiceMean { pooled: squares(|mean| &mean.pooled), blocks: squares(|mean| &mean.blocks) };
        Self { squares, mean, clips: clips.len() }
    }
}

/// How many speakers' means are distributed: each number of a [`VoiceMean`] by itself, normally.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Mean over the speakers.
    pub mean: VoiceMean,
    /// Variance of one speaker's clips over the variance of speakers, at least 0: how many clips it takes until a speaker's own
    /// mean counts as much as everybody's.
    pub ratio: VoiceMean,
}

impl Population {
    /// Of speakers. One with a single clip says nothing of how clips vary.
    pub fn of(speakers: &[Spread]) -> Self {
        let speakers: Vec<&Spread> = speakers.iter().filter(|speaker| speaker.clips > 0).collect();
        let mean = VoiceMean::mean(speakers.iter().map(|speaker| &speaker.mean));
        let n = speakers.len() as f64;
        let free = speakers.iter().map(|speaker| speaker.clips - 1).sum::<usize>().max(1) as f64;
        let inverse: f64 = speakers.iter().map(|speaker| 1.0 / speaker.clips as f64).sum();
        let ratio = |pick: fn(&VoiceMean) -> &Vec<f32>| -> Vec<f32> {
            let (mut within, mut between) = (vec![0.0f64; pick(&mean).len()], vec![0.0f64; pick(&mean).len()]);
            for speaker in &speakers {
                within.iter_mut().zip(pick(&speaker.squares)).for_each(|(sum, value)| *sum += f64::from(*value));
                add_squares(&mut between, pick(&speaker.mean), pick(&mean));
            }
            let of_number = |(within, between): (&f64, &f64)| {
                let within = within / free;
                // The means of few clips vary by what their clips do, too.
                let between = between / (n - 1.0).max(1.0) - within * inverse / n.max(1.0);
                (within / between.max(LEAST_BETWEEN * within).max(f64::MIN_POSITIVE)) as f32
            };
            within.iter().zip(&between).map(of_number).collect()
        };
        Self { ratio: VoiceMean { pooled: ratio(|mean| &mean.pooled), blocks: ratio(|mean| &mean.blocks) }, mean }
    }

    /// What is taken off a clip of a speaker whose mean over `clips` clips is `own`: where the speaker's true mean is expected
    /// (posterior mean of a normal distribution of known variances), less the mean of all. `caution` multiplies the ratio.
    pub fn offset(&self, own: &VoiceMean, clips: f32, caution: f32) -> VoiceMean {
        let less = |own: &[f32], mean: &[f32], ratio: &[f32]| {
            let each = own.iter().zip(mean).zip(ratio);
            each.map(|((own, mean), ratio)| clips / (clips + caution * ratio).max(f32::MIN_POSITIVE) * (own - mean))
                .collect()
        };
        VoiceMean {
            pooled: less(&own.pooled, &self.mean.pooled, &self.ratio.pooled),
            blocks: less(&own.blocks, &self.mean.blocks, &self.ratio.blocks),
        }
    }
}

/// Speakers differ by this part of what their clips do, at least.
const LEAST_BETWEEN: f64 = 0.01;

fn add_squares(sum: &mut [f64], values: &[f32], mean: &[f32]) {
    let each = sum.iter_mut().zip(values).zip(mean);
    each.for_each(|((sum, value), mean)| *sum += f64::from(value - mean).powi(2));
}

/// The training speakers, whom a baseline is compared with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// By their neutral clips.
    pub neutral: Population,
    /// By all their clips.
    pub mixture: Population,
}

impl Reference {
    /// Those of that kind of speech.
    pub fn of(&self, speech: Speech) -> &Population {
        match speech {
            Speech::Neutral => &self.neutral,
            Speech::Mixture => &self.mixture,
        }
    }

    /// As a file: numbers of 32 bits, little-endian, eight parts in the order of the fields, each `pooled` before `blocks`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = [&self.neutral, &self.mixture].into_iter().flat_map(|group| [&group.mean, &group.ratio]);
        parts.flat_map(|mean| mean.pooled.iter().chain(&mean.blocks)).flat_map(|value| value.to_le_bytes()).collect()
    }

    /// Reads such a file of vectors of those lengths.
    ///
    /// # Errors
    /// [`Error::Model`] where it is of another length, or has a number that is not finite.
    pub fn parse(bytes: &[u8], pooled: usize, columns: usize) -> Result<Self> {
        let refuse = |reason: &str| Error::Model { model: "baseline".into(), reason: reason.into() };
        if bytes.len() != 16 * (pooled + columns) {
            return Err(refuse("its file is not of the encoder's length"));
        }
        let mut values = bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let mut mean = || -> VoiceMean {
            let mut take = |n: usize| values.by_ref().take(n).collect::<Vec<f32>>();
            VoiceMean { pooled: take(pooled), blocks: take(columns) }
        };
        let mut group = || Population { mean: mean(), ratio: mean() };
        let found = Self { neutral: group(), mixture: group() };
        let groups = [&found.neutral, &found.mixture];
        let is_sound = groups.iter().all(|group| group.mean.is_finite() && group.ratio.is_finite());
        if is_sound { Ok(found) } else { Err(refuse("it has numbers that are none")) }
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
        let one = VoiceMean { pooled: vec![1.0; 4], blocks: vec![1.0; 3] };
        let population = Population { mean: usual.clone(), ratio: one };
        let whole = population.offset(&own, 2.0, 0.0);
        let after = VoiceMean::of(&clip.clone().map(|window| window.less(&whole)));
        assert!((after.pooled[0] - 0.5).abs() < 1e-5 && (after.blocks[0] - 1.0).abs() < 1e-5);
        assert!((population.offset(&own, 1.0, 1.0).pooled[3] - 0.75).abs() < 1e-6);
        let both = VoiceMean::mean([&own, &usual].into_iter());
        assert!((both.pooled[0] - 1.25).abs() < 1e-6);
        assert_eq!(VoiceMean::mean(std::iter::empty()), VoiceMean::default());
    }

    #[test]
    fn a_number_that_varies_in_a_speaker_is_shrunk_and_one_that_tells_speakers_apart_is_not() {
        let clip = |own: f32, noise: f32| VoiceMean { pooled: vec![own + 0.01 * noise, noise], blocks: vec![own] };
        let speaker = |own: i8| Spread::of(&[-1.0, 1.0, -0.5, 0.5].map(|noise| clip(f32::from(own), noise)));
        let speakers: Vec<Spread> = (0..6).map(speaker).collect();
        let population = Population::of(&speakers);
        assert!((population.mean.pooled[0] - 2.5).abs() < 1e-5, "{population:?}");
        assert!(population.ratio.pooled[0] < 1e-3 && population.ratio.pooled[1] > 50.0, "{population:?}");
        assert_eq!(population.ratio.blocks, [0.0]);
        let offset = population.offset(&clip(5.0, 1.0), 1.0, 1.0);
        assert!((offset.pooled[0] - 2.51).abs() < 0.01 && offset.pooled[1] < 0.02, "{offset:?}");
    }

    #[test]
    fn the_file_of_the_training_speakers_comes_back_and_a_wrong_one_does_not() {
        let mean = |value: f32| VoiceMean { pooled: vec![value; 3], blocks: vec![-value; 2] };
        let group = |value: f32| Population { mean: mean(value), ratio: mean(2.0 * value) };
        let reference = Reference { neutral: group(1.5), mixture: group(-4.0) };
        let bytes = reference.to_bytes();
        assert_eq!(Reference::parse(&bytes, 3, 2).unwrap(), reference);
        assert!(Reference::parse(&bytes, 3, 3).is_err() && Reference::parse(&bytes[1..], 3, 2).is_err());
        let broken = Reference { neutral: group(f32::NAN), mixture: group(1.0) };
        assert!(Reference::parse(&broken.to_bytes(), 3, 2).is_err());
    }
}
