//! The browser's own decoders.

use js_sys::Float32Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, File, OfflineAudioContext};

use super::{Block, Take, error, yield_now};
use crate::Result;

/// Opus, which is what the engine lacks, has this rate whatever it was made from.
const SAMPLE_RATE: u32 = 48_000;
/// Samples that are mixed at once, and how many such pieces before others have their turn.
const PIECE: u32 = 1 << 16;
const PIECES: u32 = 8;

/// Sound that the browser has decoded.
#[derive(Debug)]
pub struct BrowserDecoded {
    /// Mono, as long as was asked for at most.
    pub take: Take,
    /// Channels before mixing.
    pub channels: u32,
    /// Seconds of the whole.
    pub seconds: f64,
}

/// Decodes a file with whatever the browser has for it, at 48 kHz, averaged to mono; no more than `seconds` of it are kept.
///
/// # Errors
/// [`crate::Error::Browser`] where the browser knows the format as little, or the file is gone or damaged.
pub async fn decode_file(file: &File, seconds: f64) -> Result<BrowserDecoded> {
    let thrown = |thrown| error(&thrown);
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(thrown)?;
    let context = OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, 1, SAMPLE_RATE as f32)
        .map_err(thrown)?;
    let promise = context.decode_audio_data(bytes.unchecked_ref()).map_err(thrown)?;
    let sound: AudioBuffer = JsFuture::from(promise).await.map_err(thrown)?.unchecked_into();
    let (channels, length) = (sound.number_of_channels(), sound.length());
    let mut take = Take::new(SAMPLE_RATE, seconds);
    let mut channel_samples = vec![0.0; PIECE as usize];
    let mut mixed = vec![0.0; PIECE as usize];
    for (piece, from) in (0..length).step_by(PIECE as usize).enumerate() {
        if take.is_full() {
            break;
        }
        let count = PIECE.min(length - from) as usize;
        mixed.fill(0.0);
        for channel in 0..channels {
            sound
                .copy_from_channel_with_start_in_channel(&mut channel_samples[..count], channel as i32, from)
                .map_err(thrown)?;
            mixed.iter_mut().zip(&channel_samples[..count]).for_each(|(sum, sample)| *sum += sample / channels as f32);
        }
        take.push(&Block::new(Float32Array::from(&mixed[..count])));
        if piece as u32 % PIECES == PIECES - 1 {
            yield_now().await;
        }
    }
    Ok(BrowserDecoded { take, channels, seconds: sound.duration() })
}
