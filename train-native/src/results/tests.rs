use super::*;

/// A run over three seeds; `right` of the eight clips of each class and actor are answered right.
pub fn run(model: &str, tier: Tier, protocol: Protocol, right: usize) -> Run {
    let seed = |seed: usize| -> Vec<Outcome> {
        let clips = (1..=4).flat_map(|actor| Emotion::ALL.map(|label| (actor, label)));
        clips
            .flat_map(|(actor, label)| (0..8).map(move |take| (actor, label, take)))
            .map(|(actor, label, take)| {
                let mut probabilities = [0.05; 8];
                let is_right = take < right || (actor == 1 && take == 7 && seed == 2);
                let answer = if is_right { label.index() } else { (label.index() + 1) % 8 };
                probabilities[answer] = 0.65;
                Outcome { speaker: format!("ravdess-{actor:02}"), label, probabilities }
            })
            .collect()
    };
    let info = RunInfo {
        protocol,
        train: vec![CorpusKind::Ravdess],
        model: model.into(),
        tier,
        seeds: vec![1, 2, 3],
        condition: crate::results::CLEAN.into(),
        recipe: "ravdess".into(),
        config_sha256: "c0ffee".into(),
        commit: "0123456789abcdef".into(),
    };
    Run::new(info, &Emotion::ALL, &[seed(0), seed(1), seed(2)]).unwrap()
}

#[test]
fn the_layout_of_the_file() {
    let run = run("ensemble", Tier::Quick, Protocol::Luna5, 6);
    assert_eq!(run.uar.mean, 0.760417);
    assert!((run.uar.sd - 0.03125 / 3f64.sqrt()).abs() < 1e-6 && run.uar.ci95[0] < run.uar.ci95[1]);
    assert_eq!(run.confusion[0][..3], [73, 23, 0]);
    let json = serde_json::to_value(&run).unwrap();
    let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut wanted = [
        "protocol",
        "train",
        "test",
        "model",
        "tier",
        "classes",
        "input",
        "seeds",
        "uar",
        "accuracy",
        "macro_f1",
        "log_loss",
        "ece",
        "per_class",
        "confusion",
        "reliability",
        "per_speaker",
        "speaker_statistics",
        "baseline",
        "condition",
        "recipe",
        "config_sha256",
        "commit",
    ];
    wanted.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, wanted);
    assert_eq!((&json["protocol"], &json["tier"]), (&"luna5".into(), &"quick".into()));
    assert_eq!((&json["train"][0], &json["baseline"]), (&"ravdess".into(), &0.into()));
    assert_eq!(json["uar"]["ci95"].as_array().unwrap().len(), 2);
    assert_eq!(json["per_class"]["happy"]["recall"], 0.760417);
    let bins = json["reliability"].as_array().unwrap();
    assert_eq!(bins.len(), 10);
    assert_eq!(bins[6], serde_json::json!({"confidence": 0.65, "accuracy": 0.760417, "count": 768}));
    assert!(bins.iter().enumerate().all(|(index, bin)| index == 6 || bin["count"] == 0));
    assert_eq!(json["per_speaker"]["ravdess-02"], 0.75);
    assert_eq!(json["per_speaker"]["ravdess-01"], 0.791667);
}

#[test]
fn a_file_of_an_earlier_version_stays_as_it_was() {
    let mut json = serde_json::to_value(run("ensemble", Tier::Quick, Protocol::Luna5, 6)).unwrap();
    for key in ["reliability", "per_speaker"] {
        json.as_object_mut().unwrap().remove(key).unwrap();
    }
    let run: Run = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((&run.reliability, &run.per_speaker), (&None, &None));
    assert_eq!(serde_json::to_value(&run).unwrap(), json);
}

#[test]
fn the_example_of_the_rules_is_read() {
    let text = r#"{"runs": [{"protocol": "luna5", "train": ["ravdess", "crema-d"], "test": "ravdess", "model": "ensemble",
        "tier": "deep", "classes": 8, "input": "level-invariant", "seeds": [1, 2, 3],
        "uar": {"mean": 0.0, "sd": 0.0, "ci95": [0.0, 0.0]}, "accuracy": 0.0, "macro_f1": 0.0, "log_loss": 0.0,
        "ece": 0.0, "per_class": {"happy": {"precision": 0.0, "recall": 0.0, "f1": 0.0}}, "confusion": [[0]],
        "speaker_statistics": false, "baseline": "all", "condition": "clean", "recipe": "full", "config_sha256": "",
        "commit": ""}]}"#;
    let results: Results = serde_json::from_str(text).unwrap();
    assert_eq!(results.runs[0].baseline, Baseline::Of(Source::All));
    assert_eq!(serde_json::from_str::<Results>(&serde_json::to_string(&results).unwrap()).unwrap(), results);
}

#[test]
fn baselines_and_marks_come_back() {
    let of = |baseline: Baseline| {
        let mut one = run("ensemble", Tier::Deep, Protocol::Luna5, 6);
        one.baseline = baseline;
        one.corrections = Some(Corrections { clips: 5, uar_before: 0.5, uar_after: 0.6, worst_class_change: 0.0 });
        let json = serde_json::to_value(&one).unwrap();
        assert_eq!(serde_json::from_value::<Run>(json.clone()).unwrap(), one);
        json["baseline"].clone()
    };
    assert_eq!(of(Baseline::Clips(4)), 4);
    for (source, name) in [(Source::All, "all"), (Source::Stranger, "stranger"), (Source::Angry, "angry")] {
        assert_eq!(of(Baseline::Of(source)), name);
    }
}

#[test]
fn a_newer_run_takes_the_place_of_the_same_setting() {
    let dir = tempfile::tempdir().unwrap();
    let first = run("cnn-2d", Tier::Quick, Protocol::Luna5, 4);
    let other = run("cnn-2d", Tier::Quick, Protocol::Random5, 7);
    Results::record(dir.path(), vec![first, other.clone()]).unwrap();
    let newer = run("cnn-2d", Tier::Quick, Protocol::Luna5, 5);
    let results = Results::record(dir.path(), vec![newer.clone()]).unwrap();
    assert_eq!(results.runs, [newer, other]);
    assert_eq!(Results::read(dir.path()).unwrap(), results);

    std::fs::write(dir.path().join(FILE), "{\"runs\": 3}").unwrap();
    assert!(format!("{:#}", Results::read(dir.path()).unwrap_err()).contains("is not a results file"));
}

#[test]
fn everyday_answers_are_counted() {
    let sure = |class: usize, p: f32| {
        let mut answer = [(1.0 - p) / 7.0; 8];
        answer[class] = p;
        answer
    };
    let found = Everyday::of(&[sure(0, 0.9), sure(1, 0.4), sure(4, 0.4), sure(4, 0.6)]);
    assert_eq!((found.neutral_or_calm, found.false_alarms), (0.5, 0.25));
}
