//! CREMA-D (Cao et al. 2014, doi:10.1109/TAFFC.2014.2336244): `AudioWAV/AAAA_SSS_EEE_LL`, actor, sentence, emotion, level.

use undertone::inference::Emotion;

use super::{Intensity, Labelled, Layout, Reason, stem};

pub(super) const LAYOUT: Layout = Layout {
    classes: &[Emotion::Neutral, Emotion::Happy, Emotion::Sad, Emotion::Angry, Emotion::Fearful, Emotion::Disgust],
    min_speakers: 2,
    label,
    expected: "the folder AudioWAV of CREMA-D, with names such as 1001_DFA_ANG_XX.wav",
};

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    const NAME: Reason = Reason::Borrowed("not a CREMA-D name");
    let name = stem(path);
    let fields: Vec<&str> = name.split('_').collect();
    let [actor, sentence, emotion, level] = fields[..] else { return Err(NAME) };
    let known_actor = actor.len() == 4 && actor.parse::<u32>().is_ok_and(|actor| (1001..=1091).contains(&actor));
    if !known_actor || sentence.len() != 3 || !sentence.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(NAME);
    }
    let emotion = match emotion {
        "NEU" => Emotion::Neutral,
        "HAP" => Emotion::Happy,
        "SAD" => Emotion::Sad,
        "ANG" => Emotion::Angry,
        "FEA" => Emotion::Fearful,
        "DIS" => Emotion::Disgust,
        _ => return Err(NAME),
    };
    let intensity = match level {
        "LO" => Some(Intensity::Low),
        "MD" => Some(Intensity::Normal),
        "HI" => Some(Intensity::Strong),
        // One clip of the official set ends in X instead of XX.
        "XX" | "X" => None,
        _ => return Err(NAME),
    };
    Ok(Labelled { name, speaker: actor, label: emotion, intensity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("AudioWAV/1091_IEO_FEA_HI.wav").unwrap();
        assert_eq!((got.name, got.speaker, got.label), ("1091_IEO_FEA_HI", "1091", Emotion::Fearful));
        assert_eq!(got.intensity, Some(Intensity::Strong));
        assert!(label("1040_ITH_SAD_X.ogg").is_ok());
        for name in ["1092_IEO_FEA_HI", "1001_IEO_CAL_HI", "1001_IEO_FEA", "1001_IEO_FEA_ZZ", "1001_ieo_FEA_HI"] {
            assert!(label(&format!("{name}.wav")).is_err(), "{name}");
        }
    }
}
