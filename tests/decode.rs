//! Decoding: every format that the page promises, and every kind of bad file.

mod support;

use proptest::prelude::*;
use support::{Sample, tone, voice, wav};
use undertone::Error;
use undertone::audio::{Audio, decode, prepare, resample};

fn level(audio: &Audio) -> f32 {
    let inner = &audio.samples()[audio.samples().len() / 4..audio.samples().len() * 3 / 4];
    (inner.iter().map(|x| x * x).sum::<f32>() / inner.len() as f32).sqrt()
}

#[test]
fn wav_of_every_layout_and_rate() {
    for layout in [Sample::U8, Sample::I16, Sample::I24, Sample::I32, Sample::F32] {
        for sample_rate in [8000, 22050, 44100, 48000, 96000] {
            for channels in [1, 2, 6] {
                let file = wav(&tone(sample_rate, 0.3), sample_rate, channels, layout);
                let got = decode(file, Some("wav")).unwrap();
                assert_eq!((got.channels, got.audio.sample_rate()), (channels.into(), sample_rate), "{layout:?}");
                assert!((got.audio.seconds() - 0.3).abs() < 0.001 && !got.truncated, "{layout:?} {sample_rate}");
                assert!((level(&got.audio) - 0.3535).abs() < 0.01, "{layout:?}: {}", level(&got.audio));
            }
        }
    }
}

#[test]
fn compressed_formats() {
    let files: [(&str, &str, &[u8]); 5] = [
        ("flac", "FLAC, 16 bit", include_bytes!("data/tone.flac")),
        ("mp3", "MP3", include_bytes!("data/tone.mp3")),
        ("ogg", "VORBIS", include_bytes!("data/tone.ogg")),
        ("m4a", "AAC", include_bytes!("data/tone.m4a")),
        ("aiff", "PCM, 16 bit", include_bytes!("data/tone.aiff")),
    ];
    for (extension, codec, bytes) in files {
        // The hint is only a hint: the content decides.
        for hint in [Some(extension), Some("wav"), None] {
            let got = decode(bytes.to_vec(), hint).unwrap_or_else(|error| panic!("{extension}: {error}"));
            assert_eq!((got.channels, got.audio.sample_rate()), (2, 44100), "{extension}");
            assert!((got.audio.seconds() - 0.5).abs() < 0.08, "{extension}: {} s", got.audio.seconds());
            assert!((level(&got.audio) - 0.3535).abs() < 0.02, "{extension}: {}", level(&got.audio));
            assert_eq!((got.codec.as_str(), got.truncated), (codec, false), "{extension}");
        }
    }
}

#[test]
fn bad_files_are_told_apart() {
    let good = wav(&tone(16000, 1.0), 16000, 1, Sample::I16);
    assert_eq!(decode(vec![], None).unwrap_err(), Error::EmptyFile);
    assert!(matches!(decode(b"This is a text.\n".repeat(40), Some("wav")), Err(Error::Unreadable { .. })));
    let named = decode(b"This is a text.\n".repeat(40), Some("webm")).unwrap_err();
    assert!(named.to_string().contains("its name ends in .webm"), "{named}");
    let webm = decode(include_bytes!("data/voice.webm").to_vec(), Some("webm")).unwrap_err();
    assert_eq!(webm, Error::Unsupported { what: "WebM or Matroska".into() });
    let opus = decode(include_bytes!("data/voice.opus").to_vec(), Some("opus")).unwrap_err();
    assert_eq!(opus, Error::Unsupported { what: "Opus".into() });
    let eight = wav(&tone(16000, 0.5), 16000, 8, Sample::I16);
    assert_eq!(decode(eight, None).unwrap_err(), Error::TooManyChannels { channels: 8, limit: 6 });
    let long = wav(&vec![0.1; 8000 * 600], 8000, 1, Sample::U8);
    assert!(matches!(decode(long, None), Err(Error::TooLong { .. })));
    let nan = wav(&[f32::NAN; 16000], 16000, 1, Sample::F32);
    assert_eq!(decode(nan, None).unwrap_err(), Error::NotFinite);
    let slow = wav(&tone(16000, 0.5), 1000, 1, Sample::I16);
    assert_eq!(decode(slow, None).unwrap_err(), Error::SampleRate { sample_rate: 1000 });
    let cut = decode(good[..good.len() / 2].to_vec(), Some("wav")).unwrap();
    assert!(cut.truncated && (cut.audio.seconds() - 0.5).abs() < 0.01, "{}", cut.audio.seconds());
    assert!(matches!(decode(good[..44].to_vec(), Some("wav")), Err(Error::TooShort { .. } | Error::Unreadable { .. })));
}

#[test]
fn a_short_sound_and_silence_are_refused_later() {
    let short = decode(wav(&tone(16000, 0.05), 16000, 1, Sample::I16), None).unwrap();
    assert!(matches!(prepare(&short.audio), Err(Error::TooShort { .. })));
    let silence = decode(wav(&[0.0; 16000], 16000, 1, Sample::I16), None).unwrap();
    assert_eq!(prepare(&silence.audio).unwrap_err(), Error::Silent);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn altered_bytes_never_panic(position in 0usize..2000, value in any::<u8>(), cut in 0usize..8000, kind in 0usize..4) {
        let files: [Vec<u8>; 4] = [
            wav(&voice(16000, 0.25), 16000, 1, Sample::I16),
            include_bytes!("data/tone.flac").to_vec(),
            include_bytes!("data/tone.ogg").to_vec(),
            include_bytes!("data/tone.m4a").to_vec(),
        ];
        let mut file = files[kind].clone();
        let position = position % file.len();
        file[position] = value;
        file.truncate(file.len().saturating_sub(cut).max(1));
        if let Ok(prepared) = decode(file, None).and_then(|got| resample(&got.audio, 16000)).and_then(|got| prepare(&got)) {
            prop_assert!(prepared.audio.samples().iter().all(|sample| sample.is_finite()));
        }
    }
}
