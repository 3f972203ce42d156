//! Reads signals and reference numbers of `tests/data/golden`.

use std::fs;
use std::path::PathBuf;

use safetensors::{Dtype, SafeTensors};
use undertone::audio::{Audio, decode};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden").join(name)
}

/// A signal made by the project, by its name without `.wav`.
pub fn signal(name: &str) -> Audio {
    let file = path(&format!("signals/{name}.wav"));
    let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    decode(bytes, Some("wav")).unwrap_or_else(|error| panic!("{}: {error}", file.display())).audio
}

/// Tensors that a reference wrote.
pub struct Reference(Vec<u8>);

/// Values of a tensor row by row, and its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Reference {
    /// A file of `tests/data/golden`, such as `librosa.safetensors`.
    pub fn read(name: &str) -> Self {
        Self(fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}")))
    }

    /// Names of its tensors.
    pub fn names(&self) -> Vec<String> {
        let tensors = SafeTensors::deserialize(&self.0).unwrap();
        tensors.names().into_iter().map(str::to_owned).collect()
    }

    /// A float32 tensor.
    pub fn tensor(&self, name: &str) -> Tensor {
        let tensors = SafeTensors::deserialize(&self.0).unwrap();
        let view = tensors.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(view.dtype(), Dtype::F32, "{name}");
        let values = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Tensor { shape: view.shape().to_vec(), values }
    }
}

/// Largest difference over the largest magnitude of `want`; infinite where the lengths differ.
pub fn relative_error(got: &[f32], want: &[f32]) -> f32 {
    if got.len() != want.len() {
        return f32::INFINITY;
    }
    let scale = want.iter().fold(0.0f32, |most, v| most.max(v.abs())).max(f32::MIN_POSITIVE);
    got.iter().zip(want).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f32::max)
}
