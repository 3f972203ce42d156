//! A voice is judged while it speaks; the microphone is a file of speech and silence.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use serde_json::{Value, json};
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const ENTER: &str = "\u{e007}";
const LIMIT: Duration = Duration::from_secs(60);
const RATE: u32 = 48_000;

/// Notes when each answer came, and which.
const WATCH: &str = "
    window.answers = [];
    let last = null;
    const look = () => {
      const now = document.querySelector('#live');
      if (now === null || now.dataset.answers === '0' || now.dataset.answers === last) return;
      last = now.dataset.answers;
      window.answers.push({
        at: performance.now(), speech: now.dataset.speech === 'true', emotion: now.dataset.emotion ?? null,
        word: now.querySelector('.live-word').innerText,
      });
    };
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});";

/// A microphone that hears `spoken` seconds of a voice, then silence, over and over.
fn microphone(spoken: f32, silent: f32) -> Vec<u8> {
    let mut samples = voice(spoken, 150.0, RATE);
    samples.resize(samples.len() + (silent * RATE as f32) as usize, 0.0);
    wav(&samples, RATE, 1, Encoding::Pcm16)
}

async fn press(browser: &Browser, selector: &str) -> Result<()> {
    browser.client.find(Locator::Css(selector)).await?.send_keys(ENTER).await?;
    Ok(())
}

/// Waits until that many answers meet a condition.
async fn answers(browser: &Browser, count: usize, condition: &str) -> Result<Vec<Value>> {
    let script =
        format!("return window.answers.filter(a => {condition}).length >= arguments[0] ? window.answers : null");
    let found =
        browser.wait_for(&format!("{count} answers with {condition}"), LIMIT, &script, vec![json!(count)]).await?;
    found.as_array().cloned().context("no list of answers")
}

#[tokio::test]
async fn a_voice_is_judged_twice_a_second_silence_is_not_and_stop_makes_a_clip() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("speech-and-silence.wav");
    std::fs::write(&file, microphone(9.0, 6.0))?;
    let pictures = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with_microphone(&file, async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        browser.run(WATCH, vec![]).await?;
        press(browser, "#live-start").await?;
        answers(browser, 10, "a.speech").await?;
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&pictures.join(format!("live-{width}-{scheme}.png")), width, scheme).await?;
        }
        // The picture on the canvas has colour in it.
        let coloured = "const canvas = document.querySelector('#live-plot');
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            const seen = new Set();
            for (let i = 0; i < pixels.length; i += 4) seen.add(`${pixels[i]},${pixels[i + 1]},${pixels[i + 2]}`);
            return seen.size";
        let colours = browser.run(coloured, vec![]).await?;
        ensure!(colours.as_u64().unwrap_or_default() > 6, "the plot has {colours} colours");
        let alternative = browser.run("return document.querySelector('#live-plot').ariaLabel", vec![]).await?;
        ensure!(alternative.as_str().unwrap_or_default().contains("eight emotions"), "{alternative}");
        let key = page.text("#live-key").await?;
        ensure!(key.contains("Happy") && key.contains('%'), "the key says {key}");
        answers(browser, 6, "!a.speech").await?;
        let seen = answers(browser, 25, "a.speech").await?;

        let at = |answer: &Value| answer["at"].as_f64().unwrap_or_default();
        let mut fastest = 0_usize;
        let mut steady = 0_usize;
        for (index, first) in seen.iter().enumerate() {
            let within = seen[index..].iter().take_while(|answer| at(answer) - at(first) < 5_000.0).count();
            fastest = fastest.max(within);
            steady += usize::from(within >= 10);
        }
        println!("{} answers, at best {fastest} in five seconds, {steady} begin five seconds with ten", seen.len());
        ensure!(fastest >= 10, "at best {fastest} answers in five seconds");
        for answer in &seen {
            let is_spoken = answer["speech"] == true;
            ensure!(is_spoken != answer["emotion"].is_null(), "{answer}");
            ensure!(is_spoken || answer["word"] == "Listening", "{answer}");
        }

        press(browser, "#record-stop").await?;
        page.shown().await?.check()?;
        ensure!(page.text(".file-name").await? == "recording-1.wav");
        let focused = "return document.activeElement?.id === 'live-start'";
        browser.wait_for("the focus to come back", LIMIT, focused, vec![]).await?;
        ensure!(browser.run("return document.querySelector('#live') === null", vec![]).await? == true);
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_sharper_models_have_their_say_once_they_are_there() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("speech.wav");
    std::fs::write(&file, microphone(8.0, 0.0))?;
    Browser::with_microphone(&file, async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &crate::good_clip()).await?;
        page.sharpened().await?;
        let millis = "return Number(document.querySelector('#models [data-ensemble=deep]')?.dataset.millis ?? NaN)";
        let millis = browser.run(millis, vec![]).await?;
        browser.run(WATCH, vec![]).await?;
        press(browser, "#live-start").await?;
        answers(browser, 8, "a.speech").await?;
        let pace = page.text(".live-minute .legend").await?;
        println!("a window of the deep tier took {millis} ms; live says {pace}");
        let fast_enough = millis.as_f64().is_some_and(|millis| millis < 400.0);
        ensure!(!fast_enough || pace.contains("sharper"), "the deep tier takes {millis} ms and is not heard: {pace}");
        press(browser, "#record-discard").await?;
        ensure!(page.text("#winner").await?.len() > 2, "the result before is gone");
        Ok(())
    })
    .await
}
