//! The command line, and what can be checked of it before hours are spent.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use undertone::features::FeatureSet;
use undertone::inference::Tier;

use crate::condition::Condition;
use crate::corpus::{Corpus, CorpusPath};
use crate::deep::{self, recipe::DeepRecipe};
use crate::encoder::Storage;
use crate::functionals::Learner;
use crate::learners::{device, single::Single};
use crate::recipe::{DEFAULT, Part, Recipe, SMOKE};
use crate::split::Protocol;

/// Trains undertone's models, evaluates them, and exports what the page ships.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evaluate by luna5, train on all clips, export, verify, and write the model card
    Train(TrainArgs),
    /// Train on all clips, export, verify, and write the model card: `train` without its evaluation
    Export(TrainArgs),
    /// Evaluate by one protocol and record the figures in results.json
    Evaluate(EvaluateArgs),
    /// Answer audio files: one JSON object a line, in the order given
    Predict(PredictArgs),
    /// Load every exported model as the page does and compare it with what the trainer's own model answered
    Verify(ModelsArgs),
    /// Make the ONNX file of a pretrained speech encoder from its published weights
    Encoder(EncoderArgs),
    /// Write the columns of a feature set for audio files as CSV
    Features(FeaturesArgs),
    /// Evaluate a logistic regression or an SVM on a feature set by one protocol and record the figures in results.json
    Functionals(FunctionalsArgs),
    /// Write the model card, the page report.html, and the figures in README.md, from manifest.json and results.json
    Report(ReportArgs),
}

/// What training and evaluation share.
#[derive(Clone, Debug, Args)]
pub struct JobArgs {
    /// A corpus and its folder or zip file; may be given for several corpora. Published: ravdess, ravdess-song, crema-d, nemo,
    /// emovo, savee, tess, emodb, everyday. Your own: folder (a sub-folder a label) and table (a CSV file with path,label,speaker)
    #[arg(long = "corpus", value_name = "NAME=PATH", required = true)]
    pub corpora: Vec<CorpusPath>,
    /// Which tier: networks and trees of our own, or heads on the pretrained encoder
    #[arg(long, default_value = "quick", value_name = "quick|deep", value_parser = tier)]
    pub tier: Tier,
    /// A built-in recipe (quick: ravdess, full, smoke; deep: deep-baseline, deep, deep-even-baseline, deep-even, deep-crema,
    /// deep-smoke) or the path of a TOML file
    /// [default: ravdess or deep-baseline]
    #[arg(long, value_name = "NAME|PATH")]
    pub recipe: Option<String>,
    /// The encoder of the deep tier, made by `encoder`
    #[arg(long, default_value = "models/encoder.onnx", value_name = "FILE")]
    pub encoder: PathBuf,
    /// A part of the quick tier's recipe to leave out, for ablations; may be given several times: speed, pitch, noise, babble,
    /// tilt, room, telephone, codec, masks, distillation, embedding, corpora
    #[arg(long = "without", value_name = "PART")]
    pub without: Vec<Part>,
    /// Seeds instead of the recipe's
    #[arg(long = "seed", value_name = "N")]
    pub seeds: Vec<u64>,
    /// Folder of models, manifest, results and model card [default: models; of the recipe smoke: models in its working
    /// folder]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Folder of checkpoints and caches [default: .runs/RECIPE]
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
    /// Folder of the teacher's checkpoints and caches, where the recipe asks for a teacher [default: .runs/RECIPE]
    #[arg(long, value_name = "DIR")]
    pub teacher_work: Option<PathBuf>,
    /// Begin anew instead of going on from the checkpoints
    #[arg(long)]
    pub no_resume: bool,
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// See there.
    #[command(flatten)]
    pub job: JobArgs,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// luna5, emobox6, loso, random5, crema5, everyday or cross:CORPUS
    #[arg(long, default_value = "luna5")]
    pub protocol: Protocol,
    /// What is done to the test clips, beside hearing them as they are; may be given several times, for the deep tier: noise10db,
    /// telephone, gain-20db, mp3-64k
    #[arg(long = "condition", value_name = "NAME")]
    pub conditions: Vec<Condition>,
    /// One learner by itself instead of the quick tier's models: pixel-mlp, cnn-2d,
    /// cnn-2d-rgb, cnn-1d, cnn-lstm or logistic
    #[arg(long, value_name = "NAME")]
    pub model: Option<Single>,
    /// Write the moments of the calls that shifts are marked in, as JSON: for the design of the rule
    #[arg(long, hide = true, value_name = "FILE")]
    pub moments: Option<PathBuf>,
    /// See there.
    #[command(flatten)]
    pub job: JobArgs,
}

/// Arguments of `predict`.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// Audio files; `-` reads their paths from standard input, one a line
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Folder of the manifest and the models
    #[arg(long, default_value = "models", value_name = "DIR")]
    pub models: PathBuf,
    /// Which tier's answer [default: deep, where the models have it]
    #[arg(long, value_name = "quick|deep", value_parser = tier)]
    pub tier: Option<Tier>,
    /// Files at a time [default: one a core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// Folder of the manifest and the models
    #[arg(long, default_value = "models", value_name = "DIR")]
    pub models: PathBuf,
}

/// Arguments of `encoder`.
#[derive(Debug, Args)]
pub struct EncoderArgs {
    /// model.safetensors of a Whisper model (tiny, base or small), whole or cut after some layer
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// Layers to keep, from the first
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub layers: usize,
    /// Levels of a weight, an odd number from 3 to 255, or float
    #[arg(long = "levels", default_value = "23", value_name = "N|float")]
    pub storage: Storage,
    /// The file to write
    #[arg(long, default_value = "models/encoder.onnx", value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `features`.
#[derive(Debug, Args)]
pub struct FeaturesArgs {
    /// Which set of columns
    #[arg(long, value_name = "NAME")]
    pub set: FeatureSet,
    /// Take the sound as it is, instead of silence cut at both ends and the level evened out
    #[arg(long)]
    pub as_recorded: bool,
    /// Audio files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Arguments of `functionals`.
#[derive(Debug, Args)]
pub struct FunctionalsArgs {
    /// Which set of columns
    #[arg(long, value_name = "NAME")]
    pub set: FeatureSet,
    /// What learns
    #[arg(long, default_value = "logistic")]
    pub learner: Learner,
    /// luna5, emobox6, loso, random5, crema5, everyday or cross:CORPUS
    #[arg(long, default_value = "luna5")]
    pub protocol: Protocol,
    /// A corpus and its folder or zip file; may be given for several corpora. Published: ravdess, ravdess-song, crema-d, nemo,
    /// emovo, savee, tess, emodb, everyday. Your own: folder (a sub-folder a label) and table (a CSV file with path,label,speaker)
    #[arg(long = "corpus", value_name = "NAME=PATH", required = true)]
    pub corpora: Vec<CorpusPath>,
    /// Augmented copies of each training clip
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub copies: usize,
    /// Take clips at their own level and with their silence, as published figures do; the figure then hangs on gain
    #[arg(long)]
    pub as_recorded: bool,
    /// Seed of the copies
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Folder of the results
    #[arg(long, default_value = "models", value_name = "DIR")]
    pub out: PathBuf,
    /// Folder of caches [default: .runs/functionals]
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folder of the manifest and the results
    #[arg(long, default_value = "models", value_name = "DIR")]
    pub models: PathBuf,
    /// A README whose marked block gets the figures [default: the one beside the folder]
    #[arg(long, value_name = "FILE")]
    pub readme: Option<PathBuf>,
}

/// A checked request to train or evaluate: everything it needs is there and can be read or written.
#[derive(Clone, Debug)]
pub struct Job {
    /// How to train.
    pub recipe: Recipe,
    /// On what.
    pub corpora: Vec<Corpus>,
    /// One training each.
    pub seeds: Vec<u64>,
    /// Folder of models, manifest, results and model card.
    pub models: PathBuf,
    /// Folder of checkpoints and caches.
    pub work: PathBuf,
    /// Whether checkpoints in `work` are used.
    pub resume: bool,
    /// Who teaches, where the recipe asks for a teacher.
    pub teacher: Option<DeepJob>,
}

/// A checked request to train or evaluate the deep tier.
#[derive(Clone, Debug)]
pub struct DeepJob {
    /// How to train.
    pub recipe: DeepRecipe,
    /// On what.
    pub corpora: Vec<Corpus>,
    /// One training each.
    pub seeds: Vec<u64>,
    /// Folder of models, manifest, results and model card.
    pub models: PathBuf,
    /// Folder of checkpoints and caches.
    pub work: PathBuf,
    /// Whether checkpoints in `work` are used.
    pub resume: bool,
    /// The encoder's file.
    pub encoder: Vec<u8>,
    /// Where it was read from.
    pub encoder_path: PathBuf,
}

impl DeepJob {
    /// Reads recipe and encoder, finds the corpora's clips and tries the folders.
    ///
    /// # Errors
    /// As [`Job::prepare`]; an encoder that cannot be read.
    pub fn prepare(args: JobArgs, protocol: Protocol) -> Result<Self> {
        ensure!(args.tier == Tier::Quick || args.without.is_empty(), "--without is for --tier quick");
        let recipe = DeepRecipe::load(args.recipe.as_deref().unwrap_or(deep::recipe::DEFAULT))?;
        let encoder = std::fs::read(&args.encoder).with_context(|| {
            format!("cannot read the encoder {}; make it by train-native encoder", args.encoder.display())
        })?;
        recipe.check_corpora(protocol, args.corpora.iter().map(|corpus| corpus.kind))?;
        let is_smoke = recipe.name == deep::recipe::SMOKE;
        let encoder_path = args.encoder.clone();
        let Places { corpora, seeds, models, work, resume } =
            Places::prepare(args, protocol, &recipe.name, &recipe.seeds, is_smoke)?;
        Ok(Self { recipe, corpora, seeds, models, work, resume, encoder, encoder_path })
    }
}

/// What the requests of both tiers share.
struct Places {
    corpora: Vec<Corpus>,
    seeds: Vec<u64>,
    models: PathBuf,
    work: PathBuf,
    resume: bool,
}

fn tier(name: &str) -> Result<Tier, String> {
    match name {
        "quick" => Ok(Tier::Quick),
        "deep" => Ok(Tier::Deep),
        _ => Err("a tier is quick or deep".into()),
    }
}

impl Job {
    /// Reads the recipe, finds the corpora's clips and tries the folders.
    ///
    /// # Errors
    /// An unknown recipe or a typo in it, a corpus that is missing, empty, incomplete or given twice, or not given though
    /// `protocol` tests on it, a folder that cannot be written.
    pub fn prepare(args: JobArgs, protocol: Protocol) -> Result<Self> {
        let mut recipe = Recipe::load(args.recipe.as_deref().unwrap_or(DEFAULT))?;
        args.without.iter().for_each(|part| recipe.leave_out(*part));
        let teacher = recipe.distillation.as_ref().map(|distillation| {
            let recipe = Some(distillation.recipe.clone());
            let (work, without) = (args.teacher_work.clone(), Vec::new());
            let args = JobArgs { tier: Tier::Deep, recipe, work, without, ..args.clone() };
            DeepJob::prepare(args, protocol).context("the teacher")
        });
        let teacher = teacher.transpose()?;
        let Places { corpora, seeds, models, work, resume } =
            Places::prepare(args, protocol, &recipe.name, &recipe.seeds, recipe.name == SMOKE)?;
        if !recipe.corpora.is_empty() {
            for corpus in &corpora {
                ensure!(
                    recipe.corpora.contains_key(&corpus.kind) || protocol == Protocol::Cross(corpus.kind),
                    "the recipe {} says nothing of {}; add [corpora.{}]",
                    recipe.name,
                    corpus.kind,
                    corpus.kind
                );
            }
        }
        Ok(Self { recipe, corpora, seeds, models, work, resume, teacher })
    }
}

impl Places {
    fn prepare(args: JobArgs, protocol: Protocol, name: &str, seeds: &[u64], is_smoke: bool) -> Result<Self> {
        device::training()?;
        let kinds: BTreeSet<_> = args.corpora.iter().map(|corpus| corpus.kind).collect();
        ensure!(kinds.len() == args.corpora.len(), "a corpus is given twice; give each --corpus once");
        let tested = protocol.test_corpus();
        ensure!(
            kinds.contains(&tested),
            "{protocol} tests on {tested}, which is not given; add --corpus {tested}=PATH"
        );
        let seeds = if args.seeds.is_empty() { seeds.to_vec() } else { args.seeds };
        ensure!(seeds.iter().collect::<BTreeSet<_>>().len() == seeds.len(), "a seed is given twice");
        let work = args.work.unwrap_or_else(|| PathBuf::from(".runs").join(name));
        let models = args.out.unwrap_or_else(|| if is_smoke { work.join("models") } else { "models".into() });
        let mut corpora = args.corpora.iter().map(Corpus::open).collect::<Result<Vec<_>>>()?;
        corpora.sort_by_key(|corpus| corpus.kind);
        for corpus in &corpora {
            eprintln!("{}", corpus.summary());
        }
        for dir in [&models, &work] {
            std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
            tempfile::tempfile_in(dir).with_context(|| format!("cannot write into {}", dir.display()))?;
        }
        Ok(Self { corpora, seeds, models, work, resume: !args.no_resume })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        let cli = Cli::try_parse_from(["train-native", "train", "--corpus", "ravdess=x", "--seed", "4", "--seed", "5"]);
        let Command::Train(args) = cli.unwrap().command else { panic!("train") };
        assert_eq!((args.job.recipe, args.job.tier, args.job.seeds), (None, Tier::Quick, vec![4, 5]));
        let error = Cli::try_parse_from(["train-native", "evaluate", "--corpus", "ravdess=x", "--protocol", "luna6"]);
        assert!(error.unwrap_err().to_string().contains("known: luna5"));
        assert!(Cli::try_parse_from(["train-native", "train"]).is_err());
    }

    #[test]
    fn a_bad_request_ends_before_it_begins() {
        let job = |recipe: &str, corpora: &[&str]| {
            let corpora = corpora.iter().map(|corpus| corpus.parse().unwrap()).collect();
            let (out, work) = (None, None);
            let args = JobArgs {
                corpora,
                tier: Tier::Quick,
                recipe: Some(recipe.into()),
                encoder: PathBuf::new(),
                seeds: vec![],
                out,
                work,
                teacher_work: None,
                without: vec![],
                no_resume: false,
            };
            format!("{:#}", Job::prepare(args, Protocol::Luna5).unwrap_err())
        };
        assert!(job("smok", &["ravdess=/nowhere"]).contains("built in: ravdess, full, smoke"));
        assert!(job("smoke", &["ravdess=/nowhere"]).contains("there is no folder or zip file at /nowhere"));
        assert!(job("smoke", &["ravdess=/a", "ravdess=/b"]).contains("given twice"));
        assert!(job("smoke", &["nemo=/a"]).contains("luna5 tests on ravdess"));
    }
}
