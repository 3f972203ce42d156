//! `train-native encoder`: the first layers of a Whisper encoder, from its published weights to one ONNX file.

mod graph;
mod quantize;
mod weights;

use anyhow::{Context, Result};
use undertone::inference::sha256_hex;

pub use graph::encoder_onnx;
pub use quantize::Storage;
pub use weights::{Layer, Linear, Norm, Weights};

use crate::atomic;
use crate::cli::EncoderArgs;

/// Licence of the encoder's weights, written into the file.
pub const LICENSE: &str = "MIT";

/// Reads the weights, writes the ONNX file and says what was written.
///
/// # Errors
/// Weights that cannot be read or are not a Whisper encoder's, with what is wrong; a file that cannot be written.
pub fn import(args: &EncoderArgs) -> Result<()> {
    let bytes = std::fs::read(&args.weights).with_context(|| format!("cannot read {}", args.weights.display()))?;
    let weights = Weights::read(&bytes, args.layers).with_context(|| args.weights.display().to_string())?;
    drop(bytes);
    let onnx = encoder_onnx(&weights, args.storage);
    atomic::write(&args.out, &onnx)?;
    println!(
        "{}: {} layers of width {}, {} outputs a clip, {:.2} MB, sha256 {}",
        args.out.display(),
        weights.layers.len(),
        weights.width(),
        weights.pooled_columns(),
        onnx.len() as f64 / 1e6,
        sha256_hex(&onnx)
    );
    Ok(())
}

#[cfg(test)]
mod tests;
