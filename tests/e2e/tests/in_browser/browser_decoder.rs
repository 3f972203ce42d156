//! What the engine can't decode, the browser does.

use anyhow::{Result, bail, ensure};
use serde_json::json;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::{Outcome, Page};
use undertone_e2e::site::Site;

const WEBM: &[u8] = include_bytes!("../../../data/voice.webm");
const OPUS: &[u8] = include_bytes!("../../../data/voice.opus");
/// Drops 21 MB that begin like WebM, and waits until no result is shown.
const DROP_LARGE: &str = "
    const carried = new DataTransfer();
    carried.items.add(new File([Uint8Array.from(arguments[0]), new Uint8Array(21e6)], 'large.webm'));
    const zone = document.querySelector('#drop-zone');
    zone.dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: carried}));
    return new Promise(done => {
      const look = () => document.querySelector('#result') ? setTimeout(look, 10) : done();
      look();
    });";

#[tokio::test]
async fn opus_in_webm_and_ogg_gets_a_result() -> Result<()> {
    let site = Site::built("/under/a/path/")?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        for (name, bytes) in [("voice.webm", WEBM), ("voice.opus", OPUS)] {
            page.result_of(name, bytes).await?.check()?;
            ensure!(page.text(".file-name").await? == name);
            let facts = page.text(".facts").await?;
            ensure!(
                facts.contains("decoded by the browser") && facts.contains("48 kHz") && facts.contains("stereo"),
                "{facts}"
            );
        }
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_no_decoder_knows_is_named_with_what_to_do() -> Result<()> {
    let site = Site::built("/")?;
    let letter = b"Dear reader, this is no sound at all.\n".repeat(50);
    let mut damaged = WEBM[..64].to_vec();
    damaged.extend(&letter);
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        for (name, bytes, words) in [
            ("letter.webm", letter, &["its name ends in .webm", "convert it"][..]),
            ("damaged.webm", damaged, &["WebM or Matroska", "neither by this page nor by this browser", "convert it"]),
        ] {
            let Outcome::Message(said) = page.drop_file(name, &bytes).await? else { bail!("{name} got a result") };
            ensure!(words.iter().all(|word| said.contains(word)), "{name}: {said}");
        }
        page.result_of("voice.wav", &crate::good_clip()).await?.check()?;
        browser.run(DROP_LARGE, vec![json!(&WEBM[..64])]).await?;
        let Outcome::Message(said) = page.any_outcome().await? else { bail!("large.webm got a result") };
        ensure!(["WebM or Matroska", "20 MB", "21 MB"].iter().all(|word| said.contains(word)), "{said}");
        page.result_of("voice.wav", &crate::good_clip()).await?.check()?;
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}
