//! How soon the page stands and answers, by the metrics that Lighthouse reports: largest contentful paint, total blocking time,
//! cumulative layout shift. On a desktop's connection, and on a phone's with a processor four times slower, as Lighthouse
//! slows both.

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::json;
use undertone_e2e::browser::Browser;
use undertone_e2e::norm::kept;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;
use undertone_e2e::trace::main_thread;

/// Notes paints and shifts from the first moment of a page, and marks that.
const OBSERVE: &str = "
    performance.mark('opened');
    window.noted = {paint: 0, shift: 0};
    const watch = (type, take) => new PerformanceObserver(
      list => list.getEntries().forEach(take)).observe({type, buffered: true});
    watch('largest-contentful-paint', entry => { noted.paint = entry.startTime; });
    watch('layout-shift', entry => { if (!entry.hadRecentInput) noted.shift += entry.value; });";

#[derive(Debug, Deserialize)]
struct Noted {
    /// Milliseconds to the largest contentful paint.
    paint: f64,
    /// Cumulative layout shift.
    shift: f64,
}

struct Visitor {
    name: &'static str,
    /// Times by which the processor is slower.
    slower: u32,
    /// Milliseconds there and back, and kilobits a second.
    network: [f64; 2],
    /// Milliseconds in which the largest contentful paint must be there.
    paint: f64,
}

const VISITORS: [Visitor; 2] = [
    Visitor { name: "desktop", slower: 1, network: [40.0, 10_240.0], paint: 1200.0 },
    Visitor { name: "phone", slower: 4, network: [150.0, 1_638.4], paint: 2500.0 },
];
const MOST_BLOCKED_MILLIS: f64 = 200.0;
/// The part of a task that blocks nobody.
const UNFELT_MILLIS: f64 = 50.0;
const MOST_SHIFT: f64 = 0.1;

#[tokio::test]
async fn the_first_visit_is_within_the_norms() -> Result<()> {
    let site = Site::built("/")?;
    for visitor in VISITORS {
        let (name, norm) = (visitor.name, visitor.paint);
        let painted = async || painted(&site, &visitor).await;
        kept(&format!("{name}: largest contentful paint"), |millis| millis <= norm, painted).await?;
        let blocked = async || blocked(&site, &visitor).await;
        kept(&format!("{name}: total blocking time"), |millis| millis <= MOST_BLOCKED_MILLIS, blocked).await?;
    }
    Ok(())
}

/// The largest contentful paint of a first visit, by the clock.
async fn painted(site: &Site, visitor: &Visitor) -> Result<f64> {
    Browser::with(async |browser| {
        browser.devtools("Emulation.setCPUThrottlingRate", json!({"rate": visitor.slower})).await?;
        visit(browser, site, visitor).await?;
        let Noted { paint, shift } = serde_json::from_value(browser.run("return window.noted", vec![]).await?)?;
        println!("{}: layout shift {shift:.3}", visitor.name);
        ensure!(paint > 0.0, "nothing was painted");
        ensure!(shift <= MOST_SHIFT, "{}: shifted by {shift}", visitor.name);
        Ok(paint)
    })
    .await
}

/// Total blocking time of a first visit in milliseconds: of the tasks' processor time, times the slower processor, as Lighthouse
/// simulates it.
async fn blocked(site: &Site, visitor: &Visitor) -> Result<f64> {
    Browser::with_trace(async |browser| {
        visit(browser, site, visitor).await?;
        let tasks = main_thread(browser, "opened").await?;
        for task in tasks.iter().filter(|task| f64::from(visitor.slower) * task.processor_millis > UNFELT_MILLIS) {
            println!("{:.0} ms in: {:.1} ms of processor time", task.since, task.processor_millis);
        }
        let blocking = |millis: f64| (f64::from(visitor.slower) * millis - UNFELT_MILLIS).max(0.0);
        Ok(tasks.iter().map(|task| blocking(task.processor_millis)).sum())
    })
    .await
}

async fn visit(browser: &Browser, site: &Site, visitor: &Visitor) -> Result<()> {
    let [latency, kilobits] = visitor.network;
    let bytes = kilobits * 1000.0 / 8.0;
    browser.devtools("Network.enable", json!({})).await?;
    let network = json!({"offline": false, "latency": latency, "downloadThroughput": bytes, "uploadThroughput": bytes});
    browser.devtools("Network.emulateNetworkConditions", network).await?;
    browser.before_each_page(OBSERVE).await?;
    let page = Page::open(browser, site).await?;
    ensure!(page.models_state().await? == "ready");
    Ok(())
}
