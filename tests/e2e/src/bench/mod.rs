//! onnxruntime-web in the same page, to compare with.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::{deep, path_from};

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
        let script = "window.peer = new Worker('bench/onnxruntime.js', {type: 'module'})";
        browser.run(script, vec![]).await?;
        self.ask(browser, json!({"file": self.file, "mels": MELS, "frames": self.frames})).await
    }

    /// Runs the encoder once on a full window; gives the milliseconds.
    ///
    /// # Errors
    /// What it throws.
    pub async fn run(&self, browser: &Browser) -> Result<f64> {
        self.ask(browser, json!({})).await
    }

    async fn ask(&self, browser: &Browser, message: Value) -> Result<f64> {
        let script = "const [message, done] = arguments;
            peer.onmessage = ({data}) => done(data);
            peer.onerror = event => done({error: event.message ?? 'its script could not be loaded'});
            peer.postMessage(message);";
        let answer = browser.client.execute_async(script, vec![message]).await?;
        match answer["millis"].as_f64() {
            Some(millis) => Ok(millis),
            None => bail!("onnxruntime-web failed: {}", answer["error"]),
        }
    }
}
