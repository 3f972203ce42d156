//! Why an answer is as it is.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

const LIMIT: Duration = Duration::from_secs(40);
const STATE: &str = "return document.querySelector('#why')?.dataset.state === arguments[0]";

#[tokio::test]
async fn an_answer_is_explained_when_it_is_asked() -> Result<()> {
    let site = Site::built("/")?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let shown = page.sharpened().await?;
        ensure!(page.text("#why-title").await?.contains(&shown.winner));
        ensure!(browser.run(STATE, vec![json!("closed")]).await? == json!(true), "nobody has asked yet");
        let seen = "window.progress = []; new MutationObserver(() => {
            const bar = document.querySelector('#why progress');
            if (bar) window.progress.push(bar.value / bar.max);
        }).observe(document.querySelector('#why'), {childList: true, subtree: true, attributes: true});";
        browser.run(seen, vec![]).await?;
        page.press("#why-ask").await?;
        browser.wait_for("the reasons", LIMIT, STATE, vec![json!("done")]).await?;
        let progress = browser.run("return window.progress.length", vec![]).await?;
        ensure!(progress.as_u64() > Some(0), "progress was shown {progress} times");

        let words = page.text("#why-words").await?;
        ensure!(words.contains(&shown.winner) || words.starts_with("No part"), "it says {words}");
        let coloured = "const canvas = document.querySelector('#heat');
            const {data} = canvas.getContext('2d').getImageData(60, 10, canvas.width - 80, canvas.height - 40);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) count += Math.abs(data[i] - data[i + 2]) > 40;
            return count / (data.length / 4)";
        let coloured = browser.run(coloured, vec![]).await?;
        ensure!(coloured.as_f64().is_some_and(|share| share > 0.003), "{coloured} of the picture are coloured");
        let bars = browser.run("return document.querySelectorAll('#attention rect').length", vec![]).await?;
        ensure!((15..=25).contains(&bars.as_u64().unwrap_or_default()), "{bars} moments of attention in two seconds");
        let models = "return [...document.querySelectorAll('.why-families')].map(list => list.dataset.model)";
        ensure!(browser.run(models, vec![]).await? == json!(["xgboost", "lightgbm"]));
        let added =
            "return [...document.querySelectorAll('.why-families [data-adds]')].map(row => Number(row.dataset.adds))";
        let added: Vec<f64> = serde_json::from_value(browser.run(added, vec![]).await?)?;
        ensure!(added.len() == 14 && added.iter().any(|value| value.abs() > 0.05), "{added:?}");
        page.open_all_details().await?;
        let rows = browser.run("return document.querySelectorAll('#why-table tbody tr').length", vec![]).await?;
        ensure!(rows.as_u64() >= Some(20), "the tables have {rows} rows");
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("why-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("why, {width} px, {scheme}")).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn asking_is_stopped_and_gives_way_to_a_newer_clip() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let long = wav(&voice(40.0, 150.0, 16_000), 16_000, 1, Encoding::Pcm16);
        page.result_of("long.wav", &long).await?;
        page.sharpened().await?;
        page.press("#why-ask").await?;
        let begun = "return document.querySelector('#why progress')?.value > 0";
        browser.wait_for("it to begin", LIMIT, begun, vec![]).await?;
        page.press("#why-stop").await?;
        browser.wait_for("it to stop", LIMIT, STATE, vec![json!("closed")]).await?;
        page.press("#why-ask").await?;
        browser.wait_for("it to begin again", LIMIT, begun, vec![]).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        ensure!(browser.run(STATE, vec![json!("closed")]).await? == json!(true));
        page.sharpened().await?;
        page.press("#why-ask").await?;
        browser.wait_for("the reasons", LIMIT, STATE, vec![json!("done")]).await.map(drop)
    })
    .await
}
