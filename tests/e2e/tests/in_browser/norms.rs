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

/// Times by the clock have whatever else the machine does in them, which only ever adds: the norm is kept if one of so many first
/// visits keeps it.
const MOST_VISITS: usize = 3;

#[tokio::test]
async fn the_first_visit_is_within_the_norms() -> Result<()> {
    let site = Site::built("/")?;
    for visitor in VISITORS {
        let mut misses = Vec::new();
        while misses.len() < MOST_VISITS {
            let noted = visit(&site, &visitor).await?;
            let Noted { paint, blocked, shift } = noted;
            let said = format!(
                "{}: largest contentful paint {paint:.0} ms, total blocking time {blocked:.0} ms, layout shift {shift:.3}",
                visitor.name
            );
            println!("{said}");
            ensure!(paint > 0.0, "nothing was painted");
            ensure!(shift <= MOST_SHIFT, "{}: shifted by {shift}", visitor.name);
            if paint <= visitor.paint && blocked <= MOST_BLOCKED_MILLIS {
                break;
            }
            misses.push(said);
        }
        ensure!(
            misses.len() < MOST_VISITS,
            "no visit was within {:.0} and {MOST_BLOCKED_MILLIS:.0} ms: {misses:?}",
            visitor.paint
        );
    }
    Ok(())
}

/// A first visit, with nothing kept from another.
async fn visit(site: &Site, visitor: &Visitor) -> Result<Noted> {
    Browser::with(async |browser| {
        let [latency, kilobits] = visitor.network;
        let bytes = kilobits * 1000.0 / 8.0;
        browser.devtools("Network.enable", json!({})).await?;
        let network =
            json!({"offline": false, "latency": latency, "downloadThroughput": bytes, "uploadThroughput": bytes});
        browser.devtools("Network.emulateNetworkConditions", network).await?;
        browser.devtools("Emulation.setCPUThrottlingRate", json!({"rate": visitor.slower})).await?;
        browser.before_each_page(OBSERVE).await?;
        let page = Page::open(browser, site).await?;
        ensure!(page.models_state().await? == "ready");
        let noted = browser.run("return window.noted", vec![]).await?;
        Ok(serde_json::from_value(noted)?)
    })
    .await
}
