//! Real clips get the same answers in the browser as natively: every model's, and both votes.

use std::collections::BTreeMap;
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
/// Trees on the voice's measurements step where one of them crosses a split, and XGBoost's splits are values of training
/// clips, such as these: there the last bit of a measurement decides.
const STEPS: [&str; 2] = ["xgboost", "lightgbm"];
const LARGEST_STEP: f64 = 1e-2;

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

/// The largest difference of any probability, by name of the model or vote, and on which clip.
#[derive(Default)]
struct Largest(BTreeMap<String, (f64, String)>);

impl Largest {
    fn take(&mut self, name: &str, clip: &str, here: &[f64], there: &[f64]) -> Result<()> {
        ensure!(here.len() == 8 && there.len() == 8, "{name}: {} and {} classes", here.len(), there.len());
        let difference = here.iter().zip(there).map(|(here, there)| (here - there).abs()).fold(0.0, f64::max);
        let largest = self.0.entry(name.to_owned()).or_insert((0.0, String::new()));
        if difference >= largest.0 {
            *largest = (difference, clip.to_owned());
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
    let largest = Browser::with(async |browser| {
        let page = Page::open(browser, &site).await?;
        let mut largest = Largest::default();
        for (clip, native) in clips.iter().zip(&native) {
            let name = clip.file_name().unwrap_or_default().to_string_lossy();
            page.result_of(&name, &fs::read(clip)?).await?;
            let shown = page.sharpened().await?;
            shown.check().with_context(|| name.to_string())?;
            for head in heads {
                let asked = native.models.iter().any(|model| model.model == head.name);
                ensure!(asked, "{} is not asked natively", head.name);
            }
            ensure!(native.models.len() == shown.models.len(), "{} models are shown", shown.models.len());
            for NativeModel { model, probabilities } in &native.models {
                largest.take(model, &name, &shown.model(model)?, probabilities)?;
            }
            largest.take("quick vote", &name, &shown.vote("quick")?, &native.quick.probabilities)?;
            largest.take("deep vote", &name, &shown.vote("deep")?, &native.probabilities)?;
            ensure!(shown.winner == native.winner, "{name}: {}, natively {}", shown.winner, native.winner);
        }
        Ok(largest.0)
    })
    .await?;
    println!("{CLIPS} RAVDESS clips, browser against native: the same winners; largest difference of any probability");
    for (name, (difference, clip)) in &largest {
        println!("  {name:<16} {difference:.1e}  ({clip})");
    }
    let limit = |name: &str| if STEPS.contains(&name) { LARGEST_STEP } else { LARGEST_DIFFERENCE };
    let wide = largest.iter().filter(|(name, (difference, _))| *difference >= limit(name));
    let wide: Vec<&str> = wide.map(|(name, _)| name.as_str()).collect();
    ensure!(wide.is_empty(), "too far apart: {}", wide.join(", "));
    Ok(())
}
