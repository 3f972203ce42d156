//! RNNoise's network (nnnoiseless) around whole clips: the one file that names it.

use nnnoiseless::{DenoiseState, RnnModel};

use super::{Audio, frames, resample};
use crate::{Error, Result};

/// The weights of RNNoise's network (BSD, Xiph.Org), as nnnoiseless packs them. A page fetches them when they are wanted.
pub const NOISE_MODEL: &str = "noise.rnn";
static WEIGHTS: &[u8] = include_bytes!("../../www/noise.rnn");

/// RNNoise's network, ready to run.
#[derive(Clone)]
pub struct NoiseModel(RnnModel);

impl NoiseModel {
    /// The weights that come with the program.
    ///
    /// # Errors
    /// [`Error::Model`] if the program was built with a damaged file.
    pub fn included() -> Result<Self> {
        RnnModel::from_static_bytes(WEIGHTS).map(Self).ok_or_else(damaged)
    }

    /// Weights as they lie in [`NOISE_MODEL`].
    ///
    /// # Errors
    /// [`Error::Model`] if that is no such file.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        RnnModel::from_bytes(bytes).map(Self).ok_or_else(damaged)
    }
}

impl std::fmt::Debug for NoiseModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NoiseModel")
    }
}

fn damaged() -> Error {
    Error::Model { model: NOISE_MODEL.into(), reason: "the file is damaged".into() }
}

/// Hz; the network knows no other rate.
const RATE: u32 = 48_000;
const FRAME: usize = DenoiseState::FRAME_SIZE;
/// Level that clips are brought to for the network, in its own units of 16 bits: -26 dB of full scale.
const LEVEL: f64 = 0.05 * 32_768.0;
/// Frames that the voice probability comes after the sound that it is about.
const VOICE_DELAY: usize = 1;
/// Frames in which the network comes to know the noise.
const KNOWING: usize = 100;

/// A clip through the network.
pub(super) struct Suppressed {
    /// Without noise, at the clip's own rate and length, aligned with it.
    pub samples: Vec<f32>,
    /// Probability of voice of each 10 ms, 0..=1; the last may be of a part of it.
    pub voice: Vec<f32>,
}

/// Seconds of one value of [`Suppressed::voice`].
pub(super) const VOICE_SECONDS: f64 = FRAME as f64 / RATE as f64;

/// Runs the network over a clip at a fixed level, so that the result scales with the clip.
///
/// # Errors
/// [`Error::SampleRate`](crate::Error::SampleRate) if the clip's rate cannot be converted to 48 kHz.
pub(super) fn suppress(model: &NoiseModel, audio: &Audio) -> Result<Suppressed> {
    let count =
        ((audio.samples().len() as f64 / f64::from(audio.sample_rate()) / VOICE_SECONDS) - 1e-6).ceil() as usize;
    let Some(rms) = frames::sounding_rms(audio.samples(), audio.sample_rate()) else {
        return Ok(Suppressed { samples: audio.samples().to_vec(), voice: vec![0.0; count] });
    };
    let gain = LEVEL / rms;
    let scaled = audio.samples().iter().map(|sample| (f64::from(*sample) * gain) as f32).collect();
    let wide = resample(&Audio { samples: scaled, sample_rate: audio.sample_rate() }, RATE)?;
    let (clean, mut voice) = run(model, wide.samples());
    let clean = resample(&Audio { samples: clean, sample_rate: RATE }, audio.sample_rate())?;
    let mut samples: Vec<f32> = clean.samples().iter().map(|s| frames::finite(f64::from(*s) / gain)).collect();
    samples.resize(audio.samples().len(), 0.0);
    voice.resize(count, 0.0);
    Ok(Suppressed { samples, voice })
}

/// The network gives each frame one frame later. It comes to know the noise from the clip's beginning, heard backward.
fn run(model: &NoiseModel, samples: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let count = samples.len().div_ceil(FRAME);
    let mut state = DenoiseState::with_model(&model.0);
    let (mut frame, mut out) = ([0.0; FRAME], [0.0; FRAME]);
    let (mut clean, mut voice) = (Vec::with_capacity(count * FRAME), Vec::with_capacity(count));
    for index in (0..count.min(KNOWING)).rev() {
        let whole = &samples[index * FRAME..((index + 1) * FRAME).min(samples.len())];
        frame.fill(0.0);
        frame.iter_mut().zip(whole.iter().rev()).for_each(|(slot, sample)| *slot = *sample);
        state.process_frame(&mut out, &frame);
    }
    for index in 0..count + VOICE_DELAY {
        let rest = samples.get(index * FRAME..).unwrap_or_default();
        let used = rest.len().min(FRAME);
        frame[..used].copy_from_slice(&rest[..used]);
        frame[used..].fill(0.0);
        let probability = state.process_frame(&mut out, &frame);
        if index > 0 && clean.len() < count * FRAME {
            clean.extend_from_slice(&out);
        }
        if index >= VOICE_DELAY {
            voice.push(probability.clamp(0.0, 1.0));
        }
    }
    clean.truncate(samples.len());
    (clean, voice)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A synthetic sentence of 1.5 s at 16 kHz.
    pub fn speech() -> Audio {
        let file = include_bytes!("../../tests/data/golden/signals/speech_en.wav");
        crate::audio::decode(file.to_vec(), Some("wav")).unwrap().audio
    }

    /// White noise in `-level..level`.
    pub fn noise(length: usize, level: f32) -> Vec<f32> {
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            level * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
        };
        (0..length).map(|_| next()).collect()
    }

    /// 1 s of noise, the sentence in noise, 1 s of noise.
    pub fn noisy(level: f32) -> Audio {
        let speech = speech();
        let mut samples = noise(32_000 + speech.samples().len(), level);
        samples[16_000..].iter_mut().zip(speech.samples()).for_each(|(sample, speech)| *sample += speech);
        Audio::new(samples, 16_000).unwrap()
    }

    #[test]
    fn the_weights_are_the_networks_own() {
        let audio = noisy(0.02);
        let model = NoiseModel::parse(WEIGHTS).unwrap();
        let (ours, _) = run(&model, audio.samples());
        let (theirs, _) = run(&NoiseModel(RnnModel::default()), audio.samples());
        assert_eq!(ours, theirs);
        assert!(NoiseModel::parse(&WEIGHTS[..WEIGHTS.len() - 1]).is_err());
        assert!(NoiseModel::parse(b"<!doctype html>").is_err());
    }

    #[test]
    fn a_clean_sentence_comes_out_much_the_same() {
        let audio = speech();
        let got = suppress(&NoiseModel::included().unwrap(), &audio).unwrap();
        assert_eq!(got.samples.len(), audio.samples().len());
        assert_eq!(got.voice.len(), audio.samples().len().div_ceil(160));
        let error: f64 = got.samples.iter().zip(audio.samples()).map(|(a, b)| f64::from(a - b).powi(2)).sum();
        let share = error / frames::energy(audio.samples());
        assert!(share < 0.1, "{share}");
        assert!(got.voice.iter().filter(|p| **p > 0.5).count() > 80);
    }
}
