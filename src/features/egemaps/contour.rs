//! Smoothing and masking of contours. openSMILE's `cContourSmoother` and `cValbasedSelector`.

/// Mean over three frames (`sma3`), the ends continued by their own value; like openSMILE's, one frame longer than the
/// contour.
pub fn sma3(contour: &[f32]) -> Vec<f32> {
    smoothed(contour, |window| (window[1] + window[0] + window[2]) / 3.0)
}

/// [`sma3`] over those of the three frames that are not 0 (`sma3nz`); 0 stays 0.
pub fn sma3nz(contour: &[f32]) -> Vec<f32> {
    smoothed(contour, |[left, own, right]| {
        if own == 0.0 {
            return 0.0;
        }
        let count = 1 + u8::from(left != 0.0) + u8::from(right != 0.0);
        (own + left + right) / f32::from(count)
    })
}

fn smoothed(contour: &[f32], mean: impl Fn([f32; 3]) -> f32) -> Vec<f32> {
    let Some(last) = contour.len().checked_sub(1) else { return Vec::new() };
    let at = |i: usize| contour[i.min(last)];
    (0..=contour.len()).map(|i| mean([at(i.saturating_sub(1)), at(i), at(i + 1)])).collect()
}

/// The contour where `keep` holds for the pitch in semitones, 0 elsewhere; as long as the shorter of both.
pub fn masked(contour: &[f32], semitones: &[f32], keep: impl Fn(f32) -> bool) -> Vec<f32> {
    contour.iter().zip(semitones).map(|(value, pitch)| if keep(*pitch) { *value } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_continued_and_zeros_left_out() {
        assert_eq!(sma3(&[3.0, 6.0, 12.0]), [4.0, 7.0, 10.0, 12.0]);
        assert_eq!(sma3nz(&[0.0, 2.0, 4.0, 0.0]), [0.0, 3.0, 3.0, 0.0, 0.0]);
        assert!(sma3(&[]).is_empty());
        assert_eq!(masked(&[1.0, 2.0, 3.0], &[0.0, 40.0], |pitch| pitch > 0.0), [0.0, 2.0]);
    }
}
