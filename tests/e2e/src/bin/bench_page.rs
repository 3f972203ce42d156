//! Prints what a 3 s clip costs on the built page, warm, in headless Chromium.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Page, Shown};
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const SECONDS: f32 = 3.0;
const WARM_UP: usize = 3;
const RUNS: usize = 10;

/// Drops the clip and gives the milliseconds until the page shows a result of a new job, as the page's clock has it.
const TIMED_DROP: &str = include_str!("../timed_drop.js");

#[tokio::main]
async fn main() -> Result<()> {
    let clip = match std::env::args_os().nth(1).map(PathBuf::from) {
        Some(file) => std::fs::read(file)?,
        None => wav(&voice(SECONDS, 150.0, 48_000), 48_000, 1, Encoding::Pcm16),
    };
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready", "the models were not loaded");
        println!("models: {}", page.text("#models-status").await?.replace('\n', " "));

        let mut shown_after = Vec::new();
        let mut stages: Vec<(String, Vec<f64>)> = Vec::new();
        for run in 0..WARM_UP + RUNS {
            let arguments = vec![json!("clip.wav"), json!(STANDARD.encode(&clip))];
            let times = browser.client.execute_async(TIMED_DROP, arguments).await?;
            let shown: Shown = page.shown().await?;
            if run == 0 {
                println!("first clip: {:.1} ms from drop to result", times[0].as_f64().unwrap_or(f64::NAN));
            }
            if run < WARM_UP {
                continue;
            }
            shown_after.push(times[0].as_f64().unwrap_or(f64::NAN));
            for (name, millis) in shown.stages {
                match stages.iter_mut().find(|(stage, _)| *stage == name) {
                    Some((_, all)) => all.push(millis),
                    None => stages.push((name, vec![millis])),
                }
            }
        }
        println!("\na clip of {SECONDS} s, warm, median of {RUNS} (lowest, highest), in ms");
        let mut sum = 0.0;
        for (name, mut all) in stages {
            sum += median(&mut all);
            println!("  {name:<24} {}", row(&mut all));
        }
        println!("  {:<24} {sum:>8.1}", "all stages");
        println!("  {:<24} {}", "from drop to result", row(&mut shown_after));
        Ok(())
    })
    .await
}

fn row(values: &mut [f64]) -> String {
    let middle = median(values);
    format!("{middle:>8.1}  ({:.1}, {:.1})", values[0], values[values.len() - 1])
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
