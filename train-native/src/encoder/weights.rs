//! Whisper's encoder as it is published: `model.safetensors` of Hugging Face, whole or cut after some layer.

use anyhow::{Context, Result, bail, ensure};
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};

/// Width of an attention head in every Whisper model.
const HEAD: usize = 64;
/// Largest difference of a stored position from its sinusoid: what half precision leaves.
const POSITION_TOLERANCE: f32 = 2e-3;
const MAX_WIDTH: usize = 2048;
const N_MELS: usize = 80;

/// `y = x · weightᵀ + bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// `[outputs, inputs]`, row by row.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
}

/// A layer norm, eps 1e-5.
#[derive(Clone, Debug, PartialEq)]
pub struct Norm {
    /// Gain.
    pub weight: Vec<f32>,
    /// Shift.
    pub bias: Vec<f32>,
}

/// One block: norm, attention, norm, feed-forward; both added to what came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Before the attention.
    pub attention_norm: Norm,
    /// Queries, divided by the root of a head's width already.
    pub query: Linear,
    /// Keys; their bias is zero.
    pub key: Linear,
    /// Values.
    pub value: Linear,
    /// Out of the attention.
    pub out: Linear,
    /// Before the feed-forward part.
    pub feed_norm: Norm,
    /// Into it, `[4 d, d]`.
    pub feed_in: Linear,
    /// Out of it, `[d, 4 d]`.
    pub feed_out: Linear,
}

/// Stem and layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// `[d, n_mels, 3]`.
    pub conv1: Linear,
    /// `[d, d, 3]`, stride 2.
    pub conv2: Linear,
    /// The kept layers.
    pub layers: Vec<Layer>,
}

impl Weights {
    /// Reads the stem and the first `n_layers` layers; sizes come from the shapes.
    ///
    /// # Errors
    /// No safetensors file, a cut one, a tensor that is missing, has another shape or type or is not finite, positions that
    /// are not Whisper's sinusoids.
    pub fn read(bytes: &[u8], n_layers: usize) -> Result<Self> {
        let file = SafeTensors::deserialize(bytes)
            .context("this is no whole safetensors file; download model.safetensors of a Whisper model again")?;
        let reader = Reader::new(&file)?;
        let shape = reader.shape("conv1.weight")?;
        let (width, n_mels) = match shape[..] {
            [width, n_mels, 3] => (width, n_mels),
            _ => bail!("conv1.weight has the shape {shape:?} instead of [d, 80, 3]: this is not Whisper's encoder"),
        };
        ensure!(n_mels == N_MELS, "it takes {n_mels} mel bands; Whisper models of 80 (tiny, base, small) are read");
        ensure!(
            width > 0 && width <= MAX_WIDTH && width.is_multiple_of(HEAD),
            "its width is {width}; a multiple of {HEAD} up to {MAX_WIDTH} is read"
        );
        let present = reader.layers();
        ensure!(
            (1..=present).contains(&n_layers),
            "{n_layers} layers are asked for and the file holds {present}; choose --layers 1 to {present}"
        );
        reader.check_positions(width)?;
        let (conv1, conv2) =
            (reader.linear("conv1", &[width, N_MELS, 3])?, reader.linear("conv2", &[width, width, 3])?);
        let layers = (0..n_layers).map(|index| reader.layer(index, width)).collect::<Result<_>>()?;
        Ok(Self { conv1, conv2, layers })
    }

    /// Width of a frame.
    pub fn width(&self) -> usize {
        self.conv1.bias.len()
    }

    /// Heads of the attention.
    pub fn heads(&self) -> usize {
        self.width() / HEAD
    }

    /// Numbers a clip: mean, deviation and the means of the thirds, of each layer.
    pub fn pooled_columns(&self) -> usize {
        5 * self.width() * self.layers.len()
    }
}

struct Reader<'a> {
    file: &'a SafeTensors<'a>,
    prefix: &'static str,
}

impl<'a> Reader<'a> {
    fn new(file: &'a SafeTensors<'a>) -> Result<Self> {
        let prefix = ["model.encoder.", "encoder.", ""]
            .into_iter()
            .find(|prefix| file.tensor(&format!("{prefix}conv1.weight")).is_ok())
            .context("it has no tensor model.encoder.conv1.weight: this is not a Whisper model")?;
        Ok(Self { file, prefix })
    }

    fn layers(&self) -> usize {
        let is_there = |index: usize| {
            let start = format!("{}layers.{index}.", self.prefix);
            self.file.names().iter().any(|name| name.starts_with(&start))
        };
        (0..).take_while(|index| is_there(*index)).count()
    }

    fn shape(&self, name: &str) -> Result<Vec<usize>> {
        let name = format!("{}{name}", self.prefix);
        Ok(self.file.tensor(&name).map_err(|_| anyhow::anyhow!("the tensor {name} is missing"))?.shape().to_vec())
    }

    fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let found = self.shape(name)?;
        ensure!(found == shape, "{name} has the shape {found:?} instead of {shape:?}");
        let tensor = self.file.tensor(&format!("{}{name}", self.prefix))?;
        let data = tensor.data();
        let values: Vec<f32> = match tensor.dtype() {
            Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            Dtype::F16 => data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            Dtype::BF16 => data.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            other => bail!("{name} is stored as {other:?}; F32, F16 and BF16 are read"),
        };
        ensure!(values.iter().all(|value| value.is_finite()), "{name} holds values that are no numbers");
        Ok(values)
    }

    fn linear(&self, name: &str, shape: &[usize]) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), shape)?;
        Ok(Linear { weight, bias: self.tensor(&format!("{name}.bias"), &shape[..1])? })
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm> {
        let Linear { weight, bias } = self.linear(name, &[width])?;
        Ok(Norm { weight, bias })
    }

    fn layer(&self, index: usize, width: usize) -> Result<Layer> {
        let name = |part: &str| format!("layers.{index}.{part}");
        let square = [width, width];
        let mut query = self.linear(&name("self_attn.q_proj"), &square)?;
        let scale = 1.0 / (HEAD as f32).sqrt();
        query.weight.iter_mut().chain(&mut query.bias).for_each(|value| *value *= scale);
        let key = Linear { weight: self.tensor(&name("self_attn.k_proj.weight"), &square)?, bias: vec![0.0; width] };
        Ok(Layer {
            attention_norm: self.norm(&name("self_attn_layer_norm"), width)?,
            query,
            key,
            value: self.linear(&name("self_attn.v_proj"), &square)?,
            out: self.linear(&name("self_attn.out_proj"), &square)?,
            feed_norm: self.norm(&name("final_layer_norm"), width)?,
            feed_in: self.linear(&name("fc1"), &[4 * width, width])?,
            feed_out: self.linear(&name("fc2"), &[width, 4 * width])?,
        })
    }

    /// The graph computes the positions, so a stored table must be the one of the paper (Radford et al. 2022).
    fn check_positions(&self, width: usize) -> Result<()> {
        let name = "embed_positions.weight";
        let Ok(shape) = self.shape(name) else { return Ok(()) };
        ensure!(shape.len() == 2 && shape[1] == width, "{name} has the shape {shape:?} instead of [n, {width}]");
        let table = self.tensor(name, &shape)?;
        let scales = inverse_timescales(width);
        for (position, row) in table.chunks_exact(width).enumerate() {
            let (sines, cosines) = row.split_at(width / 2);
            for ((sine, cosine), scale) in sines.iter().zip(cosines).zip(&scales) {
                let angle = f64::from(position as u32) * f64::from(*scale);
                let off = (f64::from(*sine) - angle.sin()).abs().max((f64::from(*cosine) - angle.cos()).abs());
                ensure!(off as f32 <= POSITION_TOLERANCE, "{name} is not the table of sinusoids that Whisper has");
            }
        }
        Ok(())
    }
}

/// Radians a frame of each sinusoid, `[width / 2]`.
pub(super) fn inverse_timescales(width: usize) -> Vec<f32> {
    let half = width / 2;
    let step = 10_000f64.ln() / (half as f64 - 1.0);
    (0..half).map(|index| (-step * index as f64).exp() as f32).collect()
}
