//! Every column of every feature set: natively as the committed file has it, and in the browser the same.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use safetensors::SafeTensors;
use undertone::audio::decode;
use undertone::features::FeatureSet;

/// Tensors `<set>/<signal>`, one number a column, written by the native test where `UNDERTONE_WRITE_GOLDEN` is set.
const GOLDEN: &[u8] = include_bytes!("../data/feature_sets.safetensors");

const SIGNALS: [(&str, &[u8]); 5] = [
    ("chirp_down", include_bytes!("../data/golden/signals/chirp_down.wav")),
    ("noise_pink", include_bytes!("../data/golden/signals/noise_pink.wav")),
    ("speech_en", include_bytes!("../data/golden/signals/speech_en.wav")),
    ("speech_en_f", include_bytes!("../data/golden/signals/speech_en_f.wav")),
    ("vowel_jitter", include_bytes!("../data/golden/signals/vowel_jitter.wav")),
];

/// Largest difference in parts of a column's value, or of its scale where that is more.
const TOLERANCE: f32 = if cfg!(target_arch = "wasm32") { 1e-4 } else { 1e-5 };
/// A column's scale, in parts of its largest magnitude over the signals.
const SCALE: f32 = 1e-2;

fn measure(set: FeatureSet, wav: &[u8]) -> Vec<f32> {
    set.measure(&decode(wav.to_vec(), Some("wav")).unwrap().audio).unwrap()
}

#[cfg(not(target_arch = "wasm32"))]
fn write() {
    use safetensors::tensor::{Dtype, TensorView, serialize};
    let mut tensors = Vec::new();
    for set in FeatureSet::ALL {
        for (name, wav) in SIGNALS {
            let bytes: Vec<u8> = measure(set, wav).into_iter().flat_map(f32::to_le_bytes).collect();
            tensors.push((format!("{set}/{name}"), bytes));
        }
    }
    let views = tensors
        .iter()
        .map(|(name, bytes)| (name.clone(), TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).unwrap()));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/feature_sets.safetensors");
    std::fs::write(path, serialize(views, None).unwrap()).unwrap();
}

fn golden(set: FeatureSet, signal: &str) -> Vec<f32> {
    let tensors = SafeTensors::deserialize(GOLDEN).unwrap();
    let tensor = tensors.tensor(&format!("{set}/{signal}")).unwrap();
    tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

#[test]
fn every_column_of_every_set_is_the_golden_one() {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UNDERTONE_WRITE_GOLDEN").is_some() {
        return write();
    }
    let mut differing = Vec::new();
    for set in FeatureSet::ALL {
        let columns = set.columns();
        let golden = SIGNALS.map(|(name, _)| golden(set, name));
        let mut largest = (0.0, String::new());
        for ((signal, wav), want) in SIGNALS.iter().zip(&golden) {
            let got = measure(set, wav);
            assert_eq!((got.len(), want.len()), (columns.len(), columns.len()), "{set} of {signal}");
            for (column, name) in columns.iter().enumerate() {
                let scale = SCALE * golden.iter().map(|values| values[column].abs()).fold(f32::MIN_POSITIVE, f32::max);
                let difference = (got[column] - want[column]).abs() / want[column].abs().max(scale);
                if difference.is_nan() || difference > largest.0 {
                    largest = (difference, format!("{name} of {signal}"));
                }
                if difference.is_nan() || difference > TOLERANCE {
                    let (got, want) = (got[column], want[column]);
                    differing.push(format!("{set}: {name} of {signal}: {got} instead of {want} ({difference:.1e})"));
                }
            }
        }
        say(&format!("{set}: {} columns, largest difference {:.1e} ({})", columns.len(), largest.0, largest.1));
    }
    assert!(differing.is_empty(), "{} numbers differ:\n{}", differing.len(), differing.join("\n"));
}

fn say(line: &str) {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{line}");
    #[cfg(not(target_arch = "wasm32"))]
    println!("{line}");
}
