//! WAV files as a test needs them: right, and wrong in every way.

/// How samples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Unsigned, 8 bits.
    Pcm8,
    /// Signed, 16 bits.
    Pcm16,
    /// IEEE float, 32 bits.
    Float32,
}

/// A WAV file; `samples` are interleaved, in -1..=1.
pub fn wav(samples: &[f32], sample_rate: u32, channels: u16, encoding: Encoding) -> Vec<u8> {
    let (format, bits) = match encoding {
        Encoding::Pcm8 => (1_u16, 8_u16),
        Encoding::Pcm16 => (1, 16),
        Encoding::Float32 => (3, 32),
    };
    let mut data = Vec::with_capacity(samples.len() * usize::from(bits / 8));
    for sample in samples {
        match encoding {
            Encoding::Pcm8 => data.push((sample * 127.0 + 128.0).round().clamp(0.0, 255.0) as u8),
            Encoding::Pcm16 => data.extend(((sample * 32767.0).round() as i16).to_le_bytes()),
            Encoding::Float32 => data.extend(sample.to_le_bytes()),
        }
    }
    let frame = channels * (bits / 8);
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(data.len() + 44);
    file.extend(b"RIFF");
    file.extend(length.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(format.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(sample_rate.to_le_bytes());
    file.extend((sample_rate * u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(data);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_data_are_as_long_as_they_say() {
        let file = wav(&[0.0, 0.5, -0.5, 1.0], 8000, 2, Encoding::Pcm16);
        assert_eq!(file.len(), 44 + 8);
        assert_eq!(file[4..8], 44_u32.to_le_bytes());
        assert_eq!(file[22..24], 2_u16.to_le_bytes());
        assert_eq!(file[28..32], 32_000_u32.to_le_bytes());
        assert_eq!(file[40..44], 8_u32.to_le_bytes());
        assert_eq!(wav(&[0.0], 8000, 1, Encoding::Pcm8)[44], 128);
    }
}
