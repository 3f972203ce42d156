//! What learners are given of each clip: log-mel images and functionals of the clip and of its augmented copies.

use anyhow::{Context, Result};
use indicatif::ParallelProgressIterator;
use ndarray::Array2;
use rayon::prelude::*;
use undertone::audio::Audio;
use undertone::features::{
    FeatureConfig, FrameMatrix, LARGE_FEATURES, extract, large_of_middle, mel_spectrogram, relative_image,
};

use crate::augment::{Augmentation, augment, copy_seed};
use crate::cache::{FeatureCache, Key};
use crate::dataset::{Dataset, progress};
use crate::interrupt;

/// Features of all clips of a dataset, by clip and copy; copy 0 is the clip itself.
pub struct Material {
    /// Images `[n_mels, n_frames]` of each clip and its copies.
    pub images: Vec<Vec<FrameMatrix>>,
    /// `[table_copies + 1, n_functionals]` for each clip.
    pub functionals: Vec<Array2<f32>>,
    /// The large set, as `functionals`, where it was asked for.
    pub large: Option<Vec<Array2<f32>>>,
}

impl Material {
    /// The large set.
    ///
    /// # Errors
    /// If it was not asked for.
    pub fn large(&self) -> Result<&[Array2<f32>]> {
        self.large.as_deref().context("the large set of functionals was not computed")
    }

    /// For each clip and `copies(clip)` copies of it, computes the images, and computes or finds the functionals, the large
    /// set of them too where it is `with_large`, on all cores. The same seed gives the same copies.
    ///
    /// # Errors
    /// A clip that the feature path refuses; Ctrl-C.
    pub fn prepare(
        dataset: &Dataset,
        augmentation: &Augmentation,
        copies: &(dyn Fn(usize) -> usize + Sync),
        (table_copies, with_large): (usize, bool),
        config: &FeatureConfig,
        seed: u64,
        cache: &FeatureCache,
    ) -> Result<Self> {
        let bar = progress(dataset.len(), "features");
        let settings = Augmentation { copies: 0, ..augmentation.clone() };
        let settings = serde_json::to_string(&(settings, seed)).context("settings as JSON")?;
        let found: Vec<(_, _, Option<_>)> = (0..dataset.len())
            .into_par_iter()
            .progress_with(bar)
            .map(|clip| {
                let (audio, content) = (&dataset.audio[clip], &dataset.content[clip]);
                interrupt::check()?;
                let copy_seed = copy_seed(seed, content);
                let copies = (0..=copies(clip))
                    .map(|copy| augment(audio, augmentation, copy, copy_seed))
                    .collect::<Result<Vec<Audio>>>()?;
                let images: Vec<FrameMatrix> =
                    copies.iter().map(|copy| relative_image(&mel_spectrogram(copy, config))).collect();
                let key = Key::new(content, config, &format!("functionals {table_copies} of {settings}"))?;
                let rows = &copies[..=table_copies];
                let functionals = cache.get_or(&key, || table(rows, |copy| Ok(extract(copy, config)?.functionals)))?;
                let key = Key::new(content, &LARGE_FEATURES, &format!("{table_copies} of {settings}"))?;
                let large = with_large.then(|| cache.get_or(&key, || table(rows, |copy| Ok(large_of_middle(copy)?))));
                Ok((images, functionals, large.transpose()?))
            })
            .collect::<Result<_>>()?;
        let mut material = Self { images: Vec::new(), functionals: Vec::new(), large: with_large.then(Vec::new) };
        for (images, functionals, large) in found {
            material.images.push(images);
            material.functionals.push(functionals);
            material.large.iter_mut().zip(large).for_each(|(all, large)| all.push(large));
        }
        Ok(material)
    }
}

fn table(copies: &[Audio], measure: impl Fn(&Audio) -> Result<Vec<f32>>) -> Result<Array2<f32>> {
    let rows = copies.iter().map(measure).collect::<Result<Vec<_>>>()?;
    let columns = rows.first().map_or(0, Vec::len);
    Array2::from_shape_vec((rows.len(), columns), rows.concat()).context("functionals of unequal number")
}
