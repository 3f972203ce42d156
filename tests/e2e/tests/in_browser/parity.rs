//! Real clips get the same answer in the browser as natively.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;
use undertone_e2e::{path_from, ravdess};

const CLIPS: usize = 20;
const LARGEST_DIFFERENCE: f64 = 1e-3;

/// A line of `train-native predict`.
#[derive(Deserialize)]
struct Native {
    winner: String,
    probabilities: Vec<f64>,
}

#[tokio::test]
async fn twenty_ravdess_clips_get_the_native_answer() -> Result<()> {
    let Some(folder) = ravdess::folder() else {
        println!("SKIPPED: no RAVDESS in ../shared/data/ravdess or UNDERTONE_DATA");
        return Ok(());
    };
    let clips = ravdess::spread(&folder, CLIPS)?;
    let mut command = Command::new(path_from("UNDERTONE_TRAINER")?);
    command.arg("predict").arg("--models").arg(path_from("UNDERTONE_DIST")?.join("models"));
    let output = command.args(&clips).output().context("the native program could not be started")?;
    ensure!(output.status.success(), "predict failed: {}", String::from_utf8_lossy(&output.stderr));
    let native: Vec<Native> =
        String::from_utf8(output.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(native.len() == clips.len(), "{} native answers for {} clips", native.len(), clips.len());

    let site = Site::built("/")?;
    let largest = Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let mut largest = 0.0_f64;
        for (clip, native) in clips.iter().zip(&native) {
            let name = clip.file_name().unwrap_or_default().to_string_lossy();
            let shown = page.result_of(&name, &fs::read(clip)?).await?;
            shown.check().with_context(|| name.to_string())?;
            ensure!(shown.winner == native.winner, "{name}: {} here, {} natively", shown.winner, native.winner);
            ensure!(native.probabilities.len() == 8, "{name}: {} native classes", native.probabilities.len());
            for (here, there) in shown.vector()?.iter().zip(&native.probabilities) {
                largest = largest.max((here - there).abs());
            }
            ensure!(largest < LARGEST_DIFFERENCE, "{name}: {:?} natively {:?}", shown.vector()?, native.probabilities);
        }
        Ok(largest)
    })
    .await?;
    println!("{CLIPS} RAVDESS clips: the same winners, probabilities within {largest:.1e}");
    Ok(())
}
