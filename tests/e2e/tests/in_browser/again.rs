//! A clip that has its answer is listened to, prepared another way, and analysed in part.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::json;
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const LIMIT: Duration = Duration::from_secs(20);
const TURN: &str = "return document.querySelector('#result')?.dataset.turn === arguments[0]";

/// A voice between two stretches of noise.
fn noisy_clip() -> Vec<u8> {
    let mut state = 5_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.002 * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
    };
    let mut samples = vec![0.0; 16_000];
    samples.extend(voice(2.0, 150.0, 16_000));
    samples.extend(vec![0.0; 16_000]);
    let samples: Vec<f32> = samples.into_iter().map(|sample| sample + noise()).collect();
    wav(&samples, 16_000, 1, Encoding::Pcm16)
}

async fn switched(page: &Page<'_>, treatment: &str, turn: u32) -> Result<()> {
    page.press(&format!("#treat-{treatment}")).await?;
    page.browser.wait_for(treatment, LIMIT, TURN, vec![json!(turn.to_string())]).await.map(drop)
}

async fn send(browser: &Browser, keys: &str) -> Result<()> {
    browser.client.find(Locator::Css("#clip-position")).await?.send_keys(keys).await?;
    Ok(())
}

#[tokio::test]
async fn each_stage_is_switched_and_the_answer_follows() -> Result<()> {
    let site = Site::built("/some/where/")?;
    let screenshots = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("noisy.wav", &noisy_clip()).await?;
        let usual = page.sharpened().await?;
        let cut = page.text("#treat-ends-did").await?;
        ensure!(cut.ends_with("s cut.") && !cut.starts_with("0.00"), "it says {cut}");

        switched(&page, "ends", 1).await?;
        let kept = "return document.querySelector('#waveform').ariaLabel";
        let kept = browser.run(kept, vec![]).await?;
        ensure!(kept.as_str().is_some_and(|kept| kept.contains("Kept: 0.00 to 4.00 s")), "{kept}");
        let whole = page.sharpened().await?;
        ensure!(whole.job == usual.job && whole.probabilities != usual.probabilities, "nothing has changed");
        let said = page.text("#prepared").await?;
        ensure!(said.contains("As usual:") && said.contains(&usual.winner), "it says {said}");
        let focus = browser.run("return document.activeElement.id", vec![]).await?;
        ensure!(focus != "winner", "the focus was taken away");

        let fetched = "return performance.getEntriesByType('resource').some(entry => entry.name.includes('noise.rnn'))";
        ensure!(browser.run(fetched, vec![]).await? == json!(false));
        switched(&page, "noise", 2).await?;
        let noise = page.text("#treat-noise-did").await?;
        ensure!(noise.contains("dB of noise"), "it says {noise}");
        switched(&page, "rumble", 3).await?;
        switched(&page, "pauses", 4).await?;
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
            page.screenshot(&screenshots.join(format!("prepared-{width}-{scheme}.png")), width, scheme).await?;
            axe::check(browser, &format!("prepared, {width} px, {scheme}")).await?;
        }

        page.press("#as-usual").await?;
        browser.wait_for("the usual way", LIMIT, TURN, vec![json!("5")]).await?;
        let again = page.sharpened().await?;
        ensure!(again.probabilities == usual.probabilities, "prepared as usual it is another answer");
        ensure!(page.text("#prepared").await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_can_not_be_prepared_so_is_said_and_the_answer_stays() -> Result<()> {
    let site = Site::changed(|folder| Ok(std::fs::remove_file(folder.join("noise.rnn"))?))?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let before = page.result_of("noisy.wav", &noisy_clip()).await?;
        page.press("#treat-noise").await?;
        let said = "return document.querySelector('#prepared').innerText.includes('noise.rnn')";
        browser.wait_for("a message", LIMIT, said, vec![]).await?;
        let after = page.shown().await?;
        ensure!(after.job == before.job, "the result is gone");
        let on = "return document.querySelector('[data-treatment=noise]').dataset.on";
        ensure!(browser.run(on, vec![]).await? == json!("false"), "the switch says what was not done");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn both_sounds_are_played_under_one_cursor() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("noisy.wav", &noisy_clip()).await?;
        let plays = "const [button, from] = arguments; return document.querySelector(button).dataset.plays === 'true'
            && Number(document.querySelector('#clip-position').ariaValueNow) > from";
        page.press("#play-recorded").await?;
        browser.wait_for("the recording", LIMIT, plays, vec![json!("#play-recorded"), json!(0.15)]).await?;
        page.press("#play-heard").await?;
        browser.wait_for("what was heard", LIMIT, plays, vec![json!("#play-heard"), json!(1.2)]).await?;
        let lines = "return [...document.querySelectorAll('.plot-line')].map(line => line.getAttribute('x1'))";
        let lines = browser.run(lines, vec![]).await?;
        let lines = lines.as_array().context("no cursor")?;
        ensure!(lines.len() == 2 && lines[0] == lines[1], "{lines:?}");
        page.press("#play-heard").await?;
        let still = "return document.querySelector('#play-heard').dataset.plays === 'false'";
        browser.wait_for("silence", LIMIT, still, vec![]).await?;
        ensure!(browser.console_errors().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_part_is_selected_by_keys_and_becomes_a_clip_of_its_own() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("noisy.wav", &noisy_clip()).await?;
        let (home, page_up, shift, end) =
            (char::from(Key::Home), char::from(Key::PageUp), char::from(Key::Shift), char::from(Key::End));
        send(browser, &format!("{end}{home}{page_up}{shift}{page_up}{page_up}")).await?;
        let selected = page.text("#selected").await?;
        ensure!(selected.starts_with("1.0 to 3.0 s"), "it says {selected}");
        page.press("#analyse-part").await?;
        let second = "return document.querySelector('#result[aria-busy=false]')?.dataset.job === '2'";
        browser.wait_for("the part", LIMIT, second, vec![]).await?;
        let part = page.shown().await?;
        part.check()?;
        let facts = page.text(".facts").await?;
        ensure!(facts.contains("2.00 s"), "its facts are {facts}");
        let name = page.text(".sound .file-name").await?;
        ensure!(name.contains("noisy.wav") && name.contains("1.0") && name.contains("3.0"), "it is called {name}");
        let visits = browser.run("return document.querySelectorAll('.visit').length", vec![]).await?;
        ensure!(visits == json!(2), "{visits} clips are listed");
        Ok(())
    })
    .await
}
