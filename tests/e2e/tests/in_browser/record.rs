//! A voice is recorded from a microphone that plays a file.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const LIMIT: Duration = Duration::from_secs(20);
/// Keeps every stream that the page gets, and with what it asked for it.
const KEEP_STREAMS: &str = "
    window.streams = []; window.asked = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async asked => {
      window.asked.push(asked);
      const stream = await ask(asked);
      window.streams.push(stream);
      return stream;
    };";
const SECONDS: &str = "
    const [minutes, seconds] = (document.querySelector('.record-time')?.textContent ?? '0:0').split(':').map(Number);
    const now = 60 * minutes + seconds;
    return now >= arguments[0] ? now : null;";

async fn press(browser: &Browser, id: &str) -> Result<()> {
    let there = "return document.querySelector(arguments[0]) !== null";
    browser.wait_for(id, LIMIT, there, vec![json!(id)]).await?;
    browser.run("document.querySelector(arguments[0]).click()", vec![json!(id)]).await.map(drop)
}

async fn seconds(browser: &Browser, least: f64) -> Result<f64> {
    let found = browser.wait_for("recorded seconds", LIMIT, SECONDS, vec![json!(least)]).await?;
    Ok(found.as_f64().unwrap_or_default())
}

async fn live_tracks(browser: &Browser) -> Result<Value> {
    let live = "return window.streams.flatMap(s => s.getTracks()).filter(t => t.readyState === 'live').length";
    browser.run(live, vec![]).await
}

#[tokio::test]
async fn a_recording_gets_a_result_and_lets_go_of_the_microphone() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("voice.wav");
    std::fs::write(&file, wav(&voice(6.0, 150.0, 48_000), 48_000, 1, Encoding::Pcm16))?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(KEEP_STREAMS).await?;
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        ensure!(browser.run("return window.streams.length", vec![]).await? == 0, "asked before a click");

        press(browser, "#record-start").await?;
        seconds(browser, 1.0).await?;
        let focus = browser.run("return document.activeElement.id", vec![]).await?;
        ensure!(focus == "record-stop", "the focus is on {focus}");
        let asked = browser.run("return window.asked[0].audio", vec![]).await?;
        for name in ["echoCancellation", "autoGainControl", "noiseSuppression"] {
            ensure!(asked[name] == false, "{name} was not asked off: {asked}");
        }
        press(browser, "#record-pause").await?;
        let paused = seconds(browser, 0.0).await?;
        tokio::time::sleep(Duration::from_millis(600)).await;
        ensure!((seconds(browser, 0.0).await? - paused).abs() < 0.15, "a pause was recorded");
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("record-{width}-{scheme}.png")), width, scheme).await?;
        }
        press(browser, "#record-pause").await?;
        seconds(browser, 3.0).await?;
        press(browser, "#record-stop").await?;

        let shown = page.shown().await?;
        shown.check()?;
        let name = page.text(".file-name").await?;
        ensure!(name == "recording-1.wav", "the recording is called {name}");
        ensure!(live_tracks(browser).await? == 0, "the microphone is still open");
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");

        press(browser, "#record-start").await?;
        seconds(browser, 0.3).await?;
        press(browser, "#record-discard").await?;
        ensure!(page.text(".file-name").await? == "recording-1.wav", "a discarded recording was analysed");
        ensure!(live_tracks(browser).await? == 0, "the microphone is still open after a discarded recording");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_microphone_that_goes_away_leaves_what_it_heard() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("voice.wav");
    std::fs::write(&file, wav(&voice(6.0, 150.0, 48_000), 48_000, 1, Encoding::Pcm16))?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(KEEP_STREAMS).await?;
        let page = Page::open(browser, &site).await?;
        press(browser, "#record-start").await?;
        seconds(browser, 2.0).await?;
        let unplug = "window.streams[0].getTracks()[0].dispatchEvent(new Event('ended'))";
        browser.run(unplug, vec![]).await?;
        page.shown().await?.check()?;
        let note = page.text("#drop-zone .record-note").await?;
        ensure!(note.contains("taken away"), "the page says {note}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_refused_microphone_is_explained() -> Result<()> {
    let site = Site::built("/")?;
    for (name, words) in [
        ("NotAllowedError", "not allowed"),
        ("NotFoundError", "No microphone was found"),
        ("NotReadableError", "another program"),
        ("", "https://"),
    ] {
        Browser::with(async |browser| {
            let refuse = format!(
                "navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}'); }};"
            );
            let insecure = "Object.defineProperty(Navigator.prototype, 'mediaDevices', {get: () => undefined});";
            browser.before_each_page(if name.is_empty() { insecure } else { &refuse }).await?;
            let page = Page::open(browser, &site).await?;
            press(browser, "#record-start").await?;
            let there = "return document.querySelector('#record-error') !== null";
            browser.wait_for("an explanation", LIMIT, there, vec![]).await?;
            let said = page.text("#record-error").await?;
            ensure!(said.contains(words), "{name}: {said}");
            page.result_of("voice.wav", &crate::good_clip()).await?.check()
        })
        .await?;
    }
    Ok(())
}
