//! Any folder with a sub-folder a label: `happy/x.wav`, or `anna/happy/x.wav`, where the folder around it is the speaker.

use undertone::inference::Emotion;

use super::{Labelled, Layout, Reason};

pub(super) const LAYOUT: Layout = Layout {
    classes: &[],
    min_speakers: 1,
    label,
    expected: "a folder with a sub-folder a label, such as happy/x.wav or SPEAKER/happy/x.wav",
};

/// The class of a word that people write for it.
pub(super) fn emotion(word: &str) -> Option<Emotion> {
    let word = word.trim().to_lowercase();
    Emotion::from_name(&word).or(match word.as_str() {
        "neutrality" => Some(Emotion::Neutral),
        "calmness" => Some(Emotion::Calm),
        "happiness" | "joy" | "joyful" => Some(Emotion::Happy),
        "sadness" => Some(Emotion::Sad),
        "anger" => Some(Emotion::Angry),
        "fear" | "afraid" | "scared" => Some(Emotion::Fearful),
        "disgusted" => Some(Emotion::Disgust),
        "surprise" => Some(Emotion::Surprised),
        _ => None,
    })
}

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    let (folders, _) = path.rsplit_once('/').ok_or("not in a label's folder")?;
    let (above, word) = folders.rsplit_once('/').map_or((None, folders), |(above, word)| (Some(above), word));
    let label = emotion(word).ok_or_else(|| format!("its folder '{word}' is no label"))?;
    let name = path.rsplit_once('.').map_or(path, |(name, _)| name);
    let speaker = above.map_or(name, |above| above.rsplit_once('/').map_or(above, |(_, speaker)| speaker));
    Ok(Labelled { name, speaker, label, intensity: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("Anger/1.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("Anger/1", "Anger/1", Emotion::Angry));
        let got = label("set/anna/happy/x.y.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("set/anna/happy/x.y", "anna", Emotion::Happy));
        assert_eq!(label("Joy/sad/x.wav").unwrap().speaker, "Joy");
        assert_eq!(label("x.wav").err().as_deref(), Some("not in a label's folder"));
        assert_eq!(label("joy/bored/x.wav").err().as_deref(), Some("its folder 'bored' is no label"));
        assert_eq!(label("happy/anna/x.wav").err().as_deref(), Some("its folder 'anna' is no label"));
    }

    #[test]
    fn words() {
        for label in Emotion::ALL {
            assert_eq!(emotion(&label.name().to_uppercase()), Some(label));
        }
        for (word, label) in [
            (" Happiness ", Emotion::Happy),
            ("joy", Emotion::Happy),
            ("sadness", Emotion::Sad),
            ("anger", Emotion::Angry),
            ("fear", Emotion::Fearful),
            ("disgusted", Emotion::Disgust),
            ("surprise", Emotion::Surprised),
        ] {
            assert_eq!(emotion(word), Some(label));
        }
        assert!(emotion("boredom").is_none() && emotion("").is_none());
    }
}
