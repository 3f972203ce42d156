//! The features natively, beside librosa and openSMILE: one thread each, taking turns run by run.

use std::process::Command;

use anyhow::Result;

use super::clips::{Clip, Clips};
use super::timed::Timed;
use crate::python;
use crate::workspace::Workspace;

/// What keeps numpy, scipy and numba to one thread.
const THREADS: [&str; 6] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
];
/// Seconds for the runs of one row, which decide how many there are.
const SECONDS: f64 = 15.0;
const RUNS: (f64, f64) = (3.0, 25.0);
/// Times that a second of sound may cost more in a clip that is ten times as long.
const GROWTH: f64 = 1.5;

struct Row {
    what: &'static str,
    /// What our program is asked for.
    ours: &'static str,
    peer: Option<Peer>,
}

struct Peer {
    name: &'static str,
    /// What the peers' program is asked for.
    outputs: &'static str,
    /// How many times faster we must be.
    required: Option<f64>,
}

const fn peer(name: &'static str, outputs: &'static str, required: Option<f64>) -> Option<Peer> {
    Some(Peer { name, outputs, required })
}

const ROWS: [Row; 8] = [
    Row {
        what: "STFT, mel, log-mel, MFCC and two deltas, chroma, centroid, bandwidth, roll-off, flatness, contrast, \
               zero crossings, RMS",
        ours: "spectral",
        peer: peer("librosa", "spectral", Some(10.0)),
    },
    Row {
        what: "the same, librosa given one spectrogram for all of them",
        ours: "spectral",
        peer: peer("librosa, shared STFT", "spectral-shared", None),
    },
    Row {
        what: "all of these and f0 with voicing (librosa's pYIN, which alone gives both)",
        ours: "spectral+f0",
        peer: peer("librosa", "spectral+pyin", Some(10.0)),
    },
    Row {
        what: "f0 alone, librosa without voicing and without a path",
        ours: "f0",
        peer: peer("librosa's YIN", "yin", None),
    },
    Row {
        what: "eGeMAPS v02: 25 descriptors and their 88 functionals",
        ours: "egemaps",
        peer: peer("openSMILE", "egemaps", Some(3.0)),
    },
    Row { what: "all spectral descriptors", ours: "descriptors", peer: None },
    Row { what: "undertone-large-v1, with its descriptors", ours: "undertone-large-v1", peer: None },
    Row { what: "speech-80-v1, with its spectrogram and descriptors", ours: "speech-80-v1", peer: None },
];

/// Prints the table; gives what is slower than required.
pub fn compare(workspace: &Workspace, clips: &Clips) -> Result<Vec<String>> {
    let python = python::ensure_peers(workspace)?;
    let mut command = workspace.cargo();
    command.args(["bench", "--quiet", "--package", "undertone", "--no-default-features", "--bench", "features", "--"]);
    let (mut ours, version) = Timed::start("the bench of the features", command.arg(&clips.folder))?;
    let mut command = Command::new(python);
    command.arg(workspace.root.join("tests/benches/peers.py")).arg(&clips.folder);
    command.envs(THREADS.map(|name| (name, "1")));
    let (mut peers, peer_versions) = Timed::start("the peers' program", &mut command)?;
    println!("{version}; {peer_versions}; one thread each, warm, median (lowest) of runs in turns, in ms");

    let mut missed = Vec::new();
    for row in &ROWS {
        println!("\n{}", row.what);
        let name = row.peer.as_ref().map_or("", |peer| peer.name);
        let ratio = if name.is_empty() { "" } else { "ratio" };
        println!("{:>8} {:>22} {:>12}  {name:>24} {ratio:>8}", "clip", "ours", "per second");
        let mut lowest_per_second = Vec::new();
        for (index, clip) in clips.all.iter().enumerate() {
            let (of_us, of_them) = turns(&mut ours, &mut peers, row, clip, index == 0)?;
            let cost = of_us.median / clip.seconds as f64;
            lowest_per_second.push(of_us.lowest / clip.seconds as f64);
            let start = format!("{:>6} s {:>22} {cost:>12.4}", clip.seconds, of_us.to_string());
            let (Some(of_them), Some(peer)) = (of_them, &row.peer) else {
                println!("{start}");
                continue;
            };
            let ratio = of_them.median / of_us.median;
            println!("{start}  {:>24} {ratio:>8.1}", of_them.to_string());
            if let Some(required) = peer.required.filter(|required| ratio < *required) {
                missed.push(format!("{} in {} s: {ratio:.1} x {}, not {required}", row.ours, clip.seconds, peer.name));
            }
        }
        for (pair, longer) in lowest_per_second.windows(2).zip(&clips.all[1..]) {
            let growth = pair[1] / pair[0];
            if growth > GROWTH {
                missed.push(format!("{}: a second of {} s costs {growth:.2} times more", row.ours, longer.seconds));
            }
        }
    }
    Ok(missed)
}

/// Times of both on a clip, turn by turn; where `cold`, after one run to warm up.
fn turns(ours: &mut Timed, peers: &mut Timed, row: &Row, clip: &Clip, cold: bool) -> Result<(Times, Option<Times>)> {
    let mut turn = || -> Result<(f64, f64)> {
        let of_us = ours.run(row.ours, &clip.file)?;
        Ok((of_us, row.peer.as_ref().map_or(Ok(0.0), |peer| peers.run(peer.outputs, &clip.file))?))
    };
    if cold {
        turn()?;
    }
    let mut times = vec![turn()?];
    let runs = (SECONDS * 1e3 / (times[0].0 + times[0].1)).clamp(RUNS.0, RUNS.1) as usize;
    while times.len() < runs {
        times.push(turn()?);
    }
    let (of_us, of_them): (Vec<f64>, Vec<f64>) = times.into_iter().unzip();
    Ok((Times::of(of_us), row.peer.as_ref().map(|_| Times::of(of_them))))
}

struct Times {
    lowest: f64,
    median: f64,
}

impl Times {
    fn of(mut millis: Vec<f64>) -> Self {
        millis.sort_by(f64::total_cmp);
        let at = |index: usize| millis.get(index).copied().unwrap_or(f64::NAN);
        Self { lowest: at(0), median: at(millis.len() / 2) }
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ({:.2})", self.median, self.lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_summed_up_by_the_middle_and_the_lowest() {
        assert_eq!(Times::of(vec![3.0, 1.0, 2.0]).to_string(), "2.00 (1.00)");
    }
}
