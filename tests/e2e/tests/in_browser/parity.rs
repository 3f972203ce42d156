//! Real clips get the same answers in the browser as natively: every model's, and both votes.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use undertone_e2e::browser::Browser;
use undertone_e2e::deep::files;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;
use undertone_e2e::{path_from, ravdess};

const CLIPS: usize = 20;
const LARGEST_DIFFERENCE: f64 = 1e-3;

/// A line of `train-native predict`: the deep tier's answer, and the quick one's beside it.
#[derive(Deserialize)]
struct Native {
    winner: String,
    probabilities: Vec<f64>,
    quick: NativeQuick,
    models: Vec<NativeModel>,
}

#[derive(Deserialize)]
struct NativeQuick {
    probabilities: Vec<f64>,
}

#[derive(Deserialize)]
struct NativeModel {
    model: String,
    probabilities: Vec<f64>,
}

/// The largest difference there has been, and where.
#[derive(Default)]
struct Largest(f64, String);

impl Largest {
    fn take(&mut self, here: &[f64], there: &[f64], place: impl Fn() -> String) -> Result<()> {
        ensure!(here.len() == 8 && there.len() == 8, "{}: {} and {} classes", place(), here.len(), there.len());
        let difference = here.iter().zip(there).map(|(here, there)| (here - there).abs()).fold(0.0, f64::max);
        ensure!(difference < LARGEST_DIFFERENCE, "{}: {here:?}, natively {there:?}", place());
        if difference > self.0 {
            *self = Self(difference, place());
        }
        Ok(())
    }
}

#[tokio::test]
async fn twenty_ravdess_clips_get_the_native_answers() -> Result<()> {
    let Some(folder) = ravdess::folder() else {
        println!("SKIPPED: no RAVDESS in ../shared/data/ravdess or UNDERTONE_DATA");
        return Ok(());
    };
    let clips = ravdess::spread(&folder, CLIPS)?;
    let dist = path_from("UNDERTONE_DIST")?;
    let heads = &files(&dist)?[1..];
    let mut command = Command::new(path_from("UNDERTONE_TRAINER")?);
    command.arg("predict").arg("--models").arg(dist.join("models"));
    let output = command.args(&clips).output().context("the native program could not be started")?;
    ensure!(output.status.success(), "predict failed: {}", String::from_utf8_lossy(&output.stderr));
    let native: Vec<Native> =
        String::from_utf8(output.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(native.len() == clips.len(), "{} native answers for {} clips", native.len(), clips.len());

    let site = Site::built("/")?;
    let (models, votes) = Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let (mut models, mut votes) = (Largest::default(), Largest::default());
        for (clip, native) in clips.iter().zip(&native) {
            let name = clip.file_name().unwrap_or_default().to_string_lossy();
            page.result_of(&name, &fs::read(clip)?).await?;
            let shown = page.sharpened().await?;
            shown.check().with_context(|| name.to_string())?;
            for head in heads {
                ensure!(
                    native.models.iter().any(|model| model.model == head.name),
                    "{} is not asked natively",
                    head.name
                );
            }
            ensure!(native.models.len() == shown.models.len(), "{} models are shown", shown.models.len());
            for NativeModel { model, probabilities } in &native.models {
                models.take(&shown.model(model)?, probabilities, || format!("{model} on {name}"))?;
            }
            for (tier, probabilities) in [("quick", &native.quick.probabilities), ("deep", &native.probabilities)] {
                votes.take(&shown.vote(tier)?, probabilities, || format!("{tier} vote on {name}"))?;
            }
            ensure!(shown.winner == native.winner, "{name}: {}, natively {}", shown.winner, native.winner);
        }
        Ok((models, votes))
    })
    .await?;
    println!("{CLIPS} RAVDESS clips, browser against native, largest difference of any probability:");
    println!("  models {:.1e} ({}), votes {:.1e} ({})", models.0, models.1, votes.0, votes.1);
    Ok(())
}
