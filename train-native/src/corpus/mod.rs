//! Corpora as they are distributed -> clips with speaker and label. One file a corpus.

mod crema;
mod emodb;
mod emovo;
mod everyday;
mod folder;
mod kind;
mod nemo;
mod ravdess;
mod ravdess_song;
mod savee;
mod source;
mod table;
mod tess;
mod votes;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use undertone::inference::{Emotion, Probabilities};

pub use kind::CorpusKind;
pub use ravdess::clips_per_actor;
pub use source::Source;

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
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Name that is unique over all corpora, such as `ravdess/03-01-05-01-02-01-12`.
    pub id: String,
    /// Its corpus.
    pub corpus: CorpusKind,
    /// Speaker, unique over all people of all corpora, such as `ravdess-07`.
    pub speaker: String,
    /// What was played.
    pub label: Emotion,
    /// How strongly, where the corpus says so.
    pub intensity: Option<Intensity>,
    /// What listeners heard, as the share of each class, where the corpus says so.
    pub votes: Option<Probabilities>,
    /// Where it lies.
    pub source: Source,
}

#[cfg(test)]
impl Clip {
    /// A clip that lies nowhere, without votes.
    pub fn made_up(corpus: CorpusKind, speaker: &str, label: Emotion, take: usize) -> Self {
        Self {
            id: format!("{speaker}/{}/{take}", label.name()),
            corpus,
            speaker: speaker.into(),
            label,
            intensity: None,
            votes: None,
            source: Source::File("none.wav".into()),
        }
    }
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
    pub reason: Reason,
}

/// Why a file was left out.
pub type Reason = Cow<'static, str>;

/// What a file's name says.
struct Labelled<'a> {
    name: &'a str,
    speaker: &'a str,
    label: Emotion,
    intensity: Option<Intensity>,
}

/// What is known of a corpus beforehand; clips of one's own may be of any classes.
struct Layout {
    classes: &'static [Emotion],
    min_speakers: usize,
    label: fn(&str) -> Result<Labelled<'_>, Reason>,
    expected: &'static str,
}

/// A corpus and its place, as the command line says it: `ravdess=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusPath {
    /// Which.
    pub kind: CorpusKind,
    /// A folder or a zip file; of a table its CSV file.
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
    /// Finds the clips of `ravdess=PATH`, where the path is a folder (searched through) or a zip file, or, of a table, its CSV
    /// file.
    ///
    /// # Errors
    /// A missing path, no clip, too few speakers, or a class of a published corpus without a clip.
    pub fn open(corpus: &CorpusPath) -> Result<Self> {
        let CorpusPath { kind, path } = corpus;
        Self::find(*kind, path).with_context(|| format!("corpus {kind}"))
    }

    fn find(kind: CorpusKind, path: &Path) -> Result<Self> {
        let (clips, skipped) = if kind == CorpusKind::Table { table::read(path)? } else { by_names(kind, path)? };
        let corpus = Self { kind, path: path.to_owned(), clips, skipped };
        corpus.check(kind.layout())?;
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
        const REASONS: usize = 12;
        let speakers: BTreeSet<&str> = self.clips.iter().map(|clip| clip.speaker.as_str()).collect();
        let voted = self.clips.iter().filter(|clip| clip.votes.is_some()).count();
        let voted = if voted > 0 { format!(", {voted} with listeners' votes") } else { String::new() };
        let mut text = format!(
            "{}: {} clips, {} speakers{voted}, from {}",
            self.kind,
            self.clips.len(),
            speakers.len(),
            self.path.display()
        );
        if self.kind.is_own() {
            let count = |class: Emotion| self.clips.iter().filter(|clip| clip.label == class).count();
            let classes = self.kind.classes(&self.clips).into_iter();
            let counts: Vec<String> = classes.map(|class| format!("{} {}", class.name(), count(class))).collect();
            text += &format!("\n  {}", counts.join(", "));
        }
        let reasons: BTreeSet<&str> = self.skipped.iter().map(|skipped| skipped.reason.as_ref()).collect();
        for reason in reasons.iter().take(REASONS) {
            let names: Vec<&str> = self
                .skipped
                .iter()
                .filter(|skipped| skipped.reason == *reason)
                .map(|skipped| skipped.name.as_str())
                .collect();
            text += &format!("\n  left out, {reason}: {}", name_some(&names));
        }
        if reasons.len() > REASONS {
            text += &format!("\n  left out, for {} reasons more", reasons.len() - REASONS);
        }
        text
    }
}

/// The clips of which their own names or folders say what they are, and the files that are none.
fn by_names(kind: CorpusKind, path: &Path) -> Result<(Vec<Clip>, Vec<Skipped>)> {
    let label = kind.layout().label;
    let found = source::list(path)?;
    let table = if kind == CorpusKind::CremaD { votes::table(path, &found) } else { None };
    let votes = table.map(|table| votes::read(&table)).transpose()?.unwrap_or_default();
    let (mut clips, mut skipped) = (Vec::new(), Vec::new());
    for found in found {
        if kind == CorpusKind::CremaD && votes::is_table(&found.name) {
            continue;
        }
        let labelled =
            if has_audio_extension(&found.name) { label(&found.name) } else { Err("not an audio file".into()) };
        match labelled {
            Ok(Labelled { name, speaker, label, intensity }) => {
                let (id, speaker) = (format!("{kind}/{name}"), format!("{}-{speaker}", kind.people()));
                let votes = votes.get(name).and_then(votes::shares);
                clips.push(Clip { id, corpus: kind, speaker, label, intensity, votes, source: found.source });
            }
            Err(reason) => skipped.push(Skipped { name: found.name, reason }),
        }
    }
    Ok((clips, skipped))
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
