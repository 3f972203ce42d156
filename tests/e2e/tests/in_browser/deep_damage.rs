//! A deep file that is missing, cut or altered: the first answer stands, one sentence says why, and when the file is whole
//! again it is had by the button.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use undertone_e2e::browser::Browser;
use undertone_e2e::deep;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;

use crate::good_clip;

/// Damages the file that the page fetches, once the first answer is there, and puts it right again.
async fn damaged(
    packed: bool,
    head: bool,
    words: &[&str],
    damage: impl FnOnce(&Path, Vec<u8>) -> std::io::Result<()>,
) -> Result<()> {
    let mut file = deep::DeepFile { name: String::new(), file: String::new() };
    let site = Site::changed(|folder| {
        file = deep::files(folder)?[usize::from(head)].clone();
        if !packed {
            fs::write(folder.join("models/packed.json"), "{}")?;
        }
        Ok(())
    })?;
    let name = if packed { format!("{}.gzip", file.file) } else { file.file.clone() };
    let path = site.folder()?.join("models").join(&name);
    let whole = fs::read(&path).with_context(|| format!("the built page has no {name}"))?;
    damage(&path, whole.clone())?;
    Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let first = page.result_of("voice.wav", &good_clip()).await?;
        let (_, sentence) = page.deep_state(&["failed"]).await?;
        println!("{name}: {sentence}");
        let lower = sentence.to_lowercase();
        ensure!(lower.contains(&file.name) || lower.contains(&file.file), "{} is not named: {sentence}", file.name);
        ensure!(words.iter().any(|word| lower.contains(word)), "it does not say what is wrong: {sentence}");
        let shown = page.shown().await?;
        shown.check()?;
        ensure!(shown.tier == "quick" && shown.vector()? == first.vector()?, "the first answer does not stand");
        let next = page.result_of("next.wav", &good_clip()).await?;
        ensure!(next.vector()? == first.vector()?, "the next clip got another answer");
        page.deep_state(&["failed"]).await?;
        fs::write(&path, &whole)?;
        page.press("#deep-again").await?;
        page.sharpened().await?.check()
    })
    .await
}

#[tokio::test]
async fn a_missing_file() -> Result<()> {
    damaged(true, false, &["404"], |path, _| fs::remove_file(path)).await
}

#[tokio::test]
async fn a_cut_file() -> Result<()> {
    let words = ["bytes instead of", "could not be fetched"];
    damaged(true, false, &words, |path, whole| fs::write(path, &whole[..whole.len() / 2])).await?;
    damaged(false, false, &["bytes instead of"], |path, whole| fs::write(path, &whole[..whole.len() - 1])).await
}

#[tokio::test]
async fn a_file_altered_by_one_byte() -> Result<()> {
    let alter = |path: &Path, mut whole: Vec<u8>| {
        let middle = whole.len() / 2;
        whole[middle] ^= 1;
        fs::write(path, whole)
    };
    damaged(true, false, &["altered", "could not be fetched", "longer than", "bytes instead of"], alter).await?;
    damaged(false, false, &["altered"], alter).await?;
    damaged(false, true, &["altered"], alter).await
}

#[tokio::test]
async fn a_file_that_is_too_long() -> Result<()> {
    damaged(false, false, &["longer than"], |path, mut whole| {
        whole.push(0);
        fs::write(path, whole)
    })
    .await
}
