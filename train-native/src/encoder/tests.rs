use safetensors::tensor::{Dtype, TensorView, serialize};
use undertone::features::{ENCODER_FEATURES, EncoderWindow};
use undertone::inference::{Encoded, Encoder, EncoderEntry, sha256_hex};

use super::*;

const SMALL: &[u8] = include_bytes!("../../../tests/data/encoder/small.safetensors");
const SMALL_GOLDEN: &[u8] = include_bytes!("../../../tests/data/encoder/small.bin");
const BASE_GOLDEN: &[u8] = include_bytes!("../../../tests/data/encoder/base.bin");
const FRAMES: usize = 137;
const N_MELS: usize = 80;

/// The input of `tests/golden/encoder.py`.
fn window(frames: usize) -> EncoderWindow {
    let values = (0..N_MELS * frames).map(|index| {
        let (mel, frame) = ((index / frames) as f64, (index % frames) as f64);
        (0.6 * (0.37 * mel + 0.05 * frame).sin() + 0.4 * (0.011 * mel * frame).cos() - 0.2) as f32
    });
    EncoderWindow { values: values.collect(), frames, start: 0 }
}

fn entry(weights: &Weights, onnx: &[u8]) -> EncoderEntry {
    EncoderEntry {
        name: "encoder".into(),
        file: "encoder.onnx".into(),
        bytes: onnx.len() as u64,
        sha256: sha256_hex(onnx),
        features: ENCODER_FEATURES.into(),
        window_frames: 300,
        pooled: weights.pooled_columns(),
        columns: weights.width() * weights.layers.len(),
        license: LICENSE.into(),
    }
}

fn encode(weights: &Weights, storage: Storage, lengths: &[usize], frames: usize) -> Encoded {
    let onnx = encoder_onnx(weights, storage);
    Encoder::load(&entry(weights, &onnx), &onnx, lengths).unwrap().run(&window(frames)).unwrap()
}

/// Largest difference over the range of the reference, of the pooled outputs and of the blocks.
fn off(found: &Encoded, golden: &[u8]) -> f32 {
    let golden: Vec<f32> =
        golden.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    let (pooled, blocks) = golden.split_at(found.pooled.len());
    relative(&found.pooled, pooled).max(relative(&found.blocks, blocks))
}

fn relative(found: &[f32], golden: &[f32]) -> f32 {
    assert_eq!(found.len(), golden.len());
    let (low, high) = golden.iter().fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    found.iter().zip(golden).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / (high - low)
}

#[test]
fn outputs_are_those_of_pytorch() {
    let weights = Weights::read(SMALL, 2).unwrap();
    let off = off(&encode(&weights, Storage::Float, &[], FRAMES), SMALL_GOLDEN);
    assert!(off < 1e-5, "off by {off} of the range");
}

#[test]
fn whisper_bases_outputs_are_those_of_pytorch() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/backbones/whisper-base/encoder-4-layers.safetensors");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("not run: the weights of Whisper base are not beside the project");
        return;
    };
    let weights = Weights::read(&bytes, 4).unwrap();
    let plain = off(&encode(&weights, Storage::Float, &[], FRAMES), BASE_GOLDEN);
    let small = off(&encode(&weights, Storage::Levels(23), &[], FRAMES), BASE_GOLDEN);
    println!("Whisper base, 4 layers, against PyTorch: floats {plain:.1e} of the range, 23 levels {small:.1e}");
    assert!(plain < 1e-4, "off by {plain} of the range");
}

#[test]
fn the_length_of_the_plan_does_not_change_the_answer() {
    let weights = Weights::read(SMALL, 2).unwrap();
    for frames in [10, 11, 50, 99, FRAMES] {
        let near = encode(&weights, Storage::Float, &[frames.next_multiple_of(10)], frames);
        let far = encode(&weights, Storage::Float, &[], frames);
        assert!(relative(&near.pooled, &far.pooled) < 1e-5 && relative(&near.blocks, &far.blocks) < 1e-5);
    }
}

#[test]
fn few_levels_are_near_the_floats() {
    let weights = Weights::read(SMALL, 2).unwrap();
    let off = |levels| off(&encode(&weights, Storage::Levels(levels), &[], FRAMES), SMALL_GOLDEN);
    assert!(off(255) < 0.02 && off(23) < 0.15, "{} {}", off(255), off(23));
}

#[test]
fn fewer_layers_are_the_first_ones() {
    let (one, two) = (Weights::read(SMALL, 1).unwrap(), Weights::read(SMALL, 2).unwrap());
    assert_eq!(one.layers[..], two.layers[..1]);
}

/// Type, shape and bytes of a tensor.
type Raw = (Dtype, Vec<usize>, Vec<u8>);

fn refused(bytes: &[u8], layers: usize) -> String {
    format!("{:#}", Weights::read(bytes, layers).unwrap_err())
}

/// The small file with one tensor changed, or left out where `change` gives nothing.
fn changed(name: &str, change: impl Fn(TensorView<'_>) -> Option<Raw>) -> Vec<u8> {
    let file = safetensors::SafeTensors::deserialize(SMALL).unwrap();
    let tensors: Vec<(String, Raw)> = file
        .tensors()
        .into_iter()
        .filter_map(|(own, tensor)| {
            let same = (tensor.dtype(), tensor.shape().to_vec(), tensor.data().to_vec());
            let made = if own == name { change(tensor)? } else { same };
            Some((own, made))
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, (dtype, shape, data))| (name.as_str(), TensorView::new(*dtype, shape.clone(), data).unwrap()));
    serialize(views, None).unwrap()
}

#[test]
fn what_is_no_encoder_is_refused_with_the_reason() {
    assert!(refused(b"RIFF", 2).contains("no whole safetensors file"));
    for cut in [9, 400, SMALL.len() / 2, SMALL.len() - 1] {
        assert!(refused(&SMALL[..cut], 2).contains("no whole safetensors file"), "cut at {cut}");
    }
    assert!(refused(SMALL, 3).contains("3 layers are asked for and the file holds 2"));
    assert!(refused(SMALL, 0).contains("--layers 1 to 2"));

    let stem = "model.encoder.conv1.weight";
    assert!(refused(&changed(stem, |_| None), 2).contains("not a Whisper model"));
    let shape = |sizes: [usize; 3]| move |t: TensorView<'_>| Some((t.dtype(), sizes.to_vec(), t.data().to_vec()));
    assert!(refused(&changed(stem, shape([64, 120, 2])), 2).contains("[64, 120, 2]"));
    assert!(refused(&changed(stem, shape([40, 128, 3])), 2).contains("128 mel bands"));
    assert!(refused(&changed(stem, shape([64, 3, 80])), 2).contains("instead of [d, 80, 3]"));

    let query = "model.encoder.layers.1.self_attn.q_proj.weight";
    assert!(refused(&changed(query, |_| None), 2).contains(&format!("{query} is missing")));
    let wide = |t: TensorView<'_>| Some((t.dtype(), vec![32, 128], t.data().to_vec()));
    assert!(refused(&changed(query, wide), 2).contains("shape [32, 128] instead of [64, 64]"));
    let whole = |t: TensorView<'_>| Some((Dtype::I16, t.shape().to_vec(), t.data().to_vec()));
    assert!(refused(&changed(query, whole), 2).contains("stored as I16"));
    let endless = |t: TensorView<'_>| Some((t.dtype(), t.shape().to_vec(), [0x00, 0x7c].repeat(t.data().len() / 2)));
    assert!(refused(&changed(query, endless), 2).contains("no numbers"));
    let positions = "model.encoder.embed_positions.weight";
    let flat = |t: TensorView<'_>| Some((t.dtype(), t.shape().to_vec(), vec![0; t.data().len()]));
    assert!(refused(&changed(positions, flat), 2).contains("sinusoids"));
}

#[test]
fn an_altered_or_cut_encoder_is_refused() {
    let weights = Weights::read(SMALL, 2).unwrap();
    let onnx = encoder_onnx(&weights, Storage::Levels(23));
    let entry = entry(&weights, &onnx);
    assert!(entry.check(&onnx).is_ok());
    let mut altered = onnx.clone();
    altered[onnx.len() / 2] ^= 1;
    assert!(entry.check(&altered).unwrap_err().to_string().contains("altered"));
    assert!(entry.check(&onnx[..onnx.len() - 1]).unwrap_err().to_string().contains("bytes instead of"));
    assert!(Encoder::load(&entry, &onnx[..onnx.len() / 2], &[]).is_err());
}
