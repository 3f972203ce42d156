//! Without a network, and when there is a newer version.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;

use crate::good_clip;

const LIMIT: Duration = Duration::from_secs(40);
/// Whether a service worker is in charge, all its files kept.
const KEPT: &str = "const registration = await navigator.serviceWorker.getRegistration();
    return registration?.active?.state === 'activated' && navigator.serviceWorker.controller !== null";

async fn kept(browser: &Browser) -> Result<()> {
    browser.wait_for("the page to be kept", LIMIT, KEPT, vec![]).await.map(drop)
}

#[tokio::test]
async fn after_a_first_visit_everything_works_without_a_network_and_after_a_restart() -> Result<()> {
    let profile = tempfile::tempdir()?;
    let site = Site::built("/some/where/")?;
    let address = site.address.clone();
    let online = Browser::with_profile(profile.path(), async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let shown = page.sharpened().await?;
        kept(browser).await?;
        Ok(shown)
    })
    .await?;
    drop(site);

    Browser::with_profile(profile.path(), async |browser| {
        let page = Page::open_at(browser, &address).await.context("the page does not open without a network")?;
        ensure!(page.models_state().await? == "ready");
        page.press(".samples button").await?;
        let first = "return document.querySelector('#result[aria-busy=false]')?.dataset.job === '1'";
        browser.wait_for("the sample", LIMIT, first, vec![]).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let offline = page.sharpened().await?;
        ensure!(offline.probabilities == online.probabilities, "{offline:?} instead of {online:?}");
        page.press("#treat-noise").await?;
        let turned = "return document.querySelector('#result').dataset.turn === '1'";
        browser.wait_for("the noise reduction", LIMIT, turned, vec![]).await?;
        page.press("#about-top").await?;
        let figures = "return document.querySelector('#figures')?.dataset.state === 'ready'";
        browser.wait_for("the figures", LIMIT, figures, vec![]).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_newer_version_is_announced_and_never_forced() -> Result<()> {
    let site = Site::changed(|_| Ok(()))?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        kept(browser).await?;

        let folder = site.folder()?;
        let index = folder.join("index.html");
        let old = fs::read(&index)?;
        let mut new = old.clone();
        new.extend_from_slice(b"<!-- newer -->\n");
        fs::write(&index, &new)?;
        let script = folder.join("service-worker.js");
        let text = fs::read_to_string(&script)?;
        let [before, after] = [old, new].map(|bytes| async move {
            let hash = "const bytes = new TextEncoder().encode(arguments[0]);
                const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
                return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('')";
            let hash = browser.run(hash, vec![json!(String::from_utf8(bytes)?)]).await?;
            hash.as_str().map(str::to_owned).context("no hash")
        });
        let (before, after) = (before.await?, after.await?);
        ensure!(text.contains(&before), "the list does not have the page");
        let text = text.replace(&before, &after).replace("const VERSION = \"", "const VERSION = \"newer-");
        fs::write(&script, text)?;

        let marked = "return document.documentElement.outerHTML.includes('<!-- newer -->')
            || [...document.childNodes].some(node => node.nodeType === 8 && node.data.includes('newer'))";
        page.result_of("voice.wav", &good_clip()).await?;
        browser.run("await (await navigator.serviceWorker.getRegistration()).update()", vec![]).await?;
        let announced = "return document.querySelector('#newer') !== null";
        browser.wait_for("the announcement", LIMIT, announced, vec![]).await?;
        ensure!(browser.run(marked, vec![]).await? == json!(false));
        page.shown().await?;
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("newer-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("newer, {width} px, {scheme}")).await?;
        }
        page.press("#newer-later").await?;
        let page = Page::open(browser, &site).await?;
        ensure!(browser.run(marked, vec![]).await? == json!(false), "the newer version was forced");
        browser.wait_for("the announcement", LIMIT, announced, vec![]).await?;
        page.press("#newer-use").await?;
        browser.wait_for("the newer version", LIMIT, marked, vec![]).await?;
        let caches = "return (await caches.keys()).filter(name => name.startsWith('undertone-page-')).length === 1";
        browser.wait_for("the older one to go", LIMIT, caches, vec![]).await.map(drop)
    })
    .await
}
