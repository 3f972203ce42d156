//! RAVDESS speech (Livingstone & Russo 2018, doi:10.1371/journal.pone.0196391): the official zip, its folders, or any
//! copy that keeps the file names, `03-01-EE-II-SS-RR-AA` (modality, channel, emotion, intensity, statement, repetition,
//! actor).

use undertone::inference::Emotion;

use super::{Intensity, Labelled, Layout, Reason, stem};

pub(super) const NAME: Reason = Reason::Borrowed("not a RAVDESS name");
pub(super) const SPEECH: &str = "01";
pub(super) const SONG: &str = "02";

pub(super) const LAYOUT: Layout = Layout {
    classes: &Emotion::ALL,
    min_speakers: 2,
    label,
    expected: "Audio_Speech_Actors_01-24.zip or its folders Actor_01 to Actor_24",
};

/// Clips of a complete actor: 4 neutral, 8 of each other class.
pub fn clips_per_actor(label: Emotion) -> usize {
    if label == Emotion::Neutral { 4 } else { 8 }
}

fn label(path: &str) -> Result<Labelled<'_>, Reason> {
    match parse(path)? {
        (SPEECH, labelled) => Ok(labelled),
        _ => Err("song, not speech".into()),
    }
}

/// Channel and label of an audio file of RAVDESS, speech or song.
pub(super) fn parse(path: &str) -> Result<(&str, Labelled<'_>), Reason> {
    let name = stem(path);
    let fields: Vec<&str> = name.split('-').collect();
    let [modality, channel, emotion, intensity, statement, repetition, actor] = fields[..] else { return Err(NAME) };
    if fields.iter().any(|field| field.len() != 2 || !field.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(NAME);
    }
    let number = |field: &str| field.parse::<usize>().map_err(|_| NAME);
    match (modality, channel) {
        ("03", SPEECH | SONG) => {}
        ("01" | "02", SPEECH | SONG) => return Err("video".into()),
        _ => return Err(NAME),
    }
    let emotion = number(emotion)?.checked_sub(1).and_then(Emotion::from_index).ok_or(NAME)?;
    let intensity = match intensity {
        "01" => Intensity::Normal,
        "02" if emotion != Emotion::Neutral => Intensity::Strong,
        _ => return Err(NAME),
    };
    let in_pair = |field: &str| matches!(field, "01" | "02");
    if !in_pair(statement) || !in_pair(repetition) || !(1..=24).contains(&number(actor)?) {
        return Err(NAME);
    }
    Ok((channel, Labelled { name, speaker: actor, label: emotion, intensity: Some(intensity) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let got = label("audio_speech_actors_01-24/Actor_12/03-01-06-01-02-01-12.wav").unwrap();
        assert_eq!((got.name, got.speaker), ("03-01-06-01-02-01-12", "12"));
        assert_eq!((got.label, got.intensity), (Emotion::Fearful, Some(Intensity::Normal)));
        let got = label("03-01-08-02-02-01-24.flac").unwrap();
        assert_eq!((got.label, got.intensity), (Emotion::Surprised, Some(Intensity::Strong)));
    }

    #[test]
    fn what_is_no_speech_clip_says_why() {
        assert_eq!(label("Actor_01/03-02-01-01-01-01-01.wav").err().as_deref(), Some("song, not speech"));
        assert_eq!(label("Actor_01/01-01-01-01-01-01-01.mp4").err().as_deref(), Some("video"));
        for name in [
            "03-01-01-02-01-01-01",
            "03-01-00-01-01-01-01",
            "03-01-09-01-01-01-01",
            "03-01-03-03-01-01-01",
            "03-01-03-01-03-01-01",
            "03-01-03-01-01-00-01",
            "03-01-03-01-01-01-25",
            "03-01-03-01-01-01-00",
            "03-01-03-01-01-01",
            "03-01-03-01-01-01-01-01",
            "03-01-03-01-01-01-+1",
            "03-01-3-01-01-01-01",
            "hello",
            "",
        ] {
            assert_eq!(label(&format!("{name}.wav")).err().as_deref(), Some("not a RAVDESS name"), "{name}");
        }
    }
}
