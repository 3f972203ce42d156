//! Heads that know a speaker's baseline: in training, the ordinary voice of a row's speaker is drawn from some of the speaker's
//! other clips, or from none, and taken off. One set of heads then serves any amount.

use std::collections::BTreeMap;
use std::fmt;

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use undertone::inference::{Emotion, Population, Reference, Speech, Spread, VoiceMean};

use super::embed::{Embedded, Embeddings};
use crate::corpus::{Clip, CorpusKind};
use crate::results::{Baseline, Source};

/// How baselines are drawn in training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineTraining {
    /// Share of the rows without one.
    pub none: f32,
    /// Share of the rows with one to four neutral clips; the rest get a mixture of all kinds of clips.
    pub neutral: f32,
    /// What the ratio of each number's variances ([`Population::ratio`]) is multiplied by where a baseline is shrunk.
    pub shrinkage: f32,
}

/// Most neutral clips of a drawn baseline.
const NEUTRAL: usize = 4;
/// Least and most clips of a drawn mixture.
const MIXTURE: [usize; 2] = [6, 40];

/// What a speaker's baseline is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Amount {
    /// That many neutral clips; they are not scored.
    Neutral(u32),
    /// All others, without their labels.
    All,
    /// A wrong one: two neutral clips of another speaker.
    Stranger,
    /// A wrong one: two angry clips of the speaker; they are not scored.
    Angry,
}

/// Clips of a wrong baseline.
const WRONG: usize = 2;

impl Amount {
    /// In the results file.
    pub fn baseline(self) -> Baseline {
        match self {
            Self::Neutral(clips) => Baseline::Clips(clips),
            Self::All => Baseline::Of(Source::All),
            Self::Stranger => Baseline::Of(Source::Stranger),
            Self::Angry => Baseline::Of(Source::Angry),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Neutral(clips) => write!(f, "{clips}"),
            Self::All => f.write_str("all"),
            Self::Stranger => f.write_str("stranger"),
            Self::Angry => f.write_str("angry"),
        }
    }
}

/// Clips of a training by speaker.
pub struct Speakers<'a> {
    training: BaselineTraining,
    embeddings: &'a Embeddings,
    /// The training speakers' means.
    pub reference: Reference,
    /// By clip; none for clips without a named speaker.
    speaker: Vec<usize>,
    neutral: Vec<Vec<usize>>,
    all: Vec<Vec<usize>>,
}

impl<'a> Speakers<'a> {
    /// Of the clips `train`.
    pub fn new(training: &BaselineTraining, clips: &[Clip], embeddings: &'a Embeddings, train: &[usize]) -> Self {
        let named: Vec<usize> =
            train.iter().copied().filter(|clip| clips[*clip].corpus != CorpusKind::Everyday).collect();
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut speaker, mut neutral, mut all) = (vec![usize::MAX; clips.len()], Vec::new(), Vec::new());
        for clip in named {
            let number = *numbers.entry(&clips[clip].speaker).or_insert_with(|| {
                neutral.push(Vec::new());
                all.push(Vec::new());
                all.len() - 1
            });
            speaker[clip] = number;
            all[number].push(clip);
            if clips[clip].label == Emotion::Neutral {
                neutral[number].push(clip);
            }
        }
        let of = |groups: &[Vec<usize>]| {
            let own = |group: &Vec<usize>| {
                let means: Vec<VoiceMean> =
                    group.iter().filter_map(|clip| Some(Embedded::voice(embeddings[*clip].first()?))).collect();
                Spread::of(&means)
            };
            Population::of(&groups.par_iter().map(own).collect::<Vec<_>>())
        };
        let reference = Reference { neutral: of(&neutral), mixture: of(&all) };
        Self { training: training.clone(), embeddings, reference, speaker, neutral, all }
    }

    /// What is taken off a row of `clip`, or nothing.
    pub fn draw(&self, clip: usize, rng: &mut impl Rng) -> Option<VoiceMean> {
        let at: f32 = rng.random();
        let speaker = *self.speaker.get(clip)?;
        if at < self.training.none || speaker == usize::MAX {
            return None;
        }
        let is_neutral = at < self.training.none + self.training.neutral;
        let (group, speech) = match is_neutral {
            true => (&self.neutral[speaker], Speech::Neutral),
            false => (&self.all[speaker], Speech::Mixture),
        };
        let mut others: Vec<usize> = group.iter().copied().filter(|other| *other != clip).collect();
        let wanted = if is_neutral { rng.random_range(1..=NEUTRAL) } else { rng.random_range(MIXTURE[0]..=MIXTURE[1]) };
        let (drawn, _) = others.partial_shuffle(rng, wanted);
        let copies: Vec<VoiceMean> =
            drawn.iter().filter_map(|clip| Some(Embedded::voice(self.embeddings[*clip].choose(rng)?))).collect();
        if copies.is_empty() {
            return None;
        }
        let own = VoiceMean::mean(copies.iter());
        Some(self.reference.of(speech).offset(&own, copies.len() as f32, self.training.shrinkage))
    }
}

/// Clips that are scored with one baseline, and the clips that make it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// The scored clips.
    pub scored: Vec<usize>,
    /// Others, of the same speaker where the baseline is a right one.
    pub made_of: Vec<usize>,
    /// What they are compared with.
    pub speech: Speech,
}

/// Gives the speakers of `of` a baseline each. Speakers without as many such clips are left out.
pub fn draw(amount: Amount, rng: &mut impl Rng, clips: &[Clip], of: &[usize]) -> Vec<Draw> {
    let mut speakers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    of.iter().for_each(|clip| speakers.entry(&clips[*clip].speaker).or_default().push(*clip));
    let labelled = |own: &[usize], label: Emotion| -> Vec<usize> {
        own.iter().copied().filter(|clip| clips[*clip].label == label).collect()
    };
    let mut draws = Vec::new();
    for (speaker, own) in &speakers {
        let (mut from, wanted) = match amount {
            Amount::Neutral(wanted) => (labelled(own, Emotion::Neutral), wanted as usize),
            Amount::Angry => (labelled(own, Emotion::Angry), WRONG),
            Amount::Stranger => {
                let neutral = speakers.iter().filter(|(other, _)| *other != speaker).map(|(_, theirs)| theirs);
                let neutral: Vec<Vec<usize>> = neutral.map(|theirs| labelled(theirs, Emotion::Neutral)).collect();
                let able: Vec<&Vec<usize>> = neutral.iter().filter(|theirs| theirs.len() >= WRONG).collect();
                (able.choose(rng).map_or_else(Vec::new, |theirs| (*theirs).clone()), WRONG)
            }
            Amount::All => {
                draws.extend(own.iter().map(|clip| Draw {
                    scored: vec![*clip],
                    made_of: own.iter().copied().filter(|other| other != clip).collect(),
                    speech: Speech::Mixture,
                }));
                continue;
            }
        };
        let (drawn, _) = from.partial_shuffle(rng, wanted);
        if drawn.len() == wanted {
            let scored = own.iter().copied().filter(|clip| !drawn.contains(clip)).collect();
            draws.push(Draw { scored, made_of: drawn.to_vec(), speech: Speech::Neutral });
        }
    }
    draws
}

/// Clips that are scored, each with what is taken off it.
pub struct Test {
    /// The scored clips.
    pub clips: Vec<usize>,
    /// In their order.
    pub offsets: Vec<VoiceMean>,
}

/// What is taken off the clips of `draws`.
pub fn test(draws: &[Draw], embeddings: &Embeddings, reference: &Reference, shrinkage: f32) -> Test {
    let mut means: BTreeMap<usize, VoiceMean> = BTreeMap::new();
    for clip in draws.iter().flat_map(|draw| &draw.made_of) {
        if let (false, Some(windows)) = (means.contains_key(clip), embeddings[*clip].first()) {
            means.insert(*clip, Embedded::voice(windows));
        }
    }
    let offset = |draw: &Draw| {
        let own = VoiceMean::mean(draw.made_of.iter().filter_map(|clip| means.get(clip)));
        reference.of(draw.speech).offset(&own, draw.made_of.len() as f32, shrinkage)
    };
    let mut test = Test { clips: Vec::new(), offsets: Vec::new() };
    for draw in draws.iter().filter(|draw| !draw.made_of.is_empty()) {
        let offset = offset(draw);
        test.offsets.extend(std::iter::repeat_n(offset, draw.scored.len()));
        test.clips.extend(&draw.scored);
    }
    test
}

#[cfg(test)]
mod tests {
    use half::f16;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Two speakers, each with a voice of its own (10 and 20), three neutral clips and three angry ones one higher.
    fn voices() -> (Vec<Clip>, Embeddings) {
        let mut clips = Vec::new();
        let mut embeddings = Vec::new();
        for (speaker, voice) in [("a", 10.0), ("b", 20.0)] {
            for number in 0..6 {
                let label = if number < 3 { Emotion::Neutral } else { Emotion::Angry };
                let value = f16::from_f32(voice + if number < 3 { 0.0 } else { 1.0 });
                embeddings.push(vec![vec![Embedded::new(10, vec![value; 4], vec![value; 2])]]);
                clips.push(Clip::made_up(CorpusKind::Ravdess, speaker, label, number));
            }
        }
        (clips, embeddings)
    }

    #[test]
    fn a_drawn_baseline_is_of_the_rows_speaker_and_of_other_clips() {
        let (clips, embeddings) = voices();
        let how = BaselineTraining { none: 0.0, neutral: 1.0, shrinkage: 0.0 };
        let all: Vec<usize> = (0..clips.len()).collect();
        let speakers = Speakers::new(&how, &clips, &embeddings, &all);
        assert_eq!(
            (speakers.reference.neutral.mean.pooled[0], speakers.reference.mixture.mean.blocks[0]),
            (15.0, 15.5)
        );
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (clip, offset) in [(0, -5.0), (4, -5.0), (6, 5.0), (11, 5.0)] {
            let drawn = speakers.draw(clip, &mut rng).unwrap();
            assert!(drawn.pooled.iter().chain(&drawn.blocks).all(|value| *value == offset), "{clip}: {drawn:?}");
        }
        let never = Speakers::new(&BaselineTraining { none: 1.0, ..how.clone() }, &clips, &embeddings, &all);
        assert!(never.draw(0, &mut rng).is_none());
        let alone = Speakers::new(&how, &clips, &embeddings, &[0, 3]);
        assert!(alone.draw(0, &mut rng).is_none() && alone.draw(3, &mut rng).is_some());
    }

    #[test]
    fn what_makes_a_baseline_is_not_scored() {
        let (clips, embeddings) = voices();
        let reference = Speakers::new(
            &BaselineTraining { none: 0.0, neutral: 1.0, shrinkage: 0.0 },
            &clips,
            &embeddings,
            &(0..6).collect::<Vec<_>>(),
        )
        .reference;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut of = |amount, clips: &[Clip], of: &[usize], shrinkage| {
            test(&draw(amount, &mut rng, clips, of), &embeddings, &reference, shrinkage)
        };
        let theirs: Vec<usize> = (6..12).collect();
        let two = of(Amount::Neutral(2), &clips, &theirs, 2.0);
        assert_eq!((two.clips.len(), two.offsets.len()), (4, 4));
        assert!(two.offsets.iter().all(|offset| offset.pooled[0] == 10.0), "clips that never vary need no caution");
        assert!(of(Amount::Neutral(4), &clips, &theirs, 0.0).clips.is_empty());
        let all = of(Amount::All, &clips, &theirs, 0.0);
        assert_eq!(all.clips, theirs);
        // Of a neutral clip the others are two neutral and three angry ones.
        assert!((all.offsets[0].pooled[0] - (20.6 - 10.5)).abs() < 1e-4);
        assert!(of(Amount::Stranger, &clips, &theirs, 0.0).clips.is_empty(), "there is no other");
        let everybody: Vec<usize> = (0..12).collect();
        let wrong = of(Amount::Stranger, &clips, &everybody, 0.0);
        assert_eq!(wrong.clips, everybody);
        assert_eq!((wrong.offsets[0].pooled[0], wrong.offsets[6].pooled[0]), (10.0, 0.0));
        let angry = of(Amount::Angry, &clips, &theirs, 0.0);
        assert!(angry.clips.len() == 4 && angry.offsets.iter().all(|offset| offset.pooled[0] == 11.0));
    }
}
