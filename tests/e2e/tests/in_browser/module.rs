//! The engine in a page of somebody else.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use serde_json::{Value, json};
use undertone_e2e::EMOTIONS;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;

use crate::good_clip;

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_example_hears_a_recording() -> Result<()> {
    let site = Site::built("/some/where/")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("voice.wav");
    std::fs::write(&file, good_clip())?;
    Browser::with(async |browser| {
        browser.client.goto(&format!("{}module/", site.address)).await?;
        let says = "return document.querySelector('output').textContent.startsWith(arguments[0])";
        browser.wait_for("the module", LIMIT, says, vec![json!("Choose")]).await?;
        let path = file.to_str().context("the path is no text")?;
        browser.client.find(Locator::Css("input")).await?.send_keys(path).await?;
        let said = "const said = document.querySelector('output').textContent; return said.includes('%') ? said : null";
        let said = browser.wait_for("an answer", LIMIT, said, vec![]).await?;
        ensure!(said.as_str().is_some_and(|said| EMOTIONS.iter().any(|name| said.starts_with(name))), "{said}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn it_answers_as_the_page_does_and_its_errors_are_errors() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let shown = page.sharpened().await?;

        browser.client.goto(&format!("{}module/", site.address)).await?;
        let ask = "const [samples, rate, options, done] = arguments;
            import(new URL('undertone.js', location.href)).then(async ({default: init, analyze}) => {
              await init();
              try { done(await analyze(new Float32Array(samples), rate, options ?? undefined)); }
              catch (error) { done({error: error instanceof Error, message: error.message}); }
            });";
        let ask = async |samples: Vec<f32>, rate: f64, options: Value| -> Result<Value> {
            Ok(browser.client.execute_async(ask, vec![json!(samples), json!(rate), options]).await?)
        };
        // As the page reads it from a file of 16 bits.
        let samples: Vec<f32> =
            good_clip()[44..].chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0).collect();
        let models = json!({"models": "../models/", "deep": true});
        let heard = ask(samples.clone(), 16_000.0, models).await?;
        ensure!(heard["winner"] == shown.winner.as_str() && heard["tier"] == "deep", "{heard}");
        for name in EMOTIONS {
            let (ours, page) =
                (heard["probabilities"][name].as_f64().context("no probability")?, shown.probabilities[name]);
            ensure!((ours - page).abs() < 1e-3, "{name}: {ours} instead of {page}");
        }
        ensure!(heard["models"].as_array().map(Vec::len) == Some(shown.models.len()), "{}", heard["models"]);
        ensure!(heard["voice"]["f0_hz"].as_f64().is_some_and(|hz| (100.0..200.0).contains(&hz)), "{}", heard["voice"]);

        let models = json!({"models": "../models/"});
        for (samples, rate, options, words) in [
            (vec![0.0; 16_000], 16_000.0, models.clone(), "silent"),
            (voice(1.0, 150.0, 16_000), 10.0, models, "10 Hz"),
            (samples.clone(), 16_000.0, json!({"model": "x"}), "no option 'model'"),
            (samples, 16_000.0, json!({"models": "nowhere/"}), "404"),
        ] {
            let answer = ask(samples, rate, options).await?;
            let message = answer["message"].as_str().unwrap_or_default();
            ensure!(answer["error"] == true && message.contains(words), "{words}: {answer}");
        }
        let types = std::fs::read_to_string(path_from("UNDERTONE_DIST")?.join("module/undertone.d.ts"))?;
        ensure!(types.contains("export function analyze(samples: Float32Array, sampleRate: number"), "{types}");
        Ok(())
    })
    .await
}
