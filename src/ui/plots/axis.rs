//! Where the ticks of an axis stand.

/// Round values in `0..=end`, about `wanted` of them, and the decimals they need.
pub(super) fn ticks(end: f64, wanted: usize) -> (Vec<f64>, usize) {
    if !(end.is_finite() && end > 0.0) {
        return (vec![0.0], 0);
    }
    let rough = end / wanted.max(1) as f64;
    let magnitude = 10f64.powf(rough.log10().floor());
    let step =
        magnitude * [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * magnitude >= rough * 0.999).unwrap_or(10.0);
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    let count = (end / step + 1e-9).floor() as usize;
    ((0..=count).map(|index| index as f64 * step).collect(), decimals)
}

/// Place of `hz` among the bands' centres, in bands from the lowest centre; `None` outside them.
pub(super) fn band_of(hz: f32, centers_hz: &[f32]) -> Option<f64> {
    let upper = centers_hz.iter().position(|center| *center >= hz)?;
    if upper == 0 {
        return (centers_hz[0] == hz).then_some(0.0);
    }
    let (low, high) = (centers_hz[upper - 1], centers_hz[upper]);
    Some((upper - 1) as f64 + f64::from((hz - low) / (high - low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(3.4, 7), (vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0], 1));
        assert_eq!(ticks(60.0, 6), (vec![0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0], 0));
        assert_eq!(ticks(0.25, 4).1, 1);
        assert_eq!(ticks(0.0, 4), (vec![0.0], 0));
    }

    #[test]
    fn bands_are_interpolated() {
        let centers = [100.0, 200.0, 400.0];
        assert_eq!(band_of(300.0, &centers), Some(1.5));
        assert_eq!(band_of(100.0, &centers), Some(0.0));
        assert_eq!(band_of(50.0, &centers), None);
        assert_eq!(band_of(500.0, &centers), None);
    }
}
