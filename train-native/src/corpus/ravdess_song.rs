//! RAVDESS song (Livingstone & Russo 2018): names as in its speech, with channel 02. Actor 18 does not sing.

use undertone::inference::Emotion;

use super::ravdess::{NAME, SONG, SPEECH, parse};
use super::{Labelled, Layout, Reason};

pub(super) const LAYOUT: Layout = Layout {
    classes: CLASSES,
    min_speakers: 2,
    label,
    expected: "Audio_Song_Actors_01-24.zip or its folders Actor_01 to Actor_24",
};

const CLASSES: &[Emotion] =
    &[Emotion::Neutral, Emotion::Calm, Emotion::Happy, Emotion::Sad, Emotion::Angry, Emotion::Fearful];

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    match parse(path)? {
        (SONG, labelled) if CLASSES.contains(&labelled.label) => Ok(labelled),
        (SPEECH, _) => Err("speech, not song".into()),
        _ => Err(NAME),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Intensity;
    use super::*;

    #[test]
    fn names() {
        let got = label("Actor_12/03-02-06-02-02-01-12.wav").unwrap();
        assert_eq!((got.name, got.speaker), ("03-02-06-02-02-01-12", "12"));
        assert_eq!((got.label, got.intensity), (Emotion::Fearful, Some(Intensity::Strong)));
        assert_eq!(label("03-01-06-01-02-01-12.wav").err().as_deref(), Some("speech, not song"));
        assert_eq!(label("02-02-06-01-02-01-12.mp4").err().as_deref(), Some("video"));
        for name in ["03-02-07-01-01-01-01", "03-02-08-01-01-01-01", "03-02-01-02-01-01-01", "03-02-02-01-01-01-25"] {
            assert_eq!(label(&format!("{name}.wav")).err().as_deref(), Some("not a RAVDESS name"), "{name}");
        }
    }
}
