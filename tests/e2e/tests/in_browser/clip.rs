//! A clip is dropped, and its result appears.

use anyhow::{Result, bail, ensure};
use serde_json::json;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Outcome, Page};
use undertone_e2e::path_from;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

#[tokio::test]
async fn a_dropped_clip_gets_a_result_under_any_path() -> Result<()> {
    for prefix in ["/", "/some/sub/path/"] {
        let site = Site::built(prefix)?;
        let ((), requests) = Browser::with_requests(site.origin(), async |browser| {
            let page = Page::open(browser, &site).await?;
            ensure!(page.models_state().await? == "ready", "the models were not loaded");
            let shown = page.result_of("voice.wav", &good_clip()).await?;
            shown.check()?;
            ensure!(shown.canvases.iter().all(|(width, height)| width * height > 0), "{:?}", shown.canvases);
            let names: Vec<&str> = shown.stages.iter().map(|(name, _)| name.as_str()).collect();
            ensure!(names == ["decode", "resample", "trim", "features", "voice", "models"], "the stages are {names:?}");
            ensure!(shown.stages.iter().all(|(_, millis)| millis.is_finite() && *millis >= 0.0));
            ensure!(shown.notices.is_empty(), "a clean clip got a notice: {}", shown.notices);

            let errors = browser.console_errors().await?;
            ensure!(errors.is_empty(), "the console has errors: {errors:?}");
            Ok(())
        })
        .await?;
        for part in ["worker_loader.js", "models/manifest.json"] {
            let address = format!("{}{part}", site.address);
            ensure!(requests.contains(&address), "{part} is not among the requests: {requests:?}");
        }
        let outside =
            requests.iter().find(|address| !address.starts_with(&site.address) && !address.starts_with("data:"));
        ensure!(outside.is_none(), "a request went to {outside:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_page_carries_its_policy_and_stays_on_its_host() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let policy = "return document.querySelector('head > meta:first-child')?.content ?? ''";
        let policy = browser.run(policy, vec![]).await?;
        for part in ["default-src 'none'", "connect-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"] {
            ensure!(policy.as_str().unwrap_or_default().contains(part), "the policy lacks {part}: {policy}");
        }
        let foreign = "return performance.getEntriesByType('resource').map(entry => entry.name)
            .filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))";
        ensure!(browser.run(foreign, vec![]).await? == json!([]));
        // `localhost` is this machine too, but another origin.
        let other = site.origin().replace("127.0.0.1", "localhost");
        let refused = browser
            .client
            .execute_async(
                "const done = arguments[1];
                 document.addEventListener('securitypolicyviolation', e => done(e.effectiveDirective), {once: true});
                 fetch(arguments[0]).then(() => done('it was sent'), () => {});",
                vec![json!(other)],
            )
            .await?;
        ensure!(refused == "connect-src", "a request to another host: {refused}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_chosen_file_and_a_second_clip_get_results_of_their_own() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("Stimme ü.wav");
    std::fs::write(&file, good_clip())?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let Outcome::Result(first) = page.choose_file(&file).await? else { bail!("no result for a chosen file") };
        let higher = wav(&voice(3.0, 290.0, 44_100), 44_100, 1, Encoding::Pcm16);
        let second = page.result_of("higher.wav", &higher).await?;
        let again = page.result_of("again.wav", &good_clip()).await?;
        second.check()?;
        ensure!(first.vector()? == again.vector()?, "the same clip got another answer");
        ensure!(first.vector()? != second.vector()?, "another clip got the same answer");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_made_voice_gets_a_result() -> Result<()> {
    let site = Site::built("/some/sub/path/")?;
    for (button, file) in [(1, "even-voice.flac"), (2, "excited-voice.flac")] {
        Browser::with(async |browser| {
            let page = Page::open(browser, &site).await?;
            ensure!(page.models_state().await? == "ready");
            let press = "document.querySelector(`.samples button:nth-of-type(${arguments[0]})`).click()";
            browser.run(press, vec![json!(button)]).await?;
            page.shown().await?.check()?;
            ensure!(page.text(".file-name").await? == file);
            let errors = browser.console_errors().await?;
            ensure!(errors.is_empty(), "the console has errors: {errors:?}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_voice_is_described_in_words_with_numbers() -> Result<()> {
    let site = Site::built("/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        page.result_of("voice.wav", &good_clip()).await?;
        let words = page.text("#voice").await?;
        for name in ["Pitch", "Pitch range", "Speaking rate", "Loudness", "Steadiness", "Pauses"] {
            ensure!(words.contains(name), "{name} is not among {words}");
        }
        let pitch = page.text("#voice [data-attribute=pitch] .figure").await?;
        let hz: f32 = pitch.split_whitespace().next().unwrap_or_default().parse()?;
        ensure!((100.0..220.0).contains(&hz), "the voice of 150 Hz has {pitch}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn fits_wide_and_narrow_windows_in_light_and_dark() -> Result<()> {
    let site = Site::built("/")?;
    let folder = path_from("UNDERTONE_SCREENSHOTS")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        let mut wrong = Vec::new();
        for state in ["start", "result"] {
            if state == "result" {
                page.result_of("voice.wav", &good_clip()).await?;
                page.sharpened().await?;
            }
            for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")] {
                let file = folder.join(format!("{state}-{width}-{scheme}.png"));
                if let Err(error) = page.screenshot(&file, width, scheme).await {
                    wrong.push(format!("{state}, {scheme}: {error:#}"));
                }
            }
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("; "));
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}
