//! A site whose model files are altered or gone says so.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use undertone_e2e::browser::Browser;
use undertone_e2e::page::Page;
use undertone_e2e::site::Site;

async fn message_of(site: &Site) -> Result<String> {
    Browser::with(async |browser| {
        let page = Page::open(browser, site).await?;
        ensure!(page.models_state().await? == "failed", "the page took the models");
        let message = format!("{} {}", page.text("#message").await?, page.text("#models-status").await?);
        println!("{message}");
        Ok(message)
    })
    .await
}

/// A model of the tier that is loaded first.
fn first_model(folder: &Path) -> Result<PathBuf> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(folder.join("models/manifest.json"))?)?;
    let models = manifest["models"].as_array().into_iter().flatten();
    let file = models.filter(|entry| entry["tier"] == "quick").find_map(|entry| entry["file"].as_str());
    Ok(folder.join("models").join(file.context("the built page has no model")?))
}

fn names_it(message: &str, model: &str) -> bool {
    message.contains(model.trim_end_matches(".onnx"))
}

#[tokio::test]
async fn a_model_altered_by_one_byte_is_refused_by_name() -> Result<()> {
    let mut name = String::new();
    let site = Site::changed(|folder| {
        let file = first_model(folder)?;
        let mut bytes = fs::read(&file)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(fs::write(file, bytes)?)
    })?;
    let message = message_of(&site).await?;
    ensure!(names_it(&message, &name), "{name} is not named: {message}");
    Ok(())
}

#[tokio::test]
async fn a_missing_model_is_named() -> Result<()> {
    let mut name = String::new();
    let site = Site::changed(|folder| {
        let file = first_model(folder)?;
        name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(fs::remove_file(file)?)
    })?;
    let message = message_of(&site).await?;
    ensure!(names_it(&message, &name), "{name} is not named: {message}");
    Ok(())
}

#[tokio::test]
async fn a_manifest_that_is_none_is_named() -> Result<()> {
    let site = Site::changed(|folder| Ok(fs::write(folder.join("models/manifest.json"), "<!doctype html>")?))?;
    let message = message_of(&site).await?;
    ensure!(message.contains("manifest"), "{message}");
    Ok(())
}
