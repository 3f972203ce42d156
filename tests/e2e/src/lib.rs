//! Drives the built page in headless Chromium: what a person does (drop a file, press Cancel) and what the page then
//! shows. `cargo xtask test --only e2e` builds the page and starts this; the variables below say where things are.

pub mod axe;
pub mod bench;
pub mod browser;
pub mod command;
pub mod deep;
pub mod keep;
pub mod look;
pub mod norm;
pub mod page;
pub mod process;
pub mod ravdess;
pub mod site;
pub mod trace;
pub mod voice;
pub mod wav;

use std::path::PathBuf;

use anyhow::{Context, Result};

/// The eight classes, in the order of every probability vector.
pub const EMOTIONS: [&str; 8] = ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"];

/// A path that `cargo xtask` hands over: `UNDERTONE_DIST` (the built page), `UNDERTONE_SERVER` (serves it),
/// `UNDERTONE_TRAINER` (predicts natively), `UNDERTONE_SCREENSHOTS`, `CHROME`, `CHROMEDRIVER`.
///
/// # Errors
/// Where it is not set.
pub fn path_from(variable: &str) -> Result<PathBuf> {
    let value = std::env::var_os(variable).with_context(|| format!("{variable} is not set; use `cargo xtask test`"))?;
    Ok(PathBuf::from(value))
}
