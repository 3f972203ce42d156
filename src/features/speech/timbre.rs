//! How the timbre moves.

use ndarray::{Array2, ArrayView1, ArrayView2};

use crate::dsp::statistics::{moments, quantile_sorted};

/// A band's floor is the quantile of its powers, but never this far under its own and the window's maximum (ratios).
const FLOOR_QUANTILE: f32 = 0.1;
const DEEPEST: f32 = 1e-6;
const DEEPEST_OF_ALL: f32 = 1e-8;
/// A band counts where its powers rise this far above its floor, in dB; those of noise do not.
const ALIVE: f32 = 6.0;
/// A frame sounds where it stands this much of the way from the floor to the loudest, in dB.
const SOUNDING: f32 = 0.3;
/// A frame is loud from this much of that way on.
const LOUD: f32 = 0.45;
/// Frames over which the shape of speech stays much the same, for the bias of a short clip's correlations.
const INERTIA: f32 = 10.0;
/// Frames on either side between which the timbre's motion is taken.
const REACH: usize = 2;
/// Frames on either side over which a level's own mean is taken.
const NEAR: usize = 12;

/// How each band stands above its floor, in dB.
pub(super) struct Timbre {
    /// Mean over the bands.
    level: Vec<f32>,
    /// Frames that sound.
    sounding: Vec<bool>,
    /// Frames that are loud.
    pub(super) loud: Vec<bool>,
    /// Bands less the frame's level, less each band's mean over the sounding frames, `[n_frames, N_BANDS]`.
    shape: Array2<f32>,
    /// Root mean square change of the shape over `2 * REACH` frames, about each frame; 0 at the ends.
    pub(super) change: Vec<f32>,
    /// Level of the loudest frames (95 % quantile).
    pub(super) loudest: f32,
    /// Participation ratio of the bands of each frame, over their number.
    breadth: Vec<f32>,
}

impl Timbre {
    pub(super) fn new(powers: ArrayView2<f32>) -> Self {
        let n_frames = powers.nrows();
        let peak = powers.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let mut heights = Vec::new();
        for band in powers.columns() {
            let sorted = sorted(band.iter().copied());
            let highest = sorted.last().copied().unwrap_or(0.0);
            let floor = quantile_sorted(&sorted, FLOOR_QUANTILE).max(highest * DEEPEST).max(peak * DEEPEST_OF_ALL);
            if 10.0 * (quantile_sorted(&sorted, 0.95) / floor).log10() > ALIVE {
                heights.extend(band.iter().map(|power| 10.0 * (power / floor).max(1.0).log10()));
            }
        }
        let n_bands = heights.len() / n_frames.max(1);
        let mut shape = Array2::from_shape_vec((n_bands, n_frames), heights).unwrap_or_default().reversed_axes();
        let level: Vec<f32> = shape.rows().into_iter().map(|row| row.sum() / n_bands.max(1) as f32).collect();
        let breadth = shape
            .rows()
            .into_iter()
            .map(|row| row.sum().powi(2) / (n_bands as f32 * row.dot(&row)).max(1e-6))
            .collect();
        let loudest = quantile_sorted(&sorted(level.iter().copied()), 0.95);
        let sounding: Vec<bool> = level.iter().map(|level| *level > SOUNDING * loudest).collect();
        for (mut row, level) in shape.rows_mut().into_iter().zip(&level) {
            row -= *level;
        }
        let count = sounding.iter().filter(|sounds| **sounds).count().max(1) as f32;
        for mut band in shape.columns_mut() {
            let sum: f32 = band.iter().zip(&sounding).map(|(value, sounds)| if *sounds { *value } else { 0.0 }).sum();
            band -= sum / count;
        }
        let mut change = vec![0.0; n_frames];
        for (frame, slot) in change.iter_mut().enumerate().take(n_frames.saturating_sub(REACH)).skip(REACH) {
            let pair = shape.row(frame + REACH).into_iter().zip(shape.row(frame - REACH));
            *slot = (pair.map(|(a, b)| (a - b).powi(2)).sum::<f32>() / n_bands.max(1) as f32).sqrt();
        }
        let loud: Vec<bool> = level.iter().map(|level| *level > LOUD * loudest).collect();
        Self { level, loud, sounding, shape, change, loudest, breadth }
    }

    /// Root mean square of the shape.
    pub(super) fn spread(&self) -> f32 {
        let rows = || self.shape.rows().into_iter().zip(&self.sounding).filter(|(_, sounds)| **sounds);
        let count = (rows().count() * self.shape.ncols()).max(1);
        (rows().map(|(row, _)| row.iter().map(|value| value * value).sum::<f32>()).sum::<f32>() / count as f32).sqrt()
    }

    /// Correlation of the shape with itself `lag` frames later.
    pub(super) fn kept(&self, lag: usize) -> f32 {
        let (mut both, mut now, mut later) = (0.0, 0.0, 0.0);
        for frame in 0..self.level.len().saturating_sub(lag) {
            if self.sounding[frame] && self.sounding[frame + lag] {
                for (a, b) in self.shape.row(frame).into_iter().zip(self.shape.row(frame + lag)) {
                    both += a * b;
                    now += a * a;
                    later += b * b;
                }
            }
        }
        let count = self.sounding.iter().filter(|sounds| **sounds).count().max(1);
        let bias = (INERTIA / count as f32).min(0.6);
        (both / (now * later).sqrt().max(1e-9)) * (1.0 - bias) + bias
    }

    /// Quantile of the change over the loud frames.
    pub(super) fn motion(&self, q: f32) -> f32 {
        let inner = REACH..self.level.len().saturating_sub(REACH);
        let changes = inner.filter(|frame| self.loud[*frame]).map(|frame| self.change[frame]);
        quantile_sorted(&sorted(changes), q)
    }

    /// Share of the bands that stand above their floors, as a participation ratio; median over the sounding frames.
    pub(super) fn breadth(&self) -> f32 {
        quantile_sorted(
            &sorted((0..self.level.len()).filter(|frame| self.sounding[*frame]).map(|f| self.breadth[f])),
            0.5,
        )
    }

    /// Skewness of the level's steps over 30 ms: struck sounds rise at once and fall slowly.
    pub(super) fn attack_skewness(&self) -> f32 {
        let steps: Vec<f32> = self.level.windows(4).map(|span| span[3] - span[0]).collect();
        moments(&steps)[2]
    }

    /// Root mean square of the sounding frames' level in dB about its mean over 250 ms, without the lowest band, where hum is.
    pub(super) fn swing(&self, powers: ArrayView2<f32>) -> f32 {
        let level = |row: ArrayView1<f32>| 10.0 * f64::from(row.iter().skip(1).sum::<f32>().max(1e-12)).log10();
        let db: Vec<f64> = powers.rows().into_iter().map(level).collect();
        let mut sums = vec![0.0];
        sums.extend(db.iter().scan(0.0, |sum, db| {
            *sum += db;
            Some(*sum)
        }));
        let (mut square, mut count) = (0.0, 0);
        for frame in (0..db.len()).filter(|frame| self.sounding[*frame]) {
            let (from, to) = (frame.saturating_sub(NEAR), (frame + NEAR + 1).min(db.len()));
            square += (db[frame] - (sums[to] - sums[from]) / (to - from) as f64).powi(2);
            count += 1;
        }
        (square / f64::from(count.max(1))).sqrt() as f32
    }

    /// Bands that rise above their floors.
    pub(super) fn bands(&self) -> usize {
        self.shape.ncols()
    }
}

fn sorted(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}
