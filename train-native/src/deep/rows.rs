//! Training rows: one a window of each copy of each training clip, with its weight and the classes that it may speak about.

use std::collections::{BTreeMap, BTreeSet};

use half::slice::HalfFloatSliceExt;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use undertone::inference::{Emotion, N_CLASSES, Probabilities, VoiceMean};

use super::baseline::Speakers;
use super::embed::{Embedded, Embeddings};
use super::linear::Targets;
use super::recipe::DeepRecipe;
use crate::corpus::{Clip, CorpusKind};
use crate::learners::target::heard;

/// Which classes a row tells apart; what its corpus has no label for is neither rewarded nor punished.
pub type Allowed = [bool; N_CLASSES];

/// Rows of a training.
pub struct Rows<'a> {
    /// What the encoder gave.
    pub windows: Vec<&'a Embedded>,
    /// Clip of each row.
    pub clips: Vec<usize>,
    /// Class of each row.
    pub labels: Vec<Emotion>,
    /// What is learned of each row: its class, and what listeners voted, where the recipe asks for it.
    pub classes: Vec<Probabilities>,
    /// Classes of its corpus.
    pub allowed: Vec<Allowed>,
    /// Weight of each row; they sum to 1.
    pub weights: Vec<f32>,
    /// Copy of its clip, 0 for the clip itself.
    pub copies: Vec<usize>,
    /// Whose baselines are drawn, where the heads are to know them.
    pub speakers: Option<Speakers<'a>>,
    /// Seed of those that stay with a row.
    pub seed: u64,
}

/// The classes of each corpus of `clips`, as a mask. An everyday voice may well be calm.
pub fn allowed(clips: &[Clip]) -> BTreeMap<CorpusKind, Allowed> {
    let corpora: BTreeSet<CorpusKind> = clips.iter().map(|clip| clip.corpus).collect();
    let mask = |corpus: CorpusKind| {
        let classes = corpus.classes(clips);
        Emotion::ALL.map(|emotion| match corpus {
            CorpusKind::Everyday => emotion != Emotion::Calm,
            _ => classes.contains(&emotion),
        })
    };
    corpora.into_iter().map(|corpus| (corpus, mask(corpus))).collect()
}

impl<'a> Rows<'a> {
    /// Rows of the clips `train`. A corpus weighs as many clips as it has, times its weight in the recipe; inside it every
    /// class weighs the same, a clip as much as another of its class, and its copies and windows share that.
    pub fn new(recipe: &DeepRecipe, clips: &[Clip], embeddings: &'a Embeddings, train: &[usize], seed: u64) -> Self {
        let mut counts: BTreeMap<(CorpusKind, usize), usize> = BTreeMap::new();
        for clip in train {
            *counts.entry((clips[*clip].corpus, clips[*clip].label.index())).or_default() += 1;
        }
        let masks = allowed(clips);
        let of_corpus = |corpus| counts.iter().filter(move |((kind, _), _)| *kind == corpus).map(|(_, count)| *count);
        let mut rows = Self {
            windows: Vec::new(),
            clips: Vec::new(),
            labels: Vec::new(),
            classes: Vec::new(),
            allowed: Vec::new(),
            weights: Vec::new(),
            copies: Vec::new(),
            speakers: recipe.baselines.as_ref().map(|how| Speakers::new(how, clips, embeddings, train)),
            seed,
        };
        for clip in train {
            let Clip { corpus, label, .. } = clips[*clip];
            let (total, n_classes) = (of_corpus(corpus).sum::<usize>(), of_corpus(corpus).count());
            let of_class = counts[&(corpus, label.index())];
            let weight = recipe.weight(corpus) * total as f32 / (n_classes * of_class) as f32;
            if weight <= 0.0 {
                continue;
            }
            let target = heard(&clips[*clip], recipe.votes(corpus));
            for (copy, windows) in embeddings[*clip].iter().enumerate() {
                for window in windows {
                    rows.windows.push(window);
                    rows.clips.push(*clip);
                    rows.labels.push(label);
                    rows.classes.push(target);
                    rows.allowed.push(masks[&corpus]);
                    rows.weights.push(weight / (embeddings[*clip].len() * windows.len()) as f32);
                    rows.copies.push(copy);
                }
            }
        }
        let sum: f64 = rows.weights.iter().map(|weight| f64::from(*weight)).sum();
        rows.weights.iter_mut().for_each(|weight| *weight = (f64::from(*weight) / sum) as f32);
        rows
    }

    /// What a regression on the rows is to learn.
    pub fn targets(&self) -> Targets<'_> {
        Targets { classes: &self.classes, allowed: &self.allowed, weights: &self.weights }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.windows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// The baseline that stays with a row.
    fn offset(&self, row: usize) -> Option<VoiceMean> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        self.speakers.as_ref()?.draw(self.clips[row], &mut rng)
    }

    /// Weighted mean of each column of `pooled` and one over its deviation; 0 for a column that never changes.
    pub fn scaler(&self) -> (Vec<f32>, Vec<f32>) {
        let columns = self.windows.first().map_or(0, |window| window.pooled.len());
        let zeros = || (vec![0.0f64; columns], vec![0.0f64; columns]);
        let add = |(mut a, mut b): (Vec<f64>, Vec<f64>), (c, d): (Vec<f64>, Vec<f64>)| {
            a.iter_mut().zip(c).for_each(|(a, c)| *a += c);
            b.iter_mut().zip(d).for_each(|(b, d)| *b += d);
            (a, b)
        };
        let (sum, square) = (0..self.len())
            .into_par_iter()
            .with_min_len(256)
            .fold(zeros, |(mut sum, mut square), row| {
                let weight = f64::from(self.weights[row]);
                for ((sum, square), value) in sum.iter_mut().zip(&mut square).zip(self.windows[row].pooled.to_f32_vec())
                {
                    *sum += weight * f64::from(value);
                    *square += weight * f64::from(value).powi(2);
                }
                (sum, square)
            })
            .reduce(zeros, add);
        let scale = sum.iter().zip(&square).map(|(mean, square)| {
            let variance = square - mean * mean;
            if variance > 1e-9 * square { (1.0 / variance.sqrt()) as f32 } else { 0.0 }
        });
        let scale = scale.collect();
        (sum.into_iter().map(|mean| mean as f32).collect(), scale)
    }

    /// `pooled` of all rows, standardised.
    pub fn standardised(&self, mean: &[f32], scale: &[f32]) -> Array2<f32> {
        let mut x = Array2::zeros((self.len(), mean.len()));
        if let Some(values) = x.as_slice_mut() {
            values.par_chunks_exact_mut(mean.len().max(1)).zip(&self.windows).enumerate().for_each(
                |(index, (row, window))| {
                    let mut pooled = window.pooled.to_f32_vec();
                    if let Some(offset) = self.offset(index) {
                        pooled.iter_mut().zip(&offset.pooled).for_each(|(value, offset)| *value -= offset);
                    }
                    standardise(&pooled, mean, scale, row);
                },
            );
        }
        x
    }
}

/// `(value - mean) · scale`, held within [`CLIP`].
fn standardise(values: &[f32], mean: &[f32], scale: &[f32], to: &mut [f32]) {
    for (((to, value), mean), scale) in to.iter_mut().zip(values).zip(mean).zip(scale) {
        *to = ((value - mean) * scale).clamp(-CLIP, CLIP);
    }
}

/// Standardised values are held within this many deviations.
pub const CLIP: f32 = 8.0;
