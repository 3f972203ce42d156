//! Clip -> [`Analysis`]: decode, trim, features and models, composed stage by stage, so that a caller can show progress
//! and stop between any two of them.

mod baseline;
mod correction;
#[cfg(feature = "engine")]
mod deepening;
mod live;
#[cfg(feature = "engine")]
mod pipeline;
mod position;
mod timeline;
mod view;
mod why;

pub use crate::audio::{MAX_BYTES, NOISE_MODEL, NoiseModel, Plan, Preparation, Treatment};
pub use crate::features::RecordingQuality;
pub use crate::features::voice::{Melody, Pace, Register, Steadiness, VoiceAttributes};
pub use crate::inference::{Emotion, ModelKind, N_CLASSES, Probabilities, Tier, VoiceMean, winner};
pub use baseline::{Against, Baseline, ClipVoice, Comparison, RunningBaseline};
pub use correction::{Correction, Corrector};
#[cfg(feature = "engine")]
pub use deepening::{DeepStep, Deepened, Deepening, Reheard};
pub use live::LivePoint;
#[cfg(feature = "engine")]
pub use live::{Ear, Hearing, LISTEN_EVERY};
#[cfg(feature = "engine")]
pub use pipeline::{Analyzer, Step, quick_inputs, sound_of};
pub use position::{POSITIONS, Position, agreement};
pub use timeline::{Reading, Segment, Shift, ShiftRule, Strain, Timeline};
#[cfg(feature = "engine")]
pub use timeline::{TIMELINE_SECONDS, Timing, TimingStep};
pub use view::{
    Analysis, Answer, ClipInfo, DeepAnalysis, Envelope, MelView, Notice, PreparationView, Stage, StageTime, Treated,
};

#[cfg(feature = "engine")]
pub use why::{Asking, AskingStep, Reasons};
pub use why::{ColumnReason, Family, Occlusion, TreeReasons, Why};

/// What is asked about a clip.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Question {
    /// How it is prepared.
    pub plan: Plan,
    /// The part that is heard, start and end in seconds; `None` for all of it.
    pub region: Option<(f32, f32)>,
}

/// What a caller hands in.
#[derive(Clone, Debug)]
pub enum Clip {
    /// An audio file as it lies on disk.
    File {
        /// File name; its ending is a hint for the decoder.
        name: String,
        /// The whole file.
        bytes: Vec<u8>,
    },
    /// Raw mono samples.
    Pcm {
        /// Samples, nominally in -1..=1.
        samples: Vec<f32>,
        /// Hz.
        sample_rate: u32,
    },
}
