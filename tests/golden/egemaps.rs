//! Against openSMILE.

use std::fs;
use std::path::PathBuf;

use undertone::audio::{Audio, decode};
use undertone::features::{EGEMAPS_DESCRIPTOR_NAMES, EGEMAPS_NAMES, egemaps};

use crate::reference::{Reference, signal};

const FILE: &str = "opensmile.safetensors";
const CLIPS: &str = "clips/";

/// Columns whose correlation with openSMILE's lies below [`CORRELATION`], and why.
const EXCEPTIONS: [(&str, &str); 0] = [];
const CORRELATION: f64 = 0.95;
const N_CORRELATED: usize = 75;

/// What hangs on the formants, and so on the rounding of a predictor for frames without sound above 3.4 kHz.
fn is_formant(name: &str) -> bool {
    ["F1", "F2", "F3", "A3"].iter().any(|part| name.contains(part))
}

#[test]
fn names_are_opensmiles() {
    let names: Vec<&str> = include_str!("../data/golden/opensmile_names.txt").lines().collect();
    assert_eq!(names, EGEMAPS_NAMES);
}

#[test]
fn speech_has_opensmiles_functionals() {
    let reference = Reference::read(FILE);
    let spread = spread_over_clips(&reference);
    for name in ["speech_en", "speech_en_f"] {
        let want = reference.tensor(&format!("signals/{name}")).values;
        let got = egemaps(&signal(name)).unwrap().functionals;
        for (index, column) in EGEMAPS_NAMES.iter().enumerate() {
            let error = f64::from((got[index] - want[index]).abs()) / spread[index];
            let tolerance = if is_formant(column) { 0.5 } else { 1e-4 };
            assert!(error <= tolerance, "{name} {column}: {} {}, {error} deviations", got[index], want[index]);
        }
    }
}

#[test]
fn speech_has_opensmiles_descriptors() {
    // openSMILE smooths what its pitch tracker had not decided when the sound ended anew.
    const LAST: usize = 5;
    let reference = Reference::read(FILE);
    for name in ["speech_en", "speech_en_f", "vowel_glide", "vowel_jitter"] {
        let want = reference.tensor(&format!("descriptors/{name}"));
        let got = egemaps(&signal(name)).unwrap().descriptors;
        assert_eq!(want.shape, [got.nrows(), got.ncols()], "{name}");
        let n_frames = got.ncols();
        for (index, row) in EGEMAPS_DESCRIPTOR_NAMES.iter().enumerate() {
            let want = &want.values[index * n_frames..(index + 1) * n_frames - LAST];
            let range = want.iter().copied().fold(f32::MIN, f32::max) - want.iter().copied().fold(f32::MAX, f32::min);
            let mut errors: Vec<f32> =
                got.row(index).iter().zip(want).map(|(got, want)| (got - want).abs() / range).collect();
            errors.sort_by(f32::total_cmp);
            let (tolerance, share) = if is_formant(row) { (0.01, 0.9) } else { (2e-4, 1.0) };
            let error = errors[((errors.len() - 1) as f32 * share) as usize];
            assert!(error <= tolerance, "{name} {row}: {error} of its range");
        }
    }
}

#[test]
fn clips_correlate_with_opensmile() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let reference = Reference::read(FILE);
    let names = clips(&reference);
    assert_eq!(names.len(), 60);
    if !names.iter().all(|name| shared.join(&name[CLIPS.len()..]).is_file()) {
        println!("SKIPPED: the correlation with openSMILE needs the corpora in ../shared/data, which are not there.");
        return;
    }
    let got: Vec<[f32; 88]> = names.iter().map(|name| egemaps(&clip(&shared, name)).unwrap().functionals).collect();
    let want: Vec<Vec<f32>> = names.iter().map(|name| reference.tensor(name).values).collect();
    let (mut passed, mut below) = (0, Vec::new());
    for (index, column) in EGEMAPS_NAMES.iter().enumerate() {
        let pairs: Vec<(f64, f64)> =
            got.iter().zip(&want).map(|(got, want)| (f64::from(got[index]), f64::from(want[index]))).collect();
        let correlation = pearson(&pairs);
        println!("{correlation:.5} {column}");
        if correlation >= CORRELATION {
            passed += 1;
        } else {
            below.push(*column);
        }
    }
    println!("{passed} of 88 columns correlate with openSMILE at {CORRELATION} or better.");
    assert!(passed >= N_CORRELATED);
    assert_eq!(below, EXCEPTIONS.map(|(column, _)| column));
}

fn clips(reference: &Reference) -> Vec<String> {
    reference.names().into_iter().filter(|name| name.starts_with(CLIPS)).collect()
}

fn clip(shared: &std::path::Path, name: &str) -> Audio {
    let path = shared.join(&name[CLIPS.len()..]);
    let extension = path.extension().and_then(|extension| extension.to_str());
    decode(fs::read(&path).unwrap(), extension).unwrap().audio
}

/// Standard deviation of each of openSMILE's columns over the 60 clips.
fn spread_over_clips(reference: &Reference) -> Vec<f64> {
    let clips: Vec<Vec<f32>> = clips(reference).iter().map(|name| reference.tensor(name).values).collect();
    (0..88)
        .map(|index| {
            let pairs: Vec<(f64, f64)> = clips.iter().map(|clip| (f64::from(clip[index]), 0.0)).collect();
            moments(&pairs).2.sqrt()
        })
        .collect()
}

fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let (x, y, xx, yy, xy) = moments(pairs);
    assert!(x.is_finite() && y.is_finite());
    xy / (xx * yy).sqrt()
}

/// Means, variances and covariance.
fn moments(pairs: &[(f64, f64)]) -> (f64, f64, f64, f64, f64) {
    let n = pairs.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let (xx, yy) = (mean(&|pair| (pair.0 - x).powi(2)), mean(&|pair| (pair.1 - y).powi(2)));
    (x, y, xx, yy, mean(&|pair| (pair.0 - x) * (pair.1 - y)))
}
