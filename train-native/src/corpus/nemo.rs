//! nEMO, Polish (Christop 2024, LREC-COLING): `samples/SPK_emotion_ID`.

use undertone::inference::Emotion;

use super::{Labelled, Layout, Reason, stem};

pub(super) const LAYOUT: Layout = Layout {
    classes: &[Emotion::Neutral, Emotion::Happy, Emotion::Sad, Emotion::Angry, Emotion::Fearful, Emotion::Surprised],
    min_speakers: 2,
    label,
    expected: "the folder of nEMO, with names such as samples/EB0_anger_1.wav",
};

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    const NAME: Reason = Reason::Borrowed("not an nEMO name");
    let name = stem(path);
    let fields: Vec<&str> = name.split('_').collect();
    let [speaker, emotion, number] = fields[..] else { return Err(NAME) };
    if speaker.len() != 3 || number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NAME);
    }
    let label = match emotion {
        "neutral" => Emotion::Neutral,
        "happiness" => Emotion::Happy,
        "sadness" => Emotion::Sad,
        "anger" => Emotion::Angry,
        "fear" => Emotion::Fearful,
        "surprised" => Emotion::Surprised,
        _ => return Err(NAME),
    };
    Ok(Labelled { name, speaker, label, intensity: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("samples/WR0_surprised_64.ogg").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("WR0_surprised_64", "WR0", Emotion::Surprised));
        for name in ["WR0_joy_64", "WR0_anger", "WR_anger_1", "WR0_anger_x"] {
            assert!(label(&format!("{name}.wav")).is_err(), "{name}");
        }
    }
}
