//! The clips of the bench: the golden tests' signals joined, again and again.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

pub const SAMPLE_RATE: usize = 16_000;
const SIGNALS: [&str; 6] = ["speech_en", "vowel_glide", "speech_en_f", "vowel_jitter", "noise_pink", "vowel_i_220"];
const LENGTHS: [usize; 3] = [3, 30, 300];
/// Bytes before the samples of a file that the project wrote.
const HEADER: usize = 44;

pub struct Clips {
    pub folder: PathBuf,
    pub all: Vec<Clip>,
}

/// A WAV file in the folder: 16 kHz, mono, 16 bit.
pub struct Clip {
    pub file: String,
    pub seconds: usize,
}

pub fn make(workspace: &Workspace) -> Result<Clips> {
    let signals = workspace.root.join("tests/data/golden/signals");
    let mut samples = Vec::new();
    for name in SIGNALS {
        let file = signals.join(format!("{name}.wav"));
        let bytes = fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
        ensure!(bytes.get(36..40) == Some(&b"data"[..]), "{} has another layout", file.display());
        samples.extend_from_slice(&bytes[HEADER..]);
    }
    let folder = workspace.target().join("bench-clips");
    fs::create_dir_all(&folder)?;
    let mut all = Vec::new();
    for seconds in LENGTHS {
        let file = format!("clip-{seconds}.wav");
        let length = seconds * SAMPLE_RATE * 2;
        let mut bytes = header(u32::try_from(length)?);
        bytes.extend(samples.iter().cycle().take(length));
        fs::write(folder.join(&file), bytes)?;
        all.push(Clip { file, seconds });
    }
    Ok(Clips { folder, all })
}

fn header(length: u32) -> Vec<u8> {
    let rate = SAMPLE_RATE as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((length + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(rate.to_le_bytes());
    bytes.extend((2 * rate).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend(length.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_as_long_as_the_project_writes_it() {
        let bytes = header(8);
        assert_eq!((bytes.len(), &bytes[36..40], bytes[4]), (HEADER, &b"data"[..], 44));
    }
}
