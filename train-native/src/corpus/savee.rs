//! SAVEE, English (Haq & Jackson 2010): `DC/a01` or `DC_a01`, speaker, emotion, sentence.

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
    expected: "the folder AudioData of SAVEE, with names such as DC/a01.wav or DC_a01.wav",
};

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    const NAME: Reason = Reason::Borrowed("not a SAVEE name");
    const SPEAKERS: [&str; 4] = ["DC", "JE", "JK", "KL"];
    let file = stem(path);
    let (name, speaker, clip) = match file.split_once('_') {
        Some((speaker, clip)) => (file, speaker, clip),
        None => {
            let (whole, _) = path.rsplit_once('.').ok_or(NAME)?;
            let (folder, clip) = whole.rsplit_once('/').ok_or(NAME)?;
            let from = folder.rfind('/').map_or(0, |slash| slash + 1);
            (&whole[from..], &folder[from..], clip)
        }
    };
    let code = clip.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if !SPEAKERS.contains(&speaker) || clip.len() != code.len() + 2 {
        return Err(NAME);
    }
    let label = match code {
        "n" => Emotion::Neutral,
        "h" => Emotion::Happy,
        "sa" => Emotion::Sad,
        "a" => Emotion::Angry,
        "f" => Emotion::Fearful,
        "d" => Emotion::Disgust,
        "su" => Emotion::Surprised,
        _ => return Err(NAME),
    };
    Ok(Labelled { name, speaker, label, intensity: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("AudioData/JK/sa15.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("JK/sa15", "JK", Emotion::Sad));
        let got = label("ALL/DC_a01.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("DC_a01", "DC", Emotion::Angry));
        for (clip, wanted) in [
            ("n30", Emotion::Neutral),
            ("h02", Emotion::Happy),
            ("f03", Emotion::Fearful),
            ("d04", Emotion::Disgust),
            ("su05", Emotion::Surprised),
        ] {
            assert_eq!(label(&format!("KL/{clip}.wav")).unwrap().label, wanted);
        }
        for path in
            ["a01.wav", "XX/a01.wav", "XX_a01.wav", "DC/a1.wav", "DC/a001.wav", "DC/s01.wav", "DC/01.wav", "DC_"]
        {
            assert_eq!(label(path).err().as_deref(), Some("not a SAVEE name"), "{path}");
        }
    }
}
