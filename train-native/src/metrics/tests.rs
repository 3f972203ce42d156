use undertone::inference::N_CLASSES;

use super::*;

const THREE: [Emotion; 3] = [Emotion::Neutral, Emotion::Happy, Emotion::Angry];

fn outcome(speaker: &str, label: Emotion, probabilities: &[(Emotion, f32)]) -> Outcome {
    let mut all = [0.0; N_CLASSES];
    for (class, probability) in probabilities {
        all[class.index()] = *probability;
    }
    Outcome { speaker: speaker.into(), label, probabilities: all }
}

/// Truth -> answer: neutral -> neutral x 3, angry x 1; happy -> happy x 1, neutral x 1; angry -> angry x 1.
fn seven() -> Vec<Outcome> {
    use Emotion::{Angry, Happy, Neutral};
    let sure = |truth, answer, other| outcome("a", truth, &[(answer, 0.75), (other, 0.25)]);
    vec![
        sure(Neutral, Neutral, Happy),
        sure(Neutral, Neutral, Happy),
        sure(Neutral, Neutral, Happy),
        sure(Neutral, Angry, Neutral),
        sure(Happy, Happy, Neutral),
        sure(Happy, Neutral, Happy),
        sure(Angry, Angry, Happy),
    ]
}

fn close(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-9, "{got} instead of {want}");
}

#[test]
fn figures_by_hand() {
    let got = score(&seven(), &THREE);
    assert_eq!(got.confusion, [[3, 0, 1], [1, 1, 0], [0, 0, 1]]);
    close(got.accuracy, 5.0 / 7.0);
    close(got.uar, (0.75 + 0.5 + 1.0) / 3.0);
    close(got.per_class[0].precision, 0.75);
    close(got.per_class[1].precision, 1.0);
    close(got.per_class[2].precision, 0.5);
    close(got.per_class[1].f1, 2.0 / 3.0);
    close(got.macro_f1, (0.75 + 2.0 / 3.0 + 2.0 / 3.0) / 3.0);
    close(got.log_loss, -(5.0 * 0.75f64.ln() + 2.0 * 0.25f64.ln()) / 7.0);
    close(got.ece, (0.75 - 5.0 / 7.0f64).abs());
}

#[test]
fn calibration_bins_do_not_cancel_each_other() {
    let even = |label, p: f32| outcome("a", label, &[(Emotion::Neutral, p), (Emotion::Happy, 1.0 - p)]);
    let got = score(&[even(Emotion::Happy, 0.875), even(Emotion::Neutral, 0.625)], &THREE);
    close(got.ece, (0.875 + 0.375) / 2.0);
}

#[test]
fn other_classes_are_taken_away() {
    let outcomes = [
        outcome("a", Emotion::Happy, &[(Emotion::Calm, 0.6), (Emotion::Happy, 0.3), (Emotion::Angry, 0.1)]),
        outcome("a", Emotion::Calm, &[(Emotion::Calm, 1.0)]),
    ];
    let got = score(&outcomes, &THREE);
    close(got.accuracy, 1.0);
    close(got.uar, 1.0);
    close(got.log_loss, -(f64::from(0.3f32) / (f64::from(0.3f32) + f64::from(0.1f32))).ln());
}

#[test]
fn nothing_and_impossible_answers_stay_finite() {
    let empty = score(&[], &THREE);
    assert_eq!((empty.uar, empty.accuracy, empty.log_loss, empty.ece), (0.0, 0.0, 0.0, 0.0));
    assert_eq!(uar_interval(&[], &THREE, 0), [0.0, 0.0]);
    let wrong = score(&[outcome("a", Emotion::Happy, &[(Emotion::Calm, 1.0)])], &THREE);
    assert!(wrong.log_loss.is_finite() && wrong.ece.is_finite());
}

#[test]
fn the_interval_resamples_speakers() {
    let speaker = |name: &str, right: usize| -> Vec<Outcome> {
        let answer = |take| if take < right { Emotion::Happy } else { Emotion::Angry };
        (0..10).map(|take| outcome(name, Emotion::Happy, &[(answer(take), 1.0)])).collect()
    };
    let same: Vec<Outcome> = ["a", "b", "c"].iter().flat_map(|name| speaker(name, 7)).collect();
    assert_eq!(uar_interval(&[same], &THREE, 1), [0.7, 0.7]);

    let spread: Vec<Outcome> =
        (0..10).flat_map(|number| speaker(&format!("s{number}"), if number < 5 { 10 } else { 0 })).collect();
    let got = uar_interval(std::slice::from_ref(&spread), &THREE, 1);
    // Ten draws of a fair coin: 2.5 % and 97.5 % of the binomial are 2 and 8 of 10.
    assert_eq!(got, [0.2, 0.8]);
    assert_eq!(got, uar_interval(&[spread.clone(), spread], &THREE, 1));
}

#[test]
fn spread() {
    close(mean(&[1.0, 2.0, 6.0]), 3.0);
    close(standard_deviation(&[1.0, 2.0, 6.0]), 7.0f64.sqrt());
    close(standard_deviation(&[5.0]), 0.0);
    close(percentile(&[0.0, 1.0, 2.0, 3.0], 0.5), 1.5);
}

#[test]
fn reliability_and_speakers_by_hand() {
    use Emotion::{Happy, Neutral};
    let even = |speaker, label, p: f32| outcome(speaker, label, &[(Neutral, p), (Happy, 1.0 - p)]);
    let first = vec![even("a", Neutral, 0.875), even("a", Happy, 0.875), even("b", Neutral, 0.625)];
    let second = vec![even("a", Neutral, 0.8125), even("a", Happy, 0.25), even("b", Neutral, 0.25)];
    let runs = [first, second];
    let bins = reliability(&runs, &THREE);
    assert_eq!(bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 1, 2, 3, 0]);
    close(bins[8].confidence, (0.875 + 0.875 + 0.8125) / 3.0);
    close(bins[8].accuracy, 2.0 / 3.0);
    close(bins[7].accuracy, 0.5);
    let speakers = speaker_uars(&runs, &THREE);
    close(speakers["a"], (0.5 + 1.0) / 2.0);
    close(speakers["b"], 0.5);
    assert!(reliability(&[], &THREE).iter().all(|bin| bin.count == 0) && speaker_uars(&[], &THREE).is_empty());
}
