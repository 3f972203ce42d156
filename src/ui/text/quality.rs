//! Words about the recording.

use super::Attribute;
use crate::analysis::{Analysis, RecordingQuality};

/// Title of what the recording allows.
pub const QUALITY: &str = "Quality of the recording";

/// Seconds of kept sound in which somebody speaks.
pub fn speech_seconds(analysis: &Analysis) -> f32 {
    let kept: f32 = analysis.kept.iter().map(|(from, to)| to - from).sum();
    kept * (1.0 - analysis.voice.pause_share.unwrap_or(0.0)).clamp(0.0, 1.0)
}

/// What was measured, in the order of the page.
pub fn recording_quality(quality: &RecordingQuality, speech: f32) -> [Attribute; 5] {
    let attribute = |id, name, word: &str, number: String| Attribute {
        id,
        name,
        word: word.to_owned(),
        numbers: vec![number.replace('-', "\u{2212}")],
    };
    let much = match speech {
        seconds if seconds < 1.0 => "Very little",
        seconds if seconds < 2.0 => "Little",
        _ => "Enough",
    };
    let noise = match quality.snr_db {
        db if db < 10.0 => "Loud",
        db if db < 20.0 => "Some",
        _ => "Hardly any",
    };
    let level = match quality.peak_dbfs {
        db if db < -30.0 => "Faint",
        db if db < -1.0 => "Good",
        _ => "Full scale",
    };
    let clipping = match quality.clipped_share {
        share if share > 1e-3 => "Clipped",
        share if share > 0.0 => "A trace",
        _ => "None",
    };
    let band = match quality.bandwidth_hz {
        hz if hz < 4_200.0 => "As on a telephone",
        hz if hz < 6_000.0 => "Narrow",
        _ => "Full",
    };
    let snr = if quality.snr_db >= 60.0 {
        "over 60 dB under the voice".into()
    } else {
        format!("{:.0} dB under the voice", quality.snr_db)
    };
    [
        attribute("speech", "Speech", much, format!("{speech:.1} s")),
        attribute("noise", "Noise", noise, snr),
        attribute("peak", "Level", level, format!("{:.1} dB of full scale, peak", quality.peak_dbfs)),
        attribute("clipping", "Clipping", clipping, format!("{:.1} % of the samples", 100.0 * quality.clipped_share)),
        attribute("band", "Frequencies", band, format!("up to {:.1} kHz", quality.bandwidth_hz / 1000.0)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_the_numbers() {
        let words = |snr_db, peak_dbfs, clipped_share, bandwidth_hz| {
            recording_quality(&RecordingQuality { peak_dbfs, clipped_share, snr_db, bandwidth_hz }, 1.5)
                .map(|attribute| attribute.word)
        };
        assert_eq!(words(45.0, -6.0, 0.0, 8000.0), ["Little", "Hardly any", "Good", "None", "Full"]);
        assert_eq!(words(5.0, -40.0, 0.02, 3400.0), ["Little", "Loud", "Faint", "Clipped", "As on a telephone"]);
        let shown = recording_quality(&RecordingQuality { peak_dbfs: -6.04, ..RecordingQuality::default() }, 3.0);
        assert_eq!(shown[0].numbers, ["3.0 s"]);
        assert_eq!(shown[2].numbers, ["\u{2212}6.0 dB of full scale, peak"]);
    }
}
