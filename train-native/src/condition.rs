//! What may be done to test clips before they are heard: noise, a telephone, a quiet recording, a lossy file.

use std::fmt;
use std::io::Write;
use std::process::{Command, Stdio};
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use undertone::audio::{self, Audio};

use crate::augment::{round_mu_law, through_telephone};

/// A degradation of test clips. Each acts on the sound at 16 kHz as it was recorded, before silence is cut and the level is
/// evened out, and is the same each time for the same clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// White noise under one half of the clips, pink noise under the other, 10 dB below the clip's mean power.
    Noise10Db,
    /// 300 to 3400 Hz, 8 kHz, 8 bits by mu-law (ITU-T G.711).
    Telephone,
    /// A tenth of the amplitude, rounded to 16 bits.
    GainMinus20Db,
    /// LAME at 64 kbit/s and back, by the program ffmpeg.
    Mp3At64k,
}

const TELEPHONE_RATE: u32 = 8_000;

impl Condition {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Noise10Db, Self::Telephone, Self::GainMinus20Db, Self::Mp3At64k];

    /// Name on the command line and in the results file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noise10Db => "noise10db",
            Self::Telephone => "telephone",
            Self::GainMinus20Db => "gain-20db",
            Self::Mp3At64k => "mp3-64k",
        }
    }

    /// Finds out beforehand whether the degradation can be done on this machine.
    ///
    /// # Errors
    /// A program that is missing.
    pub fn check(self) -> Result<()> {
        if self == Self::Mp3At64k {
            mp3(&Audio::new(vec![0.1; 16_000], 16_000)?).map(drop)?;
        }
        Ok(())
    }

    /// The degraded sound, at its own rate. `content` is the clip's content hash.
    ///
    /// # Errors
    /// Where the sound cannot be made, or a program fails.
    pub fn apply(self, clip: &Audio, content: &str) -> Result<Audio> {
        let rate = clip.sample_rate();
        match self {
            Self::Noise10Db => Ok(Audio::new(with_noise(clip.samples(), 10.0, content), rate)?),
            Self::Telephone => {
                let narrow = Audio::new(through_telephone(clip.samples(), rate as f32)?, rate)?;
                let slow = audio::resample(&narrow, TELEPHONE_RATE)?;
                let mut samples = slow.samples().to_vec();
                round_mu_law(&mut samples, 8);
                Ok(audio::resample(&Audio::new(samples, TELEPHONE_RATE)?, rate)?)
            }
            Self::GainMinus20Db => {
                let quiet = |sample: &f32| (sample * 0.1 * 32_768.0).round() / 32_768.0;
                Ok(Audio::new(clip.samples().iter().map(quiet).collect(), rate)?)
            }
            Self::Mp3At64k => mp3(clip),
        }
    }
}

fn with_noise(samples: &[f32], snr_db: f32, content: &str) -> Vec<f32> {
    let seed = u64::from_str_radix(content.get(..16).unwrap_or_default(), 16).unwrap_or_default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x6e6f_6973_6531_3064);
    let is_pink = seed % 2 == 1;
    let mut rows = [0.0f32; 12];
    let noise: Vec<f32> = (0..samples.len())
        .map(|n| {
            let white = rng.random_range(-1.0f32..1.0);
            if !is_pink {
                return white;
            }
            // Voss and McCartney: row k changes every 2^k samples.
            let row = (n.trailing_zeros() as usize).min(rows.len() - 1);
            rows[row] = white;
            rows.iter().sum::<f32>() + rng.random_range(-1.0f32..1.0)
        })
        .collect();
    let mean = noise.iter().sum::<f32>() / noise.len().max(1) as f32;
    let power = |x: &mut dyn Iterator<Item = f32>| x.map(|v| f64::from(v * v)).sum::<f64>();
    let signal = power(&mut samples.iter().copied());
    let of_noise = power(&mut noise.iter().map(|v| v - mean));
    let gain = (signal / of_noise.max(1e-12) / 10f64.powf(f64::from(snr_db) / 10.0)).sqrt() as f32;
    samples.iter().zip(noise).map(|(sample, noise)| sample + gain * (noise - mean)).collect()
}

fn mp3(clip: &Audio) -> Result<Audio> {
    const ADVICE: &str = "mp3-64k needs the program ffmpeg with libmp3lame";
    let rate = clip.sample_rate().to_string();
    let mut program = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-f", "s16le", "-ar", &rate, "-ac", "1", "-i", "pipe:0"])
        .args(["-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3", "pipe:1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context(ADVICE)?;
    let mut input = program.stdin.take().context(ADVICE)?;
    let bits = |sample: &f32| ((sample * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16).to_le_bytes();
    let bytes: Vec<u8> = clip.samples().iter().flat_map(bits).collect();
    // It reads all before it writes much only where the pipe is long enough: a thread feeds it.
    let feeder = std::thread::spawn(move || input.write_all(&bytes));
    let output = program.wait_with_output().context(ADVICE)?;
    let fed = feeder.join().map_err(|_| anyhow::anyhow!("{ADVICE}"))?;
    ensure!(output.status.success(), "{ADVICE}: {}", String::from_utf8_lossy(&output.stderr).trim());
    fed.context(ADVICE)?;
    let decoded = audio::decode(output.stdout, Some("mp3"))?;
    Ok(audio::resample(&decoded.audio, clip.sample_rate())?)
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Condition {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|condition| condition.name() == name) {
            Some(condition) => Ok(condition),
            None => bail!("no condition is called '{name}'; known: {}", Self::ALL.map(Self::name).join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone() -> Audio {
        Audio::new((0..32_000).map(|n| 0.3 * (n as f32 * 0.15).sin()).collect(), 16_000).unwrap()
    }

    fn energy(samples: &[f32]) -> f32 {
        samples.iter().map(|sample| sample * sample).sum()
    }

    #[test]
    fn noise_is_as_loud_as_it_says_and_the_same_each_time() {
        for content in ["00000000000000010000", "00000000000000020000"] {
            let noisy = Condition::Noise10Db.apply(&tone(), content).unwrap();
            let noise: Vec<f32> = noisy.samples().iter().zip(tone().samples()).map(|(a, b)| a - b).collect();
            let snr = 10.0 * (energy(tone().samples()) / energy(&noise)).log10();
            assert!((snr - 10.0).abs() < 0.05, "{snr}");
            assert_eq!(noisy, Condition::Noise10Db.apply(&tone(), content).unwrap());
        }
    }

    #[test]
    fn pink_noise_falls_with_frequency() {
        let silent = vec![1e-3; 1 << 16];
        let noise = |content: &str| -> Vec<f32> {
            with_noise(&silent, 0.0, content).iter().map(|sample| sample - 1e-3).collect()
        };
        let rough = |x: &[f32]| energy(&x.windows(2).map(|two| two[1] - two[0]).collect::<Vec<_>>()) / energy(x);
        assert!((rough(&noise("0000000000000002")) - 2.0).abs() < 0.1, "white");
        assert!(rough(&noise("0000000000000001")) < 0.7, "pink");
    }

    #[test]
    fn quiet_and_narrow_keep_their_length() {
        let quiet = Condition::GainMinus20Db.apply(&tone(), "").unwrap();
        assert!((energy(quiet.samples()) / energy(tone().samples()) - 0.01).abs() < 1e-4);
        let narrow = Condition::Telephone.apply(&tone(), "").unwrap();
        assert!(narrow.samples().len().abs_diff(32_000) < 200 && narrow.sample_rate() == 16_000);
    }

    #[test]
    fn names_are_known_and_others_refused() {
        for condition in Condition::ALL {
            assert_eq!(condition.name().parse::<Condition>().unwrap(), condition);
        }
        assert!("noise".parse::<Condition>().unwrap_err().to_string().contains("noise10db"));
    }
}
