//! Learners by themselves: their rows say what the literature's designs are worth under the same rules, and what each part
//! of a recipe gives.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use undertone::features::{ColorMap, cnn_windows, resized};
use undertone::inference::Probabilities;

use super::cnn::{Cnn, CnnShape, Network};
use super::cnn_train::train_network;
use super::logistic::Logistic;
use super::mlp;
use super::noise::Noise;
use super::paint::Paint;
use super::recurrent::Recurrent;
use super::stack::{Progress, Setting};
use super::table::Table;
use crate::interrupt;

/// Height and width of the picture whose pixels `pixel-mlp` takes.
const PIXELS: usize = 32;
/// Dilations of `cnn-1d`, which has no 2-D convolutions before them.
const DILATIONS: [usize; 4] = [1, 2, 4, 8];

/// Which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single {
    /// Pixels of a small picture into one hidden layer: the literature's baseline.
    PixelMlp,
    /// The quick tier's network by itself.
    Cnn2d,
    /// `cnn-2d` on the colour picture.
    CnnRgb,
    /// Mel bands as channels, a strided convolution over time and dilated residual ones, attentive statistics pooling.
    Cnn1d,
    /// Convolutions, an LSTM in both directions, self-attention.
    CnnLstm,
    /// The quick tier's regression on the large set of functionals by itself.
    Logistic,
}

impl Single {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::PixelMlp, Self::Cnn2d, Self::CnnRgb, Self::Cnn1d, Self::CnnLstm, Self::Logistic];

    /// Name on the command line and in the results file.
    pub fn name(self) -> &'static str {
        match self {
            Self::PixelMlp => "pixel-mlp",
            Self::Cnn2d => "cnn-2d",
            Self::CnnRgb => "cnn-2d-rgb",
            Self::Cnn1d => "cnn-1d",
            Self::CnnLstm => "cnn-lstm",
            Self::Logistic => "logistic",
        }
    }

    /// Fits on the clips `train` and answers each of `clips`, not calibrated.
    ///
    /// # Errors
    /// What the learner says; Ctrl-C.
    pub fn answers(
        self,
        setting: Setting<'_>,
        train: &[usize],
        clips: &[usize],
        progress: &Progress<'_>,
    ) -> Result<Vec<Probabilities>> {
        let (shape, n_mels) = (&setting.recipe.cnn.shape, setting.features.n_mels);
        match self {
            Self::PixelMlp => pixels(setting, train, clips, progress),
            Self::Cnn2d => {
                let new = |noise: &mut Noise, device: &Device| Cnn::new(shape, n_mels, noise, device);
                network(&new, Paint::LogMel, setting, train, clips, &|done, of, loss| {
                    progress(self.name(), done, of, Some(loss));
                })
            }
            Self::CnnRgb => {
                let new =
                    |noise: &mut Noise, device: &Device| Cnn::with_stem(shape, &shape.stem, 3, n_mels, noise, device);
                network(&new, Paint::Rgb(ColorMap::Magma), setting, train, clips, &|done, of, loss| {
                    progress(self.name(), done, of, Some(loss));
                })
            }
            Self::Cnn1d => {
                let shape = CnnShape { dilations: DILATIONS.into(), ..shape.clone() };
                let new = |noise: &mut Noise, device: &Device| Cnn::with_stem(&shape, &[], 1, n_mels, noise, device);
                network(&new, Paint::LogMel, setting, train, clips, &|done, of, loss| {
                    progress(self.name(), done, of, Some(loss));
                })
            }
            Self::CnnLstm => {
                let new = |noise: &mut Noise, device: &Device| Recurrent::new(shape, n_mels, noise, device);
                network(&new, Paint::LogMel, setting, train, clips, &|done, of, loss| {
                    progress(self.name(), done, of, Some(loss));
                })
            }
            Self::Logistic => {
                let how = setting.recipe.logistic.as_ref();
                let how = how.with_context(|| format!("recipe {} has no part [logistic]", setting.recipe.name))?;
                let large = setting.material.large()?;
                progress(self.name(), 0, 1, None);
                let model = Logistic::train(setting, train, how)?;
                Ok(clips.iter().map(|clip| model.predict(&large[*clip].row(0).to_vec())).collect())
            }
        }
    }
}

fn network<N: Network>(
    new: &dyn Fn(&mut Noise, &Device) -> N,
    paint: Paint,
    setting: Setting<'_>,
    train: &[usize],
    clips: &[usize],
    progress: &dyn Fn(usize, usize, f32),
) -> Result<Vec<Probabilities>> {
    let Setting { material, recipe, features, seed, .. } = setting;
    let examples = setting.examples(train);
    let size = [features.n_mels, features.window_frames];
    let model = train_network(new, paint, &examples, &recipe.cnn, size, seed, &mut |epoch, loss| {
        progress(epoch + 1, recipe.cnn.epochs, loss);
        interrupt::check().is_ok()
    });
    interrupt::check()?;
    let model = model?;
    let answer = |clip: &usize| {
        interrupt::check()?;
        let windows = cnn_windows(&material.images[*clip][0], features);
        let painted: Vec<Vec<f32>> = windows.iter().map(|window| paint.of(window).into_owned()).collect();
        let found = model.predict(&painted, paint.channels(), features)?;
        found.try_into().ok().context("the network gives another number of classes")
    };
    clips.iter().map(answer).collect()
}

fn pixels(
    setting: Setting<'_>,
    train: &[usize],
    clips: &[usize],
    progress: &Progress<'_>,
) -> Result<Vec<Probabilities>> {
    let Setting { material, targets, recipe, seed, .. } = setting;
    let row = |clip: usize, copy: usize| resized(material.images[clip][copy].view(), PIXELS, PIXELS);
    let mut table = Table::default();
    for clip in train {
        interrupt::check()?;
        for copy in 0..=recipe.table_copies {
            table.push(row(*clip, copy), targets.classes[*clip], targets.weights[*clip]);
        }
    }
    let model = mlp::train(&table, &recipe.mlp, seed, &mut |epoch, loss| {
        progress(Single::PixelMlp.name(), epoch + 1, recipe.mlp.epochs, Some(loss));
        interrupt::check().is_ok()
    });
    interrupt::check()?;
    let model = model?;
    clips.iter().map(|clip| model.predict(&row(*clip, 0))).collect()
}

impl fmt::Display for Single {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Single {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = || Self::ALL.map(Self::name).join(", ");
        match Self::ALL.into_iter().find(|single| single.name() == name) {
            Some(single) => Ok(single),
            None => bail!("no learner is called '{name}'; known: {}", known()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis};
    use rand::{Rng, SeedableRng};
    use undertone::features::{FeatureConfig, FrameMatrix};
    use undertone::inference::{Emotion, winner};

    use super::super::target::Targets;
    use super::*;
    use crate::corpus::{Clip, CorpusKind};
    use crate::material::Material;
    use crate::recipe::Recipe;

    #[test]
    fn every_learner_tells_two_kinds_of_pictures_apart_and_repeats_itself() {
        let features = FeatureConfig { n_mels: 16, window_frames: 24, ..FeatureConfig::default() };
        let mut recipe = Recipe::load("smoke").unwrap();
        (recipe.cnn.epochs, recipe.cnn.batch, recipe.cnn.learning_rate) = (10, 4, 5e-3);
        (recipe.cnn.mask_mels, recipe.cnn.mask_frames, recipe.table_copies) = (0, 0, 0);
        (recipe.mlp.epochs, recipe.mlp.batch) = (10, 4);
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let labels: Vec<Emotion> =
            (0..24).map(|clip| if clip % 2 == 0 { Emotion::Sad } else { Emotion::Angry }).collect();
        let images: Vec<Vec<FrameMatrix>> = labels
            .iter()
            .map(|label| {
                let bright = |band: usize| (*label == Emotion::Sad) == (band < 8);
                vec![FrameMatrix::from_shape_fn((16, 24), |(band, _)| {
                    rng.random_range(-0.5..0.5) + if bright(band) { 1.0 } else { -1.0 }
                })]
            })
            .collect();
        let bands = |pictures: &Vec<FrameMatrix>| pictures[0].sum_axis(Axis(1)).insert_axis(Axis(0));
        let large = images.iter().map(bands).collect();
        let material = Material { images, functionals: vec![Array2::zeros((1, 1)); 24], large: Some(large) };
        let clip = |clip: usize| Clip::made_up(CorpusKind::Ravdess, &(clip % 6).to_string(), labels[clip], clip);
        let clips: Vec<Clip> = (0..24).map(clip).collect();
        let targets = Targets::of_clips(&clips, |_| 0.0, |_| 1.0);
        let setting = Setting {
            material: &material,
            targets: &targets,
            clips: &clips,
            recipe: &recipe,
            features: &features,
            seed: 1,
        };
        let (train, test): (Vec<usize>, Vec<usize>) = (0..24).partition(|clip| *clip < 16);
        for single in Single::ALL {
            let answers = single.answers(setting, &train, &test, &|_, _, _, _| ()).unwrap();
            let right = test.iter().zip(&answers).filter(|(clip, answer)| winner(answer) == labels[**clip]).count();
            assert!(right >= 7, "{single}: {right} of 8");
            assert_eq!(answers, single.answers(setting, &train, &test, &|_, _, _, _| ()).unwrap(), "{single}");
        }
        assert!("cnn".parse::<Single>().unwrap_err().to_string().contains("known: pixel-mlp, cnn-2d"));
    }
}
