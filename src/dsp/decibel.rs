//! Level in decibels.

/// `10 log10(max(power, amin))`, as `librosa.power_to_db(ref=1, top_db=None)`; rounded from double precision, and so the
/// same on every machine.
pub fn power_to_db(power: f32, amin: f32) -> f32 {
    (10.0 * f64::from(power.max(amin)).log10()) as f32
}

/// Decibels to an amplitude ratio.
pub fn db_to_amplitude(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decibels() {
        assert_eq!(power_to_db(100.0, 1e-10), 20.0);
        assert_eq!(power_to_db(0.0, 1e-10), -100.0);
        assert!((db_to_amplitude(-20.0) - 0.1).abs() < 1e-7);
    }
}
