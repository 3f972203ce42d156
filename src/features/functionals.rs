//! Functionals: one number a descriptor and statistic, for the whole clip.

use super::{Descriptors, F0Contour};
use crate::dsp::convert::hz_to_semitone;
use crate::dsp::statistics::{moments, quantile_sorted, regression};

/// Statistics of every descriptor, in order.
pub(super) const STATISTICS: [&str; 11] = [
    "mean",
    "stddev",
    "skewness",
    "kurtosis",
    "percentile5",
    "percentile25",
    "percentile50",
    "percentile75",
    "percentile95",
    "slope",
    "regression_error",
];

/// Names of the values that describe voicing and timing.
pub(super) const TIMING: [&str; 6] = [
    "voiced_ratio",
    "voiced_segment_seconds_mean",
    "voiced_segment_seconds_stddev",
    "unvoiced_segment_seconds_mean",
    "voiced_segments_per_second",
    "clip_seconds_log",
];

const FRAME_SECONDS: f32 = 0.01;

/// All functionals in the order of [`functional_names`](super::functional_names): every statistic of every descriptor,
/// then those of f0 in semitones (voiced frames only) and of its frame-to-frame change, then voicing and timing. Finite.
pub fn functionals(descriptors: &Descriptors, f0: &F0Contour) -> Vec<f32> {
    let mut values = Vec::new();
    let mut row_values = Vec::with_capacity(descriptors.values.ncols());
    for row in descriptors.values.rows() {
        row_values.clear();
        row_values.extend(row.iter().copied());
        push_statistics(&row_values, &mut values);
    }
    let semitones: Vec<f32> = f0.hz.iter().flatten().map(|hz| hz_to_semitone(*hz)).collect();
    push_statistics(&semitones, &mut values);
    let changes: Vec<f32> =
        f0.hz.windows(2).filter_map(|pair| Some(hz_to_semitone(pair[1]?) - hz_to_semitone(pair[0]?))).collect();
    push_statistics(&changes, &mut values);
    values.extend(timing(f0));
    values
}

fn push_statistics(series: &[f32], out: &mut Vec<f32>) {
    out.extend(moments(series));
    let mut sorted = series.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    out.extend([0.05, 0.25, 0.5, 0.75, 0.95].map(|q| quantile_sorted(&sorted, q)));
    let (slope, error) = regression(series);
    out.extend([slope, error]);
}

fn timing(f0: &F0Contour) -> [f32; TIMING.len()] {
    let frames = f0.hz.len().max(1) as f32;
    let lengths = |voiced: bool| -> Vec<f32> {
        f0.hz
            .chunk_by(|a, b| a.is_some() == b.is_some())
            .filter(|run| run[0].is_some() == voiced)
            .map(|run| run.len() as f32 * FRAME_SECONDS)
            .collect()
    };
    let (voiced, unvoiced) = (lengths(true), lengths(false));
    let [voiced_mean, voiced_stddev, ..] = moments(&voiced);
    [
        f0.hz.iter().flatten().count() as f32 / frames,
        voiced_mean,
        voiced_stddev,
        moments(&unvoiced)[0],
        voiced.len() as f32 / (frames * FRAME_SECONDS),
        (frames * FRAME_SECONDS).ln(),
    ]
}
