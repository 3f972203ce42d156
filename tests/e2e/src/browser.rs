//! Headless Chromium through chromedriver.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::command::Extension;
use crate::path_from;
use crate::process::Process;

/// A host that no browser counts as safe when it is asked without encryption, unlike 127.0.0.1.
pub const INSECURE_HOST: &str = "undertone.test";

/// A browser with one page and a fresh profile.
pub struct Browser {
    /// The WebDriver session.
    pub client: Client,
    _driver: Process,
}

impl Browser {
    /// Starts chromedriver on a free port, and a browser.
    ///
    /// # Errors
    /// Where either does not start.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[], "").await
    }

    async fn start_with(more_flags: &[String], hosts: &str) -> Result<Self> {
        Self::start_watched(more_flags, hosts, None).await
    }

    /// `traced`: the categories of events that the browser is to note, if any.
    async fn start_watched(more_flags: &[String], hosts: &str, traced: Option<&str>) -> Result<Self> {
        let start = || -> Result<(Process, u16)> {
            let mut command = Command::new(path_from("CHROMEDRIVER")?);
            // "ChromeDriver was started successfully on port 41233."
            Process::start(command.arg("--port=0"), |line| {
                line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
            })
        };
        // It looks for a free port and takes it a moment later, when another program may have it.
        let (driver, port) = start().or_else(|_| start())?;
        let mut flags: Vec<String> = std::env::var("UNDERTONE_BROWSER_FLAGS")
            .context("UNDERTONE_BROWSER_FLAGS is not set; use `cargo xtask test`")?
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        flags.extend_from_slice(more_flags);
        flags.push("--window-size=1280,900".into());
        // A page that asked for another host would get an error in its console.
        flags.push(format!("--host-resolver-rules={hosts}MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"));
        let mut options = json!({"binary": path_from("CHROME")?, "args": flags});
        let mut logging = json!({"browser": "ALL"});
        if let Some(categories) = traced {
            options["perfLoggingPrefs"] =
                json!({"enableNetwork": false, "enablePage": false, "traceCategories": categories});
            logging["performance"] = json!("ALL");
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": logging,
            "timeouts": {"script": 120_000, "pageLoad": 60_000},
        });
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("no browser session")?;
        Ok(Self { client, _driver: driver })
    }

    /// Runs `body` with a browser, and closes that whatever comes out.
    ///
    /// # Errors
    /// Those of `body`, or where no browser starts.
    pub async fn with<T>(body: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        Self::run_with(Self::start().await?, body).await
    }

    /// As [`with`](Self::with), with a browser that knows this machine by the name [`INSECURE_HOST`] too.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub async fn with_insecure_host<T>(body: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        Self::run_with(Self::start_with(&[], &format!("MAP {INSECURE_HOST} 127.0.0.1, ")).await?, body).await
    }

    /// As [`with`](Self::with), with a browser that keeps what it keeps in that folder.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub async fn with_profile<T>(folder: &Path, body: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        let flags = [format!("--user-data-dir={}", folder.display())];
        Self::run_with(Self::start_with(&flags, "").await?, body).await
    }

    /// As [`with`](Self::with), with a microphone that plays the WAV file `sound` over and over, and is allowed.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub async fn with_microphone<T>(sound: &Path, body: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        let flags = [
            "--use-fake-device-for-media-stream".to_owned(),
            "--use-fake-ui-for-media-stream".to_owned(),
            format!("--use-file-for-fake-audio-capture={}", sound.display()),
        ];
        Self::run_with(Self::start_with(&flags, "").await?, body).await
    }

    /// As [`with`](Self::with), in a browser that notes what its threads do; see [`crate::trace`].
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub async fn with_trace<T>(body: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        Self::run_with(Self::start_watched(&[], "", Some(crate::trace::CATEGORIES)).await?, body).await
    }

    async fn run_with<T>(browser: Self, body: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        let outcome = body(&browser).await;
        let closed = browser.client.clone().close().await;
        let value = outcome?;
        closed.context("the browser did not close")?;
        Ok(value)
    }

    /// Runs a script in the page; `arguments` are its `arguments`.
    ///
    /// # Errors
    /// What the script throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs a script until it gives something else than `null` or `false`. The time between two looks grows, so that
    /// waiting takes little from the page.
    ///
    /// # Errors
    /// After `limit`, with what the page shows; or what the script throws.
    pub async fn wait_for(&self, what: &str, limit: Duration, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(10);
        loop {
            let value = self.run(script, arguments.clone()).await?;
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return Ok(value);
            }
            if start.elapsed() > limit {
                let text = self.run("return document.body.innerText", vec![]).await?;
                let errors = self.console_errors().await.unwrap_or_default();
                bail!(
                    "waited {limit:?} for {what}; console: {errors:?}; the page shows:\n{}",
                    text.as_str().unwrap_or("")
                );
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_millis(200));
        }
    }

    /// Runs a script in every page that is opened from now on, before its own scripts.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub async fn before_each_page(&self, script: &str) -> Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await.map(drop)
    }

    /// A command of the Chrome DevTools Protocol.
    ///
    /// # Errors
    /// What the browser answers.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        Ok(self.client.issue_cmd(Extension::devtools(method, parameters)).await?)
    }

    /// What the page wrote to its console as an error since the last call; a request that failed is among it.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.client.issue_cmd(Extension::log("browser")).await?;
        let severe = |entry: &&Value| entry["level"] == "SEVERE";
        let text = |entry: &Value| entry["message"].as_str().unwrap_or("an entry without text").to_owned();
        Ok(entries.as_array().into_iter().flatten().filter(severe).map(text).collect())
    }

    /// As [`with`](Self::with), and gives the addresses that pages and workers of `origin` asked for, from the record
    /// of the browser's network stack.
    ///
    /// # Errors
    /// As [`with`](Self::with), or where the record can't be read.
    pub async fn with_requests<T>(
        origin: &str,
        body: impl AsyncFnOnce(&Self) -> Result<T>,
    ) -> Result<(T, Vec<String>)> {
        let folder = tempfile::tempdir()?;
        let record = folder.path().join("net-log.json");
        let value =
            Self::run_with(Self::start_with(&[format!("--log-net-log={}", record.display())], "").await?, body).await?;
        let text = std::fs::read_to_string(record).context("the browser kept no record of its requests")?;
        let mut addresses = Vec::new();
        for line in text.lines() {
            // One event a line; the last may be cut off.
            let Ok(event) = serde_json::from_str::<Value>(line.trim_end_matches(',')) else { continue };
            if event["params"]["initiator"] == origin {
                addresses.extend(event["params"]["url"].as_str().map(str::to_owned));
            }
        }
        Ok((value, addresses))
    }
}
