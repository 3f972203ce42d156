//! Peaks and slopes of a contour. openSMILE's `cFunctionalPeaks2`.

/// Seconds between frames.
pub const PERIOD: f32 = 0.01;
/// Rises and falls below this share of the contour's range do not count.
const THRESHOLD: f32 = 0.1;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Extreme {
    is_peak: bool,
    at: usize,
    value: f32,
    gone: bool,
}

/// Mean and standard deviation of the rising and of the falling slopes, in units a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slopes {
    pub rising: [f32; 2],
    pub falling: [f32; 2],
}

/// Peaks a second; 0 for an empty contour.
pub fn peaks_per_second(contour: &[f32]) -> f32 {
    if contour.is_empty() {
        return 0.0;
    }
    let peaks = extremes(contour).iter().filter(|extreme| extreme.is_peak).count();
    peaks as f32 / (contour.len() as f32 * PERIOD)
}

/// Slopes between the contour's ends, minima and peaks.
pub fn slopes(contour: &[f32]) -> Slopes {
    let (Some(first), Some(last)) = (contour.first(), contour.last()) else { return Slopes::default() };
    let extremes = extremes(contour);
    let Some(final_extreme) = extremes.last() else {
        let slope = (last - first) / contour.len() as f32;
        return Slopes { rising: [slope.max(0.0), 0.0], falling: [slope.min(0.0), 0.0] };
    };
    let (mut rising, mut falling) = (Vec::new(), Vec::new());
    let (mut peak, mut minimum) = ((0, *first), (0, *first));
    for extreme in &extremes {
        if extreme.is_peak {
            peak = (extreme.at, extreme.value);
            rising.push((peak.1 - minimum.1) / ((peak.0 - minimum.0) as f32 * PERIOD));
        } else {
            minimum = (extreme.at, extreme.value);
            falling.push((peak.1 - minimum.1) / ((minimum.0 - peak.0) as f32 * PERIOD));
        }
    }
    let end = (last - final_extreme.value) / ((contour.len() - 1 - final_extreme.at) as f32 * PERIOD);
    let (end_rising, end_falling) = if final_extreme.is_peak { (None, Some(end)) } else { (Some(end), None) };
    Slopes { rising: spread(&rising, end_rising), falling: spread(&falling, end_falling) }
}

/// Mean with the slope to the contour's end, and the deviation without it but over as many.
fn spread(slopes: &[f32], end: Option<f32>) -> [f32; 2] {
    let count = slopes.len() + usize::from(end.is_some());
    if count == 0 {
        return [0.0; 2];
    }
    let mean = (slopes.iter().sum::<f32>() + end.unwrap_or(0.0)) / count as f32;
    let squares: f32 = slopes.iter().map(|slope| (slope - mean) * (slope - mean)).sum();
    [mean, (squares / count as f32).sqrt()]
}

/// Alternating peaks and minima that stand out.
fn extremes(contour: &[f32]) -> Vec<Extreme> {
    let (low, high) = contour.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let threshold = THRESHOLD * (high - low);
    let mut all = Vec::new();
    for at in 2..contour.len().saturating_sub(2) {
        let (left, value, right) = (contour[at - 1], contour[at], contour[at + 1]);
        let is_peak = value > left && value > right;
        if is_peak || (value < left && value < right) {
            all.push(Extreme { is_peak, at, value, gone: false });
        }
    }
    if let Some(first) = contour.first() {
        drop_small_peaks(&mut all, *first, threshold);
        all.retain(|extreme| !extreme.gone);
        drop_small_minima(&mut all, *first, threshold);
        all.retain(|extreme| !extreme.gone);
        drop_repeated(&mut all);
        all.retain(|extreme| !extreme.gone);
    }
    all
}

fn drop_small_peaks(all: &mut [Extreme], first: f32, threshold: f32) {
    let (mut before, mut minimum, mut peak) = (first, first, first);
    let mut last_peak: Option<usize> = None;
    let mut after_minimum = false;
    for i in 0..all.len() {
        let Extreme { is_peak, value, .. } = all[i];
        let is_near = (value - before).abs() < threshold;
        if is_peak {
            if is_near && value - minimum < threshold {
                all[i].gone = true;
            } else {
                let is_higher = f64::from(value) > f64::from(peak) * 1.05;
                if let Some(last) = last_peak.filter(|_| is_near && is_higher) {
                    all[last].gone = true;
                }
                if !is_near || is_higher || after_minimum {
                    peak = value;
                    last_peak = Some(i);
                } else {
                    all[i].gone = true;
                }
                after_minimum = false;
            }
        } else if !is_near {
            after_minimum = true;
            minimum = value;
        }
        before = value;
    }
}

fn drop_small_minima(all: &mut [Extreme], first: f32, threshold: f32) {
    let mut peak = first;
    for extreme in all {
        if extreme.is_peak {
            peak = extreme.value;
        } else {
            extreme.gone = peak - extreme.value < threshold;
        }
    }
}

/// Of several peaks or minima in a row the most extreme stays, the first of equals.
fn drop_repeated(all: &mut [Extreme]) {
    let mut kept: Option<usize> = None;
    for i in 0..all.len() {
        if let Some(last) = kept.filter(|last| all[*last].is_peak == all[i].is_peak) {
            let further = if all[i].is_peak { all[i].value > all[last].value } else { all[i].value < all[last].value };
            all[if further { last } else { i }].gone = true;
            if !further {
                continue;
            }
        }
        kept = Some(i);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_wave_has_its_slopes() {
        let wave: Vec<f32> = (0..81).map(|i| (10 - (i % 20 - 10i32).abs()) as f32).collect();
        let found = slopes(&wave);
        assert!((found.rising[0] - 100.0).abs() < 1e-3 && found.rising[1] < 1e-3, "{found:?}");
        assert!((peaks_per_second(&wave) - 4.0 / 0.81).abs() < 1e-4);
    }

    #[test]
    fn a_ripple_is_no_peak() {
        let hat: Vec<f32> = (0..81).map(|i| 40.0 - (i as f32 - 40.0).abs() + (i % 2) as f32 * 1.5).collect();
        assert!((peaks_per_second(&hat) - 1.0 / 0.81).abs() < 1e-4);
        assert_eq!(slopes(&[]), Slopes::default());
        assert_eq!(slopes(&[1.0]), Slopes::default());
    }
}
