//! No view keeps anybody out: axe-core finds nothing in any of them, in light, dark and high contrast, wide and narrow.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use undertone_e2e::axe;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Outcome, Page};
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

const LIMIT: Duration = Duration::from_secs(20);

/// Looks at the view as it is now, in every dress.
async fn check(page: &Page<'_>, view: &str) -> Result<()> {
    for width in [1280, 320] {
        for (scheme, contrast) in
            [("light", "no-preference"), ("dark", "no-preference"), ("light", "more"), ("dark", "more")]
        {
            page.dress(width, scheme, contrast).await?;
            axe::check(page.browser, &format!("{view}, {width} px, {scheme}, contrast {contrast}")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_in_any_view() -> Result<()> {
    let site = Site::built("/")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("voice.wav");
    std::fs::write(&file, wav(&voice(6.0, 150.0, 48_000), 48_000, 1, Encoding::Pcm16))?;
    Browser::with_microphone(&file, async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        check(&page, "the first screen").await?;

        page.press("#record-start").await?;
        let stop = "return document.querySelector('#record-stop') !== null";
        browser.wait_for("a recording", LIMIT, stop, vec![]).await?;
        check(&page, "a recording").await?;
        page.press("#record-discard").await?;
        let idle = "return document.querySelector('#record-start') !== null";
        browser.wait_for("the end of it", LIMIT, idle, vec![json!(null)]).await?;

        page.press("#live-start").await?;
        let heard = "return document.querySelector('#live')?.dataset.speech === 'true'";
        browser.wait_for("a voice that is heard", LIMIT, heard, vec![]).await?;
        page.open_all_details().await?;
        check(&page, "a voice that speaks").await?;
        page.press("#record-discard").await?;
        browser.wait_for("the end of it", LIMIT, idle, vec![]).await?;

        let Outcome::Message(_) = page.drop_file("noise.wav", b"this is no sound").await? else {
            anyhow::bail!("a text is no clip")
        };
        check(&page, "a message").await?;

        page.result_of("voice.wav", &good_clip()).await?;
        page.sharpened().await?;
        page.open_all_details().await?;
        check(&page, "a result").await
    })
    .await
}
