//! Clips -> sound in memory, each content once.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use undertone::audio::{self, Audio};
use undertone::inference::{Emotion, sha256_hex};

use crate::corpus::{Clip, Corpus, name_some};
use crate::interrupt;

/// More clips than this share of a corpus that cannot be read are an error.
const MAX_CORRUPT: f64 = 0.01;

/// All clips of all corpora. A clip is known by its index, the same in every list.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// What is known of each clip.
    pub clips: Vec<Clip>,
    /// The sound of each, ready for the feature path: mono, silence cut, one level.
    pub audio: Vec<Audio>,
    /// Lower-case hexadecimal SHA-256 of each clip's decoded samples, before silence is cut.
    pub content: Vec<String>,
    /// Clips that were found and are not among the above.
    pub left_out: Vec<LeftOut>,
}

/// A clip that was found but is not used.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// Which.
    pub clip: Clip,
    /// Why.
    pub reason: Reason,
}

/// Why a clip is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Another clip holds the same samples; that one is kept.
    SameContent {
        /// Its id.
        kept: String,
    },
    /// Another file of that name is kept.
    SameName,
    /// Another clip holds the same samples and bears another label; neither is kept.
    ContradictoryLabels {
        /// Its id.
        other: String,
    },
    /// It could not be read.
    Corrupt {
        /// What the decoder said.
        error: String,
    },
}

impl Reason {
    const ALL_WORDS: [&str; 4] = [
        "the same samples as another clip",
        "a second file of the same name",
        "the same samples under two labels",
        "could not be read",
    ];

    fn words(&self) -> &'static str {
        let index = match self {
            Self::SameContent { .. } => 0,
            Self::SameName => 1,
            Self::ContradictoryLabels { .. } => 2,
            Self::Corrupt { .. } => 3,
        };
        Self::ALL_WORDS[index]
    }
}

impl Dataset {
    /// Decodes all clips to `sample_rate` Hz on all cores and de-duplicates them, in the order of the corpora.
    ///
    /// # Errors
    /// More than 1 % of a corpus' clips that cannot be read, each named; Ctrl-C.
    pub fn load(corpora: &[Corpus], sample_rate: u32) -> Result<Self> {
        let mut loaded = Vec::new();
        for corpus in corpora {
            let sounds = decode_all(&corpus.clips, sample_rate, &format!("reading {}", corpus.kind))?;
            check_corrupt(&corpus.clips, &sounds).with_context(|| format!("corpus {}", corpus.kind))?;
            loaded.extend(corpus.clips.iter().cloned().zip(sounds));
        }
        Ok(Self::without_duplicates(loaded))
    }

    /// Number of clips.
    pub fn len(&self) -> usize {
        self.clips.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.clips.is_empty()
    }

    /// One line on what is there, and one for each kind of clip that was left out.
    pub fn summary(&self) -> String {
        let seconds: f32 = self.audio.iter().map(Audio::seconds).sum();
        let mut text = format!("{} clips, {:.1} min of sound", self.len(), seconds / 60.0);
        for words in Reason::ALL_WORDS {
            let is_so = |left: &&LeftOut| left.reason.words() == words;
            let names: Vec<&str> = self.left_out.iter().filter(is_so).map(|left| left.clip.id.as_str()).collect();
            if !names.is_empty() {
                text += &format!("\n  left out, {words}: {}", name_some(&names));
            }
        }
        text
    }

    fn without_duplicates(loaded: Vec<(Clip, Result<Sound, String>)>) -> Self {
        let mut labels: HashMap<String, Vec<(String, Emotion)>> = HashMap::new();
        for (clip, sound) in &loaded {
            if let Ok(sound) = sound {
                labels.entry(sound.content.clone()).or_default().push((clip.id.clone(), clip.label));
            }
        }
        let mut dataset = Self::default();
        let mut kept_content: HashMap<String, String> = HashMap::new();
        let mut kept_ids = std::collections::HashSet::new();
        for (clip, sound) in loaded {
            let reason = match &sound {
                Err(error) => Some(Reason::Corrupt { error: error.clone() }),
                Ok(sound) => {
                    let contradiction = labels[&sound.content].iter().find(|(_, label)| *label != clip.label);
                    if let Some((other, _)) = contradiction {
                        Some(Reason::ContradictoryLabels { other: other.clone() })
                    } else if kept_ids.contains(&clip.id) {
                        Some(Reason::SameName)
                    } else {
                        kept_content.get(&sound.content).map(|kept| Reason::SameContent { kept: kept.clone() })
                    }
                }
            };
            match (reason, sound) {
                (None, Ok(Sound { audio, content })) => {
                    kept_content.insert(content.clone(), clip.id.clone());
                    kept_ids.insert(clip.id.clone());
                    dataset.clips.push(clip);
                    dataset.audio.push(audio);
                    dataset.content.push(content);
                }
                (Some(reason), _) => dataset.left_out.push(LeftOut { clip, reason }),
                (None, Err(_)) => {}
            }
        }
        dataset
    }
}

struct Sound {
    audio: Audio,
    content: String,
}

fn decode_all(clips: &[Clip], sample_rate: u32, message: &str) -> Result<Vec<Result<Sound, String>>> {
    let bar = progress(clips.len(), message);
    let sounds = clips
        .par_iter()
        .progress_with(bar.clone())
        .map(|clip| {
            interrupt::check()?;
            Ok(sound(clip, sample_rate).map_err(|error| format!("{error:#}")))
        })
        .collect();
    bar.finish_and_clear();
    sounds
}

/// The clip as it was recorded, at `sample_rate` Hz.
///
/// # Errors
/// A file that can't be read whole.
pub fn recorded(clip: &Clip, sample_rate: u32) -> Result<Audio> {
    let decoded = audio::decode(clip.source.read()?, clip.source.extension())?;
    if decoded.truncated {
        bail!("the file ends before its header says it should");
    }
    Ok(audio::resample(&decoded.audio, sample_rate)?)
}

fn sound(clip: &Clip, sample_rate: u32) -> Result<Sound> {
    let audio = recorded(clip, sample_rate)?;
    let bytes: Vec<u8> = audio.samples().iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let content = sha256_hex(&bytes);
    Ok(Sound { audio: audio::prepare(&audio)?.audio, content })
}

fn check_corrupt(clips: &[Clip], sounds: &[Result<Sound, String>]) -> Result<()> {
    let corrupt: Vec<String> = clips
        .iter()
        .zip(sounds)
        .filter_map(|(clip, sound)| Some(format!("{}: {}", clip.source, sound.as_ref().err()?)))
        .collect();
    if corrupt.len() as f64 > MAX_CORRUPT * clips.len() as f64 {
        let shown = corrupt.iter().take(5).cloned().collect::<Vec<_>>().join("\n  ");
        bail!(
            "{} of {} clips cannot be read, which is more than 1 %; the copy is damaged. The first:\n  {shown}",
            corrupt.len(),
            clips.len()
        );
    }
    for line in corrupt {
        eprintln!("left out, cannot be read: {line}");
    }
    Ok(())
}

/// A progress bar with time left, on a terminal's standard error only.
pub fn progress(len: usize, message: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:32} {bar:40} {pos}/{len} {elapsed} (left {eta})")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(len as u64).with_style(style).with_message(message.to_owned())
}

#[cfg(test)]
mod tests;
