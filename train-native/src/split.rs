//! The protocols of evaluation: which clips are trained on, which are tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use undertone::inference::Emotion;

use crate::corpus::{Clip, CorpusKind, clips_per_actor};
use crate::dataset::{Dataset, LeftOut};

/// How training and test clips are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Protocol {
    /// RAVDESS, unseen actors, the 5 folds of Luna-Jimenez et al. 2021. The headline.
    Luna5,
    /// RAVDESS, unseen actors, the 6 folds of EmoBox (Ma et al. 2024).
    Emobox6,
    /// RAVDESS, leave one speaker out.
    Loso,
    /// RAVDESS, the same actors in training and test: 5 folds stratified by class. Never the headline.
    Random5,
    /// CREMA-D, unseen actors, 5 folds by actor id modulo 5.
    Crema5,
    /// Trained on the other corpora, tested on all of this one.
    Cross(CorpusKind),
    /// Each word of `everyday` left out in turn, the other words and corpora trained on.
    Everyday,
}

const LUNA: [&[u32]; 5] =
    [&[2, 5, 14, 15, 16], &[3, 6, 7, 13, 18], &[10, 11, 12, 19, 20], &[8, 17, 21, 23, 24], &[1, 4, 9, 22]];
const EMOBOX: [&[u32]; 6] =
    [&[1, 11, 20, 21], &[4, 10, 12, 14], &[8, 9, 19, 23], &[3, 5, 7, 24], &[2, 15, 16, 18], &[6, 13, 17, 22]];

/// One division of the clips, as indices into the dataset, both ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// What is tested, for people.
    pub name: String,
    /// Clips to train on, all corpora.
    pub train: Vec<usize>,
    /// Clips to test on.
    pub test: Vec<usize>,
}

impl Protocol {
    /// The corpus that is tested.
    pub fn test_corpus(self) -> CorpusKind {
        match self {
            Self::Luna5 | Self::Emobox6 | Self::Loso | Self::Random5 => CorpusKind::Ravdess,
            Self::Crema5 => CorpusKind::CremaD,
            Self::Cross(corpus) => corpus,
            Self::Everyday => CorpusKind::Everyday,
        }
    }

    /// Whether test speakers are heard in training.
    pub fn shares_speakers(self) -> bool {
        self == Self::Random5
    }

    /// Those of the given corpora of which something is trained on.
    pub fn trained_on(self, corpora: impl Iterator<Item = CorpusKind>) -> Vec<CorpusKind> {
        corpora.filter(|corpus| !self.only_tests(*corpus)).collect()
    }

    /// Whether nothing of a corpus is trained on, because all its people are tested.
    fn only_tests(self, corpus: CorpusKind) -> bool {
        matches!(self, Self::Cross(tested) if tested.people() == corpus.people())
    }

    /// The classes to score: those of the test corpus that training has too.
    pub fn classes(self, clips: &[Clip]) -> Vec<Emotion> {
        let test = self.test_corpus();
        let given: BTreeSet<CorpusKind> = clips.iter().map(|clip| clip.corpus).collect();
        let trained = self.trained_on(given.into_iter());
        let trained: BTreeSet<usize> =
            trained.iter().flat_map(|corpus| corpus.classes(clips)).map(Emotion::index).collect();
        test.classes(clips).into_iter().filter(|class| trained.contains(&class.index())).collect()
    }

    /// The folds over `dataset`. Only [`Random5`](Self::Random5) uses `seed`.
    ///
    /// # Errors
    /// The tested corpus is not there, a protocol's actor is missing, or its copy is not complete.
    pub fn folds(self, dataset: &Dataset, seed: u64) -> Result<Vec<Fold>> {
        let folds = self.divide(&dataset.clips, seed).with_context(|| format!("protocol {self}"))?;
        for fold in &folds {
            self.check(fold, &dataset.clips, &dataset.left_out)
                .with_context(|| format!("protocol {self}, fold {}", fold.name))?;
        }
        Ok(folds)
    }

    fn divide(self, clips: &[Clip], seed: u64) -> Result<Vec<Fold>> {
        let corpus = self.test_corpus();
        let speakers: BTreeSet<&str> =
            clips.iter().filter(|clip| clip.corpus == corpus).map(|clip| clip.speaker.as_str()).collect();
        ensure!(!speakers.is_empty(), "it tests on {corpus}, which is not given; add --corpus {corpus}=PATH");
        let published = |actors: &[&[u32]]| {
            let folds = actors.iter().map(|fold| fold.iter().map(|actor| format!("{corpus}-{actor:02}")).collect());
            by_speakers(clips, corpus, folds.collect())
        };
        let each = || speakers.iter().map(|speaker| BTreeSet::from([(*speaker).to_owned()])).collect();
        match self {
            Self::Luna5 => published(&LUNA),
            Self::Emobox6 => published(&EMOBOX),
            Self::Loso | Self::Everyday => by_speakers(clips, corpus, each()),
            Self::Random5 => Ok(stratified(clips, corpus, 5, seed)),
            Self::Crema5 => {
                let mut folds = vec![BTreeSet::new(); 5];
                for speaker in &speakers {
                    let actor = speaker.rsplit('-').next().and_then(|actor| actor.parse::<usize>().ok());
                    folds[actor.with_context(|| format!("{speaker} has no number"))? % 5].insert((*speaker).to_owned());
                }
                by_speakers(clips, corpus, folds)
            }
            Self::Cross(_) => {
                ensure!(
                    clips.iter().any(|clip| !self.only_tests(clip.corpus)),
                    "it trains on other people than those of {corpus}, and none is given"
                );
                let whole = speakers.iter().map(|speaker| (*speaker).to_owned()).collect();
                let mut folds = by_speakers(clips, corpus, vec![whole])?;
                let classes = self.classes(clips);
                if let ([class], true) = (&classes[..], corpus.is_own()) {
                    bail!(
                        "of {corpus} only {} can be tested on, and among one class every answer is right; add clips of \
                         another class that is trained on",
                        class.name()
                    );
                }
                for fold in &mut folds {
                    fold.name = corpus.to_string();
                    fold.train.retain(|index| !self.only_tests(clips[*index].corpus));
                    fold.test.retain(|index| classes.contains(&clips[*index].label));
                }
                Ok(folds)
            }
        }
    }

    fn check(self, fold: &Fold, clips: &[Clip], left_out: &[LeftOut]) -> Result<()> {
        ensure!(!fold.train.is_empty(), "nothing is left to train on");
        ensure!(!fold.test.is_empty(), "nothing is left to test on");
        if self.shares_speakers() {
            let test: BTreeSet<usize> = fold.test.iter().copied().collect();
            ensure!(fold.train.iter().all(|index| !test.contains(index)), "a clip is in training and test");
            return Ok(());
        }
        let test: BTreeSet<&str> = fold.test.iter().map(|index| clips[*index].speaker.as_str()).collect();
        if let Some(index) = fold.train.iter().find(|index| test.contains(clips[**index].speaker.as_str())) {
            bail!("speaker {} is in training and test", clips[*index].speaker);
        }
        if self.test_corpus() == CorpusKind::Ravdess && !matches!(self, Self::Cross(_)) {
            test.iter().try_for_each(|speaker| check_actor(speaker, fold, clips, left_out))?;
        }
        Ok(())
    }
}

/// An actor of RAVDESS has 4 neutral clips and 8 of each other class, less those that were left out by name.
fn check_actor(speaker: &str, fold: &Fold, clips: &[Clip], left_out: &[LeftOut]) -> Result<()> {
    let ids: BTreeSet<&str> = fold.test.iter().map(|index| clips[*index].id.as_str()).collect();
    for label in Emotion::ALL {
        let is_of = |clip: &Clip| clip.speaker == speaker && clip.label == label;
        let found = fold.test.iter().filter(|index| is_of(&clips[**index])).count();
        let absent: BTreeSet<&str> = left_out
            .iter()
            .filter(|left| is_of(&left.clip) && !ids.contains(left.clip.id.as_str()))
            .map(|left| left.clip.id.as_str())
            .collect();
        let wanted = clips_per_actor(label) - absent.len().min(clips_per_actor(label));
        ensure!(
            found == wanted,
            "{speaker} has {found} clips of {} instead of {wanted}; the copy of RAVDESS is not complete",
            label.name()
        );
    }
    Ok(())
}

/// Tests on those speakers' clips of `corpus`; what they say in another corpus is neither tested nor trained on.
fn by_speakers(clips: &[Clip], corpus: CorpusKind, folds: Vec<BTreeSet<String>>) -> Result<Vec<Fold>> {
    let known: BTreeSet<&str> = clips.iter().map(|clip| clip.speaker.as_str()).collect();
    let fold = |speakers: BTreeSet<String>| {
        if let Some(speaker) = speakers.iter().find(|speaker| !known.contains(speaker.as_str())) {
            bail!("no clip of {speaker} is there; the copy is not complete");
        }
        let (mut test, train): (Vec<usize>, Vec<usize>) =
            (0..clips.len()).partition(|index| speakers.contains(&clips[*index].speaker));
        test.retain(|index| clips[*index].corpus == corpus);
        Ok(Fold { name: speakers.into_iter().collect::<Vec<_>>().join(" "), train, test })
    };
    folds.into_iter().map(fold).collect()
}

fn stratified(clips: &[Clip], corpus: CorpusKind, n: usize, seed: u64) -> Vec<Fold> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut fold_of = BTreeMap::new();
    let mut next = 0;
    for label in Emotion::ALL {
        let mut members: Vec<usize> =
            (0..clips.len()).filter(|index| clips[*index].corpus == corpus && clips[*index].label == label).collect();
        members.shuffle(&mut rng);
        for index in members {
            fold_of.insert(index, next % n);
            next += 1;
        }
    }
    let fold = |number: usize| {
        let (test, train) = (0..clips.len()).partition(|index| fold_of.get(index) == Some(&number));
        Fold { name: format!("{} of {n}", number + 1), train, test }
    };
    (0..n).map(fold).collect()
}

/// Divides training clips into `k` parts by speaker, for anything that is chosen inside a training fold: part `i` is held
/// out, the rest is fitted. Only speakers of the corpus `held_out` are ever held out; the other corpora are always fitted.
/// The speakers are dealt in an order drawn by `seed`; the same arguments give the same parts.
///
/// # Errors
/// Fewer than `k` speakers.
pub fn inner_folds(clips: &[Clip], train: &[usize], held_out: CorpusKind, k: usize, seed: u64) -> Result<Vec<Fold>> {
    let speakers = shuffled_speakers(clips, train, held_out, seed);
    ensure!(
        k >= 2 && speakers.len() >= k,
        "{} speakers of {held_out} cannot be divided into {k} parts",
        speakers.len()
    );
    let part = |number: usize| {
        divide_training(clips, train, held_out, speakers.iter().skip(number).step_by(k).copied().collect())
    };
    Ok((0..k).map(part).collect())
}

/// Takes `n` speakers of the corpus `held_out` out of the training clips for validation: [`Fold::test`] holds their clips
/// of that corpus, [`Fold::train`] those of everybody else. The same arguments give the same speakers.
///
/// # Errors
/// No speaker would be left to fit on.
pub fn inner(clips: &[Clip], train: &[usize], held_out: CorpusKind, n: usize, seed: u64) -> Result<Fold> {
    let speakers = shuffled_speakers(clips, train, held_out, seed);
    ensure!(n >= 1 && n < speakers.len(), "{n} of {} speakers cannot be taken out for validation", speakers.len());
    Ok(divide_training(clips, train, held_out, speakers[..n].iter().copied().collect()))
}

/// What is held out of a fold's training clips for validation: `n` speakers of the tested corpus, or, where training has nothing
/// of that, a whole corpus, which is as strange to the models as the tested one will be.
///
/// # Errors
/// No corpus of actors or of one's own is trained on, or no speaker would be left to fit on.
pub fn validation(protocol: Protocol, clips: &[Clip], train: &[usize], n: usize, seed: u64) -> Result<Fold> {
    let count =
        |is_counted: &dyn Fn(CorpusKind) -> bool| train.iter().filter(|clip| is_counted(clips[**clip].corpus)).count();
    let trained = |of: fn(CorpusKind) -> bool| -> Vec<CorpusKind> {
        CorpusKind::ALL.into_iter().filter(|corpus| of(*corpus) && count(&|other| other == *corpus) > 0).collect()
    };
    let mut corpora = trained(CorpusKind::is_acted);
    if corpora.is_empty() {
        corpora = trained(CorpusKind::is_own);
    }
    let smallest =
        corpora.iter().copied().min_by_key(|corpus| count(&|other: CorpusKind| other.people() == corpus.people()));
    match (protocol, smallest) {
        (Protocol::Cross(_), Some(corpus)) if corpora.iter().any(|other| other.people() != corpus.people()) => {
            Ok(without_people(clips, train, corpus))
        }
        _ => {
            let tested = corpora.iter().find(|corpus| **corpus == protocol.test_corpus());
            let corpus = *tested.or(corpora.first()).context("no corpus of actors is trained on")?;
            let speakers = shuffled_speakers(clips, train, corpus, seed).len();
            // Of one's own clips each may be a speaker of its own, and a few of them tell nothing.
            let n = if corpus.is_own() { n.max(speakers / 5) } else { n };
            inner(clips, train, corpus, n.min(speakers.saturating_sub(1)), seed)
        }
    }
}

fn without_people(clips: &[Clip], train: &[usize], corpus: CorpusKind) -> Fold {
    let (test, train) = train.iter().partition(|index| clips[**index].corpus.people() == corpus.people());
    Fold { name: corpus.to_string(), train, test }
}

fn shuffled_speakers<'a>(clips: &'a [Clip], train: &[usize], held_out: CorpusKind, seed: u64) -> Vec<&'a str> {
    let speakers: BTreeSet<&str> = train
        .iter()
        .map(|index| &clips[*index])
        .filter(|clip| clip.corpus == held_out)
        .map(|clip| clip.speaker.as_str())
        .collect();
    let mut speakers: Vec<&str> = speakers.into_iter().collect();
    speakers.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    speakers
}

fn divide_training(clips: &[Clip], train: &[usize], corpus: CorpusKind, held_out: BTreeSet<&str>) -> Fold {
    let (mut test, train): (Vec<usize>, Vec<usize>) =
        train.iter().partition(|index| held_out.contains(clips[**index].speaker.as_str()));
    test.retain(|index| clips[*index].corpus == corpus);
    Fold { name: held_out.into_iter().collect::<Vec<_>>().join(" "), train, test }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Luna5 => f.write_str("luna5"),
            Self::Emobox6 => f.write_str("emobox6"),
            Self::Loso => f.write_str("loso"),
            Self::Random5 => f.write_str("random5"),
            Self::Crema5 => f.write_str("crema5"),
            Self::Cross(corpus) => write!(f, "cross:{corpus}"),
            Self::Everyday => f.write_str("everyday"),
        }
    }
}

impl FromStr for Protocol {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        Ok(match name {
            "luna5" => Self::Luna5,
            "emobox6" => Self::Emobox6,
            "loso" => Self::Loso,
            "random5" => Self::Random5,
            "crema5" => Self::Crema5,
            "everyday" => Self::Everyday,
            _ => match name.strip_prefix("cross:") {
                Some(corpus) => Self::Cross(corpus.parse()?),
                None => bail!(
                    "no protocol is called '{name}'; known: luna5, emobox6, loso, random5, crema5, everyday, cross:CORPUS"
                ),
            },
        })
    }
}

impl From<Protocol> for String {
    fn from(protocol: Protocol) -> Self {
        protocol.to_string()
    }
}

impl TryFrom<String> for Protocol {
    type Error = anyhow::Error;

    fn try_from(name: String) -> Result<Self> {
        name.parse()
    }
}

#[cfg(test)]
mod tests;
