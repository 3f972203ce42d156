//! `models/manifest.json`: which models there are, in which tier, with which features, and how their answers join.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Probabilities;
use crate::features::{ENCODER_BLOCK, ENCODER_FEATURES, ENCODER_STRIDE, FeatureConfig, LARGE_FEATURES};
use crate::{Error, Result};

/// The version of the manifest's own layout.
pub const SCHEMA: u32 = 1;

/// The manifest as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Layout version, [`SCHEMA`].
    pub schema: u32,
    /// Version of this set of models.
    pub version: String,
    /// Class names in the order of every probability vector.
    pub labels: Vec<String>,
    /// Share of each class among the training clips, in the order of the labels; answers are balanced by it.
    pub class_shares: Probabilities,
    /// The feature configuration that the models were trained with.
    pub features: FeatureConfig,
    /// The models.
    pub models: Vec<ModelEntry>,
    /// The pretrained encoder that the deep tier's models stand on; without one there is no deep tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<EncoderEntry>,
    /// The training speakers, where the deep tier's heads know a speaker's baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineEntry>,
    /// One ensemble a tier.
    pub ensembles: Vec<EnsembleEntry>,
    /// Licence of the weights, an SPDX expression.
    pub license: String,
}

/// Which tier a model belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Small, loaded first, answers at once.
    Quick,
    /// A pretrained encoder and heads on it, fetched after the first answer.
    Deep,
}

/// What a model is, and so which input it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// Convolutions over log-mel windows `[1, 1, n_mels, n_frames]`; gives an embedding too.
    Cnn,
    /// A multi-layer perceptron on embedding and functionals.
    Mlp,
    /// Gradient-boosted trees (XGBoost) on embedding and functionals, or on the encoder's projected outputs.
    Xgboost,
    /// Gradient-boosted trees (LightGBM) on the same.
    Lightgbm,
    /// Multinomial logistic regression on the large set of functionals.
    Logistic,
    /// Multinomial logistic regression on the encoder's pooled outputs; gives their projection as its embedding.
    Linear,
    /// A support vector machine (RBF) on the projection.
    Svm,
    /// A perceptron with attention pooling over the encoder's blocks `[n_blocks, columns + 1]`, the last column 1 where the
    /// clip is and 0 behind it.
    Attention,
}

/// A pretrained speech encoder: log-mel windows in, pooled layers and blocks of frames out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderEntry {
    /// Name, such as `whisper-base-4`.
    pub name: String,
    /// File name beside the manifest.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// Its feature set, [`ENCODER_FEATURES`].
    pub features: String,
    /// Longest window in mel frames; longer clips are several windows.
    pub window_frames: usize,
    /// Numbers of the output `pooled`.
    pub pooled: usize,
    /// Numbers of a block of the output `frames_out`.
    pub columns: usize,
    /// Licence of its weights, an SPDX expression.
    pub license: String,
}

/// One model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Name, such as `cnn-2d`.
    pub name: String,
    /// What it is.
    pub kind: ModelKind,
    /// Its tier.
    pub tier: Tier,
    /// File name beside the manifest.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// Shape of the input that one run takes.
    pub input: Vec<usize>,
    /// Set of functionals that it takes, where it is not the one of the manifest's features: [`LARGE_FEATURES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functionals: Option<String>,
    /// Width of the embedding output; 0 without one.
    #[serde(default)]
    pub embedding: usize,
    /// Temperature that calibrates its own answer (Guo et al. 2017); 1 leaves it as it is.
    pub temperature: f32,
}

/// The training speakers' file ([`Reference`](super::Reference)), and the vote of the heads that hear a clip less a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// File name beside the manifest.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hexadecimal SHA-256 of the file.
    pub sha256: String,
    /// What the ratio of each number's variances is multiplied by where a baseline is shrunk.
    pub caution: f32,
    /// Members: heads that hear the clip as it is and the clip less the baseline; their weights sum to 1.
    pub members: Vec<BaselineMember>,
    /// Temperature of the logarithmic pool.
    pub temperature: f32,
}

/// A member of the vote with a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineMember {
    /// Name of the head.
    pub model: String,
    /// Whether it hears the clip less the baseline.
    pub less: bool,
    /// Its weight.
    pub weight: f32,
    /// Temperature of its answer.
    pub temperature: f32,
}

/// How probabilities are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pool {
    /// Weighted mean.
    #[default]
    Linear,
    /// Weighted mean of logarithms.
    Logarithmic,
}

impl Pool {
    /// Whether it is the weighted mean.
    pub fn is_linear(&self) -> bool {
        *self == Self::Linear
    }

    /// Joins answers, each with its weight.
    pub fn join<'a>(self, votes: impl IntoIterator<Item = (&'a Probabilities, f32)>) -> Probabilities {
        match self {
            Self::Linear => super::calibration::soft_vote(votes),
            Self::Logarithmic => super::calibration::logarithmic_pool(votes),
        }
    }
}

/// How the models of a tier join into one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnsembleEntry {
    /// Its tier.
    pub tier: Tier,
    /// How the answers are joined.
    #[serde(default, skip_serializing_if = "Pool::is_linear")]
    pub pool: Pool,
    /// Members and their weights; the weights sum to 1.
    pub members: Vec<Member>,
    /// Temperature that calibrates the joined answer (Guo et al. 2017); 1 leaves it as it is.
    pub temperature: f32,
}

/// A member of an ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Name of the model.
    pub model: String,
    /// Its weight in the soft vote.
    pub weight: f32,
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// [`Error::Model`] that names what does not fit.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let refuse = |reason: String| Error::Model { model: "manifest.json".into(), reason };
        let manifest: Self =
            serde_json::from_slice(json).map_err(|error| refuse(format!("it cannot be read ({error})")))?;
        manifest.problem().map_or(Ok(manifest), |problem| Err(refuse(problem)))
    }

    /// The models of a tier, in the order in which they run.
    pub fn tier(&self, tier: Tier) -> impl Iterator<Item = &ModelEntry> {
        self.models.iter().filter(move |entry| entry.tier == tier)
    }

    /// Names what the deep tier's answers, and so baselines and corrections, depend on: a hash of its files.
    pub fn deep_version(&self) -> Option<String> {
        let encoder = self.encoder.as_ref()?;
        let heads = self.tier(Tier::Deep).map(|entry| &entry.sha256);
        let files = heads.chain(self.baseline.iter().map(|entry| &entry.sha256));
        let all: Vec<&str> = std::iter::once(&encoder.sha256).chain(files).map(String::as_str).collect();
        Some(sha256_hex(all.join(" ").as_bytes())[..16].to_owned())
    }

    /// How the models of a tier join, if there are any.
    pub fn ensemble(&self, tier: Tier) -> Option<&EnsembleEntry> {
        self.ensembles.iter().find(|ensemble| ensemble.tier == tier)
    }

    fn problem(&self) -> Option<String> {
        if self.schema != SCHEMA {
            return Some(format!("its layout is version {}, this page reads version {SCHEMA}", self.schema));
        }
        if !self.labels.iter().map(String::as_str).eq(super::Emotion::ALL.iter().map(|emotion| emotion.name())) {
            return Some("its classes are not the eight of this page".into());
        }
        if !self.class_shares.iter().all(|share| *share > 0.0 && *share <= 1.0) {
            return Some("the classes' shares in training are not positive".into());
        }
        if let Some(problem) = self.features.problem() {
            return Some(problem.into());
        }
        if let Some(problem) = self.encoder.as_ref().and_then(EncoderEntry::problem) {
            return Some(problem);
        }
        if self.encoder.is_none() && self.tier(Tier::Deep).next().is_some() {
            return Some("it lists models of the deep tier and no encoder for them".into());
        }
        // The deep tier may ask the quick one too.
        let known = |name: &str, tier| {
            self.models.iter().any(|entry| entry.name == name && (entry.tier == tier || tier == Tier::Deep))
        };
        for (index, entry) in self.models.iter().enumerate() {
            if self.models[..index].iter().any(|other| other.name == entry.name) {
                return Some(format!("it lists {} twice", entry.name));
            }
            if !is_plain(&entry.file) {
                return Some(format!("the file name of {} is not a plain one", entry.name));
            }
            if !(entry.temperature > 0.0 && entry.temperature.is_finite()) {
                return Some(format!("the temperature of {} is not a positive number", entry.name));
            }
            let wanted = (entry.kind == ModelKind::Logistic).then_some(LARGE_FEATURES);
            if entry.functionals.as_deref() != wanted {
                let (asks, wanted) = (entry.functionals.as_deref(), wanted.unwrap_or(&self.features.version));
                return Some(format!(
                    "{} takes the functionals {}, not {wanted}",
                    entry.name,
                    asks.unwrap_or("of its features")
                ));
            }
            let size = entry.input.iter().try_fold(1usize, |size, n| size.checked_mul(*n));
            if !size.is_some_and(|size| (1..=1 << 24).contains(&size)) {
                return Some(format!("the input shape of {} is out of range", entry.name));
            }
        }
        if let Some(problem) = self.baseline.as_ref().and_then(|entry| self.baseline_problem(entry)) {
            return Some(problem);
        }
        for ensemble in &self.ensembles {
            let sum: f32 = ensemble.members.iter().map(|member| member.weight).sum();
            let sound = ensemble.members.iter().all(|member| member.weight >= 0.0) && (sum - 1.0).abs() < 1e-3;
            if !(sound && ensemble.temperature > 0.0 && ensemble.temperature.is_finite()) {
                return Some("the weights of an ensemble do not sum to 1, or its temperature is not positive".into());
            }
            if let Some(member) = ensemble.members.iter().find(|member| !known(&member.model, ensemble.tier)) {
                return Some(format!("its ensemble asks for {}, which is not listed", member.model));
            }
        }
        None
    }
}

impl Manifest {
    fn baseline_problem(&self, entry: &BaselineEntry) -> Option<String> {
        if self.encoder.is_none() || !is_plain(&entry.file) {
            return Some("it has baselines without an encoder, or the name of their file is not a plain one".into());
        }
        let is_positive = |value: f32| value > 0.0 && value.is_finite();
        let sum: f32 = entry.members.iter().map(|member| member.weight).sum();
        let sound = |member: &BaselineMember| member.weight >= 0.0 && is_positive(member.temperature);
        let is_sound = entry.members.iter().all(sound) && (sum - 1.0).abs() < 1e-3;
        if !(is_sound && is_positive(entry.temperature) && entry.caution >= 0.0 && entry.caution.is_finite()) {
            return Some("the numbers of its vote with a baseline are out of range".into());
        }
        let known = |name: &str| self.tier(Tier::Deep).any(|model| model.name == name);
        let unknown = entry.members.iter().find(|member| !known(&member.model))?;
        Some(format!("its vote with a baseline asks for {}, which is not listed", unknown.model))
    }
}

impl BaselineEntry {
    /// Whether `bytes` are the file that the manifest means.
    ///
    /// # Errors
    /// [`Error::Model`] on another size or SHA-256.
    pub fn check(&self, bytes: &[u8]) -> Result<()> {
        check_file("baseline", self.bytes, &self.sha256, bytes)
    }
}

impl EncoderEntry {
    /// Longest window in blocks of 100 ms.
    pub fn window_blocks(&self) -> usize {
        self.window_frames.div_ceil(ENCODER_STRIDE * ENCODER_BLOCK)
    }

    /// Whether `bytes` are the file that the manifest means.
    ///
    /// # Errors
    /// [`Error::Model`] on another size or SHA-256.
    pub fn check(&self, bytes: &[u8]) -> Result<()> {
        check_file(&self.name, self.bytes, &self.sha256, bytes)
    }

    fn problem(&self) -> Option<String> {
        if self.features != ENCODER_FEATURES {
            return Some(format!("its encoder takes the features {}, not {ENCODER_FEATURES}", self.features));
        }
        if !is_plain(&self.file) {
            return Some("the file name of its encoder is not a plain one".into());
        }
        let granule = ENCODER_STRIDE * ENCODER_BLOCK;
        if !(granule..=3000).contains(&self.window_frames) || !self.window_frames.is_multiple_of(granule) {
            return Some("the window of its encoder is out of range".into());
        }
        if !(1..=1 << 20).contains(&self.pooled) || !(1..=1 << 16).contains(&self.columns) {
            return Some("the sizes of its encoder's outputs are out of range".into());
        }
        None
    }
}

impl ModelEntry {
    /// Whether `bytes` are the file that the manifest means.
    ///
    /// # Errors
    /// [`Error::Model`] on another size or SHA-256.
    pub fn check(&self, bytes: &[u8]) -> Result<()> {
        check_file(&self.name, self.bytes, &self.sha256, bytes)
    }
}

fn is_plain(file: &str) -> bool {
    !(file.is_empty() || file.contains(['/', '\\', ':']) || file.starts_with('.'))
}

fn check_file(name: &str, size: u64, sha256: &str, bytes: &[u8]) -> Result<()> {
    let refuse = |reason: String| Err(Error::Model { model: name.into(), reason });
    if bytes.len() as u64 != size {
        return refuse(format!("its file has {} bytes instead of {size}", bytes.len()));
    }
    if sha256_hex(bytes) != sha256 {
        return refuse("its file has been altered (the SHA-256 checksum differs)".into());
    }
    Ok(())
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
