//! The corpora that this program knows.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use undertone::inference::Emotion;

use super::{Clip, Layout, crema, emodb, emovo, everyday, folder, nemo, ravdess, ravdess_song, savee, table, tess};

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
    /// RAVDESS, song (Livingstone & Russo 2018), by the people of its speech.
    RavdessSong,
    /// EMOVO, Italian (Costantini et al. 2014).
    Emovo,
    /// SAVEE, English (Haq & Jackson 2010).
    Savee,
    /// TESS, English (Pichora-Fuller & Dupuis 2020).
    Tess,
    /// EmoDB, German (Burkhardt et al. 2005).
    Emodb,
    /// Any folder with a sub-folder a label.
    Folder,
    /// Any clips that a CSV file lists.
    Table,
}

impl CorpusKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Ravdess,
        Self::CremaD,
        Self::Nemo,
        Self::Everyday,
        Self::RavdessSong,
        Self::Emovo,
        Self::Savee,
        Self::Tess,
        Self::Emodb,
        Self::Folder,
        Self::Table,
    ];

    /// Name on the command line and in the results file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ravdess => "ravdess",
            Self::CremaD => "crema-d",
            Self::Nemo => "nemo",
            Self::Everyday => "everyday",
            Self::RavdessSong => "ravdess-song",
            Self::Emovo => "emovo",
            Self::Savee => "savee",
            Self::Tess => "tess",
            Self::Emodb => "emodb",
            Self::Folder => "folder",
            Self::Table => "table",
        }
    }

    /// The classes that its labels cover: those of the published corpus, or, of one's own clips, those that occur in
    /// `clips`.
    pub fn classes(self, clips: &[Clip]) -> Vec<Emotion> {
        if !self.is_own() {
            return self.layout().classes.to_vec();
        }
        let occurs = |class: &Emotion| clips.iter().any(|clip| clip.corpus == self && clip.label == *class);
        Emotion::ALL.into_iter().filter(occurs).collect()
    }

    /// Whether it is no published corpus but clips of one's own, of which nothing is known beforehand.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Folder | Self::Table)
    }

    /// Whether it is a published corpus of actors.
    pub fn is_acted(self) -> bool {
        !self.is_own() && self != Self::Everyday
    }

    /// The corpus whose people are heard in it.
    pub fn people(self) -> Self {
        if self == Self::RavdessSong { Self::Ravdess } else { self }
    }

    pub(super) fn layout(self) -> &'static Layout {
        match self {
            Self::Ravdess => &ravdess::LAYOUT,
            Self::CremaD => &crema::LAYOUT,
            Self::Nemo => &nemo::LAYOUT,
            Self::Everyday => &everyday::LAYOUT,
            Self::RavdessSong => &ravdess_song::LAYOUT,
            Self::Emovo => &emovo::LAYOUT,
            Self::Savee => &savee::LAYOUT,
            Self::Tess => &tess::LAYOUT,
            Self::Emodb => &emodb::LAYOUT,
            Self::Folder => &folder::LAYOUT,
            Self::Table => &table::LAYOUT,
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
