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
    /// How far a speaker's other speech goes along with this kind, 0 to 1, in steps of 1/255.
    pub slope: VoiceMean,
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
        let ratio = VoiceMean { pooled: ratio(|mean| &mean.pooled), blocks: ratio(|mean| &mean.blocks) };
        let slope = VoiceMean { pooled: vec![1.0; mean.pooled.len()], blocks: vec![1.0; mean.blocks.len()] };
        Self { mean, ratio, slope }
    }

    /// Of speakers' clips of one kind, each with the mean of the speaker's other clips: a voice that is deep when it is neutral need not be
    /// as deep in anger. The slope of each number is that of the regression of the others' mean on the speaker's true mean.
    pub fn with_others(speakers: &[(Spread, VoiceMean)]) -> Self {
        let own: Vec<Spread> = speakers.iter().map(|(own, _)| own.clone()).collect();
        let mut found = Self::of(&own);
        let both: Vec<(&Spread, &VoiceMean)> = speakers
            .iter()
            .filter(|(own, others)| own.clips > 0 && !others.pooled.is_empty())
            .map(|(own, others)| (own, others))
            .collect();
        if both.len() < 3 {
            return found;
        }
        let (mean, ratio) = (VoiceMean::mean(both.iter().map(|(own, _)| &own.mean)), found.ratio.clone());
        let others = VoiceMean::mean(both.iter().map(|(_, others)| *others));
        let inverse = both.iter().map(|(own, _)| 1.0 / own.clips as f64).sum::<f64>() / both.len() as f64;
        let slope = |pick: fn(&VoiceMean) -> &Vec<f32>| -> Vec<f32> {
            let (mut along, mut square) = (vec![0.0f64; pick(&mean).len()], vec![0.0f64; pick(&mean).len()]);
            for (own, theirs) in &both {
                add_squares(&mut square, pick(&own.mean), pick(&mean));
                let each = pick(&own.mean).iter().zip(pick(&mean)).zip(pick(theirs).iter().zip(pick(&others)));
                along.iter_mut().zip(each).for_each(|(sum, ((own, mean), (theirs, others)))| {
                    *sum += f64::from(own - mean) * f64::from(theirs - others);
                });
            }
            let of_number = |((along, square), ratio): ((&f64, &f64), &f32)| {
                // The means of few clips vary by what their clips do, too.
                let own = square / (1.0 + f64::from(*ratio) * inverse);
                let slope = (along / own.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
                (slope * 255.0).round() as f32 / 255.0
            };
            along.iter().zip(&square).zip(pick(&ratio)).map(of_number).collect()
        };
        found.slope = VoiceMean { pooled: slope(|mean| &mean.pooled), blocks: slope(|mean| &mean.blocks) };
        found
    }

    /// What is taken off a clip of a speaker whose mean over `clips` clips is `own`: where the speaker's true mean is expected
    /// (posterior mean of a normal distribution of known variances), less the mean of all, as far as other speech goes along.
    /// `caution` multiplies the ratio.
    pub fn offset(&self, own: &VoiceMean, clips: f32, caution: f32) -> VoiceMean {
        let less = |pick: fn(&VoiceMean) -> &Vec<f32>| {
            let each = pick(own).iter().zip(pick(&self.mean)).zip(pick(&self.ratio)).zip(pick(&self.slope));
            each.map(|(((own, mean), ratio), slope)| {
                slope * clips / (clips + caution * ratio).max(f32::MIN_POSITIVE) * (own - mean)
            })
            .collect()
        };
        VoiceMean { pooled: less(|mean| &mean.pooled), blocks: less(|mean| &mean.blocks) }
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

    /// As a file: mean and ratio of both groups as numbers of 32 bits, little-endian, each `pooled` before `blocks`; then the slope of neutral
    /// speech, a byte a number (255 is 1). That of mixtures is 1.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = [&self.neutral, &self.mixture].into_iter().flat_map(|group| [&group.mean, &group.ratio]);
        let numbers = parts.flat_map(|mean| mean.pooled.iter().chain(&mean.blocks));
        let slope = self.neutral.slope.pooled.iter().chain(&self.neutral.slope.blocks);
        numbers.flat_map(|value| value.to_le_bytes()).chain(slope.map(|slope| (255.0 * slope).round() as u8)).collect()
    }

    /// Reads such a file of vectors of those lengths.
    ///
    /// # Errors
    /// [`Error::Model`] where it is of another length, or has a number that is not finite.
    pub fn parse(bytes: &[u8], pooled: usize, columns: usize) -> Result<Self> {
        let refuse = |reason: &str| Error::Model { model: "baseline".into(), reason: reason.into() };
        if bytes.len() != 17 * (pooled + columns) {
            return Err(refuse("its file is not of the encoder's length"));
        }
        let (numbers, slope) = bytes.split_at(16 * (pooled + columns));
        let mut values = numbers.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let mut mean = || -> VoiceMean {
            let mut take = |n: usize| values.by_ref().take(n).collect::<Vec<f32>>();
            VoiceMean { pooled: take(pooled), blocks: take(columns) }
        };
        let of_bytes = |slope: &[u8]| slope.iter().map(|slope| f32::from(*slope) / 255.0).collect::<Vec<f32>>();
        let neutral = VoiceMean { pooled: of_bytes(&slope[..pooled]), blocks: of_bytes(&slope[pooled..]) };
        let mixture = VoiceMean { pooled: vec![1.0; pooled], blocks: vec![1.0; columns] };
        let mut group = |slope: VoiceMean| Population { mean: mean(), ratio: mean(), slope };
        let found = Self { neutral: group(neutral), mixture: group(mixture) };
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
        let population = Population { mean: usual.clone(), ratio: one.clone(), slope: one };
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
    fn a_number_counts_as_far_as_other_speech_goes_along_with_it() {
        // Two numbers of the voice that neutral clips show: the first stays in other moods, a quarter of the second does.
        let mean = |first: f32, second: f32| VoiceMean { pooled: vec![first, second], blocks: vec![first] };
        let speaker = |at: i8| {
            let (first, second) = (f32::from(at), f32::from(at * at % 5));
            (Spread::of(&[mean(first, second)]), mean(first + 3.0, 0.25 * second))
        };
        let speakers: Vec<(Spread, VoiceMean)> = (0..10).map(speaker).collect();
        let found = Population::with_others(&speakers);
        assert_eq!((found.slope.pooled[0], found.slope.blocks[0]), (1.0, 1.0));
        assert!((found.slope.pooled[1] - 0.25).abs() < 0.01, "{found:?}");
        let offset = found.offset(&mean(6.5, 4.0), 4.0, 0.0);
        assert!((offset.pooled[0] - 2.0).abs() < 1e-4 && (offset.pooled[1] - 0.5).abs() < 0.02, "{offset:?}");
        assert_eq!(Population::with_others(&speakers[..2]).slope.pooled, [1.0, 1.0]);
    }

    #[test]
    fn the_file_of_the_training_speakers_comes_back_and_a_wrong_one_does_not() {
        let mean = |value: f32| VoiceMean { pooled: vec![value; 3], blocks: vec![-value; 2] };
        let slope = |value: f32| VoiceMean { pooled: vec![value; 3], blocks: vec![value / 3.0; 2] };
        let group =
            |value: f32, along: f32| Population { mean: mean(value), ratio: mean(2.0 * value), slope: slope(along) };
        let mixture =
            Population { slope: VoiceMean { pooled: vec![1.0; 3], blocks: vec![1.0; 2] }, ..group(-4.0, 0.0) };
        let reference = Reference { neutral: group(1.5, 0.6), mixture: mixture.clone() };
        let bytes = reference.to_bytes();
        assert_eq!(Reference::parse(&bytes, 3, 2).unwrap(), reference);
        assert!(Reference::parse(&bytes, 3, 3).is_err() && Reference::parse(&bytes[1..], 3, 2).is_err());
        let broken = Reference { neutral: group(f32::NAN, 1.0), mixture };
        assert!(Reference::parse(&broken.to_bytes(), 3, 2).is_err());
    }
}
