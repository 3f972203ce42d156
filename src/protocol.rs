//! What page and worker say to each other. An audio file travels beside its [`Request`] as a `File` handle: its bytes are
//! read in the worker, and never stand on the page.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::analysis::{Analysis, Stage};

/// Number of a job; the page counts up, so that a late answer to an old clip can be told from the new one.
pub type JobId = u32;

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Fetch and prepare the models, if that has not been done.
    Load,
    /// Analyse the audio file that came with this message. A newer job ends an older one.
    Analyze {
        /// The job.
        job: JobId,
        /// File name.
        name: String,
    },
    /// Stop that job.
    Cancel {
        /// The job.
        job: JobId,
    },
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
