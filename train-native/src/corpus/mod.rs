//! Corpora as they are distributed -> clips with speaker and label. One file a corpus.

mod crema;
mod everyday;
mod nemo;
mod ravdess;
mod source;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use undertone::inference::Emotion;

pub use ravdess::clips_per_actor;
pub use source::Source;

/// A corpus that this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorpusKind {
    /// RAVDESS, speech (Livingstone & Russo 2018).
    Ravdess,
    /// CREMA-D (Cao et al. 2014).
    CremaD,
    /// nEMO, Polish (Christop 2024).
    Nemo,
    /// Wake words of ordinary people, taken as neutral (Picovoice wake-word benchmark).
    Everyday,
}

/// How strongly an emotion was meant to be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intensity {
    /// CREMA-D LO.
    Low,
    /// RAVDESS 01, CREMA-D MD.
    Normal,
    /// RAVDESS 02, CREMA-D HI.
    Strong,
}

/// One recording of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Name that is unique over all corpora, such as `ravdess/03-01-05-01-02-01-12`.
    pub id: String,
    /// Its corpus.
    pub corpus: CorpusKind,
    /// Speaker, unique over all corpora, such as `ravdess-07`.
    pub speaker: String,
    /// What was played.
    pub label: Emotion,
    /// How strongly, where the corpus says so.
    pub intensity: Option<Intensity>,
    /// Where it lies.
    pub source: Source,
}

/// The clips found under one path, in the order of their names.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Which.
    pub kind: CorpusKind,
    /// Where.
    pub path: PathBuf,
    /// Its clips; the same clip may lie there twice.
    pub clips: Vec<Clip>,
    /// Files that are no clips, each with the reason.
    pub skipped: Vec<Skipped>,
}

/// A file that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path under the corpus' path.
    pub name: String,
    /// Why.
    pub reason: &'static str,
}

/// What a file's name says.
struct Labelled<'a> {
    name: &'a str,
    speaker: &'a str,
    label: Emotion,
    intensity: Option<Intensity>,
}

/// What is known of a corpus beforehand.
struct Layout {
    classes: &'static [Emotion],
    min_speakers: usize,
    label: fn(&str) -> Result<Labelled<'_>, &'static str>,
    expected: &'static str,
}

impl CorpusKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ravdess, Self::CremaD, Self::Nemo, Self::Everyday];

    /// Name on the command line and in the results file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ravdess => "ravdess",
            Self::CremaD => "crema-d",
            Self::Nemo => "nemo",
            Self::Everyday => "everyday",
        }
    }

    /// The classes that its labels cover.
    pub fn classes(self) -> &'static [Emotion] {
        self.layout().classes
    }

    fn layout(self) -> &'static Layout {
        match self {
            Self::Ravdess => &ravdess::LAYOUT,
            Self::CremaD => &crema::LAYOUT,
            Self::Nemo => &nemo::LAYOUT,
            Self::Everyday => &everyday::LAYOUT,
        }
    }
}

impl fmt::Display for CorpusKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CorpusKind {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).with_context(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("no corpus is called '{name}'; known: {known}")
        })
    }
}

/// A corpus and its place, as the command line says it: `ravdess=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusPath {
    /// Which.
    pub kind: CorpusKind,
    /// A folder or a zip file.
    pub path: PathBuf,
}

impl FromStr for CorpusPath {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once('=') {
            Some((kind, path)) if !path.is_empty() => Ok(Self { kind: kind.parse()?, path: path.into() }),
            _ => bail!("'{text}' does not say which corpus lies where; write it as ravdess=PATH"),
        }
    }
}

impl Corpus {
    /// Finds the clips of `ravdess=PATH`, where the path is a folder (searched through) or a zip file.
    ///
    /// # Errors
    /// A missing path, no clip, fewer than two speakers, or a class without a clip.
    pub fn open(corpus: &CorpusPath) -> Result<Self> {
        let CorpusPath { kind, path } = corpus;
        Self::find(*kind, path).with_context(|| format!("corpus {kind}"))
    }

    fn find(kind: CorpusKind, path: &Path) -> Result<Self> {
        let layout = kind.layout();
        let mut clips = Vec::new();
        let mut skipped = Vec::new();
        for found in source::list(path)? {
            let labelled =
                if has_audio_extension(&found.name) { (layout.label)(&found.name) } else { Err("not an audio file") };
            match labelled {
                Ok(Labelled { name, speaker, label, intensity }) => {
                    let (id, speaker) = (format!("{kind}/{name}"), format!("{kind}-{speaker}"));
                    clips.push(Clip { id, corpus: kind, speaker, label, intensity, source: found.source });
                }
                Err(reason) => skipped.push(Skipped { name: found.name, reason }),
            }
        }
        let corpus = Self { kind, path: path.to_owned(), clips, skipped };
        corpus.check(layout)?;
        Ok(corpus)
    }

    fn check(&self, layout: &Layout) -> Result<()> {
        let path = self.path.display();
        if self.clips.is_empty() {
            let seen = match self.skipped.as_slice() {
                [] => "it is empty".to_owned(),
                [first, ..] => {
                    format!("{} files are there, the first: {} ({})", self.skipped.len(), first.name, first.reason)
                }
            };
            bail!("no clip under {path}: {seen}. Expected {}", layout.expected);
        }
        let speakers: BTreeSet<&str> = self.clips.iter().map(|clip| clip.speaker.as_str()).collect();
        if speakers.len() < layout.min_speakers {
            let names = speakers.into_iter().collect::<Vec<_>>().join(", ");
            bail!("only one speaker ({names}) under {path}: nobody is left to test on. Give the whole corpus");
        }
        let missing: Vec<&str> = layout
            .classes
            .iter()
            .filter(|class| !self.clips.iter().any(|clip| clip.label == **class))
            .map(|class| class.name())
            .collect();
        if !missing.is_empty() {
            bail!("no clip of {} under {path}: the copy is not complete", missing.join(", "));
        }
        Ok(())
    }

    /// One line on what was found, and one a reason for what was left out.
    pub fn summary(&self) -> String {
        let speakers: BTreeSet<&str> = self.clips.iter().map(|clip| clip.speaker.as_str()).collect();
        let mut text = format!(
            "{}: {} clips, {} speakers, from {}",
            self.kind,
            self.clips.len(),
            speakers.len(),
            self.path.display()
        );
        let reasons: BTreeSet<&str> = self.skipped.iter().map(|skipped| skipped.reason).collect();
        for reason in reasons {
            let names: Vec<&str> = self
                .skipped
                .iter()
                .filter(|skipped| skipped.reason == reason)
                .map(|skipped| skipped.name.as_str())
                .collect();
            text += &format!("\n  left out, {reason}: {}", name_some(&names));
        }
        text
    }
}

/// The first few names, and how many more there are.
pub(crate) fn name_some(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

fn has_audio_extension(name: &str) -> bool {
    const EXTENSIONS: [&str; 11] = ["wav", "wave", "flac", "mp3", "ogg", "oga", "m4a", "mp4", "aac", "aif", "aiff"];
    name.rsplit_once('.').is_some_and(|(_, ending)| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// `Actor_01/03-01.wav` -> `03-01`.
fn stem(name: &str) -> &str {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
