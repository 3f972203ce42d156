//! Several files at once.

use std::time::Duration;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::Locator;
use serde_json::json;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

const LIMIT: Duration = Duration::from_secs(120);
/// Notes everything that is said of the files.
const WATCH: &str = "
    window.said = [];
    new MutationObserver(() => {
      const words = document.querySelector('#batch p')?.innerText;
      if (words && window.said.at(-1) !== words) window.said.push(words);
    }).observe(document.body, {subtree: true, childList: true, characterData: true});";

fn clip(hz: f32) -> Vec<u8> {
    wav(&voice(2.0, hz, 16_000), 16_000, 1, Encoding::Pcm16)
}

/// Pastes two files.
const PASTE: &str = "
    const carried = new DataTransfer();
    for (const name of ['pasted-1.wav', 'pasted-2.wav']) {
      carried.items.add(new File([Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0))], name));
    }
    document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: carried, bubbles: true, cancelable: true}));";

/// Waits until two files are done, the second one under that name.
async fn done(browser: &Browser, name: &str) -> Result<()> {
    let script = "const words = document.querySelector('#batch')?.innerText ?? '';
        return words.includes('All 2 files are done') && document.querySelector('.visit-name')?.innerText === arguments[0]";
    browser.wait_for(name, LIMIT, script, vec![json!(name)]).await.map(drop)
}

#[tokio::test]
async fn files_are_analysed_one_after_the_other_and_land_in_the_visit() -> Result<()> {
    let site = Site::built("/")?;
    let pictures = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        browser.run(WATCH, vec![]).await?;
        let letter = b"Dear reader, this is no sound at all.\n".repeat(50);
        let files =
            [("one.wav", clip(120.0)), ("letter.txt", letter), ("two.wav", clip(170.0)), ("three.wav", clip(220.0))];
        page.start_drop_of(&files).await?;
        let ended = "return document.querySelector('#batch')?.dataset.runs === 'false'";
        browser.wait_for("all files", LIMIT, ended, vec![]).await?;
        let said = browser.run("return window.said", vec![]).await?;
        for words in ["File 1 of 4", "File 2 of 4", "File 3 of 4", "File 4 of 4"] {
            ensure!(said.as_array().is_some_and(|said| said.iter().any(|entry| entry == words)), "{words}: {said}");
        }
        let visited = "return [...document.querySelectorAll('#history .visit-name')].map(name => name.innerText)";
        let visited = browser.run(visited, vec![]).await?;
        ensure!(visited == json!(["three.wav", "two.wav", "one.wav"]), "the visit holds {visited}");
        let failed = page.text(".batch-failed").await?;
        ensure!(failed.contains("letter.txt") && failed.contains("could not be read as audio"), "{failed}");
        ensure!(page.text("#batch").await?.contains("3 of 4 files have a result"));
        page.shown().await?.check()?;
        for (width, scheme) in [(1280, "light"), (320, "dark")] {
            page.screenshot(&pictures.join(format!("several-{width}-{scheme}.png")), width, scheme).await?;
        }
        page.result_of("alone.wav", &clip(140.0)).await?.check()?;
        ensure!(page.text("#batch").await?.is_empty(), "one file is not several");

        let folder = tempfile::tempdir()?;
        let mut chosen = Vec::new();
        for (name, hz) in [("chosen-1.wav", 130.0), ("chosen-2.wav", 180.0)] {
            let path = folder.path().join(name);
            std::fs::write(&path, clip(hz))?;
            chosen.push(path.to_string_lossy().into_owned());
        }
        let input = browser.client.find(Locator::Css("#file-input")).await?;
        input.send_keys(&chosen.join("\n")).await?;
        done(browser, "chosen-2.wav").await?;

        let bytes = STANDARD.encode(clip(160.0));
        browser.run(PASTE, vec![json!(bytes)]).await?;
        done(browser, "pasted-2.wav").await?;

        let many: Vec<(&str, Vec<u8>)> = (0..23).map(|_| ("many.wav", clip(150.0))).collect();
        page.start_drop_of(&many).await?;
        let limited = "return document.querySelector('#batch')?.innerText.includes('3 more were left out') || null";
        browser.wait_for("the limit to be said", LIMIT, limited, vec![]).await?;
        let cancel = "const button = document.querySelector('#cancel'); button?.click(); return button !== null";
        browser.wait_for("a button to cancel", LIMIT, cancel, vec![]).await?;
        let stopped = "return document.querySelector('#batch')?.innerText.includes('Stopped after') || null";
        browser.wait_for("the rest to be dropped", LIMIT, stopped, vec![]).await?;
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}
