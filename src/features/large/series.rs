//! Functionals of one series, in the spirit of ComParE (Schuller et al. 2013): moments, percentiles, ranges, positions of the
//! extremes, lines and parabolas through it, rises and falls, peaks, levels, and the means of its thirds.

use crate::dsp::statistics::{moments, quantile_sorted, regression};

/// Names of the functionals of a descriptor, in order.
pub(super) const OF_DESCRIPTOR: [&str; 28] = [
    "mean",
    "stddev",
    "skewness",
    "kurtosis",
    "percentile1",
    "percentile10",
    "percentile25",
    "percentile50",
    "percentile75",
    "percentile90",
    "percentile99",
    "range1_99",
    "iqr25_75",
    "max_position",
    "min_position",
    "slope",
    "regression_error",
    "curvature",
    "quadratic_error",
    "rise_share",
    "rising_slope_mean",
    "falling_slope_mean",
    "peaks_per_second",
    "peak_over_mean",
    "uplevel_time75",
    "first_third_over_mean",
    "middle_third_over_mean",
    "last_third_over_mean",
];

/// Names of the functionals of a descriptor's delta, in order.
pub(super) const OF_DELTA: [&str; 10] = [
    "mean_absolute",
    "stddev",
    "skewness",
    "kurtosis",
    "percentile1",
    "percentile25",
    "percentile75",
    "percentile99",
    "max_position",
    "min_position",
];

const FRAMES_A_SECOND: f32 = 100.0;

/// Room that is used again for every series.
#[derive(Default)]
pub(super) struct Workspace {
    sorted: Vec<f32>,
}

impl Workspace {
    fn sort(&mut self, series: &[f32]) -> &[f32] {
        self.sorted.clear();
        self.sorted.extend_from_slice(series);
        self.sorted.sort_unstable_by(f32::total_cmp);
        &self.sorted
    }
}

/// Functionals of a descriptor with frames 10 ms apart; all 0 for an empty series.
pub(super) fn of_descriptor(series: &[f32], room: &mut Workspace) -> [f32; OF_DESCRIPTOR.len()] {
    if series.is_empty() {
        return [0.0; OF_DESCRIPTOR.len()];
    }
    let [mean, stddev, skewness, kurtosis] = moments(series);
    let sorted = room.sort(series);
    let [p1, p10, p25, p50, p75, p90, p99] =
        [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99].map(|q| quantile_sorted(sorted, q));
    let (max_position, min_position) = extremes(series);
    let (slope, regression_error) = regression(series);
    let (curvature, quadratic_error) = parabola(series, regression_error);
    let (rise_share, rising, falling) = steps(series);
    let (peaks, peak_over_mean) = peaks(series, mean, stddev);
    let threshold = sorted[0] + 0.75 * (sorted[sorted.len() - 1] - sorted[0]);
    let above = series.iter().filter(|value| **value > threshold).count() as f32 / series.len() as f32;
    let [first, middle, last] = thirds(series).map(|third| third - mean);
    [
        mean,
        stddev,
        skewness,
        kurtosis,
        p1,
        p10,
        p25,
        p50,
        p75,
        p90,
        p99,
        p99 - p1,
        p75 - p25,
        max_position,
        min_position,
        slope,
        regression_error,
        curvature,
        quadratic_error,
        rise_share,
        rising,
        falling,
        peaks,
        peak_over_mean,
        above,
        first,
        middle,
        last,
    ]
}

/// Functionals of a delta; all 0 for an empty series.
pub(super) fn of_delta(series: &[f32], room: &mut Workspace) -> [f32; OF_DELTA.len()] {
    if series.is_empty() {
        return [0.0; OF_DELTA.len()];
    }
    let [_, stddev, skewness, kurtosis] = moments(series);
    let mean_absolute = series.iter().map(|value| f64::from(value.abs())).sum::<f64>() / series.len() as f64;
    let sorted = room.sort(series);
    let [p1, p25, p75, p99] = [0.01, 0.25, 0.75, 0.99].map(|q| quantile_sorted(sorted, q));
    let (max_position, min_position) = extremes(series);
    [mean_absolute as f32, stddev, skewness, kurtosis, p1, p25, p75, p99, max_position, min_position]
}

/// Where the highest and the lowest value stand, 0 at the beginning, 1 at the end; the first of equals.
fn extremes(series: &[f32]) -> (f32, f32) {
    let (mut high, mut low) = (0, 0);
    for (index, value) in series.iter().enumerate() {
        if *value > series[high] {
            high = index;
        }
        if *value < series[low] {
            low = index;
        }
    }
    let last = (series.len() - 1).max(1) as f32;
    (high as f32 / last, low as f32 / last)
}

/// Coefficient of the square in the parabola through the series over the time 0..=1, and the root mean square error about
/// it, given that about the line. The parabola's own part is orthogonal to the line.
fn parabola(series: &[f32], line_error: f32) -> (f32, f32) {
    let n = series.len();
    if n < 3 {
        return (0.0, line_error);
    }
    let last = (n - 1) as f64;
    let center = (0..n).map(|i| (i as f64 / last - 0.5).powi(2)).sum::<f64>() / n as f64;
    let (mut along, mut norm) = (0.0, 0.0);
    for (i, value) in series.iter().enumerate() {
        let basis = (i as f64 / last - 0.5).powi(2) - center;
        along += basis * f64::from(*value);
        norm += basis * basis;
    }
    let coefficient = along / norm;
    let rest = f64::from(line_error).powi(2) - coefficient * along / n as f64;
    (coefficient as f32, rest.max(0.0).sqrt() as f32)
}

/// Share of the steps that rise, mean rise of those, mean fall of the others, a frame.
fn steps(series: &[f32]) -> (f32, f32, f32) {
    let (mut n_up, mut up, mut n_down, mut down) = (0usize, 0.0f64, 0usize, 0.0f64);
    for pair in series.windows(2) {
        let step = f64::from(pair[1]) - f64::from(pair[0]);
        if step > 0.0 {
            (n_up, up) = (n_up + 1, up + step);
        } else if step < 0.0 {
            (n_down, down) = (n_down + 1, down + step);
        }
    }
    let mean = |sum: f64, n: usize| (sum / n.max(1) as f64) as f32;
    (n_up as f32 / (series.len() - 1).max(1) as f32, mean(up, n_up), mean(down, n_down))
}

/// Peaks a second that rise above the mean by half a deviation, and their mean height over the mean.
fn peaks(series: &[f32], mean: f32, stddev: f32) -> (f32, f32) {
    let threshold = mean + 0.5 * stddev;
    let (mut count, mut sum) = (0usize, 0.0f64);
    for triple in series.windows(3) {
        if triple[1] > triple[0] && triple[1] >= triple[2] && triple[1] > threshold {
            count += 1;
            sum += f64::from(triple[1] - mean);
        }
    }
    (count as f32 * FRAMES_A_SECOND / series.len() as f32, (sum / count.max(1) as f64) as f32)
}

fn thirds(series: &[f32]) -> [f32; 3] {
    let n = series.len();
    [0, 1, 2].map(|part| {
        let (from, to) = (part * n / 3, ((part + 1) * n / 3).max(part * n / 3 + 1).min(n));
        crate::dsp::statistics::mean(&series[from.min(n - 1)..to.max(from.min(n - 1) + 1)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(series: &[f32], name: &str) -> f32 {
        let at = OF_DESCRIPTOR.iter().position(|own| *own == name).unwrap();
        of_descriptor(series, &mut Workspace::default())[at]
    }

    #[test]
    fn a_parabola_is_recognised() {
        let series: Vec<f32> = (0..=100).map(|i| 2.0 + 3.0 * (i as f32 / 100.0).powi(2)).collect();
        assert!((named(&series, "curvature") - 3.0).abs() < 1e-4);
        assert!(named(&series, "quadratic_error") < 1e-3 && named(&series, "regression_error") > 0.1);
        assert_eq!((named(&series, "max_position"), named(&series, "min_position")), (1.0, 0.0));
        assert_eq!(named(&series, "rise_share"), 1.0);
    }

    #[test]
    fn peaks_are_counted_a_second() {
        let series: Vec<f32> = (0..200).map(|i| (std::f32::consts::TAU * i as f32 / 25.0).sin()).collect();
        assert!((named(&series, "peaks_per_second") - 4.0).abs() < 0.01);
        assert!((named(&series, "peak_over_mean") - 1.0).abs() < 0.02);
        assert!((named(&series, "uplevel_time75") - 1.0 / 3.0).abs() < 0.03);
    }

    #[test]
    fn thirds_are_those_of_time() {
        let series: Vec<f32> = (0..30).map(|i| (i / 10) as f32).collect();
        let found = ["first", "middle", "last"].map(|part| named(&series, &format!("{part}_third_over_mean")));
        assert_eq!(found, [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn every_length_gives_finite_numbers() {
        for n in 0..12 {
            for series in [vec![1e30; n], (0..n).map(|i| (i * i) as f32 * 1e-30).collect(), vec![-0.0; n]] {
                assert!(of_descriptor(&series, &mut Workspace::default()).iter().all(|value| value.is_finite()));
                assert!(of_delta(&series, &mut Workspace::default()).iter().all(|value| value.is_finite()));
            }
        }
    }
}
