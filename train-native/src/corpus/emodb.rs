//! EmoDB, German (Burkhardt et al. 2005, doi:10.21437/Interspeech.2005-446): `03a01Fa`, speaker, text, emotion, version.

use undertone::inference::Emotion;

use super::{Labelled, Layout, Reason, stem};

pub(super) const LAYOUT: Layout = Layout {
    classes: &[Emotion::Neutral, Emotion::Happy, Emotion::Sad, Emotion::Angry, Emotion::Fearful, Emotion::Disgust],
    min_speakers: 2,
    label,
    expected: "the folder wav of EmoDB, with names such as 03a01Fa.wav",
};

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    const NAME: Reason = Reason::Borrowed("not an EmoDB name");
    let name = stem(path);
    let &[tens, ones, b'a' | b'b', text_tens, text_ones, emotion, version] = name.as_bytes() else { return Err(NAME) };
    if ![tens, ones, text_tens, text_ones].iter().all(u8::is_ascii_digit) || !version.is_ascii_lowercase() {
        return Err(NAME);
    }
    let label = match emotion {
        b'N' => Emotion::Neutral,
        b'F' => Emotion::Happy,
        b'T' => Emotion::Sad,
        b'W' => Emotion::Angry,
        b'A' => Emotion::Fearful,
        b'E' => Emotion::Disgust,
        b'L' => return Err("boredom, which is none of the eight classes".into()),
        _ => return Err(NAME),
    };
    Ok(Labelled { name, speaker: &name[..2], label, intensity: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("wav/03a01Fa.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("03a01Fa", "03", Emotion::Happy));
        for (emotion, wanted) in [
            ("N", Emotion::Neutral),
            ("T", Emotion::Sad),
            ("W", Emotion::Angry),
            ("A", Emotion::Fearful),
            ("E", Emotion::Disgust),
        ] {
            assert_eq!(label(&format!("16b10{emotion}b.flac")).unwrap().label, wanted);
        }
        let boredom = label("03a01Lc.wav").err();
        assert_eq!(boredom.as_deref(), Some("boredom, which is none of the eight classes"));
        for name in ["03a01F", "03a01Xa", "03c01Fa", "3a01Fa", "03a1Fa", "03a01FA", "03a01Fab", "0äa01Fa", "xxa01Fa"] {
            assert_eq!(label(&format!("{name}.wav")).err().as_deref(), Some("not an EmoDB name"), "{name}");
        }
    }
}
