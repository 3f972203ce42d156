//! Results are saved as files, and the clips of a visit can be gone back to.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use undertone_e2e::EMOTIONS;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Page, Shown};
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

const HOSTILE: &str = "<img src=x onerror=alert(1)>.wav";
const JOBS: &str = "return [...document.querySelectorAll('#history [data-job]')].map(entry => entry.dataset.job)";

fn higher() -> Vec<u8> {
    wav(&voice(3.0, 290.0, 44_100), 44_100, 1, Encoding::Pcm16)
}

/// SHA-256 by name of the model, and the encoder's.
fn hashes() -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(path_from("UNDERTONE_DIST")?.join("models/manifest.json"))?;
    let manifest: Value = serde_json::from_str(&text)?;
    let entries = manifest["models"].as_array().into_iter().flatten().chain([&manifest["encoder"]]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(entries.map(|entry| (text(&entry["name"]), text(&entry["sha256"]))).collect())
}

fn near(probabilities: &Value, shown: &std::collections::BTreeMap<String, f64>) -> bool {
    EMOTIONS.iter().all(|name| probabilities[name].as_f64().is_some_and(|p| (p - shown[*name]).abs() < 2e-6))
}

fn check_json(value: &Value, shown: &Shown) -> Result<()> {
    ensure!(value["schema"] == "undertone-result-1" && value["version"].is_string(), "{value}");
    ensure!(value["meaning"] == "as listeners would hear it, never what somebody feels");
    ensure!(value["clip"]["name"] == "voice.wav" && value["clip"]["sample_rate_hz"] == 16_000);
    let answer = &value["answer"];
    ensure!(answer["winner"] == shown.winner.as_str() && answer["tier"] == shown.tier.as_str());
    ensure!(answer["runner_up"] != answer["winner"], "{answer}");
    ensure!(near(&answer["probabilities"], &shown.probabilities), "{answer}");
    let hashes = hashes()?;
    let mut models = 0;
    for tier in value["tiers"].as_array().context("no tiers")? {
        let name = tier["tier"].as_str().unwrap_or_default();
        ensure!(near(&tier["vote"]["probabilities"], &shown.ensembles[name]), "{name}: {tier}");
        for model in tier["models"].as_array().context("no models")? {
            let name = model["name"].as_str().unwrap_or_default().to_owned();
            ensure!(near(&model["probabilities"], &shown.models[&name]), "{name}: {model}");
            let hash = model["file"]["sha256"].as_str().unwrap_or_default().to_owned();
            ensure!(hashes.contains(&(name.clone(), hash)), "{name} has another hash: {model}");
            models += 1;
        }
    }
    ensure!(models == shown.models.len(), "{models} of {} models", shown.models.len());
    let encoder = &value["tiers"][1]["encoder"]["file"]["sha256"];
    ensure!(hashes.iter().any(|(_, hash)| encoder == hash), "the encoder has another hash: {encoder}");
    ensure!(value["voice"]["pitch_median"]["unit"] == "Hz" && value["voice"]["pitch_median"]["value"].is_number());
    ensure!(value["stages"].as_array().is_some_and(|stages| stages.len() == shown.stages.len()));
    Ok(())
}

#[tokio::test]
async fn a_result_is_saved_in_every_form() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    Browser::with(async |browser| {
        Page::take_saved(browser).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let shown = page.sharpened().await?;

        let file = page.save("#keep-json").await?;
        ensure!((file.name.as_str(), file.kind.as_str()) == ("voice-undertone.json", "application/json"));
        let value: Value = serde_json::from_str(file.text()?)?;
        check_json(&value, &shown)?;
        ensure!(page.text("#saved").await?.contains("voice-undertone.json"), "it does not say what was saved");

        let file = page.save("#keep-csv").await?;
        let lines: Vec<&str> = file.text()?.trim_end().split("\r\n").collect();
        ensure!(lines.len() == 1 + shown.models.len() + shown.ensembles.len(), "{lines:?}");
        ensure!(lines[0].starts_with("clip,tier,model,winner,neutral,"), "{}", lines[0]);
        for (name, answer) in &shown.models {
            let row = lines.iter().find(|line| line.split(',').nth(2) == Some(name)).context("a model has no row")?;
            let numbers: Vec<f64> = row.split(',').skip(4).take(8).map(str::parse).collect::<Result<_, _>>()?;
            ensure!(EMOTIONS.iter().zip(numbers).all(|(emotion, p)| (p - answer[*emotion]).abs() < 2e-6), "{row}");
        }

        let file = page.save("#keep-png").await?;
        ensure!(file.bytes.starts_with(b"\x89PNG\r\n\x1a\n") && file.bytes.len() > 60_000, "{} bytes", file.bytes.len());
        ensure!(file.bytes[16..20] == 2400_u32.to_be_bytes(), "the picture is not 2400 pixels wide");
        let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
        std::fs::create_dir_all(&screenshots)?;
        std::fs::write(screenshots.join("kept.png"), &file.bytes)?;

        let file = page.save("#keep-wav").await?;
        ensure!(file.name == "voice-heard.wav" && file.bytes.starts_with(b"RIFF"), "{}", file.name);
        ensure!(file.bytes[4..8] == (file.bytes.len() as u32 - 8).to_le_bytes());
        let decode = "const done = arguments[0];
            window.saved[0].blob.arrayBuffer()
              .then(bytes => new OfflineAudioContext(1, 1, 16000).decodeAudioData(bytes))
              .then(sound => {
                const samples = sound.getChannelData(0);
                done([sound.numberOfChannels, sound.length, Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length)]);
              }, error => done(String(error)));";
        let sound = browser.client.execute_async(decode, vec![]).await?;
        let kept: Vec<(f64, f64)> = serde_json::from_value(value["clip"]["kept_from_to_seconds"].clone())?;
        let expected = kept.iter().map(|(from, to)| to - from).sum::<f64>() * 16_000.0;
        ensure!(file.bytes[24..28] == 16_000_u32.to_le_bytes());
        ensure!(sound[0] == 1 && sound[1].as_f64().is_some_and(|n| (n - expected).abs() < 2.0), "{sound}, not {expected}");
        ensure!(sound[2].as_f64().is_some_and(|rms| (rms - 0.05).abs() < 1e-3), "the level is not even: {sound}");

        let file = page.save("#keep-html").await?;
        let text = file.text()?.to_owned();
        ensure!(!text.contains("<script") && !text.contains("://"), "the report is not whole by itself");
        for (name, hash) in hashes()? {
            ensure!(text.contains(&hash), "the hash of {name} is not in the report");
        }
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");

        let report = folder.path().join("report.html");
        std::fs::write(&report, &text)?;
        browser.client.goto(&format!("file://{}", report.display())).await?;
        let seen = "const picture = document.images[0];
            return [document.compatMode, document.querySelector('h1').innerText.toLowerCase(), picture.naturalWidth]";
        ensure!(browser.run(seen, vec![]).await? == json!(["CSS1Compat", shown.winner, 2400]), "the report does not open");
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            let file = screenshots.join(format!("report-{width}-{scheme}.png"));
            page.screenshot(&file, width, scheme).await?;
        }
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the report's console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_hostile_name_stays_text_and_the_browser_gets_a_safe_one() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of(HOSTILE, &good_clip()).await?;
        ensure!(browser.run("return document.querySelectorAll('#root img').length", vec![]).await? == 0);
        ensure!(page.text("#history .visit-name").await? == HOSTILE, "the list shows another name");
        let allow = json!({"behavior": "allow", "downloadPath": folder.path()});
        browser.devtools("Page.setDownloadBehavior", allow).await?;
        for ending in ["json", "html", "csv"] {
            page.press(&format!("#keep-{ending}")).await?;
            let file = folder.path().join(format!("img src_x onerror_alert_1-undertone.{ending}"));
            let begun = Instant::now();
            while !file.exists() {
                let found: Vec<_> =
                    std::fs::read_dir(folder.path())?.flatten().map(|entry| entry.file_name()).collect();
                ensure!(begun.elapsed() < Duration::from_secs(20), "no {}: {found:?}", file.display());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let text = std::fs::read_to_string(&file)?;
            match ending {
                "html" => ensure!(!text.contains("<img src=x") && text.contains("&lt;img src=x")),
                _ => ensure!(text.contains(HOSTILE)),
            }
        }
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn clips_of_this_visit_come_back_whole() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        Page::take_saved(browser).await?;
        let page = Page::open(browser, &site).await?;
        page.result_of("first.wav", &good_clip()).await?;
        let first = page.sharpened().await?;
        page.result_of("second.wav", &higher()).await?;
        let second = page.sharpened().await?;
        ensure!(first.probabilities != second.probabilities, "two clips with one answer show nothing");
        ensure!(browser.run(JOBS, vec![]).await? == json!([second.job, first.job]));

        for _ in 0..2 {
            for clip in [&first, &second] {
                page.go_back_to(&clip.job).await?;
                let again = page.shown().await?;
                ensure!((&again.winner, &again.tier, &again.models) == (&clip.winner, &clip.tier, &clip.models));
                ensure!(again.probabilities == clip.probabilities && again.stages == clip.stages);
                ensure!(again.canvases.iter().all(|(width, height)| width * height > 0), "{:?}", again.canvases);
                let said = page.text("#status").await?;
                ensure!(said.starts_with("Shown again"), "not announced: {said}");
                let place = "const entry = document.querySelector('#history [aria-current=true]');
                    return [entry.closest('[data-job]').dataset.job, document.activeElement.id]";
                ensure!(browser.run(place, vec![]).await? == json!([clip.job, "winner"]));
            }
        }
        let file = page.save("#history-csv").await?;
        let rows = file.text()?.trim_end().split("\r\n").count();
        ensure!(rows == 1 + 2 * (first.models.len() + first.ensembles.len()), "{rows} rows");

        page.go_back_to(&first.job).await?;
        page.press("#keep-wav").await?;
        browser
            .wait_for(
                "a word on the sound",
                Duration::from_secs(10),
                "return !!document.querySelector('#saved').innerText",
                vec![],
            )
            .await?;
        ensure!(page.text("#saved").await?.contains("Give this recording once more"), "{}", page.text("#saved").await?);

        let third = page.result_of("third.wav", &good_clip()).await?;
        ensure!(third.job != first.job && third.vector()? == first.vector()?, "the new clip is not the one shown");
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_late_answer_lands_on_its_own_clip() -> Result<()> {
    let site = Site::built("/")?;
    let long = wav(&voice(120.0, 150.0, 16_000), 16_000, 1, Encoding::Pcm8);
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("first.wav", &good_clip()).await?;
        let first = page.sharpened().await?;
        let second = page.result_of("long.wav", &long).await?;
        page.deep_state(&["running"]).await?;
        page.go_back_to(&first.job).await?;
        let answer = format!("#history [data-job='{}'] .visit-answer", second.job);
        let before = page.text(&answer).await?;
        let changed = "return document.querySelector(arguments[0]).innerText.trim() !== arguments[1]
            && document.querySelector('#result').dataset.job";
        let limit = Duration::from_secs(60);
        let job = browser.wait_for("the second answer", limit, changed, vec![json!(answer), json!(before)]).await?;
        ensure!(job == first.job.as_str(), "the late answer has taken the page");
        ensure!(page.shown().await?.models == first.models, "the late answer landed on another clip");
        page.go_back_to(&second.job).await?;
        let late = page.sharpened().await?;
        late.check()?;
        ensure!(late.vector()? == second.vector()?);

        // One that a newer clip ended before its second answer says so.
        let third = page.result_of("long.wav", &long).await?;
        page.deep_state(&["running"]).await?;
        page.result_of("first.wav", &good_clip()).await?;
        page.go_back_to(&third.job).await?;
        let (_, words) = page.deep_state(&["left"]).await?;
        ensure!(words.contains("newer clip") && page.shown().await?.tier == "quick", "{words}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn clips_are_cleared_by_keyboard_one_and_all() -> Result<()> {
    let site = Site::built("/")?;
    let press = |key: &'static str, code: u32, text: &'static str| {
        ["keyDown", "keyUp"].map(|kind| {
            let text = if kind == "keyDown" { text } else { "" };
            json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text})
        })
    };
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let mut jobs = Vec::new();
        for name in ["a.wav", "b.wav", "c.wav"] {
            jobs.push(page.result_of(name, &good_clip()).await?.job);
        }
        // From the list's first button with Tab to the clip below, Enter shows it, Tab and Enter clear it.
        let focus = "document.querySelector('#history .visit-show').focus()";
        browser.run(focus, vec![]).await?;
        let keys = [press("Tab", 9, ""), press("Tab", 9, ""), press("Enter", 13, "\r")];
        for event in keys.into_iter().flatten() {
            browser.devtools("Input.dispatchKeyEvent", event).await?;
        }
        let shown = "return document.querySelector('#result[aria-busy=false]')?.dataset.job === arguments[0]";
        browser.wait_for("the clip before", Duration::from_secs(10), shown, vec![json!(jobs[1])]).await?;
        let ringed = "return document.activeElement.id === 'winner'
            && getComputedStyle(document.activeElement).outlineStyle === 'solid'";
        browser.wait_for("a visible focus on the result", Duration::from_secs(10), ringed, vec![]).await?;

        browser.run("document.querySelector('#history .is-shown .visit-clear').focus()", vec![]).await?;
        for event in press("Enter", 13, "\r") {
            browser.devtools("Input.dispatchKeyEvent", event).await?;
        }
        browser.wait_for("its neighbour", Duration::from_secs(10), shown, vec![json!(jobs[0])]).await?;
        ensure!(browser.run(JOBS, vec![]).await? == json!([jobs[2], jobs[0]]));
        let place = "return document.activeElement.id === 'history-title'";
        browser.wait_for("the focus to stay in the list", Duration::from_secs(10), place, vec![]).await?;

        page.press("#history-clear").await?;
        let start = "return !document.querySelector('#result') && !document.querySelector('#history')
            && document.activeElement.id === 'file-input'";
        browser.wait_for("the first screen", Duration::from_secs(10), start, vec![]).await?;
        page.result_of("d.wav", &good_clip()).await?.check()
    })
    .await
}
