//! Somebody presses Record and speaks; the microphone is a file.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use fantoccini::Locator;
use serde_json::json;
use tempfile::TempDir;
use undertone_e2e::browser::{Browser, INSECURE_HOST};
use undertone_e2e::page::{Outcome, Page};
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const ENTER: &str = "\u{e007}";
const SOON: Duration = Duration::from_secs(15);

/// Keeps what the page asks the browser for.
const SPY: &str = "
    window.spied = {streams: [], contexts: [], asked: [], delay: 0};
    const ask = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (wishes) {
      spied.asked.push(wishes);
      const stream = await ask.call(this, wishes);
      spied.streams.push(stream);
      await new Promise(done => setTimeout(done, spied.delay));
      return stream;
    };
    const Context = window.AudioContext;
    window.AudioContext = class extends Context {
      constructor(...given) { super(...given); spied.contexts.push(this); }
    };";

/// A clip that the microphone hears, and its folder.
fn heard() -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("heard.wav");
    std::fs::write(&file, wav(&voice(6.0, 150.0, 48_000), 48_000, 1, Encoding::Pcm16))?;
    Ok((folder, file))
}

/// A page whose worklet is this one.
fn with_worklet(process: &str) -> Result<Site> {
    let script = format!(
        "registerProcessor('undertone-recorder', class extends AudioWorkletProcessor {{
           blocks = 0;
           process() {{ {process} return true; }}
         }});"
    );
    Site::changed(|folder| Ok(std::fs::write(folder.join("recorder.js"), script)?))
}

async fn press(browser: &Browser, selector: &str) -> Result<()> {
    browser.client.find(Locator::Css(selector)).await?.send_keys(ENTER).await?;
    Ok(())
}

/// Waits until so many seconds are recorded.
async fn recorded(browser: &Browser, seconds: u32) -> Result<()> {
    let script = "const time = document.querySelector('#record-time')?.innerText.split(':');
        return time !== undefined && Number(time[0]) * 60 + Number(time[1]) >= arguments[0]";
    browser.wait_for("the recording to grow", SOON, script, vec![json!(seconds)]).await.map(drop)
}

/// Waits until no track is live and no context open.
async fn off(browser: &Browser) -> Result<()> {
    let script = "return spied.streams.length > 0
        && spied.streams.every(stream => stream.getTracks().every(track => track.readyState === 'ended'))
        && spied.contexts.every(context => context.state === 'closed')";
    browser.wait_for("the microphone to go off", SOON, script, vec![]).await.map(drop)
}

async fn message(browser: &Browser) -> Result<String> {
    let script = "return document.querySelector('#record-message')?.innerText ?? null";
    let said = browser.wait_for("a message", SOON, script, vec![]).await?;
    Ok(said.as_str().unwrap_or_default().to_owned())
}

/// Waits until the focus is there; it moves when the page has been drawn.
async fn focused(browser: &Browser, id: &str) -> Result<()> {
    let script = "return document.activeElement?.id === arguments[0]";
    browser.wait_for("the focus", SOON, script, vec![json!(id)]).await.with_context(|| id.to_owned()).map(drop)
}

#[tokio::test]
async fn a_recording_gets_a_result_and_the_microphone_goes_off() -> Result<()> {
    let site = Site::built("/under/a/path/")?;
    let (_folder, file) = heard()?;
    let pictures = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(SPY).await?;
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        ensure!(browser.run("return spied.asked.length + spied.contexts.length", vec![]).await? == 0);
        press(browser, "#record-start").await?;
        recorded(browser, 1).await?;
        focused(browser, "record-stop").await?;
        let asked = browser.run("return spied.asked[0].audio", vec![]).await?;
        let none = json!({"echoCancellation": false, "autoGainControl": false, "noiseSuppression": false});
        ensure!(asked == none, "the page asked for {asked}");
        let loud = "return Number(document.querySelector('#level').ariaValueNow) > -40";
        browser.wait_for("the meter to move", SOON, loud, vec![]).await?;
        ensure!(page.text("#record-hint").await?.is_empty(), "{}", page.text("#record-hint").await?);
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&pictures.join(format!("record-{width}-{scheme}.png")), width, scheme).await?;
        }
        recorded(browser, 4).await?;
        press(browser, "#record-stop").await?;
        let shown = page.shown().await?;
        shown.check()?;
        println!("recorded: {} {:?}, {}", shown.winner, shown.notices, page.text(".facts").await?);
        ensure!(page.text(".file-name").await? == "recording-1.wav");
        let facts = page.text(".facts").await?;
        let rate = browser.run("return spied.contexts[0].sampleRate / 1000 + ' kHz'", vec![]).await?;
        ensure!(facts.contains(rate.as_str().unwrap_or("?")) && facts.contains("mono"), "{rate}: {facts}");
        let pitch = page.text("#voice [data-attribute=pitch] .figure").await?;
        let hz: f32 = pitch.split_whitespace().next().unwrap_or_default().parse()?;
        ensure!((100.0..220.0).contains(&hz), "the voice of 150 Hz has {pitch}");
        off(browser).await?;
        focused(browser, "record-start").await?;
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_recording_can_be_paused_moved_to_another_microphone_and_discarded() -> Result<()> {
    let site = Site::built("/")?;
    let (_folder, file) = heard()?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(SPY).await?;
        let page = Page::open(browser, &site).await?;
        press(browser, "#record-start").await?;
        recorded(browser, 1).await?;
        press(browser, "#record-pause").await?;
        ensure!(page.text(".recorder-title").await? == "Paused");
        let before = page.text("#record-time").await?;
        tokio::time::sleep(Duration::from_millis(2200)).await;
        ensure!(page.text("#record-time").await? == before, "the time went on during a pause");
        press(browser, "#record-pause").await?;
        recorded(browser, 2).await?;

        let other = "const list = document.querySelector('#record-device');
            if (list === null || list.options.length < 2) return null;
            const other = [...list.options].find(option => !option.selected && option.value !== 'default');
            list.value = other.value;
            list.dispatchEvent(new Event('change', {bubbles: true}));
            return other.value";
        let other = browser.wait_for("a list of microphones", SOON, other, vec![]).await?;
        let moved = "const live = spied.streams.flatMap(s => s.getTracks()).filter(t => t.readyState === 'live');
            return live.length === 1 && live[0].getSettings().deviceId === arguments[0]
              && document.querySelector('#record-device').value === arguments[0]";
        browser.wait_for("the other microphone", SOON, moved, vec![other]).await?;
        recorded(browser, 4).await?;
        press(browser, "#record-discard").await?;
        ensure!(message(browser).await?.contains("discarded"));
        off(browser).await?;
        focused(browser, "record-start").await?;
        ensure!(browser.run("return document.querySelector('#result, #progress') === null", vec![]).await? == true);
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_unplugged_microphone_leaves_what_it_heard() -> Result<()> {
    let site = Site::built("/")?;
    let (_folder, file) = heard()?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(SPY).await?;
        let page = Page::open(browser, &site).await?;
        press(browser, "#record-start").await?;
        recorded(browser, 3).await?;
        browser.run("spied.streams[0].getTracks()[0].dispatchEvent(new Event('ended'))", vec![]).await?;
        ensure!(message(browser).await?.contains("disconnected"));
        page.shown().await?.check()?;
        off(browser).await
    })
    .await
}

#[tokio::test]
async fn cancel_while_the_browser_asks_leaves_no_microphone_on() -> Result<()> {
    let site = Site::built("/")?;
    let (_folder, file) = heard()?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(SPY).await?;
        let page = Page::open(browser, &site).await?;
        browser.run("spied.delay = 1500", vec![]).await?;
        press(browser, "#record-start").await?;
        ensure!(page.text(".recorder-title").await? == "Allow the microphone");
        focused(browser, "record-discard").await?;
        press(browser, "#record-discard").await?;
        ensure!(page.text("#record-start").await? == "Record");
        off(browser).await
    })
    .await
}

#[tokio::test]
async fn what_the_browser_keeps_on_is_said() -> Result<()> {
    let site = Site::built("/")?;
    let (_folder, file) = heard()?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page("MediaStreamTrack.prototype.getSettings = () => ({noiseSuppression: true})").await?;
        let page = Page::open(browser, &site).await?;
        press(browser, "#record-start").await?;
        recorded(browser, 1).await?;
        let hint = page.text("#record-hint").await?;
        ensure!(hint.to_lowercase().contains("noise suppression stays on"), "{hint}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_refusal_says_what_to_do() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        browser
            .before_each_page(
                "MediaDevices.prototype.getUserMedia = async () => { throw new DOMException('no', window.refusal); }",
            )
            .await?;
        let page = Page::open(browser, &site).await?;
        for (name, words) in [
            ("NotAllowedError", "was not allowed"),
            ("NotFoundError", "No microphone was found"),
            ("NotReadableError", "another program"),
            ("OddError", "could not be started"),
        ] {
            browser.run("window.refusal = arguments[0]", vec![json!(name)]).await?;
            press(browser, "#record-start").await?;
            let said = message(browser).await?;
            ensure!(said.contains(words) && said.contains("choose a file"), "{name}: {said}");
            focused(browser, "record-start").await?;
        }
        page.result_of("voice.wav", &crate::good_clip()).await?.check()?;
        ensure!(page.text("#record-message").await?.is_empty(), "the message outlives a result");
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_insecure_page_says_why_it_cannot_record() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with_insecure_host(async |browser| {
        Page::open_at(browser, &site.address.replace("127.0.0.1", INSECURE_HOST)).await?;
        press(browser, "#record-start").await?;
        let said = message(browser).await?;
        ensure!(said.contains("https://"), "{said}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_recording_ends_by_itself_when_it_is_as_long_as_can_be() -> Result<()> {
    let site = with_worklet("if (this.blocks++ < 16) this.port.postMessage(new Float32Array(sampleRate * 20));")?;
    let (_folder, file) = heard()?;
    Browser::with_microphone(&file, async |browser| {
        browser.before_each_page(SPY).await?;
        let page = Page::open(browser, &site).await?;
        press(browser, "#record-start").await?;
        let said = message(browser).await?;
        ensure!(said.contains("stopped at 5:00"), "{said}");
        let Outcome::Message(found) = page.any_outcome().await? else { bail!("silence got a result") };
        ensure!(found.contains("silent"), "five minutes of silence: {found}");
        off(browser).await
    })
    .await
}

#[tokio::test]
async fn too_short_a_recording_says_so() -> Result<()> {
    let (_folder, file) = heard()?;
    for (process, words) in [
        ("", "Nothing was recorded"),
        ("if (this.blocks++ === 0) this.port.postMessage(new Float32Array(sampleRate / 20));", "Only 0.05 s"),
    ] {
        let site = with_worklet(process)?;
        Browser::with_microphone(&file, async |browser| {
            browser.before_each_page(SPY).await?;
            Page::open(browser, &site).await?;
            press(browser, "#record-start").await?;
            let ready = "return document.querySelector('#record-stop') !== null";
            browser.wait_for("the recorder", SOON, ready, vec![]).await?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            press(browser, "#record-stop").await?;
            let said = message(browser).await?;
            ensure!(said.contains(words), "{said}");
            off(browser).await
        })
        .await?;
    }
    Ok(())
}
