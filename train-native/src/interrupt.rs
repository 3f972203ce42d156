//! Ctrl-C as a flag that loops look at. The second one ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

static ASKED: AtomicBool = AtomicBool::new(false);

/// The error of [`check`] after Ctrl-C.
#[derive(Debug)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted; the same command goes on from here")
    }
}

impl std::error::Error for Interrupted {}

/// Exit status of an interrupted process, as shells expect it.
pub const EXIT_CODE: u8 = 130;

/// Takes over Ctrl-C.
pub fn install() -> Result<()> {
    ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(EXIT_CODE));
        }
        eprintln!("\nstopping at the next safe place (Ctrl-C again: at once)");
    })
    .context("cannot listen for Ctrl-C")
}

/// An error once Ctrl-C has been pressed. Every loop that takes more than a second calls it.
pub fn check() -> Result<(), Interrupted> {
    if ASKED.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
}
