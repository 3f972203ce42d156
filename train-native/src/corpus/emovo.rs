//! EMOVO, Italian (Costantini et al. 2014, LREC): `f1/dis-f1-b1`, emotion, speaker, sentence.

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
    expected: "the folder EMOVO, with names such as f1/dis-f1-b1.wav",
};

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    const NAME: Reason = Reason::Borrowed("not an EMOVO name");
    const SPEAKERS: [&str; 6] = ["f1", "f2", "f3", "m1", "m2", "m3"];
    let name = stem(path);
    let fields: Vec<&str> = name.split('-').collect();
    let [emotion, speaker, sentence] = fields[..] else { return Err(NAME) };
    if !SPEAKERS.contains(&speaker) || sentence.is_empty() {
        return Err(NAME);
    }
    let label = match emotion {
        "neu" => Emotion::Neutral,
        "gio" => Emotion::Happy,
        "tri" => Emotion::Sad,
        "rab" => Emotion::Angry,
        "pau" => Emotion::Fearful,
        "dis" => Emotion::Disgust,
        "sor" => Emotion::Surprised,
        _ => return Err(NAME),
    };
    Ok(Labelled { name, speaker, label, intensity: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("EMOVO/f1/dis-f1-b1.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("dis-f1-b1", "f1", Emotion::Disgust));
        for (emotion, wanted) in [
            ("neu", Emotion::Neutral),
            ("gio", Emotion::Happy),
            ("tri", Emotion::Sad),
            ("rab", Emotion::Angry),
            ("pau", Emotion::Fearful),
            ("sor", Emotion::Surprised),
        ] {
            assert_eq!(label(&format!("{emotion}-m3-n5.ogg")).unwrap().label, wanted);
        }
        for name in ["dis-f4-b1", "joy-f1-b1", "dis-f1", "dis-f1-", "dis-f1-b1-2", "dis"] {
            assert_eq!(label(&format!("{name}.wav")).err().as_deref(), Some("not an EMOVO name"), "{name}");
        }
    }
}
