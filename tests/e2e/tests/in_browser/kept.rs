//! Results that outlive a visit, if the visitor wants it.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Page, STORED};
use undertone_e2e::path_from;
use undertone_e2e::site::Site;

use crate::good_clip;

const LIMIT: Duration = Duration::from_secs(20);
const CLIPS: &str = "return document.querySelectorAll('.visit').length === arguments[0]";

fn records(count: Value) -> Vec<Value> {
    vec![json!("undertone-results"), count]
}

#[tokio::test]
async fn nothing_is_kept_unless_it_is_wanted_and_then_it_is_back_until_it_is_erased() -> Result<()> {
    let site = Site::built("/")?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("first.wav", &good_clip()).await?;
        let first = page.sharpened().await?;
        ensure!(browser.run(STORED, records(json!(null))).await? == json!(true), "something is kept unasked");

        page.press("#keep-results").await?;
        browser.wait_for("one record", LIMIT, STORED, records(json!(1))).await?;
        page.result_of("second.wav", &good_clip()).await?;
        page.sharpened().await?;
        browser.wait_for("two records", LIMIT, STORED, records(json!(2))).await?;

        let page = Page::open(browser, &site).await?;
        browser.wait_for("two clips", LIMIT, CLIPS, vec![json!(2)]).await?;
        page.press(".visit:nth-child(2) .visit-show").await?;
        let back = page.shown().await?;
        ensure!(back.tier == "deep" && back.probabilities == first.probabilities, "{back:?}");
        ensure!(page.text(".sound .file-name").await? == "first.wav");
        for (width, scheme) in [(1280, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("kept-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("kept, {width} px, {scheme}")).await?;
        }
        page.press(".visit:nth-child(1) .visit-clear").await?;
        browser.wait_for("one record", LIMIT, STORED, records(json!(1))).await?;

        page.press("#erase-results").await?;
        browser.wait_for("nothing", LIMIT, STORED, records(json!(null))).await?;
        Page::open(browser, &site).await?;
        ensure!(browser.run(CLIPS, vec![json!(0)]).await? == json!(true), "it came back");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_browser_that_keeps_nothing_is_told_of_and_nothing_is_lost() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        browser
            .before_each_page("IDBFactory.prototype.open = () => { throw new Error('storage is blocked'); };")
            .await?;
        told(browser, &site, "storage is blocked").await
    })
    .await?;
    // As where the disk is full: the request goes well, and what it did is taken back.
    let taken_back = "const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...what) {
          const request = put.apply(this, what);
          request.addEventListener('success', () => this.transaction.abort());
          return request;
        };";
    Browser::with(async |browser| {
        browser.before_each_page(taken_back).await?;
        told(browser, &site, "the browser's store failed").await?;
        ensure!(browser.run(STORED, records(json!(0))).await? == json!(true), "it was kept after all");
        Ok(())
    })
    .await
}

async fn told(browser: &Browser, site: &Site, why: &str) -> Result<()> {
    let page = Page::open(browser, site).await?;
    page.result_of("voice.wav", &good_clip()).await?;
    page.press("#keep-results").await?;
    let said = "return document.querySelector('#keep-trouble')?.innerText.includes(arguments[0])";
    browser.wait_for("a message", LIMIT, said, vec![json!(why)]).await?;
    page.shown().await?.check()
}

#[tokio::test]
async fn what_the_page_did_not_write_is_passed_over() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        page.press("#keep-results").await?;
        browser.wait_for("one record", LIMIT, STORED, records(json!(1))).await?;
        let forge = "const open = await new Promise(resolve => {
              const request = indexedDB.open('undertone-results');
              request.onsuccess = () => resolve(request.result);
            });
            const table = open.transaction('records', 'readwrite').objectStore('records');
            table.put(new Uint8Array([1, 2, 3, 250]), 'a');
            table.put('no bytes at all', 'b');
            await new Promise(resolve => { table.transaction.oncomplete = resolve; });
            open.close();";
        browser.run(forge, vec![]).await?;
        Page::open(browser, &site).await?;
        browser.wait_for("the sound one", LIMIT, CLIPS, vec![json!(1)]).await?;
        let said = "return document.querySelector('.keeping').innerText.includes('passed over')";
        browser.wait_for("a word on the others", LIMIT, said, vec![]).await?;
        ensure!(browser.console_errors().await?.is_empty());
        Ok(())
    })
    .await
}
