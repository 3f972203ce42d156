//! Prints what a 3 s clip costs on the built page, warm, in headless Chromium; what the deep tier costs, and what
//! onnxruntime-web takes for the same encoder in the same browser.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use undertone_e2e::bench::{Peer, TIMED_DROP};
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Page, Shown};
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const SECONDS: f32 = 3.0;
const LONG_SECONDS: f32 = 60.0;
const LONG_RUNS: usize = 3;
const WARM_UP: usize = 3;
const RUNS: usize = 10;

#[tokio::main]
async fn main() -> Result<()> {
    let clip = match std::env::args_os().nth(1).map(PathBuf::from) {
        Some(file) => std::fs::read(file)?,
        None => wav(&voice(SECONDS, 150.0, 48_000), 48_000, 1, Encoding::Pcm16),
    };
    let mut peer = None;
    let site = Site::changed(|folder| {
        peer = Some(Peer::put_into(folder)?);
        Ok(())
    })?;
    let peer = peer.context("the site was not changed")?;
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
            // Until then the engine is not free for the next clip.
            page.sharpened().await?;
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
        Browser::with(async |other| deep(&page, &clip, &peer, &Page::open(other, &site).await?).await).await
    })
    .await
}

/// The deep tier beside onnxruntime-web, which runs in another browser on a page whose own deep tier is switched off.
/// They take turns, so that both meet the same machine.
async fn deep(page: &Page<'_>, clip: &[u8], peer: &Peer, other: &Page<'_>) -> Result<()> {
    println!("\nthe deep tier, once");
    println!("  {:<24} {:>8.1} ms", "fetch (this machine)", page.deep_figure("fetchMillis").await?);
    println!("  {:<24} {:>8.1} ms", "load and optimise", page.deep_figure("loadMillis").await?);
    ensure!(other.models_state().await? == "ready", "the models were not loaded");
    other.press("#deep-switch").await?;
    println!("  {:<24} {:>8.1} ms", "onnxruntime-web's load", peer.start(other.browser).await?);

    let (mut encoder, mut heads, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..WARM_UP + RUNS {
        page.result_of("clip.wav", clip).await?;
        let shown = page.sharpened().await?;
        let their_time = peer.run_after(other.browser, clip).await?;
        if run < WARM_UP {
            continue;
        }
        let of_encoder = page.deep_figure("encoderMillis").await?;
        heads.push(shown.millis.get("deep").context("the deep tier shows no time")? - of_encoder);
        encoder.push(of_encoder);
        theirs.push(their_time);
    }
    println!("\nthe same clip in the deep tier, warm, median of {RUNS} (lowest, highest), in ms");
    println!("  {:<24} {}", "encoder", row(&mut encoder));
    println!("  {:<24} {}", "onnxruntime-web, same", row(&mut theirs));
    println!("  {:<24} {:>8.2} x onnxruntime-web's", "encoder's speed", median(&mut theirs) / median(&mut encoder));
    println!("  {:<24} {}", "all heads", row(&mut heads));

    let long = wav(&voice(LONG_SECONDS, 150.0, 16_000), 16_000, 1, Encoding::Pcm16);
    let (mut windows, mut in_a_row, mut wholes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..LONG_RUNS {
        page.result_of("long.wav", &long).await?;
        let shown = page.sharpened().await?;
        let count = page.deep_figure("windows").await?;
        windows.push(page.deep_figure("encoderMillis").await? / count);
        wholes.push(shown.millis.get("deep").copied().unwrap_or(f64::NAN));
        in_a_row.push(peer.run(other.browser, count as usize).await?);
    }
    println!("\na clip of {LONG_SECONDS} s in the deep tier, median of {LONG_RUNS} (lowest, highest), in ms");
    println!("  {:<24} {}", "encoder, a window", row(&mut windows));
    println!("  {:<24} {}", "onnxruntime-web, same", row(&mut in_a_row));
    println!("  {:<24} {:>8.2} x onnxruntime-web's", "encoder's speed", median(&mut in_a_row) / median(&mut windows));
    println!("  {:<24} {}", "encoder and heads", row(&mut wholes));
    println!("  {:<24} {:>8.1} x real time", "", f64::from(LONG_SECONDS) * 1e3 / median(&mut wholes));
    let memory = page.deep_figure("memoryBytes").await?;
    println!("  {:<24} {:>8.0} MB", "most wasm memory so far", memory / 1e6);
    Ok(())
}

fn row(values: &mut [f64]) -> String {
    let middle = median(values);
    format!("{middle:>8.1}  ({:.1}, {:.1})", values[0], values[values.len() - 1])
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
