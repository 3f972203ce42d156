//! A longer clip over its time.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

const LIMIT: Duration = Duration::from_secs(60);
const TIER: &str = "return document.querySelector('#timeline')?.dataset.tier === arguments[0]";

/// A low voice, silence, and a high one.
fn long_clip() -> Vec<u8> {
    let mut samples = voice(5.0, 110.0, 16_000);
    samples.extend(vec![0.0; 4 * 16_000]);
    samples.extend(voice(4.0, 260.0, 16_000));
    wav(&samples, 16_000, 1, Encoding::Pcm16)
}

#[tokio::test]
async fn a_longer_clip_is_heard_in_windows_by_both_tiers() -> Result<()> {
    let site = Site::built("/")?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        Page::take_saved(browser).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("long.wav", &long_clip()).await?;
        browser.wait_for("the first timeline", LIMIT, TIER, vec![json!("quick")]).await?;
        browser.wait_for("the sharper one", LIMIT, TIER, vec![json!("deep")]).await?;

        let saved = page.save("#timeline-csv").await?;
        let rows: Vec<Vec<&str>> = saved.text()?.lines().map(|line| line.split(',').collect()).collect();
        ensure!(rows.len() == 27 && rows[0].len() == 10 && rows[0][2] == "neutral", "{} rows", rows.len());
        for row in &rows[1..] {
            let from: f64 = row[0].parse()?;
            let heard = !row[2].is_empty();
            if !(4.5..6.0).contains(&from) && !(8.0..9.5).contains(&from) {
                ensure!(heard != (6.0..8.0).contains(&from), "{row:?}");
            }
            if heard {
                let sum = row[2..].iter().map(|p| p.parse::<f64>()).sum::<Result<f64, _>>()?;
                ensure!((sum - 1.0).abs() < 1e-4, "{row:?}");
            }
        }
        let silent = rows[1..].iter().filter(|row| row[2].is_empty()).count();
        ensure!((4..=9).contains(&silent), "{silent} moments of silence");

        page.open_all_details().await?;
        let spans = "return [...document.querySelectorAll('#timeline-table tbody tr')].map(row => row.innerText)";
        let spans = browser.run(spans, vec![]).await?;
        ensure!(spans.as_array().is_some_and(|spans| spans.len() >= 2), "{spans}");
        let words = browser.run("return document.querySelector('#timeline-plot').ariaLabel", vec![]).await?;
        ensure!(words.as_str().is_some_and(|words| words.contains(" from ")), "{words}");
        let lines = "document.querySelector('#clip-position').dispatchEvent(
                new KeyboardEvent('keydown', {key: 'PageUp', bubbles: true}));
            await new Promise(requestAnimationFrame);
            return [...document.querySelectorAll('.plot-line')].map(line => line.getAttribute('x1'))";
        let lines = browser.run(lines, vec![]).await?;
        let lines = lines.as_array().context("no cursor")?;
        ensure!(lines.len() == 3 && lines.iter().all(|line| line == &lines[0] && line != "0.000%"), "{lines:?}");
        let table = browser.run("return document.querySelectorAll('#plot-table tbody tr').length", vec![]).await?;
        ensure!(table == json!(40), "the plots' table has {table} rows");
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("timeline-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("timeline, {width} px, {scheme}")).await?;
        }

        page.result_of("short.wav", &good_clip()).await?;
        ensure!(browser.run("return document.querySelector('#timeline') === null", vec![]).await? == json!(true));
        Ok(())
    })
    .await
}
