#![doc = include_str!("ARCHITECTURE.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod error;

pub mod dsp;

pub mod audio;

pub mod features;

pub mod inference;

pub mod analysis;

pub mod protocol;

#[cfg(feature = "browser")]
pub mod browser;

#[cfg(feature = "worker")]
pub mod worker;

#[cfg(feature = "module")]
pub mod module;

#[cfg(feature = "page")]
pub mod ui;

pub use error::{Error, Result};
