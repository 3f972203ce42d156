//! How the page looks: width, colours, contrast, and pictures of it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::page::Page;

const SETTLED: &str = "return document.getAnimations().every(animation =>
    animation.playState !== 'running' || animation.effect.getComputedTiming().endTime === Infinity)";

impl Page<'_> {
    /// Shows the page in a window of that width, to a person who prefers that colour scheme (`light`, `dark`) and that
    /// contrast (`no-preference`, `more`); waits until it has settled.
    ///
    /// # Errors
    /// Where it never does.
    pub async fn dress(&self, width: u32, scheme: &str, contrast: &str) -> Result<()> {
        let browser = self.browser;
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        browser.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-contrast", "value": contrast},
        ]});
        browser.devtools("Emulation.setEmulatedMedia", features).await?;
        let painted = "const done = arguments[0];
            requestAnimationFrame(() => requestAnimationFrame(() => done(null)))";
        browser.client.execute_async(painted, vec![]).await?;
        browser.wait_for("the page to settle", Duration::from_secs(5), SETTLED, vec![]).await.map(drop)
    }

    /// Opens whatever the page keeps folded.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub async fn open_all_details(&self) -> Result<()> {
        let open = "document.querySelectorAll('details').forEach(details => { details.open = true; })";
        self.browser.run(open, vec![]).await.map(drop)
    }

    /// Saves a picture of the whole page at that width, and refuses one that must be scrolled sideways.
    ///
    /// # Errors
    /// Where it can't be taken or written.
    pub async fn screenshot(&self, file: &Path, width: u32, scheme: &str) -> Result<()> {
        self.dress(width, scheme, "no-preference").await?;
        let scrolled = self.browser.run("return document.documentElement.scrollWidth", vec![]).await?;
        let picture = json!({"format": "png", "captureBeyondViewport": true});
        let picture = self.browser.devtools("Page.captureScreenshot", picture).await?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, STANDARD.decode(picture["data"].as_str().context("no picture")?)?)?;
        ensure!(scrolled.as_u64() <= Some(u64::from(width)), "at {width} px the page is {scrolled} px wide");
        Ok(())
    }
}
