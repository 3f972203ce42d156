//! The engine for other pages: samples in, a plain object out. Runs where it is called, on a page or in a worker, and gives
//! way to other events between any two steps.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::analysis::{
    Analyzer, Answer, Clip, DeepStep, Emotion, Position, Probabilities, Step, Tier, VoiceAttributes,
};
use crate::browser::{Download, Freshness, now, yield_now};
use crate::inference::{DeepEngine, Engine, Manifest};
use crate::{Error, Result};

/// What a caller may ask for.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Where the models lie, relative to the page; with a slash at the end.
    pub models: String,
    /// Whether the deep tier is asked too; its 9 MB are fetched at the first call that wants it.
    pub deep: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { models: "models/".into(), deep: false }
    }
}

/// What is heard in a clip.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Heard {
    /// The most probable emotion, as listeners would hear it.
    pub winner: Emotion,
    /// Calibrated, by emotion, of sum 1.
    pub probabilities: BTreeMap<&'static str, f32>,
    /// Unpleasant to pleasant, -1..=1, derived from the probabilities.
    pub valence: f32,
    /// Calm to excited, -1..=1, derived from the probabilities.
    pub arousal: f32,
    /// Whose answer it is.
    pub tier: Tier,
    /// What each model says.
    pub models: Vec<ModelHeard>,
    /// What can be measured of the voice.
    pub voice: VoiceAttributes,
    /// Kept regions in seconds; what lies outside was cut as silence.
    pub kept: Vec<(f32, f32)>,
    /// Seconds of the clip.
    pub seconds: f32,
    /// What makes the answer less sure.
    pub notices: Vec<String>,
    /// Version of the models.
    pub version: String,
}

/// What one model says.
#[derive(Clone, Debug, Serialize)]
pub struct ModelHeard {
    /// Its name.
    pub model: String,
    /// Its tier.
    pub tier: Tier,
    /// By emotion.
    pub probabilities: BTreeMap<&'static str, f32>,
    /// Milliseconds.
    pub milliseconds: f32,
}

thread_local! {
    static QUICK: RefCell<HashMap<String, Rc<Engine>>> = RefCell::default();
    static DEEP: RefCell<HashMap<String, Rc<DeepEngine>>> = RefCell::default();
}

/// Analyses mono samples, nominally in -1..=1, of `sample_rate` Hz.
///
/// # Errors
/// What is wrong with the sound, or with the models: a sentence each.
pub async fn analyze(samples: Vec<f32>, sample_rate: u32, options: &Options) -> Result<Heard> {
    let engine = quick(&options.models).await?;
    let deep = if options.deep { Some(sharper(&options.models, engine.manifest()).await?) } else { None };
    let mut analyzer = Analyzer::new(Clip::Pcm { samples, sample_rate });
    let analysis = loop {
        if let Step::Done(analysis) = analyzer.step(&engine, &now)? {
            break analysis;
        }
        yield_now().await;
    };
    let sharpened = match (deep, analyzer.into_deepening()) {
        (Some(deep), Some(deepening)) => {
            let mut deepening = deepening.with_included_noise_model()?;
            loop {
                yield_now().await;
                if let DeepStep::Done(found) = deepening.step(&deep, &now)? {
                    break Some(found.analysis);
                }
            }
        }
        _ => None,
    };
    let (probabilities, winner, tier) = match &sharpened {
        Some(found) => (found.probabilities, found.winner, Tier::Deep),
        None => (analysis.probabilities, analysis.winner, Tier::Quick),
    };
    let position = Position::of(&probabilities);
    let answers = analysis.answers.iter().chain(sharpened.iter().flat_map(|found| &found.answers));
    Ok(Heard {
        winner,
        probabilities: by_name(&probabilities),
        valence: position.valence,
        arousal: position.arousal,
        tier,
        models: answers.map(model_heard).collect(),
        voice: analysis.voice.clone(),
        kept: analysis.kept.clone(),
        seconds: analysis.clip.seconds,
        notices: analysis.notices.iter().map(ToString::to_string).collect(),
        version: engine.manifest().version.clone(),
    })
}

fn by_name(probabilities: &Probabilities) -> BTreeMap<&'static str, f32> {
    Emotion::ALL.iter().map(|emotion| (emotion.name(), probabilities[emotion.index()])).collect()
}

fn model_heard(answer: &Answer) -> ModelHeard {
    ModelHeard {
        model: answer.model.clone(),
        tier: answer.tier,
        probabilities: by_name(&answer.probabilities),
        milliseconds: answer.millis,
    }
}

async fn fetched(models: &str, file: &str, sha256: &str) -> Result<Vec<u8>> {
    Download::start(&format!("{models}{file}?sha256={sha256}"), Freshness::AsServed)?.bytes(|_| {}).await
}

async fn quick(models: &str) -> Result<Rc<Engine>> {
    if let Some(engine) = QUICK.with_borrow(|engines| engines.get(models).cloned()) {
        return Ok(engine);
    }
    let json = Download::start(&format!("{models}manifest.json"), Freshness::Revalidate)?.bytes(|_| {}).await?;
    let manifest = Manifest::parse(&json)?;
    let mut files = HashMap::new();
    for entry in manifest.tier(Tier::Quick) {
        files.insert(entry.name.clone(), fetched(models, &entry.file, &entry.sha256).await?);
    }
    let engine = Rc::new(Engine::new(manifest, |entry| files.remove(&entry.name))?);
    QUICK.with_borrow_mut(|engines| engines.insert(models.into(), engine.clone()));
    Ok(engine)
}

async fn sharper(models: &str, manifest: &Manifest) -> Result<Rc<DeepEngine>> {
    if let Some(engine) = DEEP.with_borrow(|engines| engines.get(models).cloned()) {
        return Ok(engine);
    }
    let entry = DeepEngine::encoder_entry(manifest)?;
    let encoder = fetched(models, &entry.file, &entry.sha256).await?;
    let mut files = HashMap::new();
    for entry in manifest.tier(Tier::Deep) {
        files.insert(entry.name.clone(), fetched(models, &entry.file, &entry.sha256).await?);
    }
    yield_now().await;
    let engine = DeepEngine::new(manifest.clone(), &encoder, &[], |entry| files.remove(&entry.name))?;
    let engine = Rc::new(engine);
    DEEP.with_borrow_mut(|engines| engines.insert(models.into(), engine.clone()));
    Ok(engine)
}

/// Reads a caller's options; nothing stands for all defaults.
///
/// # Errors
/// [`Error::Browser`] that names what is wrong.
pub fn options<T: Into<serde_wasm_bindgen::Deserializer>>(given: Option<T>) -> Result<Options> {
    let Some(given) = given else { return Ok(Options::default()) };
    Options::deserialize(given.into())
        .map_err(|reason| Error::Browser { reason: format!("the options are not as they should be: {reason}") })
}
