//! How a window of a spectrogram is shown to a network.

use std::borrow::Cow;

use undertone::features::ColorMap;

/// In one channel, or as a colour picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// The log-mel values themselves.
    LogMel,
    /// Red, green and blue of the colour map, from -1 to 1: what networks for photographs see.
    Rgb(ColorMap),
}

impl Paint {
    /// Pictures that a window becomes.
    pub fn channels(self) -> usize {
        match self {
            Self::LogMel => 1,
            Self::Rgb(_) => 3,
        }
    }

    /// A window's values, channel by channel.
    pub fn of(self, window: &[f32]) -> Cow<'_, [f32]> {
        let Self::Rgb(map) = self else { return Cow::Borrowed(window) };
        let low = window.iter().copied().fold(f32::INFINITY, f32::min);
        let high = window.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let scale = if high > low { 255.0 / (high - low) } else { 0.0 };
        let mut painted = vec![0.0; 3 * window.len()];
        for (index, value) in window.iter().enumerate() {
            let color = map.color(((value - low) * scale).round().clamp(0.0, 255.0) as u8);
            for (channel, byte) in color.into_iter().enumerate() {
                painted[channel * window.len() + index] = f32::from(byte) / 127.5 - 1.0;
            }
        }
        Cow::Owned(painted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_three_channels_and_the_loudest_is_the_brightest() {
        let window = [-2.0, 0.0, 1.0];
        assert_eq!(Paint::LogMel.of(&window).as_ref(), window);
        let painted = Paint::Rgb(ColorMap::Magma).of(&window).into_owned();
        assert!(painted.len() == 9 && painted.iter().all(|value| (-1.0..=1.0).contains(value)));
        let brightness = |pixel: usize| painted[pixel] + painted[3 + pixel] + painted[6 + pixel];
        assert!(brightness(0) < brightness(1) && brightness(1) < brightness(2));
    }
}
