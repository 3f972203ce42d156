//! How soon the page stands and answers, by the metrics that Lighthouse reports: largest contentful paint, total blocking time,
//! cumulative layout shift. On a desktop's connection, and on a phone's with a processor four times slower, as Lighthouse
//! slows both.

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::json;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;

/// Notes paints, long tasks and shifts from the first moment of a page.
const OBSERVE: &str = "
    window.noted = {paint: 0, blocked: 0, shift: 0};
    const watch = (type, take) => new PerformanceObserver(
      list => list.getEntries().forEach(take)).observe({type, buffered: true});
    watch('largest-contentful-paint', entry => { noted.paint = entry.startTime; });
    watch('longtask', entry => { noted.blocked += Math.max(0, entry.duration - 50); });
    watch('layout-shift', entry => { if (!entry.hadRecentInput) noted.shift += entry.value; });";

#[derive(Debug, Deserialize)]
struct Noted {
    /// Milliseconds to the largest contentful paint.
    paint: f64,
    /// Milliseconds by which tasks were longer than 50 ms.
    blocked: f64,
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
const MOST_SHIFT: f64 = 0.1;

#[tokio::test]
async fn the_first_visit_is_within_the_norms() -> Result<()> {
    let site = Site::built("/")?;
    for visitor in VISITORS {
        Browser::with(async |browser| {
            let [latency, kilobits] = visitor.network;
            let bytes = kilobits * 1000.0 / 8.0;
            browser.devtools("Network.enable", json!({})).await?;
            let network = json!({"offline": false, "latency": latency, "downloadThroughput": bytes, "uploadThroughput": bytes});
            browser.devtools("Network.emulateNetworkConditions", network).await?;
            browser.devtools("Emulation.setCPUThrottlingRate", json!({"rate": visitor.slower})).await?;
            browser.before_each_page(OBSERVE).await?;
            let page = Page::open(browser, &site).await?;
            ensure!(page.models_state().await? == "ready");
            let noted = browser.run("return window.noted", vec![]).await?;
            let Noted { paint, blocked, shift } = serde_json::from_value(noted)?;
            println!(
                "{}: largest contentful paint {paint:.0} ms, total blocking time {blocked:.0} ms, layout shift {shift:.3}",
                visitor.name
            );
            ensure!(paint > 0.0, "nothing was painted");
            ensure!(paint <= visitor.paint, "{}: painted after {paint:.0} ms", visitor.name);
            ensure!(blocked <= MOST_BLOCKED_MILLIS, "{}: blocked for {blocked:.0} ms", visitor.name);
            ensure!(shift <= MOST_SHIFT, "{}: shifted by {shift}", visitor.name);
            Ok(())
        })
        .await?;
    }
    Ok(())
}
