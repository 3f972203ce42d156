//! Ordinary people who say a wake word at home (Picovoice wake-word benchmark): `KEYWORD/*`. All taken as neutral. The
//! people are not named, so the word stands in for the speaker: a word left out is a word never heard.

use undertone::inference::Emotion;

use super::{Labelled, Layout, Reason};

pub(super) const LAYOUT: Layout = Layout {
    classes: &[Emotion::Neutral],
    min_speakers: 2,
    label,
    expected: "a folder with a sub-folder a word (computer, jarvis, smart-mirror, snowboy, view-glass)",
};

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    const FOLDER: Reason = Reason::Borrowed("not in a word's folder");
    const WORDS: [&str; 5] = ["computer", "jarvis", "smart-mirror", "snowboy", "view-glass"];
    let (folder, _) = path.rsplit_once('/').ok_or(FOLDER)?;
    let word = folder.rsplit_once('/').map_or(folder, |(_, word)| word);
    if !WORDS.contains(&word) {
        return Err(FOLDER);
    }
    let name = path.rsplit_once('.').map_or(path, |(name, _)| name);
    Ok(Labelled { name, speaker: word, label: Emotion::Neutral, intensity: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("data/jarvis/07542e8f.ogg").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("data/jarvis/07542e8f", "jarvis", Emotion::Neutral));
        assert!(label("jarvis.ogg").is_err() && label("alexa/a.ogg").is_err());
    }
}
