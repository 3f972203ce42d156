//! Prints what the same features of a clip cost in headless Chromium, warm: ours, Meyda's and essentia.js's, in turns.

use anyhow::{Result, ensure};
use undertone_e2e::bench::features::{PROGRAMS, Programs};
use undertone_e2e::browser::Browser;

const CLIPS: [(&str, f64); 2] = [("clip-3.wav", 3.0), ("clip-30.wav", 30.0)];
const WARM_UP: usize = 3;
const RUNS: usize = 11;
/// Places of features that all three define alike, up to the window's edges.
const RMS: usize = 16;
const CENTROID: usize = 13;

#[tokio::main]
async fn main() -> Result<()> {
    Browser::with(async |browser| {
        let programs = Programs::open(browser, &CLIPS.map(|(file, _)| file)).await?;
        println!("13 MFCC, centroid, roll-off, flatness, RMS, zero crossings; frames of 512 samples, 160 apart");
        println!("warm, median of {RUNS} in turns (lowest, highest), in ms");
        let mut slower = Vec::new();
        for (file, seconds) in CLIPS {
            let mut times: [Vec<f64>; 3] = Default::default();
            let mut means: [Vec<f64>; 3] = Default::default();
            for run in 0..WARM_UP + RUNS {
                for (index, who) in PROGRAMS.into_iter().enumerate() {
                    let found = programs.run(who, file).await?;
                    if run >= WARM_UP {
                        times[index].push(found.millis);
                    }
                    means[index] = found.means;
                }
            }
            println!("\na clip of {seconds} s");
            for ((who, times), means) in PROGRAMS.into_iter().zip(&mut times).zip(&means) {
                times.sort_by(f64::total_cmp);
                let middle = median(times);
                println!(
                    "  {who:<12} {middle:>8.2}  ({:.2}, {:.2})   {:.4} a second of sound   means: RMS {:.4}, centroid {:.0} Hz",
                    times[0],
                    times[RUNS - 1],
                    middle / seconds,
                    means[RMS],
                    means[CENTROID],
                );
                // Otherwise they would not measure the same thing.
                ensure!(means[RMS] > 1e-3 && (200.0..4000.0).contains(&means[CENTROID]), "{who} gave other features");
            }
            let faster_peer = median(&times[1]).min(median(&times[2]));
            let ratio = faster_peer / median(&times[0]);
            println!("  {ratio:.1} times as fast as the faster of the two");
            if ratio < 1.0 {
                slower.push(format!("{seconds} s: {ratio:.2}"));
            }
        }
        ensure!(slower.is_empty(), "slower than the faster peer: {}", slower.join("; "));
        Ok(())
    })
    .await
}

/// The middle of sorted values.
fn median(values: &[f64]) -> f64 {
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
