//! What page and worker say to each other. An audio file travels beside its [`Request`] as a `File` handle: its bytes are
//! read in the worker, and never stand on the page.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::analysis::{
    Against, Analysis, Baseline, ClipVoice, DeepAnalysis, Emotion, LivePoint, ModelKind, Question, Stage, Timeline, Why,
};
use crate::audio::MAX_SECONDS;

/// Number of a job; the page counts up, so that a late answer to an old clip can be told from the new one.
pub type JobId = u32;

/// The longest clip that the worker takes, in seconds.
pub const LONGEST_CLIP: f64 = MAX_SECONDS;

/// Number of a time that somebody is listened to while they speak; the page counts up.
pub type SessionId = u32;

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Fetch and prepare the models, if that has not been done.
    Load,
    /// Analyse the audio file that came with this message. A newer job ends an older one; the same job may come again with
    /// another question.
    Analyze {
        /// The job.
        job: JobId,
        /// File name.
        name: String,
        /// Which part of it, and how it is prepared.
        question: Question,
    },
    /// Stop that job; where it has its first answer, stop what the deep tier does with it.
    Cancel {
        /// The job.
        job: JobId,
    },
    /// What may be done to get the deep tier, from now on. Also a new attempt at it, where one has failed.
    Deepen(DeepPolicy),
    /// The ordinary voice that deep answers are set against from now on; the clip that was answered last is set against it at once,
    /// where it is still held.
    Ordinary(Option<Box<Baseline>>),
    /// Hand out that clip's sound; as it was recorded, the file comes with this message.
    Sound {
        /// The job.
        job: JobId,
        /// Which sound.
        of: Sound,
    },
    /// Tell why that clip sounds like that emotion; `None` to stop.
    Why {
        /// The job.
        job: JobId,
        /// The emotion.
        emotion: Option<Emotion>,
    },
    /// Tell what has been asked of the host so far.
    Requests,
    /// Let go of all that is still held of that clip.
    Forget {
        /// The job.
        job: JobId,
    },
    /// Somebody begins to speak, and is listened to until [`Request::LiveEnd`].
    LiveBegin {
        /// The session.
        session: SessionId,
        /// Hz.
        sample_rate: u32,
    },
    /// The next samples of a session, mono.
    LiveSamples {
        /// The session.
        session: SessionId,
        /// Samples, nominally in -1..=1.
        samples: Vec<f32>,
    },
    /// The end of a session.
    LiveEnd {
        /// The session.
        session: SessionId,
    },
}

/// A sound of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sound {
    /// As it was recorded: that part of it, start and end in seconds, or all.
    Recorded(Option<(f32, f32)>),
    /// As the models heard it.
    Heard,
}

/// What the worker may do to get the deep tier, once a clip has its first answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeepPolicy {
    /// Nothing.
    #[default]
    Leave,
    /// Use files that the browser has kept; ask before others are fetched.
    Kept,
    /// Fetch what is missing.
    Fetch,
}

/// Worker to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Response {
    /// The worker runs and hears.
    Started,
    /// Model files are on their way.
    Fetching {
        /// Bytes that arrived.
        received: u64,
        /// Bytes of all model files of the tier, from the manifest.
        total: u64,
    },
    /// The models are ready.
    Ready {
        /// The files, for the page's list.
        models: Vec<LoadedModel>,
        /// The deep tier, where the manifest has one.
        deep: Option<DeepOffer>,
        /// Milliseconds from the request to here.
        millis: f32,
    },
    /// The models could not be loaded; a later `Load` tries again.
    LoadFailed(Error),
    /// A job has begun this stage.
    Progress {
        /// The job.
        job: JobId,
        /// The stage.
        stage: Stage,
    },
    /// A job's result.
    Done {
        /// The job.
        job: JobId,
        /// What it found.
        analysis: Box<Analysis>,
    },
    /// A job ended without a result.
    Failed {
        /// The job.
        job: JobId,
        /// Why.
        error: Error,
    },
    /// Something about the deep tier.
    Deep(DeepEvent),
    /// That clip's sound: beside this message, mono samples of 32 bits. As the models heard it only the clip that was answered
    /// last is held; for another nothing comes beside it.
    Sound {
        /// The job.
        job: JobId,
        /// Which sound.
        of: Sound,
        /// Hz.
        sample_rate: u32,
    },
    /// The addresses that the worker has asked for so far.
    Requests(Vec<String>),
    /// Something about a clip's timeline.
    Timing {
        /// The job.
        job: JobId,
        /// What.
        event: TimingEvent,
    },
    /// Something about why a clip was answered so.
    Why {
        /// The job.
        job: JobId,
        /// What.
        event: WhyEvent,
    },
    /// What is heard in a session just now, or why nothing more will be.
    Live {
        /// The session.
        session: SessionId,
        /// What is heard.
        heard: Result<LivePoint, Error>,
    },
    /// The worker met a defect of its own and is of no more use.
    Crashed {
        /// What and where.
        reason: String,
    },
}

/// A model as the page lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadedModel {
    /// Name in the manifest.
    pub name: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// A deep tier that can be had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepOffer {
    /// Names what its answers depend on; baselines and corrections of another version are void.
    pub version: String,
    /// Bytes of all its files as they travel.
    pub bytes: u64,
    /// Name of its encoder.
    pub encoder: String,
    /// Name and kind of each model on the encoder, in the order in which they run.
    pub heads: Vec<(String, ModelKind)>,
    /// All its files, the encoder's first.
    pub files: Vec<LoadedModel>,
}

/// What has become of the deep tier, and of a clip in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DeepEvent {
    /// Its files are not kept in this browser, and the policy is not to fetch them.
    Asked,
    /// Its files are on their way.
    Fetching {
        /// Bytes that arrived, as they travel.
        received: u64,
        /// Bytes of all files that were missing.
        total: u64,
    },
    /// All files are there and are being prepared.
    Loading,
    /// It can be used.
    Ready(DeepReady),
    /// It could not be had; a later [`Request::Deepen`] tries again.
    Failed(Error),
    /// It works on a clip that has its first answer.
    Progress {
        /// The job.
        job: JobId,
        /// Windows that have been heard.
        window: usize,
        /// Windows in all; 0 while unknown.
        of: usize,
    },
    /// A clip's second answer.
    Done {
        /// The job.
        job: JobId,
        /// What it found.
        analysis: Box<DeepAnalysis>,
        /// What baselines and corrections are made of.
        voice: Box<ClipVoice>,
        /// Most bytes that the worker's memory has held.
        memory: u64,
    },
    /// A clip that has its second answer, set against the ordinary voice that was given since.
    Against {
        /// The job.
        job: JobId,
        /// What is heard so; `None` where there is no such voice any more.
        against: Option<Against>,
    },
    /// A clip's first answer stands.
    Ended {
        /// The job.
        job: JobId,
        /// Why.
        error: Error,
    },
}

/// What has become of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TimingEvent {
    /// A tier works on it.
    Progress {
        /// Windows that have been heard.
        window: usize,
        /// Windows in all.
        of: usize,
    },
    /// A tier's timeline.
    Done(Box<Timeline>),
    /// What there is stands.
    Ended(Error),
}

/// What has become of a question why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WhyEvent {
    /// The models are being asked.
    Progress {
        /// Steps that are done.
        done: usize,
        /// Steps in all; 0 while unknown.
        of: usize,
    },
    /// The answer.
    Done(Box<Why>),
    /// There is none.
    Ended(Error),
}

/// What it took to get the deep tier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepReady {
    /// Whether all its files were kept from an earlier visit.
    pub kept: bool,
    /// Milliseconds that getting the files took.
    pub fetch_millis: f32,
    /// Milliseconds that parsing and optimising took.
    pub load_millis: f32,
    /// Most bytes that the worker's memory has held.
    pub memory: u64,
}
