//! `train-native encoder`: the first layers of a Whisper encoder, from its published weights to one ONNX file.

mod graph;
mod quantize;
mod weights;

use anyhow::{Context, Result, bail, ensure};
use prost::Message;
use tract_onnx::pb;
use undertone::features::ENCODER_FEATURES;
use undertone::inference::{EncoderEntry, sha256_hex};

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

/// The manifest's entry of an encoder file, and the number of its layers; sizes come from its graph.
///
/// # Errors
/// A file that is not one of [`encoder_onnx`].
pub fn entry(onnx: &[u8], file: &str, window_frames: usize) -> Result<(EncoderEntry, usize)> {
    let model = pb::ModelProto::decode(onnx).context("this is not an ONNX file")?;
    let graph = model.graph.context("this ONNX file holds no graph")?;
    let last_size = |name: &str| {
        use pb::{tensor_shape_proto::dimension::Value::DimValue, type_proto::Value::TensorType};
        let output = graph.output.iter().find(|output| output.name == name)?;
        let TensorType(tensor) = output.r#type.as_ref()?.value.as_ref()?;
        match tensor.shape.as_ref()?.dim.last()?.value.as_ref()? {
            DimValue(size) => usize::try_from(*size).ok(),
            _ => None,
        }
    };
    let is_stem = |tensor: &&pb::TensorProto| matches!(tensor.dims[..], [_, 80, 3]);
    let width = graph.initializer.iter().find(is_stem).and_then(|stem| usize::try_from(stem.dims[0]).ok());
    let sizes = (last_size("pooled"), last_size("frames_out"), width);
    let (Some(pooled), Some(columns), Some(width)) = sizes else {
        bail!("this ONNX file is not an encoder that was made here");
    };
    let layers = columns / width.max(1);
    ensure!(
        layers > 0 && pooled == 5 * columns && columns == layers * width,
        "the encoder's outputs do not fit its width"
    );
    let entry = EncoderEntry {
        name: format!("whisper-{width}-{layers}"),
        file: file.into(),
        bytes: onnx.len() as u64,
        sha256: sha256_hex(onnx),
        features: ENCODER_FEATURES.into(),
        window_frames,
        pooled,
        columns,
        license: LICENSE.into(),
    };
    Ok((entry, layers))
}

#[cfg(test)]
mod tests;
