//! What has been recorded so far, and how loud it is.

/// Seconds that a recording may last: what the pipeline takes, less a moment.
pub const MOST_SECONDS: f32 = 299.0;
/// The meter begins here, in dB of full scale.
pub const METER_FLOOR: f32 = -60.0;
/// The mark of the highest level falls by so much in a second, in dB.
const FALL: f32 = 12.0;
/// From here on a sample is at full scale.
const FULL_SCALE: f32 = 0.999;

/// Samples of one recording, mono.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Take {
    samples: Vec<f32>,
    sample_rate: u32,
    level: f32,
    hold: f32,
    clipped: bool,
}

impl Take {
    /// Nothing yet, at that rate.
    pub fn new(sample_rate: u32) -> Self {
        Self { sample_rate, level: METER_FLOOR, hold: METER_FLOOR, ..Self::default() }
    }

    /// Hears a block; it is kept where `keep`, up to [`MOST_SECONDS`].
    pub fn hear(&mut self, block: &[f32], keep: bool) {
        let peak = block.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        self.level = (20.0 * peak.max(1e-6).log10()).clamp(METER_FLOOR, 0.0);
        let fall = FALL * block.len() as f32 / self.sample_rate.max(1) as f32;
        self.hold = (self.hold - fall).max(self.level);
        if keep {
            self.clipped |= peak >= FULL_SCALE;
            let room = (MOST_SECONDS * self.sample_rate as f32) as usize;
            let room = room.saturating_sub(self.samples.len()).min(block.len());
            self.samples.extend_from_slice(&block[..room]);
        }
    }

    /// All samples.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Seconds kept.
    pub fn seconds(&self) -> f32 {
        self.samples.len() as f32 / self.sample_rate.max(1) as f32
    }

    /// Whether no more can be kept.
    pub fn is_full(&self) -> bool {
        self.seconds() >= MOST_SECONDS - 0.01
    }

    /// Highest level of the last block in dB of full scale, at least [`METER_FLOOR`].
    pub fn level(&self) -> f32 {
        self.level
    }

    /// Highest level of late, falling.
    pub fn hold(&self) -> f32 {
        self.hold
    }

    /// Whether anything that is kept stands at full scale.
    pub fn is_clipped(&self) -> bool {
        self.clipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_rises_at_once_and_its_mark_falls_slowly() {
        let mut take = Take::new(1000);
        take.hear(&[0.5; 100], true);
        assert!((take.level() + 6.02).abs() < 0.01 && take.hold() == take.level());
        take.hear(&[0.0; 100], true);
        assert_eq!(take.level(), METER_FLOOR);
        assert!((take.hold() + 7.22).abs() < 0.01, "{}", take.hold());
        assert!(!take.is_clipped());
        take.hear(&[1.0], false);
        assert!(!take.is_clipped(), "what is not kept does not count");
        take.hear(&[-1.0], true);
        assert!(take.is_clipped());
        assert_eq!(take.samples().len(), 201);
    }

    #[test]
    fn it_ends_before_the_limit() {
        let mut take = Take::new(100);
        for _ in 0..400 {
            take.hear(&[0.1; 100], true);
        }
        assert!(take.is_full() && take.samples().len() == 29_900);
        assert!(Take::new(0).seconds() == 0.0);
    }
}
