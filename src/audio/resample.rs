//! Sample rate conversion.

use rubato::{Fft, FixedSync, Resampler, audioadapter_buffers::owned::InterleavedOwned};

use super::Audio;
use crate::{Error, Result};

/// Converts to `sample_rate` Hz by FFT (rubato's synchronous resampler, no delay left in the result).
///
/// # Errors
/// [`Error::SampleRate`] if the pair of rates cannot be converted.
pub fn resample(audio: &Audio, sample_rate: u32) -> Result<Audio> {
    if audio.sample_rate == sample_rate || audio.samples.is_empty() {
        return Audio::new(audio.samples.clone(), sample_rate);
    }
    let failed = |_| Error::SampleRate { sample_rate: audio.sample_rate };
    let chunk = chunk_frames(audio.sample_rate as usize, sample_rate as usize);
    let mut resampler = Fft::<f32>::new(audio.sample_rate as usize, sample_rate as usize, chunk, 1, FixedSync::Both)
        .map_err(|_| Error::SampleRate { sample_rate: audio.sample_rate })?;
    let frames = audio.samples.len();
    let input = InterleavedOwned::new_from(audio.samples.clone(), 1, frames)
        .map_err(|_| Error::SampleRate { sample_rate: audio.sample_rate })?;
    let output = resampler.process_all(&input, frames, None).map_err(failed)?;
    Audio::new(output.take_data(), sample_rate)
}

/// Frames of a chunk whose resampled length is even: its delay, half of that, is then whole, and is taken off exactly.
fn chunk_frames(from: usize, to: usize) -> usize {
    const LEAST: usize = 4096;
    let (mut divisor, mut rest) = (from, to);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let unit = from / divisor;
    unit * LEAST.div_ceil(unit).next_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, sample_rate: u32, seconds: f32) -> Audio {
        let n = (seconds * sample_rate as f32) as usize;
        let step = std::f64::consts::TAU * f64::from(hz) / f64::from(sample_rate);
        Audio::new((0..n).map(|i| (step * i as f64).sin() as f32).collect(), sample_rate).unwrap()
    }

    #[test]
    fn a_tone_keeps_its_phase_level_and_length() {
        for from in [8000, 11025, 22050, 44100, 48000, 96000] {
            let got = resample(&tone(440.0, from, 1.0), 16000).unwrap();
            let want = tone(440.0, 16000, 1.0);
            assert!(got.samples().len().abs_diff(16000) <= 1, "{from}: {}", got.samples().len());
            let worst = (2000..14000).map(|i| (got.samples()[i] - want.samples()[i]).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-3, "{from} Hz: {worst}");
        }
    }

    #[test]
    fn what_lies_above_nyquist_goes() {
        let got = resample(&tone(12_000.0, 48_000, 1.0), 16000).unwrap();
        assert!(got.samples()[2000..14000].iter().all(|x| x.abs() < 1e-3));
    }
}
