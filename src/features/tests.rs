use super::*;

fn voice(seconds: f32) -> Audio {
    let mut phase = 0.0f32;
    let n = (seconds * 16000.0) as usize;
    let samples = (0..n)
        .map(|i| {
            phase = (phase + (120.0 + 40.0 * (i as f32 / 4000.0).sin()) / 16000.0).fract();
            0.1 * ((-30.0 * phase).exp() - 0.033) * (1.0 + (i as f32 / 1500.0).sin())
        })
        .collect();
    Audio::new(samples, 16000).unwrap()
}

#[test]
fn every_functional_has_a_name_and_is_finite() {
    let config = FeatureConfig::default();
    for seconds in [0.02, 0.3, 2.0] {
        let features = extract(&voice(seconds), &config).unwrap();
        assert_eq!(features.functionals.len(), functional_names(&config).len());
        assert!(features.functionals.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn gain_changes_no_functional_of_prepared_sound() {
    let config = FeatureConfig::default();
    let loud = voice(1.5);
    let quiet = Audio::new(loud.samples().iter().map(|s| s * 0.1).collect(), 16000).unwrap();
    let of = |audio: &Audio| extract(&crate::audio::prepare(audio).unwrap().audio, &config).unwrap().functionals;
    for ((a, b), name) in of(&loud).iter().zip(of(&quiet)).zip(functional_names(&config)) {
        assert!((a - b).abs() <= 2e-3 * (1.0 + a.abs()), "{name}: {a} {b}");
    }
}

#[test]
fn another_sample_rate_is_refused() {
    let audio = Audio::new(vec![0.1; 8000], 8000).unwrap();
    assert!(matches!(extract(&audio, &FeatureConfig::default()), Err(Error::SampleRate { .. })));
}
