//! The page, as a person uses it and as it answers.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::EMOTIONS;
use crate::browser::Browser;
use crate::site::Site;

const START_LIMIT: Duration = Duration::from_secs(60);
const RESULT_LIMIT: Duration = Duration::from_secs(90);
const REACH_LIMIT: Duration = Duration::from_secs(20);

/// What a clip came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A result is shown.
    Result(Box<Shown>),
    /// A message is shown, and no result.
    Message(String),
}

/// A result as the page shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Shown {
    /// Number of the job.
    pub job: String,
    /// The winning class.
    pub winner: String,
    /// The tier whose answer is shown, `quick` or `deep`.
    pub tier: String,
    /// By class name.
    pub probabilities: BTreeMap<String, f64>,
    /// The votes, by name of the tier, then by class name; the deep tier's once it has answered.
    pub ensembles: BTreeMap<String, BTreeMap<String, f64>>,
    /// Milliseconds by name of the model, and by name of the tier.
    pub millis: BTreeMap<String, f64>,
    /// By name of the model, then by class name.
    pub models: BTreeMap<String, BTreeMap<String, f64>>,
    /// Milliseconds by name of the stage, in the page's order.
    pub stages: Vec<(String, f64)>,
    /// What the page says about the clip beside the answer.
    pub notices: String,
    /// Sizes of the two pictures, in device pixels.
    pub canvases: Vec<(u32, u32)>,
}

impl Shown {
    /// The first answer's probabilities in class order, whether or not they are still those that are shown on top.
    ///
    /// # Errors
    /// Where one is missing.
    pub fn vector(&self) -> Result<Vec<f64>> {
        self.vote("quick")
    }

    /// The probabilities of a tier's vote in class order.
    ///
    /// # Errors
    /// Where the tier has not answered.
    pub fn vote(&self, tier: &str) -> Result<Vec<f64>> {
        vector(self.ensembles.get(tier).with_context(|| format!("the {tier} tier has not answered"))?)
    }

    /// The probabilities of a model in class order.
    ///
    /// # Errors
    /// Where there is no such model, or it has not answered.
    pub fn model(&self, name: &str) -> Result<Vec<f64>> {
        vector(self.models.get(name).with_context(|| format!("{name} has not answered"))?)
    }

    /// Refuses a result whose probabilities are none: of an ensemble, or of a model.
    ///
    /// # Errors
    /// Says which.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.models.is_empty(), "no model's answer is shown");
        let named = |(name, answer): (&'_ String, &'_ BTreeMap<String, f64>)| (name.clone(), answer.clone());
        let all = self.models.iter().chain(&self.ensembles).map(named);
        for (name, answer) in all.chain([("the answer".to_owned(), self.probabilities.clone())]) {
            let vector = vector(&answer).with_context(|| name.clone())?;
            let sum = vector.iter().sum::<f64>();
            ensure!((sum - 1.0).abs() < 1e-4, "{name}: the probabilities sum to {sum}");
            ensure!(vector.iter().all(|p| (0.0..=1.0).contains(p)), "{name}: {vector:?}");
        }
        let shown = vector(&self.probabilities)?;
        ensure!(shown == self.vote(&self.tier)?, "the answer is not that of the {} tier", self.tier);
        let best = (0..8).fold(0, |best, i| if shown[i] > shown[best] { i } else { best });
        ensure!(EMOTIONS[best] == self.winner, "the winner is {} with {shown:?}", self.winner);
        Ok(())
    }
}

fn vector(answer: &BTreeMap<String, f64>) -> Result<Vec<f64>> {
    ensure!(answer.len() == EMOTIONS.len(), "{} classes are shown", answer.len());
    EMOTIONS.iter().map(|name| answer.get(*name).copied().with_context(|| format!("{name} is missing"))).collect()
}

const READ_OUTCOME: &str = include_str!("read_outcome.js");
/// Brings an element into view; tells whether it stands still there and nothing lies over it.
const WITHIN_REACH: &str = "
    const element = document.querySelector(arguments[0]);
    if (!element || element.disabled) return false;
    element.scrollIntoView({block: 'center', behavior: 'instant'});
    const frame = () => new Promise(requestAnimationFrame);
    const place = () => element.getBoundingClientRect();
    await frame();
    const {x, y, width, height} = place();
    await frame();
    await frame();
    const now = place();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return element.isConnected && now.x === x && now.y === y && (element.contains(top) || top?.control === element)";

/// Whether the browser's store of that name holds so many records; `null` records: whether there is no such store.
pub const STORED: &str = "const [name, wanted] = arguments;
    const there = (await indexedDB.databases()).some(database => database.name === name);
    // To open one that is not there would make it.
    if (wanted === null || !there) return wanted === null && !there;
    const open = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = reject;
    });
    const count = await new Promise(resolve => {
      const request = open.transaction('records').objectStore('records').count();
      request.onsuccess = () => resolve(request.result);
    });
    open.close();
    return count === wanted";

/// A page that has been opened.
pub struct Page<'a> {
    /// The browser that shows it.
    pub browser: &'a Browser,
}

impl<'a> Page<'a> {
    /// Opens the page and waits until its worker hears.
    ///
    /// # Errors
    /// Where it does not come so far.
    pub async fn open(browser: &'a Browser, site: &Site) -> Result<Self> {
        Self::open_at(browser, &site.address).await
    }

    /// As [`open`](Self::open), at another address of the site.
    ///
    /// # Errors
    /// As there.
    pub async fn open_at(browser: &'a Browser, address: &str) -> Result<Self> {
        browser.client.goto(address).await?;
        let ready = "return document.querySelector('[data-ready=\"true\"]') !== null";
        browser.wait_for("the page to start", START_LIMIT, ready, vec![]).await?;
        Ok(Self { browser })
    }

    /// Waits until the models are loaded, or can't be; gives the state.
    ///
    /// # Errors
    /// Where neither happens.
    pub async fn models_state(&self) -> Result<String> {
        let script = "const state = document.querySelector('#models-status')?.dataset.state;
            return state === 'ready' || state === 'failed' ? state : null";
        let state = self.browser.wait_for("the models", START_LIMIT, script, vec![]).await?;
        Ok(state.as_str().unwrap_or_default().to_owned())
    }

    /// Text of the first element, empty without one.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let script = "return (document.querySelector(arguments[0])?.innerText ?? '').trim()";
        let text = self.browser.run(script, vec![json!(selector)]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks on a button or a switch, as soon as the page has stopped moving it.
    ///
    /// # Errors
    /// Where there is none of that kind, or something lies over it.
    pub async fn press(&self, selector: &str) -> Result<()> {
        let what = format!("{selector} to be within reach");
        self.browser.wait_for(&what, REACH_LIMIT, WITHIN_REACH, vec![json!(selector)]).await?;
        self.browser.client.find(fantoccini::Locator::Css(selector)).await?.click().await?;
        Ok(())
    }

    /// Drops a file on the page and waits for what comes of it.
    ///
    /// # Errors
    /// Where nothing comes.
    pub async fn drop_file(&self, name: &str, bytes: &[u8]) -> Result<Outcome> {
        let before = self.shown_job().await?;
        self.start_drop(name, bytes, "").await?;
        self.outcome(before).await
    }

    /// Drops several files at once, and does not wait.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub async fn start_drop_of(&self, files: &[(&str, Vec<u8>)]) -> Result<()> {
        let script = "
            const carried = new DataTransfer();
            for (const [name, base64] of arguments[0]) {
              carried.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], name));
            }
            const zone = document.querySelector('#drop-zone');
            for (const type of ['dragenter', 'dragover', 'drop']) {
              zone.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: carried}));
            }";
        let files: Vec<Value> = files.iter().map(|(name, bytes)| json!([name, STANDARD.encode(bytes)])).collect();
        self.browser.run(script, vec![json!(files)]).await.map(drop)
    }

    /// Drops a file that must give a result.
    ///
    /// # Errors
    /// With the page's message, where it gives none.
    pub async fn result_of(&self, name: &str, bytes: &[u8]) -> Result<Shown> {
        match self.drop_file(name, bytes).await? {
            Outcome::Result(shown) => Ok(*shown),
            Outcome::Message(message) => anyhow::bail!("{name} gave no result: {message}"),
        }
    }

    /// Drops a file and presses Cancel as soon as the page offers it. Waits until the page does not offer it any more;
    /// tells whether Cancel came in time.
    ///
    /// # Errors
    /// Where the page stays busy.
    pub async fn drop_and_cancel(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        let cancel = "
            const deadline = performance.now() + 20000;
            const offered = () => [...document.querySelectorAll('#cancel')].find(
              button => !button.disabled && button.getClientRects().length > 0);
            window.cancelled = new Promise(done => {
              const look = () => {
                const button = offered();
                if (button) { button.click(); done(true); }
                else if (document.querySelector('#result') || performance.now() > deadline) done(false);
                else setTimeout(look, 0);
              };
              look();
            });";
        self.start_drop(name, bytes, cancel).await?;
        let asked = self.browser.client.execute_async("window.cancelled.then(arguments[0])", vec![]).await?;
        let idle = "const button = document.querySelector('#cancel');
            return !button || button.disabled || button.getClientRects().length === 0";
        self.browser.wait_for("the page to be idle", RESULT_LIMIT, idle, vec![]).await?;
        Ok(asked == json!(true))
    }

    /// Chooses a file with the page's button and waits for what comes of it.
    ///
    /// # Errors
    /// Where nothing comes.
    pub async fn choose_file(&self, path: &Path) -> Result<Outcome> {
        let before = self.shown_job().await?;
        let input = self.browser.client.find(fantoccini::Locator::Css("#file-input")).await?;
        input.send_keys(&path.to_string_lossy()).await?;
        self.outcome(before).await
    }

    /// Drops a file, and then runs a script.
    ///
    /// # Errors
    /// What the script throws.
    pub async fn start_drop(&self, name: &str, bytes: &[u8], then: &str) -> Result<()> {
        let script = format!(
            "const bytes = Uint8Array.from(atob(arguments[1]), c => c.charCodeAt(0));
             const carried = new DataTransfer();
             carried.items.add(new File([bytes], arguments[0]));
             const zone = document.querySelector('#drop-zone');
             for (const type of ['dragenter', 'dragover', 'drop']) {{
               zone.dispatchEvent(new DragEvent(type, {{bubbles: true, cancelable: true, dataTransfer: carried}}));
             }}
             {then}"
        );
        self.browser.run(&script, vec![json!(name), json!(STANDARD.encode(bytes))]).await?;
        Ok(())
    }

    /// The result that is shown now.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn shown(&self) -> Result<Shown> {
        match self.any_outcome().await? {
            Outcome::Result(shown) => Ok(*shown),
            Outcome::Message(message) => anyhow::bail!("no result is shown: {message}"),
        }
    }

    /// The result or the message that is shown now, or comes next.
    ///
    /// # Errors
    /// Where none comes.
    pub async fn any_outcome(&self) -> Result<Outcome> {
        self.outcome(Value::Null).await
    }

    async fn shown_job(&self) -> Result<Value> {
        self.browser.run("return document.querySelector('#result')?.dataset.job ?? null", vec![]).await
    }

    async fn outcome(&self, before: Value) -> Result<Outcome> {
        let shown = self.browser.wait_for("a result or a message", RESULT_LIMIT, READ_OUTCOME, vec![before]).await?;
        Ok(match shown {
            Value::String(message) => Outcome::Message(message),
            result => Outcome::Result(serde_json::from_value(result).context("the page's result is incomplete")?),
        })
    }
}
