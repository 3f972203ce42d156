use undertone::inference::Tier;

use super::*;
use crate::results::tests::run;
use crate::results::{Corrections, Shifts, Source};

pub fn results() -> Results {
    let mut smoke = run("ensemble", Tier::Quick, Protocol::Luna5, 1);
    smoke.recipe = crate::recipe::SMOKE.into();
    let mut personal = run("ensemble", Tier::Quick, Protocol::Luna5, 8);
    personal.baseline = Baseline::Clips(2);
    personal.without = Some(0.5);
    let mut misled = run("ensemble", Tier::Quick, Protocol::Luna5, 3);
    (misled.baseline, misled.without) = (Baseline::Of(Source::Stranger), Some(0.5));
    let mut crossed = run("ensemble", Tier::Quick, Protocol::Random5, 7);
    crossed.corrections =
        Some(Corrections { clips: 5, uar_before: 0.711, uar_after: 0.734, worst_class_change: -0.012 });
    crossed.shifts = Some(Shifts {
        calls: 96,
        found: 0.854,
        per_ten_minutes: 0.42,
        strain_found: 0.875,
        strain_per_ten_minutes: 0.08,
    });
    let runs = vec![
        run("cnn-2d", Tier::Quick, Protocol::Luna5, 4),
        run("ensemble", Tier::Quick, Protocol::Luna5, 5),
        crossed,
        smoke,
        personal,
        misled,
    ];
    Results { runs }
}

pub fn manifest() -> Manifest {
    let features = serde_json::to_value(undertone::features::FeatureConfig::default()).unwrap();
    serde_json::from_value(serde_json::json!({
        "schema": 1, "version": "2026.1", "labels": ["neutral", "calm"], "features": features, "license": "CC-BY-NC-SA-4.0",
        "class_shares": vec![0.125; 8],
        "models": [{"name": "cnn-2d", "kind": "cnn", "tier": "quick", "file": "cnn-2d.onnx", "bytes": 123456,
            "sha256": "0123456789abcdef0123", "input": [1, 1, 80, 256], "embedding": 64, "temperature": 1.1}],
        "ensembles": [{"tier": "quick", "members": [{"model": "cnn-2d", "weight": 1.0}], "temperature": 1.25}],
    }))
    .unwrap()
}

#[test]
fn the_headline_is_the_plain_ensemble_on_unseen_actors() {
    let mut results = results();
    assert_eq!(headline(&results), Some(&results.runs[1]));
    results.runs.push(run("ensemble", Tier::Deep, Protocol::Luna5, 6));
    results.runs.push(run("ensemble", Tier::Quick, Protocol::Luna5, 3));
    assert_eq!(headline(&results).map(|run| run.tier), Some(Tier::Deep));
    assert_eq!(headline(&Results::default()), None);
}

#[test]
fn the_card_says_what_it_must() {
    let card = render_card(&manifest(), &results());
    for words in [
        "# Model card: undertone 2026.1",
        "| cnn-2d | quick | `cnn-2d.onnx` | 123 | `0123456789abcdef` |",
        "cnn-2d × 1.00, at a temperature of 1.25",
        "come from these folds, not from the shipped weights",
        "| `luna5` | ensemble (quick) | ravdess | 8 | 6",
        "| 2 neutral clips | ",
        " | 50.0 | +",
        "| wrong: 2 neutral clips of another speaker | ",
        " | 5 | 71.1 | 73.4 | -1.2 |",
        " | 96 | 85.4 | 0.42 | 87.5 | 0.08 |",
        "| happy | 6",
        "XLS-R 300M",
        "train --corpus ravdess=PATH\n",
        "CC-BY-NC-SA-4.0",
        "journal.pone.0196391",
        "Art. 5(1)(f)",
        "as listeners would hear it",
    ] {
        assert!(card.contains(words), "{words}\n\n{card}");
    }
    assert!(!card.contains("\n\n\n") && !card.contains("  "), "{card}");
    assert!(render_card(&manifest(), &Results::default()).contains("No figure has been recorded"));
}

#[test]
fn the_card_names_the_encoder_and_sets_ordinary_voices_apart() {
    let mut manifest = manifest();
    manifest.encoder = Some(undertone::inference::EncoderEntry {
        name: "whisper-512-4".into(),
        file: "encoder.onnx".into(),
        bytes: 14_000_000,
        sha256: "fedcba9876543210fedc".into(),
        features: "whisper-80-v1".into(),
        window_frames: 300,
        pooled: 10240,
        columns: 2048,
        license: "MIT".into(),
    });
    let mut results = results();
    let mut deep = run("ensemble", Tier::Deep, Protocol::Luna5, 7);
    deep.recipe = crate::deep::recipe::DEFAULT.into();
    let mut everyday = run("ensemble", Tier::Deep, Protocol::Everyday, 8);
    everyday.recipe = crate::deep::recipe::DEFAULT.into();
    everyday.everyday = Some(crate::results::Everyday { neutral_or_calm: 0.912, false_alarms: 0.023 });
    let mut other = run("linear", Tier::Deep, Protocol::Crema5, 6);
    other.recipe = "deep-crema".into();
    results.runs.extend([deep, everyday, other]);
    assert!(render_card(&manifest, &results).contains("by the same recipe"));
    manifest.version = "2026.1+deep-new-0123".into();
    assert!(render_card(&manifest, &results).contains("by the recipe `deep-new`, of which no run"));
    let card = render_card(&manifest, &results);
    for words in [
        "| whisper-512-4 (encoder) | deep | `encoder.onnx` | 14000 | `fedcba9876543210` |",
        "Radford et al. 2022",
        "licence MIT with the notice in `LICENSE-whisper`",
        "windows of at most 3.0 s",
        "cannot be excluded",
        "| `everyday` | ensemble (deep) | ravdess | 91.2 | 2.3 |",
        "| `crema5` | linear (deep, recipe `deep-crema`) |",
        "encoder --weights",
        "train --corpus ravdess=PATH --tier deep",
    ] {
        assert!(card.contains(words), "{words}\n\n{card}");
    }
    assert_eq!(card.matches("| `everyday` |").count(), 1);
    assert!(!card.contains("\n\n\n") && !card.contains("  "), "{card}");
}

#[test]
fn the_block_is_replaced_and_the_rest_kept() {
    let readme = format!("# Title\n\n{BEGIN}\nSTALE\n{END}\n\nmore\n");
    let once = fill(&readme, &results()).unwrap();
    assert!(
        once.starts_with("# Title\n\n<!--") && once.ends_with("-->\n\nmore\n") && !once.contains("STALE"),
        "{once}"
    );
    assert!(once.contains("| ensemble (quick) | 6") && !once.contains("random5"), "{once}");
    assert!(once.find("| ensemble (quick)") < once.find("| cnn-2d (quick)"), "the best is not first\n{once}");
    assert_eq!(fill(&once, &results()).unwrap(), once);
    assert!(fill("# Title\n", &results()).is_none());
    assert!(fill(&format!("{END}\n{BEGIN}\n"), &results()).is_none());
}

#[test]
fn the_committed_card_page_and_readme_are_rendered_from_the_committed_results() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let models = root.join("models");
    if let (Ok(card), Ok(manifest)) = (std::fs::read_to_string(models.join(CARD)), read_manifest(&models)) {
        let results = Results::read(&models).unwrap();
        assert!(card == render_card(&manifest, &results), "models/README.md is stale: run `train-native report`");
        let page = std::fs::read_to_string(models.join(PAGE)).unwrap();
        assert!(page == render_page(&manifest, &results), "models/report.html is stale: run `train-native report`");
    }
    if let Ok(readme) = std::fs::read_to_string(root.join("README.md"))
        && let Some(filled) = fill(&readme, &Results::read(&models).unwrap())
    {
        assert!(readme == filled, "README.md is stale: run `train-native report`");
    }
}
