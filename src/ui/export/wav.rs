//! WAV files of 32-bit samples.

/// What stands before `samples` mono samples of 32-bit float, as bytes; nothing where they are too many for the format.
pub fn float_wav_header(sample_rate: u32, samples: u32) -> Option<Vec<u8>> {
    const FORMAT: u32 = 18;
    const FACT: u32 = 4;
    let data = samples.checked_mul(4)?;
    let whole = data.checked_add(4 + (8 + FORMAT) + (8 + FACT) + 8)?;
    let mut header = Vec::with_capacity(58);
    let chunk = |name: &[u8; 4], size: u32| [&name[..], &size.to_le_bytes()].concat();
    header.extend(chunk(b"RIFF", whole));
    header.extend(b"WAVE");
    header.extend(chunk(b"fmt ", FORMAT));
    header.extend([3u16, 1].map(u16::to_le_bytes).concat());
    header.extend([sample_rate, sample_rate.checked_mul(4)?].map(u32::to_le_bytes).concat());
    header.extend([4u16, 32, 0].map(u16::to_le_bytes).concat());
    header.extend(chunk(b"fact", FACT));
    header.extend(samples.to_le_bytes());
    header.extend(chunk(b"data", data));
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::MAX_BYTES;

    #[test]
    fn sizes_add_up() {
        let header = float_wav_header(16_000, 3).unwrap();
        assert_eq!(header.len(), 58);
        assert_eq!(header[4..8], (58 - 8 + 12u32).to_le_bytes());
        assert_eq!(header[20..28], [3, 0, 1, 0, 0x80, 0x3e, 0, 0]);
        assert_eq!(header[46..50], 3u32.to_le_bytes());
        assert_eq!(header[54..58], 12u32.to_le_bytes());
        assert!(float_wav_header(16_000, MAX_BYTES as u32).is_some());
        assert_eq!(float_wav_header(16_000, u32::MAX / 4), None);
    }
}
