//! The log-mel spectrogram as the convolutional networks see it.

use super::{FeatureConfig, FrameMatrix, MelSpectrogram};

/// Log10 mel powers `[n_mels, n_frames]` less their mean over the clip: the recording's gain cancels.
pub fn relative_image(mel: &MelSpectrogram) -> FrameMatrix {
    let mean = mel.values.iter().map(|v| f64::from(*v)).sum::<f64>() / mel.values.len().max(1) as f64;
    mel.values.mapv(|value| value - mean as f32)
}

/// Windows `[n_mels, window_frames]`, row by row, of an image: one for a short clip (centred, its lowest value around it),
/// otherwise overlapping ones that cover the whole clip evenly. At least one.
pub fn cnn_windows(image: &FrameMatrix, config: &FeatureConfig) -> Vec<Vec<f32>> {
    let (n_mels, n_frames) = image.dim();
    let width = config.window_frames;
    let spare = n_frames.saturating_sub(width);
    let count = 1 + spare.div_ceil(config.window_hop);
    let floor = image.iter().copied().fold(f32::INFINITY, f32::min);
    (0..count)
        .map(|index| {
            let start = if count == 1 { 0 } else { spare * index / (count - 1) };
            let mut window = vec![floor; n_mels * width];
            let used = n_frames.min(width);
            let offset = (width - used) / 2;
            for (row, values) in image.rows().into_iter().enumerate() {
                for frame in 0..used {
                    window[row * width + offset + frame] = values[start + frame];
                }
            }
            window
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_short_and_long_clips() {
        let config = FeatureConfig { window_frames: 16, window_hop: 8, ..FeatureConfig::default() };
        let short = FrameMatrix::from_elem((2, 4), 1.0);
        let windows = cnn_windows(&short, &config);
        assert_eq!((windows.len(), windows[0].len()), (1, 32));
        let long = FrameMatrix::from_shape_fn((2, 41), |(_, t)| t as f32);
        let windows = cnn_windows(&long, &config);
        assert_eq!(windows.len(), 5);
        assert_eq!((windows[0][0], windows[4][15]), (0.0, 40.0));
    }
}
