//! The mel spectrogram as a colour picture, which networks for photographs see.

use ndarray::{Array3, ArrayView2};

use super::ColorMap;

/// A picture `[height, width, 3]` of sRGB bytes of a log-mel spectrogram `[n_mels, n_frames]`: the lowest band at the
/// bottom, the first frame at the left, the lowest value of the clip darkest and the highest brightest. Resized by
/// triangle filters as wide as what they make smaller (Pillow's `BILINEAR`); a spectrogram of one value, or of none, is
/// dark.
pub fn picture(log_mel: ArrayView2<f32>, map: ColorMap, height: usize, width: usize) -> Array3<u8> {
    let (n_mels, n_frames) = log_mel.dim();
    let low = log_mel.iter().copied().fold(f32::INFINITY, f32::min);
    let high = log_mel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let scale = if high > low { 255.0 / (high - low) } else { 0.0 };

    let columns = triangles(n_frames, width);
    let mut narrowed = vec![0.0; n_mels * width];
    for (band, row) in log_mel.rows().into_iter().enumerate() {
        for (column, (first, weights)) in columns.iter().enumerate() {
            let values = row.iter().skip(*first).zip(weights);
            narrowed[band * width + column] = values.map(|(value, weight)| (value - low) * scale * weight).sum();
        }
    }

    let rows = triangles(n_mels, height);
    let mut picture = Array3::zeros((height, width, 3));
    for (y, (first, weights)) in rows.iter().rev().enumerate() {
        for x in 0..width {
            let values = (*first..).zip(weights).map(|(band, weight)| narrowed[band * width + x] * weight);
            let color = map.color(values.sum::<f32>().clamp(0.0, 255.0).round() as u8);
            for (channel, value) in color.into_iter().enumerate() {
                picture[[y, x, channel]] = value;
            }
        }
    }
    picture
}

/// A spectrogram `[n_mels, n_frames]` resized to `height` rows, the lowest band first, and `width` columns, row by row, by the
/// filters of [`picture`]; its values are kept.
pub fn resized(values: ArrayView2<f32>, height: usize, width: usize) -> Vec<f32> {
    let (n_mels, n_frames) = values.dim();
    let (rows, columns) = (triangles(n_mels, height), triangles(n_frames, width));
    let at = |band: usize, (first, weights): &(usize, Vec<f32>)| -> f32 {
        weights.iter().enumerate().map(|(n, weight)| values[[band, first + n]] * weight).sum()
    };
    let pixel = |(first, bands): &(usize, Vec<f32>), column: &(usize, Vec<f32>)| -> f32 {
        bands.iter().enumerate().map(|(n, weight)| weight * at(first + n, column)).sum()
    };
    rows.iter().flat_map(|row| columns.iter().map(move |column| (row, column))).map(|(r, c)| pixel(r, c)).collect()
}

/// For each of `to` places the first of `from` values under its triangle, and the weights from there on, of sum 1.
fn triangles(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let step = from as f64 / to.max(1) as f64;
    let reach = step.max(1.0);
    let triangle = |place: usize| {
        let center = (place as f64 + 0.5) * step;
        let first = (center - reach + 0.5).max(0.0) as usize;
        let end = ((center + reach + 0.5) as usize).min(from);
        let weight = |i: usize| (1.0 - ((i as f64 + 0.5 - center) / reach).abs()).max(0.0);
        let total: f64 = (first..end).map(weight).sum::<f64>().max(f64::MIN_POSITIVE);
        (first, (first..end).map(|i| (weight(i) / total) as f32).collect())
    };
    (0..to).map(triangle).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn resizing_keeps_a_slope_and_its_mean() {
        let values = Array2::from_shape_fn((8, 12), |(band, frame)| band as f32 + 0.1 * frame as f32);
        let small = resized(values.view(), 4, 6);
        assert_eq!(small.len(), 24);
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        assert!((mean(&small) - mean(&values.into_raw_vec_and_offset().0)).abs() < 0.05);
        assert!(small[0] < small[5] && small[0] < small[18]);
    }

    fn pixel(picture: &Array3<u8>, y: usize, x: usize) -> [u8; 3] {
        [0, 1, 2].map(|channel| picture[[y, x, channel]])
    }

    #[test]
    fn low_bands_are_at_the_bottom_and_loud_ones_bright() {
        let mut log_mel = Array2::from_elem((4, 6), -80.0f32);
        log_mel[[0, 5]] = 0.0;
        let made = picture(log_mel.view(), ColorMap::Magma, 4, 6);
        assert_eq!(pixel(&made, 3, 5), ColorMap::Magma.color(255));
        assert_eq!(pixel(&made, 0, 5), ColorMap::Magma.color(0));
        assert_eq!(pixel(&made, 3, 4), ColorMap::Magma.color(0));
    }

    #[test]
    fn any_size_is_taken() {
        for (n_mels, n_frames) in [(0, 0), (1, 1), (80, 301), (3, 0)] {
            let log_mel = Array2::from_shape_fn((n_mels, n_frames), |(m, t)| (m + t) as f32);
            for (height, width) in [(0, 0), (1, 1), (224, 224), (7, 500)] {
                assert_eq!(picture(log_mel.view(), ColorMap::Viridis, height, width).dim(), (height, width, 3));
            }
        }
    }

    #[test]
    fn a_narrow_picture_is_an_average() {
        let log_mel = Array2::from_shape_fn((2, 100), |(_, t)| (t % 2) as f32);
        let made = picture(log_mel.view(), ColorMap::Viridis, 2, 10);
        for x in 1..9 {
            let middle = [127, 128].map(|value| ColorMap::Viridis.color(value));
            assert!(middle.contains(&pixel(&made, 0, x)));
        }
    }
}
