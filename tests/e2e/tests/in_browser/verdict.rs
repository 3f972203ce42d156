//! What is said of an answer: an emotion, or that it is not sure; and where it lies.

use anyhow::{Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::json;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;

use crate::good_clip;

/// Presses a key on the slider of the threshold.
async fn press(browser: &Browser, key: Key) -> Result<()> {
    let key: char = key.into();
    browser.client.find(Locator::Css("#threshold")).await?.send_keys(&key.to_string()).await?;
    Ok(())
}

async fn unsure(browser: &Browser) -> Result<String> {
    let unsure = "return document.querySelector('#result').dataset.unsure";
    Ok(browser.run(unsure, vec![]).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn below_the_visitors_threshold_the_page_is_not_sure() -> Result<()> {
    let site = Site::built("/")?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let shown = page.sharpened().await?;

        press(browser, Key::Home).await?;
        ensure!(unsure(browser).await? == "false", "it is not sure, though it always has to be");
        ensure!(page.text("#winner").await?.to_lowercase() == shown.winner);
        press(browser, Key::End).await?;
        let certain = shown.probabilities[&shown.winner];
        ensure!(certain < 0.895, "the clip is too clear for this test: {certain}");
        ensure!(unsure(browser).await? == "true" && page.text("#winner").await? == "Not sure");
        let words = page.text(".verdict-probability").await?;
        ensure!(words.contains(&shown.winner) && words.contains(" or "), "it says {words}");
        let announced = page.text("#status").await?;
        ensure!(announced.contains("not sure"), "those who listen hear {announced}");
        let chip = page.text(".visit .chip").await?;
        ensure!(chip == "Not sure", "the history says {chip}");
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("unsure-{width}-{scheme}.png")), width, scheme).await?;
        }

        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        ensure!(unsure(browser).await? == "true", "the threshold was forgotten");
        press(browser, Key::Home).await?;
        ensure!(unsure(browser).await? == "false");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_answer_lies_where_its_probabilities_say() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let shown = page.sharpened().await?;
        let places = [
            ("neutral", 0.0, 0.0),
            ("calm", 0.57, -0.55),
            ("happy", 0.81, 0.51),
            ("sad", -0.63, -0.27),
            ("angry", -0.51, 0.59),
            ("fearful", -0.64, 0.60),
            ("disgust", -0.60, 0.35),
            ("surprised", 0.40, 0.67),
        ];
        let valence: f64 = places.iter().map(|(name, valence, _)| valence * shown.probabilities[*name]).sum();
        let arousal: f64 = places.iter().map(|(name, _, arousal)| arousal * shown.probabilities[*name]).sum();
        for (name, expected) in [("valence", valence), ("arousal", arousal)] {
            let value = "return Number(document.querySelector('#position').dataset[arguments[0]])";
            let value = browser.run(value, vec![json!(name)]).await?.as_f64().unwrap_or(f64::NAN);
            ensure!((value - expected).abs() < 1e-3, "{name} is {value} instead of {expected}");
        }
        let label = browser.run("return document.querySelector('#position svg').ariaLabel", vec![]).await?;
        ensure!(label.as_str().is_some_and(|label| label.contains("valence")), "the picture says {label}");
        Ok(())
    })
    .await
}
