//! onnxruntime-web in the same page, to compare with.

pub mod features;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::{deep, path_from};

/// Drops a clip and gives the milliseconds until the page shows a result of a new job, and until that is painted, as the
/// page's clock has them.
pub const TIMED_DROP: &str = include_str!("../timed_drop.js");
const SCRIPT: &str = include_str!("onnxruntime.js");
const FILES: [&str; 3] = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"];
const MELS: usize = 80;

/// The deep tier's encoder in onnxruntime-web.
pub struct Peer {
    file: String,
    frames: u64,
}

impl Peer {
    /// Puts onnxruntime-web's files, from the folder in `UNDERTONE_ORT`, into a copy of the built page.
    ///
    /// # Errors
    /// Where they are not there, or the page has no deep tier.
    pub fn put_into(site: &Path) -> Result<Self> {
        let from = path_from("UNDERTONE_ORT")?;
        let to = site.join("bench/ort");
        fs::create_dir_all(&to)?;
        for file in FILES {
            fs::copy(from.join(file), to.join(file)).with_context(|| format!("onnxruntime-web has no {file}"))?;
        }
        fs::write(site.join("bench/onnxruntime.js"), SCRIPT)?;
        let encoder = deep::files(site)?.swap_remove(0).file;
        let manifest: Value = serde_json::from_str(&fs::read_to_string(site.join("models/manifest.json"))?)?;
        let frames = manifest["encoder"]["window_frames"].as_u64().context("the encoder has no window")?;
        Ok(Self { file: format!("../models/{encoder}"), frames })
    }

    /// Starts it in a worker of the page and loads the encoder; gives the milliseconds of that.
    ///
    /// # Errors
    /// What it throws.
    pub async fn start(&self, browser: &Browser) -> Result<f64> {
        let script = "window.peer = new Worker('bench/onnxruntime.js', {type: 'module'});
            window.ask = message => new Promise(done => {
              peer.onmessage = ({data}) => done(data);
              peer.onerror = event => done({error: event.message ?? 'its script could not be loaded'});
              peer.postMessage(message);
            });";
        browser.run(script, vec![]).await?;
        let message = json!({"file": self.file, "mels": MELS, "frames": self.frames});
        answer(&browser.client.execute_async("ask(arguments[0]).then(arguments[1])", vec![message]).await?)
    }

    /// Runs the encoder on a full window, `runs` times in a row; gives the milliseconds of one.
    ///
    /// # Errors
    /// What it throws.
    pub async fn run(&self, browser: &Browser, runs: usize) -> Result<f64> {
        let message = json!({"runs": runs});
        answer(&browser.client.execute_async("ask(arguments[0]).then(arguments[1])", vec![message]).await?)
    }

    /// Drops a clip and runs the encoder once as soon as the page shows the first answer: when the page's own engine
    /// would, and beside the same drawing.
    ///
    /// # Errors
    /// What it throws, or where the page gives no answer.
    pub async fn run_after(&self, browser: &Browser, clip: &[u8]) -> Result<f64> {
        let script = format!(
            "const asked = arguments;
             (function () {{ {TIMED_DROP} }})(asked[0], asked[1], () => ask({{runs: 1}}).then(asked[2]));"
        );
        let arguments = vec![json!("clip.wav"), json!(STANDARD.encode(clip))];
        answer(&browser.client.execute_async(&script, arguments).await?)
    }
}

fn answer(answer: &Value) -> Result<f64> {
    match answer["millis"].as_f64() {
        Some(millis) => Ok(millis),
        None => bail!("onnxruntime-web failed: {}", answer["error"]),
    }
}
