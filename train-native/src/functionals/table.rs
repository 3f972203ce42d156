//! `features`: a set's columns for any audio files, as CSV.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use undertone::audio::{MAX_BYTES, decode, prepare, resample};
use undertone::features::{FeatureConfig, FeatureSet};

use crate::cli::FeaturesArgs;
use crate::interrupt;

/// Files measured at a time, so that lines come as the work goes on.
const BATCH: usize = 64;

/// Writes a line of names, then a line a file in the order given. A file that cannot be measured is named on standard error
/// and has no line.
///
/// # Errors
/// No file could be measured, the output cannot be written, Ctrl-C.
pub fn write(args: &FeaturesArgs, output: &mut dyn Write) -> Result<()> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    writeln!(output, "file,{}", args.set.columns().join(","))?;
    let mut measured = 0;
    for batch in args.files.chunks(BATCH) {
        interrupt::check()?;
        let rows: Vec<Result<Vec<f32>>> =
            batch.par_iter().map(|path| measure(path, args.set, args.as_recorded)).collect();
        for (path, row) in batch.iter().zip(rows) {
            match row {
                Ok(row) => {
                    measured += 1;
                    write!(output, "{}", quoted(&path.to_string_lossy()))?;
                    row.iter().try_for_each(|value| write!(output, ",{value}"))?;
                    writeln!(output)?;
                }
                Err(error) => eprintln!("left out: {error:#}"),
            }
        }
        output.flush()?;
    }
    if measured == 0 {
        bail!("none of the {} files could be measured", args.files.len());
    }
    Ok(())
}

fn measure(path: &Path, set: FeatureSet, as_recorded: bool) -> Result<Vec<f32>> {
    let of_file = || -> Result<Vec<f32>> {
        let size = std::fs::metadata(path)?.len();
        if size > MAX_BYTES as u64 {
            let (megabytes, limit) = (size as f64 / 1e6, MAX_BYTES as f64 / 1e6);
            bail!(undertone::Error::TooLarge { megabytes, limit });
        }
        let decoded = decode(std::fs::read(path)?, path.extension().and_then(|extension| extension.to_str()))?;
        let audio = resample(&decoded.audio, FeatureConfig::default().sample_rate)?;
        Ok(set.measure(&if as_recorded { audio } else { prepare(&audio)?.audio })?)
    };
    of_file().with_context(|| path.display().to_string())
}
