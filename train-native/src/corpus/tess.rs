//! TESS, English (Pichora-Fuller & Dupuis 2020, doi:10.5683/SP2/E8H2MF): `OAF_back_angry`, speaker, word, emotion. Folders
//! say nothing beside.

use undertone::inference::Emotion;

use super::{Labelled, Layout, Reason, stem};

pub(super) const LAYOUT: Layout = Layout {
    classes: &[
        Emotion::Neutral,
        Emotion::Happy,
        Emotion::Sad,
        Emotion::Angry,
        Emotion::Fearful,
        Emotion::Disgust,
        Emotion::Surprised,
    ],
    min_speakers: 2,
    label,
    expected: "the folder of TESS, with names such as OAF_angry/OAF_back_angry.wav",
};

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    const NAME: Reason = Reason::Borrowed("not a TESS name");
    let name = stem(path);
    let fields: Vec<&str> = name.split('_').collect();
    let [speaker, word, emotion] = fields[..] else { return Err(NAME) };
    let speaker = match speaker {
        // One clip of the official set, OA_bite_neutral, lacks the F.
        "OAF" | "OA" => "OAF",
        "YAF" => "YAF",
        _ => return Err(NAME),
    };
    if word.is_empty() {
        return Err(NAME);
    }
    let label = match emotion {
        "neutral" => Emotion::Neutral,
        "happy" => Emotion::Happy,
        "sad" => Emotion::Sad,
        "angry" => Emotion::Angry,
        "fear" => Emotion::Fearful,
        "disgust" => Emotion::Disgust,
        "ps" => Emotion::Surprised,
        _ => return Err(NAME),
    };
    Ok(Labelled { name, speaker, label, intensity: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("TESS/YAF_pleasant_surprised/YAF_youth_ps.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("YAF_youth_ps", "YAF", Emotion::Surprised));
        let got = label("OAF_neutral/OA_bite_neutral.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("OA_bite_neutral", "OAF", Emotion::Neutral));
        for (emotion, wanted) in [
            ("happy", Emotion::Happy),
            ("sad", Emotion::Sad),
            ("angry", Emotion::Angry),
            ("fear", Emotion::Fearful),
            ("disgust", Emotion::Disgust),
        ] {
            assert_eq!(label(&format!("OAF_back_{emotion}.wav")).unwrap().label, wanted);
        }
        for name in ["OAF_back", "YA_back_sad", "OAF_back_calm", "OAF__sad", "OAF_back_sad_2"] {
            assert_eq!(label(&format!("OAF_sad/{name}.wav")).err().as_deref(), Some("not a TESS name"), "{name}");
        }
    }
}
