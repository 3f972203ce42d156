//! Audio files through Symphonia, within limits.

use std::io::Cursor;

use symphonia::core::{
    codecs::{
        CodecParameters,
        audio::{
            AudioCodecId, AudioCodecParameters, AudioDecoderOptions,
            well_known::{CODEC_ID_AC3, CODEC_ID_ALAC, CODEC_ID_EAC3, CODEC_ID_OPUS, CODEC_ID_SPEEX},
        },
    },
    errors::Error as SymphoniaError,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::MediaSourceStream,
    meta::MetadataOptions,
};

use super::{Audio, MAX_BYTES, MAX_CHANNELS, MAX_SECONDS, limits::SAMPLE_RATES};
use crate::{Error, Result};

/// What every WebM and Matroska file begins with.
const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];

/// A decoded file, mixed to mono at its own rate.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The sound.
    pub audio: Audio,
    /// Channels before mixing.
    pub channels: usize,
    /// Codec in words.
    pub codec: String,
    /// The file ends before its header says it should.
    pub truncated: bool,
}

/// Decodes WAV, FLAC, MP3, Ogg Vorbis, AAC/M4A or AIFF at any rate and up to [`MAX_CHANNELS`] channels, which are averaged
/// to mono. `extension` (without a dot) is a hint only; the content decides.
///
/// # Errors
/// An error that names what is wrong: no bytes, too many, no known format, a codec without a decoder, too long, too many
/// channels, a strange sample rate, samples that are not numbers. A file that ends early is no error but
/// [`Decoded::truncated`].
pub fn decode(bytes: Vec<u8>, extension: Option<&str>) -> Result<Decoded> {
    if bytes.is_empty() {
        return Err(Error::EmptyFile);
    }
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge { megabytes: bytes.len() as f64 / 1e6, limit: MAX_BYTES as f64 / 1e6 });
    }
    if bytes.starts_with(&EBML) {
        return Err(Error::Unsupported { what: "WebM or Matroska".into() });
    }
    let mut hint = Hint::new();
    if let Some(extension) = extension {
        hint.with_extension(extension);
    }
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|_| Error::Unreadable { reason: unknown(extension) })?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(|| Error::Unreadable { reason: "it holds no audio track".into() })?;
    let track_id = track.id;
    let expected_frames = track.num_frames;
    let Some(CodecParameters::Audio(params)) = track.codec_params.clone() else {
        return Err(Error::Unreadable { reason: "its audio track does not say which codec it uses".into() });
    };
    check_header(&params, expected_frames)?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&params, &AudioDecoderOptions::default())
        .map_err(|error| match error {
            SymphoniaError::Unsupported(_) => Error::Unsupported { what: codec_name(params.codec).into() },
            other => Error::Unreadable { reason: other.to_string() },
        })?;

    let mut mono = Mono::default();
    let mut damaged = false;
    let mut last_error = None;
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == track_id => packet,
            Ok(Some(_)) => continue,
            Ok(None) => break,
            Err(error) => {
                damaged = true;
                last_error = Some(error.to_string());
                break;
            }
        };
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let spec = buffer.spec();
                let (channels, sample_rate) = (spec.channels().count(), spec.rate());
                buffer.copy_to_vec_interleaved(&mut mono.interleaved);
                mono.push(channels, sample_rate)?;
            }
            Err(SymphoniaError::DecodeError(reason)) => {
                damaged = true;
                last_error = Some(reason.to_string());
            }
            Err(error) => {
                damaged = true;
                last_error = Some(error.to_string());
                break;
            }
        }
    }
    if mono.samples.is_empty() {
        return Err(match last_error {
            Some(reason) => Error::Unreadable { reason },
            None => Error::TooShort { seconds: 0.0, minimum: super::MIN_SECONDS },
        });
    }
    let found = mono.samples.len() as f64;
    let truncated = expected_frames.is_some_and(|frames| found < 0.98 * frames as f64) || damaged;
    let codec = describe(&params, decoder.codec_info().short_name);
    Ok(Decoded { audio: Audio::new(mono.samples, mono.sample_rate)?, channels: mono.channels, codec, truncated })
}

fn codec_name(codec: AudioCodecId) -> &'static str {
    match codec {
        CODEC_ID_OPUS => "Opus",
        CODEC_ID_SPEEX => "Speex",
        CODEC_ID_ALAC => "Apple Lossless",
        CODEC_ID_AC3 | CODEC_ID_EAC3 => "Dolby Digital",
        _ => "The codec of this file",
    }
}

fn unknown(extension: Option<&str>) -> String {
    let found = "no known audio format was found in it";
    match extension {
        Some(extension) if extension.len() <= 5 && extension.chars().all(char::is_alphanumeric) => {
            format!("{found}, although its name ends in .{}", extension.to_lowercase())
        }
        _ => found.into(),
    }
}

fn check_header(params: &AudioCodecParameters, frames: Option<u64>) -> Result<()> {
    if let Some(channels) = params.channels.as_ref().map(|channels| channels.count()) {
        check_channels(channels)?;
    }
    if let Some(sample_rate) = params.sample_rate {
        if !SAMPLE_RATES.contains(&sample_rate) {
            return Err(Error::SampleRate { sample_rate });
        }
        if frames.is_some_and(|frames| frames as f64 / f64::from(sample_rate) > MAX_SECONDS) {
            return Err(Error::TooLong { limit: MAX_SECONDS });
        }
    }
    Ok(())
}

fn check_channels(channels: usize) -> Result<()> {
    match channels {
        0 => Err(Error::Unreadable { reason: "it has no audio channel".into() }),
        1..=MAX_CHANNELS => Ok(()),
        _ => Err(Error::TooManyChannels { channels, limit: MAX_CHANNELS }),
    }
}

fn describe(params: &AudioCodecParameters, codec: &str) -> String {
    let family = codec.split('_').next().unwrap_or(codec).to_uppercase();
    match params.bits_per_sample {
        _ if codec.starts_with("pcm_f") => format!("{family}, float"),
        Some(bits) if codec.starts_with("pcm") || codec == "flac" => format!("{family}, {bits} bit"),
        _ => family,
    }
}

#[derive(Default)]
struct Mono {
    interleaved: Vec<f32>,
    samples: Vec<f32>,
    channels: usize,
    sample_rate: u32,
}

impl Mono {
    fn push(&mut self, channels: usize, sample_rate: u32) -> Result<()> {
        check_channels(channels)?;
        if self.samples.is_empty() {
            (self.channels, self.sample_rate) = (channels, sample_rate);
        } else if self.sample_rate != sample_rate {
            return Err(Error::Unreadable { reason: "its sample rate changes on the way".into() });
        }
        let scale = 1.0 / channels as f32;
        self.samples.extend(self.interleaved.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() * scale));
        if self.samples.len() as f64 > MAX_SECONDS * f64::from(sample_rate) {
            return Err(Error::TooLong { limit: MAX_SECONDS });
        }
        Ok(())
    }
}
