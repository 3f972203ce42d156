//! What the page shows of a clip, display-ready.

use serde::{Deserialize, Serialize};

use super::Against;
use crate::audio::{Preparation, Treatment};
use crate::features::RecordingQuality;
use crate::features::voice::VoiceAttributes;
use crate::inference::{Emotion, ModelKind, Probabilities, Tier};

/// The result for one clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The clip as it was read.
    pub clip: ClipInfo,
    /// What the recording allows.
    pub quality: RecordingQuality,
    /// Peaks of the whole clip, for the waveform.
    pub envelope: Envelope,
    /// Kept regions `(start, end)` in seconds; what lies outside was cut as silence.
    pub kept: Vec<(f32, f32)>,
    /// What was done to the clip before the models heard it.
    pub preparation: PreparationView,
    /// The mel spectrogram of the kept part.
    pub mel: MelView,
    /// What can be measured of the voice.
    pub voice: VoiceAttributes,
    /// The ensemble's probabilities.
    pub probabilities: Probabilities,
    /// The ensemble's winner.
    pub winner: Emotion,
    /// What each model said, the ensemble not among them.
    pub answers: Vec<Answer>,
    /// What the user should know about the clip.
    pub notices: Vec<Notice>,
    /// Time of each stage, in order.
    pub times: Vec<StageTime>,
}

/// What the deep tier found in a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepAnalysis {
    /// The ensemble's probabilities.
    pub probabilities: Probabilities,
    /// The ensemble's winner.
    pub winner: Emotion,
    /// What each model said, the ensemble not among them.
    pub answers: Vec<Answer>,
    /// What the model with attention attended to: a weight for each 100 ms of the kept sound, of sum 1; empty where none tells.
    pub attention: Vec<f32>,
    /// The same clip set against the speaker's ordinary voice, where that is known.
    #[serde(default)]
    pub against: Option<Against>,
    /// Windows that the clip was heard in, in all its hearings.
    pub windows: usize,
    /// How often it was heard: a noisy clip twice, as it is and with its noise reduced.
    pub hearings: usize,
    /// Time that the noise reduction and the encoder took for all of them, in milliseconds.
    pub encoder_millis: f32,
}

/// A clip as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipInfo {
    /// File name, or what the source called it.
    pub name: String,
    /// Codec in words, such as `PCM, 16 bit`.
    pub codec: String,
    /// Hz, before resampling.
    pub sample_rate: u32,
    /// Channels, before mixing.
    pub channels: usize,
    /// Seconds of the whole clip.
    pub seconds: f32,
}

/// What was done to a clip, stage by stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PreparationView {
    /// What each stage did, in numbers.
    pub report: Preparation,
    /// The part of the file that was heard, in seconds; `None` for all of it.
    pub region: Option<(f32, f32)>,
    /// The sound after each stage that was gone through.
    pub after: Vec<Treated>,
}

/// How a clip looks after a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Treated {
    /// The stage.
    pub treatment: Treatment,
    /// Seconds of sound that are left.
    pub seconds: f32,
    /// Peaks, 300 slices at most.
    pub envelope: Envelope,
}

/// Lowest and highest sample of each of `minima.len()` equal slices of the clip, in -1..=1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Lowest sample of each slice.
    pub minima: Vec<f32>,
    /// Highest sample of each slice.
    pub maxima: Vec<f32>,
}

/// A log-mel spectrogram as bytes: 0 is `floor_db` under the loudest bin, 255 the loudest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MelView {
    /// Mel bands, lowest first.
    pub n_mels: usize,
    /// Frames.
    pub n_frames: usize,
    /// Row by row, lowest band first: `values[mel * n_frames + frame]`.
    #[serde(with = "serde_bytes")]
    pub values: Vec<u8>,
    /// Seconds between frames.
    pub frame_seconds: f32,
    /// Hz of the centre of each band.
    pub centers_hz: Vec<f32>,
    /// dB under the maximum at which the picture is black (a negative number).
    pub floor_db: f32,
}

/// What one model said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Name in the manifest, such as `cnn-2d`.
    pub model: String,
    /// What it is.
    pub kind: ModelKind,
    /// Tier in the manifest.
    pub tier: Tier,
    /// Probabilities in class order.
    pub probabilities: Probabilities,
    /// Time it took, in milliseconds.
    pub millis: f32,
}

/// Something about the clip that the user should know beside the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Notice {
    /// The file ends before its header says it should; what was there has been analysed.
    Truncated {
        /// Seconds that could be read.
        seconds: f32,
    },
    /// More than a thousandth of the samples are of waves that were cut off.
    Clipped,
    /// Noise that the models were not trained on.
    Noisy {
        /// Level of the speech over the noise in dB.
        snr_db: f32,
    },
    /// The voice's upper part is missing.
    Narrow {
        /// Hz at which the sound ends.
        bandwidth_hz: f32,
    },
    /// Less speech than the models were trained on.
    Short {
        /// Seconds of kept sound.
        seconds: f32,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated { seconds } => {
                write!(f, "The file ends early: the {seconds:.1} s that could be read were analysed.")
            }
            Self::Clipped => {
                f.write_str("The recording is clipped (too loud for the microphone): the answer is less sure. Turn the input down, or move away a little.")
            }
            Self::Noisy { snr_db } => {
                write!(
                    f,
                    "The voice stands only {snr_db:.0} dB over the noise: the answer is less sure. Come nearer to the \
                     microphone, or find a quieter place."
                )
            }
            Self::Narrow { bandwidth_hz } => {
                write!(
                    f,
                    "The sound ends at {:.1} kHz, as on a telephone: the answer is less sure. Record without a headset's call \
                     mode.",
                    bandwidth_hz / 1000.0
                )
            }
            Self::Short { seconds } => {
                write!(f, "Only {seconds:.1} s of sound: the answer is less sure than for a whole sentence.")
            }
        }
    }
}

/// A stage of the pipeline, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Bytes to samples.
    Decode,
    /// To 16 kHz mono.
    Resample,
    /// Silence cut, level normalised.
    Trim,
    /// Spectrogram, MFCC, descriptors, functionals.
    Features,
    /// Pitch, rate, steadiness and pauses.
    Voice,
    /// All models of a tier.
    Models,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 6] = [Self::Decode, Self::Resample, Self::Trim, Self::Features, Self::Voice, Self::Models];

    /// A word for the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Resample => "resample",
            Self::Trim => "trim",
            Self::Features => "features",
            Self::Voice => "voice",
            Self::Models => "models",
        }
    }
}

/// Time that a stage took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// Which.
    pub stage: Stage,
    /// Milliseconds.
    pub millis: f32,
}
