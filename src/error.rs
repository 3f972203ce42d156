//! Errors, grouped by what the user can do about them. The `Display` text is the sentence that the page shows.

use serde::{Deserialize, Serialize};

/// What went wrong with a clip or a model, in words for the person who chose it.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
pub enum Error {
    /// The file has no bytes.
    #[error("This file is empty (0 bytes). Choose another file.")]
    EmptyFile,
    /// The bytes are no audio that any decoder knows.
    #[error(
        "This file could not be read as audio ({reason}). WAV, FLAC, MP3, Ogg Vorbis, AAC/M4A and AIFF work; convert it or choose another file."
    )]
    Unreadable {
        /// What the decoder said.
        reason: String,
    },
    /// A container or codec that is known by name but not decoded.
    #[error("{what} is not supported. Convert the file to WAV, FLAC, MP3, Ogg Vorbis, AAC/M4A or AIFF and try again.")]
    Unsupported {
        /// The codec or container.
        what: String,
    },
    /// A container or codec that neither the engine nor the browser decodes.
    #[error(
        "{what} could not be read, neither by this page nor by this browser. The file may be damaged, or try another browser; or convert it to WAV, FLAC, MP3, Ogg Vorbis, AAC/M4A or AIFF."
    )]
    Undecodable {
        /// The codec or container.
        what: String,
    },
    /// More bytes than the browser's decoder is given.
    #[error(
        "{what} has to be read by the browser, which is given {limit:.0} MB at most; this file is {megabytes:.0} MB. Cut it, or convert it to FLAC or MP3."
    )]
    TooLargeToDecode {
        /// The codec or container.
        what: String,
        /// Size of the file in MB (10^6 bytes).
        megabytes: f64,
        /// Limit in MB.
        limit: f64,
    },
    /// More bytes than the limit.
    #[error("This file is {megabytes:.0} MB; the limit is {limit:.0} MB. Cut or compress it and try again.")]
    TooLarge {
        /// Size of the file in MB (10^6 bytes).
        megabytes: f64,
        /// Limit in MB.
        limit: f64,
    },
    /// A longer clip than the limit.
    #[error("This clip is longer than {limit:.0} s, which is the limit. Cut out the part you want to hear about.")]
    TooLong {
        /// Limit in seconds.
        limit: f64,
    },
    /// Not enough sound to judge.
    #[error(
        "Only {seconds:.2} s of sound were found; at least {minimum:.2} s are needed. Record or choose a longer clip."
    )]
    TooShort {
        /// Seconds found.
        seconds: f64,
        /// Seconds needed.
        minimum: f64,
    },
    /// More channels than the limit.
    #[error("This file has {channels} channels; at most {limit} are accepted. Mix it down to stereo or mono.")]
    TooManyChannels {
        /// Channels in the file.
        channels: usize,
        /// Limit.
        limit: usize,
    },
    /// A sample rate outside the limits.
    #[error("The sample rate of {sample_rate} Hz is outside 4000 to 384000 Hz. Convert the file to 16000 or 48000 Hz.")]
    SampleRate {
        /// Hz.
        sample_rate: u32,
    },
    /// NaN or infinite samples.
    #[error(
        "This file holds samples that are not numbers (NaN or infinity), so it is damaged. Export it again from its source."
    )]
    NotFinite,
    /// Nothing but silence.
    #[error("This clip is silent. Check the microphone or choose another clip.")]
    Silent,
    /// Sound, but nobody who speaks.
    #[error(
        "No speech was found in this clip: it sounds like noise, music or silence. Record or choose a clip in which somebody speaks."
    )]
    NoSpeech,
    /// A model is missing, altered, or not what the manifest says.
    #[error(
        "The model {model} could not be used: {reason}. Reload the page; if it stays, the site's files are incomplete."
    )]
    Model {
        /// Name in the manifest, or file name.
        model: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The user pressed Cancel.
    #[error("Cancelled.")]
    Cancelled,
    /// The engine met a defect of its own and has been started anew.
    #[error(
        "The engine stopped unexpectedly ({reason}). It has been started again; try once more or choose another file."
    )]
    Stopped {
        /// What it said last.
        reason: String,
    },
    /// A browser facility failed.
    #[error("The browser could not do this: {reason}.")]
    Browser {
        /// What the browser said.
        reason: String,
    },
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
