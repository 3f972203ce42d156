//! The view about the page: the evaluation's own figures, a notice to copy, every request, and the way back.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;

use crate::good_clip;

const LIMIT: Duration = Duration::from_secs(20);
const READY: &str = "return document.querySelector('#figures')?.dataset.state === arguments[0]";

#[tokio::test]
async fn the_view_has_the_evaluations_own_figures() -> Result<()> {
    let site = Site::built("/some/where/")?;
    let results = std::fs::read_to_string(path_from("UNDERTONE_DIST")?.join("models/results.json"))?;
    let results: Value = serde_json::from_str(&results)?;
    let runs = results["runs"].as_array().context("results.json has no runs")?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let shown = page.result_of("voice.wav", &good_clip()).await?;
        let early =
            "return performance.getEntriesByType('resource').some(entry => entry.name.includes('results.json'))";
        ensure!(browser.run(early, vec![]).await? == json!(false), "the figures were fetched before anybody asked");

        page.press("#about-top").await?;
        browser.wait_for("the figures", LIMIT, READY, vec![json!("ready")]).await?;
        let focus = "return document.activeElement.id === 'about-title'";
        browser.wait_for("the focus", LIMIT, focus, vec![]).await?;
        let bars = "return [...document.querySelectorAll('#headline [data-uar]')].map(row => Number(row.dataset.uar))";
        let bars: Vec<f64> = serde_json::from_value(browser.run(bars, vec![]).await?)?;
        for tier in ["quick", "deep"] {
            let is_it = |run: &&Value| {
                run["protocol"] == "luna5"
                    && run["model"] == "ensemble"
                    && run["tier"] == tier
                    && run["condition"] == "clean"
                    && run["baseline"] == 0
            };
            let uar = runs.iter().rfind(is_it).and_then(|run| run["uar"]["mean"].as_f64()).context(tier)?;
            ensure!(bars.iter().any(|bar| (bar - uar).abs() < 1e-6), "{tier}: {uar} is not among {bars:?}");
        }
        let cells = "return document.querySelectorAll('#confusion td').length";
        ensure!(browser.run(cells, vec![]).await? == 64);
        let rows = "return document.querySelectorAll('#all-figures tbody tr').length";
        ensure!(browser.run(rows, vec![]).await?.as_u64() > Some(10));
        let told = "return document.querySelector('#requests').innerText.includes('models/manifest.json')";
        browser.wait_for("the worker's own list", LIMIT, told, vec![]).await?;
        let requests = page.text("#requests").await?;
        for part in ["models/manifest.json", "worker_loader.js", "models/results.json", "style-"] {
            ensure!(requests.contains(part), "{part} is not in the list: {requests}");
        }
        ensure!(!requests.contains("://"), "something was asked of another host: {requests}");
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("about-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("about, {width} px, {scheme}")).await?;
        }

        browser.run("history.back()", vec![]).await?;
        browser.wait_for("the result", LIMIT, "return !document.querySelector('#about')", vec![]).await?;
        let again = page.shown().await?;
        ensure!(again.job == shown.job, "the result was lost");
        let visible = "return document.querySelector('#result').getClientRects().length > 0";
        ensure!(browser.run(visible, vec![]).await? == json!(true), "the result is hidden");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_notice_is_copied() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let kept = "navigator.clipboard.writeText = async text => { window.copied = text; };";
        browser.before_each_page(kept).await?;
        let page = Page::open_at(browser, &format!("{}#about", site.address)).await?;
        page.press("#notice-copy").await?;
        let copied = browser.wait_for("the text", LIMIT, "return window.copied ?? null", vec![]).await?;
        let notice = page.text("#notice").await?;
        ensure!(copied.as_str() == Some(notice.as_str()) && notice.len() > 200, "{copied}");
        browser.wait_for("the word", LIMIT, "return document.body.innerText.includes('Copied')", vec![]).await?;
        page.press("#about-back").await?;
        browser.wait_for("the first screen", LIMIT, "return !document.querySelector('#about')", vec![]).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn missing_figures_are_said_and_can_be_had_later() -> Result<()> {
    let site = Site::changed(|folder| Ok(std::fs::rename(folder.join("models/results.json"), folder.join("away"))?))?;
    Browser::with(async |browser| {
        let page = Page::open_at(browser, &format!("{}#about", site.address)).await?;
        browser.wait_for("a message", LIMIT, READY, vec![json!("failed")]).await?;
        let said = page.text("#figures").await?;
        ensure!(said.contains("results.json") && said.contains("404"), "it says {said}");
        let folder = site.folder()?;
        std::fs::rename(folder.join("away"), folder.join("models/results.json"))?;
        page.press("#figures-again").await?;
        browser.wait_for("the figures", LIMIT, READY, vec![json!("ready")]).await.map(drop)
    })
    .await
}
