//! The page stays free while the worker works.

use anyhow::{Result, ensure};
use undertone_e2e::browser::Browser;
use undertone_e2e::norm::kept;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;
use undertone_e2e::trace::main_thread;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const SECONDS: f32 = 60.0;
/// From here on a task is one that a person may feel (W3C, *Long Tasks*).
const LONG_MILLIS: f64 = 50.0;

#[tokio::test]
async fn no_task_is_long_while_a_minute_is_analysed() -> Result<()> {
    let site = Site::built("/")?;
    let clip = wav(&voice(SECONDS, 150.0, 16_000), 16_000, 1, Encoding::Pcm16);
    kept("longest task", |millis| millis < LONG_MILLIS, async || longest_task(&site, &clip).await).await
}

/// Milliseconds of processor time of the main thread's longest task while a clip is analysed.
async fn longest_task(site: &Site, clip: &[u8]) -> Result<f64> {
    Browser::with_trace(async |browser| {
        let page = Page::open(browser, site).await?;
        ensure!(page.models_state().await? == "ready");
        // The file comes as a person's would: from the disk, not through a script.
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("minute.wav");
        std::fs::write(&file, clip)?;
        browser.run("performance.mark('given')", vec![]).await?;
        page.choose_file(&file).await?;
        page.sharpened().await?;
        let tasks = main_thread(browser, "given").await?;
        for task in tasks.iter().take(5) {
            let parts: Vec<String> =
                task.parts.iter().take(4).map(|(name, millis)| format!("{name} {millis:.1}")).collect();
            let within = parts.join(", ");
            let (since, millis, processor_millis) = (task.since, task.millis, task.processor_millis);
            println!("{since:.0} ms in: {millis:.1} ms, {processor_millis:.1} ms of processor time: {within}");
        }
        let longest = tasks.iter().map(|task| task.processor_millis).fold(0.0, f64::max);
        println!("{} tasks on the main thread, the longest took {longest:.1} ms of processor time", tasks.len());
        ensure!(tasks.len() > 20, "only {} tasks were noted", tasks.len());
        Ok(longest)
    })
    .await
}
