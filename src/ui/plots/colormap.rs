//! Magma, the perceptually uniform colour map of matplotlib (van der Walt and Smith, 2015), as a polynomial of degree 6
//! in each channel (Zucker, 2019).

const COEFFICIENTS: [[f32; 3]; 7] = [
    [-0.002_136_485, -0.000_749_655, -0.005_386_128],
    [0.251_660_54, 0.677_523_24, 2.494_026_6],
    [8.353_717, -3.577_719_5, 0.314_467_9],
    [-27.668_733, 14.264_731, -13.649_213],
    [52.176_14, -27.943_606, 12.944_169],
    [-50.768_525, 29.046_583, 4.234_153],
    [18.655_706, -11.489_774, -5.601_961_5],
];

/// The colour of `value`, 0 the darkest, 255 the brightest, as sRGB bytes.
pub(super) fn magma(value: u8) -> [u8; 3] {
    let t = f32::from(value) / 255.0;
    [0, 1, 2].map(|channel| {
        let y = COEFFICIENTS.iter().rev().fold(0.0, |sum, row| sum * t + row[channel]);
        (y.clamp(0.0, 1.0) * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_matplotlib() {
        for (value, expected) in [(0, [0, 0, 4]), (128, [183, 55, 121]), (255, [252, 253, 191])] {
            for (ours, theirs) in magma(value).into_iter().zip(expected) {
                assert!(ours.abs_diff(theirs) <= 6, "{value}: {ours} beside {theirs}");
            }
        }
    }
}
