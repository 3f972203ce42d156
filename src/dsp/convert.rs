//! Frequency scales.

/// Hz to mel on Slaney's scale (Auditory Toolbox 1998): linear below 1 kHz, logarithmic above. `librosa.hz_to_mel`.
pub fn hz_to_mel(hz: f64) -> f64 {
    const HZ_PER_MEL: f64 = 200.0 / 3.0;
    if hz < 1000.0 { hz / HZ_PER_MEL } else { 15.0 + (hz / 1000.0).ln() / (6.4f64.ln() / 27.0) }
}

/// The inverse of [`hz_to_mel`]. `librosa.mel_to_hz`.
pub fn mel_to_hz(mel: f64) -> f64 {
    const HZ_PER_MEL: f64 = 200.0 / 3.0;
    if mel < 15.0 { mel * HZ_PER_MEL } else { 1000.0 * ((mel - 15.0) * (6.4f64.ln() / 27.0)).exp() }
}

/// Hz to mel as HTK: `2595 log10(1 + hz / 700)`. `librosa.hz_to_mel(htk=True)`.
pub fn hz_to_mel_htk(hz: f64) -> f64 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

/// The inverse of [`hz_to_mel_htk`].
pub fn mel_to_hz_htk(mel: f64) -> f64 {
    700.0 * (10f64.powf(mel / 2595.0) - 1.0)
}

/// Semitones above 27.5 Hz, openSMILE's `F0semitoneFrom27.5Hz`.
pub fn hz_to_semitone(hz: f32) -> f32 {
    (12.0 * (f64::from(hz) / 27.5).log2()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mel_scale_has_librosas_values_and_inverts() {
        assert!((hz_to_mel(60.0) - 0.9).abs() < 1e-9);
        assert!((hz_to_mel(4000.0) - 35.163_76).abs() < 1e-4);
        for hz in [0.0, 10.0, 999.0, 1000.0, 4321.0, 8000.0] {
            assert!((mel_to_hz(hz_to_mel(hz)) - hz).abs() < 1e-6);
            assert!((mel_to_hz_htk(hz_to_mel_htk(hz)) - hz).abs() < 1e-6);
        }
    }

    #[test]
    fn an_octave_is_twelve_semitones() {
        assert!((hz_to_semitone(55.0) - 12.0).abs() < 1e-5);
    }
}
