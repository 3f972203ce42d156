//! A level meter as studios have them: it rises at once, falls slowly, holds the peak, and keeps a light on after clipping.

/// The lowest level that is shown, in dB below full scale.
pub const FLOOR_DB: f32 = -60.0;
/// From here on a sample counts as cut off.
const CLIPPING: f32 = 0.999;
const FALL_DB_PER_SECOND: f32 = 40.0;
const HOLD_SECONDS: f32 = 1.5;
const LIGHT_SECONDS: f32 = 2.0;
/// A voice that stays below this for so long is hardly there.
const FAINT: (f32, f32) = (-50.0, 3.0);

/// What has been heard up to now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meter {
    /// dB relative to full scale, [`FLOOR_DB`] at least.
    pub level: f32,
    /// The peak that is held.
    pub hold: f32,
    /// Whether samples have been cut off a moment ago.
    pub clipping: bool,
    loudest: f32,
    seconds: f32,
    since_hold: f32,
    since_clipping: f32,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            level: FLOOR_DB,
            hold: FLOOR_DB,
            clipping: false,
            loudest: FLOOR_DB,
            seconds: 0.0,
            since_hold: 0.0,
            since_clipping: LIGHT_SECONDS,
        }
    }
}

impl Meter {
    /// After `seconds` more, whose largest absolute sample was `peak`.
    pub fn after(self, peak: f32, seconds: f32) -> Self {
        let now = decibels(peak);
        let level = now.max(self.level - FALL_DB_PER_SECOND * seconds).max(FLOOR_DB);
        let since_hold = self.since_hold + seconds;
        let keeps = self.hold > level && since_hold < HOLD_SECONDS;
        let since_clipping = if peak >= CLIPPING { 0.0 } else { self.since_clipping + seconds };
        Self {
            level,
            hold: if keeps { self.hold } else { level },
            clipping: since_clipping < LIGHT_SECONDS,
            loudest: self.loudest.max(now),
            seconds: self.seconds + seconds,
            since_hold: if keeps { since_hold } else { 0.0 },
            since_clipping,
        }
    }

    /// Whether hardly anything has been heard so far.
    pub fn is_faint(&self) -> bool {
        self.seconds >= FAINT.1 && self.loudest < FAINT.0
    }
}

fn decibels(peak: f32) -> f32 {
    (20.0 * peak.log10()).max(FLOOR_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_at_once_falls_slowly_and_holds_the_peak() {
        let loud = Meter::default().after(0.5, 0.04);
        assert!((loud.level + 6.02).abs() < 0.01 && loud.hold == loud.level);
        let later = loud.after(0.0, 0.5);
        assert!((later.level + 26.02).abs() < 0.01, "{later:?}");
        assert_eq!(later.hold, loud.hold);
        assert_eq!(later.after(0.0, 1.1).hold, FLOOR_DB);
        assert!(later.after(0.25, 1.1).hold > -12.1);
    }

    #[test]
    fn the_light_of_clipping_stays_on_for_a_while() {
        let clipped = Meter::default().after(1.0, 0.04);
        assert!(clipped.clipping && clipped.after(0.1, 1.0).clipping);
        assert!(!clipped.after(0.1, 2.0).clipping);
        assert!(!Meter::default().after(0.9, 0.04).clipping);
    }

    #[test]
    fn silence_is_finite_and_faint() {
        let silent = Meter::default().after(0.0, 3.0);
        assert_eq!(silent.level, FLOOR_DB);
        assert!(silent.is_faint() && !Meter::default().is_faint());
        assert!(!silent.after(0.1, 0.1).is_faint());
    }
}
