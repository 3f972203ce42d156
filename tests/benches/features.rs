//! Times the features natively, on one thread, a run for each line that asks for one: `cargo xtask bench features` starts
//! it as it starts `peers.py`.

use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use undertone::audio::{Audio, decode};
use undertone::features::spectrum::{
    MelConfig, chroma_stft, delta, melspectrogram, mfcc, power_to_db, rms, spectral_bandwidth, spectral_centroid,
    spectral_contrast, spectral_descriptors, spectral_flatness, spectral_rolloff, stft, zero_crossing_rate,
};
use undertone::features::voice::{PitchOptions, pitch};
use undertone::features::{FeatureSet, egemaps};

/// As in train-native.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error>;

const N_FFT: usize = 400;
const HOP_LENGTH: usize = 160;
const N_MFCC: usize = 20;

/// What `peers.py` takes from librosa, in its order.
fn spectral(audio: &Audio) {
    let spectrogram = black_box(stft(audio, N_FFT, HOP_LENGTH));
    black_box(spectrogram.magnitude());
    let mel = melspectrogram(&spectrogram, &MelConfig::default());
    let log_mel = black_box(power_to_db(mel.view(), Some(80.0)));
    let cepstra = black_box(mfcc(log_mel.view(), N_MFCC));
    black_box([delta(cepstra.view(), 9, 1), delta(cepstra.view(), 9, 2)]);
    black_box(chroma_stft(&spectrogram));
    black_box(spectral_centroid(&spectrogram));
    black_box(spectral_bandwidth(&spectrogram));
    black_box(spectral_rolloff(&spectrogram, 0.85));
    black_box(spectral_flatness(&spectrogram));
    black_box(spectral_contrast(&spectrogram));
    black_box(zero_crossing_rate(audio.samples(), N_FFT, HOP_LENGTH));
    black_box(rms(audio.samples(), N_FFT, HOP_LENGTH));
}

fn f0(audio: &Audio) {
    black_box(pitch(audio.samples(), &PitchOptions { floor: 60.0, ceiling: 600.0, ..PitchOptions::default() }));
}

fn run(outputs: &str, audio: &Audio) -> Result<(), Failure> {
    match outputs {
        "spectral" => spectral(audio),
        "f0" => f0(audio),
        "spectral+f0" => {
            spectral(audio);
            f0(audio);
        }
        "descriptors" => drop(black_box(spectral_descriptors(audio)?)),
        "egemaps" => drop(black_box(egemaps(audio)?)),
        set => drop(black_box(set.parse::<FeatureSet>()?.measure(audio)?)),
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    // `cargo test --benches` and `cargo bench` without a folder ask for nothing.
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).map(PathBuf::from) else {
        return Ok(());
    };
    let mut answers = std::io::stdout().lock();
    writeln!(answers, "ready undertone {}", env!("CARGO_PKG_VERSION"))?;
    answers.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (outputs, clip) = line.split_once(' ').ok_or("a line is `OUTPUTS CLIP`")?;
        let audio = decode(std::fs::read(folder.join(clip))?, Some("wav"))?.audio;
        let start = Instant::now();
        run(outputs, black_box(&audio))?;
        writeln!(answers, "{}", start.elapsed().as_secs_f64() * 1e3)?;
        answers.flush()?;
    }
    Ok(())
}
