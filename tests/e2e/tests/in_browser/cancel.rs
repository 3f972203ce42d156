//! Cancel during an analysis.

use anyhow::{Result, ensure};
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;
use undertone_e2e::voice::voice;
use undertone_e2e::wav::{Encoding, wav};

use crate::good_clip;

#[tokio::test]
async fn cancel_ends_a_long_analysis_and_the_page_goes_on() -> Result<()> {
    let site = Site::built("/")?;
    let long = wav(&voice(240.0, 150.0, 16_000), 16_000, 1, Encoding::Pcm8);
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        ensure!(page.models_state().await? == "ready");
        ensure!(page.drop_and_cancel("long.wav", &long).await?, "Cancel was never offered");
        let shown = browser.run("return document.querySelector('#result') !== null", vec![]).await?;
        ensure!(shown == false, "a cancelled clip shows a result");
        page.result_of("voice.wav", &good_clip()).await?.check()?;
        let errors = browser.console_errors().await?;
        ensure!(errors.is_empty(), "the console has errors: {errors:?}");
        Ok(())
    })
    .await
}
