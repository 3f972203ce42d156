//! Weights stored small: few levels in groups, each group with its own scale.

use std::str::FromStr;

use anyhow::bail;

use crate::onnx::{GraphBuilder, Value};

/// Weights that share a scale.
pub(super) const GROUP: usize = 64;

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    Float,
    /// Linear layers in groups of 64 with that odd number of levels around zero, convolutions with 255 levels an output
    /// channel; every level in one int8 byte.
    Levels(u8),
}

impl FromStr for Storage {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<u8>() {
            Ok(levels) if levels >= 3 && levels % 2 == 1 => Ok(Self::Levels(levels)),
            _ if text == "float" => Ok(Self::Float),
            _ => bail!("'{text}' is no number of levels; an odd one from 3 to 255, or float"),
        }
    }
}

impl Storage {
    /// The weight of a linear layer `[outputs, inputs]`, `inputs` a multiple of [`GROUP`].
    pub(super) fn linear(self, graph: &mut GraphBuilder, shape: [usize; 2], weight: &[f32]) -> Value {
        match self {
            Self::Float => graph.constant(&shape, weight),
            Self::Levels(levels) => {
                let (levels, scales) = rounded(weight, GROUP, levels);
                let groups = graph.constant_rounded(&[scales.len(), GROUP], &levels, &scales);
                graph.reshape(groups, &shape.map(|size| size as i64))
            }
        }
    }

    /// The weight of a convolution `[outputs, inputs, kernel]`.
    pub(super) fn convolution(self, graph: &mut GraphBuilder, shape: [usize; 3], weight: &[f32]) -> Value {
        match self {
            Self::Float => graph.constant(&shape, weight),
            Self::Levels(_) => {
                let (levels, scales) = rounded(weight, weight.len() / shape[0], u8::MAX);
                graph.constant_rounded(&shape, &levels, &scales)
            }
        }
    }
}

/// One of `levels` levels for each weight and one scale for every `group` weights. A scale keeps the 8 leading bits of its mantissa: what
/// follows would cost more bytes than it is worth.
pub(super) fn rounded(weights: &[f32], group: usize, levels: u8) -> (Vec<i8>, Vec<f32>) {
    let top = f32::from(levels / 2);
    let scales: Vec<f32> = weights
        .chunks(group)
        .map(|group| {
            let peak = group.iter().fold(0.0f32, |peak, weight| peak.max(weight.abs()));
            short(peak / top).max(f32::MIN_POSITIVE)
        })
        .collect();
    let level = |(index, weight): (usize, &f32)| (weight / scales[index / group]).round().clamp(-top, top) as i8;
    (weights.iter().enumerate().map(level).collect(), scales)
}

fn short(value: f32) -> f32 {
    f32::from_bits((value.to_bits() + 0x7fff) & 0xffff_0000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_back_to_half_a_level() {
        let weights: Vec<f32> = (0..256).map(|n| ((n * n) as f32).sin() * 0.1).chain([0.0; 64]).collect();
        for levels in [23, 255] {
            let (found, scales) = rounded(&weights, GROUP, levels);
            assert_eq!((found.len(), scales.len()), (320, 5));
            for (index, (weight, level)) in weights.iter().zip(&found).enumerate() {
                let scale = scales[index / GROUP];
                assert!((weight - f32::from(*level) * scale).abs() <= 0.51 * scale + 0.01 * weight.abs());
                assert!(level.unsigned_abs() <= levels / 2);
            }
        }
    }

    #[test]
    fn levels_are_odd_and_fit_a_byte() {
        assert_eq!("23".parse::<Storage>().unwrap(), Storage::Levels(23));
        assert_eq!("float".parse::<Storage>().unwrap(), Storage::Float);
        assert!(["1", "24", "257", "five"].iter().all(|text| text.parse::<Storage>().is_err()));
    }
}
