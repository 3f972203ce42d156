//! Markdown tables of runs.

use undertone::inference::Tier;

use super::marks::{self, Table};
use super::{ablations, is_plain, shown};
use crate::results::{Baseline, Results, Run, Source};
use crate::split::Protocol;

/// A figure that others published.
pub(super) struct Anchor {
    /// Who, in full.
    pub who: &'static str,
    /// Who, for a picture.
    pub short: &'static str,
    /// How it was measured, in words.
    pub protocol: &'static str,
    /// The protocol of ours that it may be held against.
    pub peer: Option<Protocol>,
    /// UAR or accuracy in %.
    pub percent: f64,
    /// 95 % interval, where its source has one.
    pub ci95: Option<[f64; 2]>,
}

const fn anchor(
    who: &'static str,
    short: &'static str,
    protocol: &'static str,
    peer: Option<Protocol>,
    percent: f64,
) -> Anchor {
    Anchor { who, short, protocol, peer, percent, ci95: None }
}

const LOSO: &str = "leave one speaker out";

/// Figures that others published on RAVDESS, each by its own protocol.
pub(super) const ANCHORS: [Anchor; 9] = [
    anchor("people, audio only (7 options: calm = neutral)", "people", "10 ratings a clip", None, 62.4),
    anchor(
        "eGeMAPS 88 functionals + logistic regression",
        "eGeMAPS 88 + logistic regression",
        LOSO,
        Some(Protocol::Loso),
        53.1,
    ),
    anchor(
        "ComParE 6373 functionals + logistic regression",
        "ComParE 6373 + logistic regression",
        LOSO,
        Some(Protocol::Loso),
        63.6,
    ),
    anchor(
        "ResLSTM with soft attention, 47 k parameters (its settings chosen on the test folds)",
        "ResLSTM, 47 k (tuned on test)",
        "`luna5`",
        Some(Protocol::Luna5),
        62.3,
    ),
    anchor(
        "PANNs CNN14, pretrained, fine-tuned, 81 M (as reported, not checked)",
        "PANNs CNN14, 81 M (not checked)",
        "`luna5`",
        Some(Protocol::Luna5),
        76.6,
    ),
    anchor("WavLM large, frozen, 316 M", "WavLM large, frozen, 316 M", "`emobox6`", Some(Protocol::Emobox6), 72.0),
    anchor(
        "Whisper large v3, frozen, 635 M",
        "Whisper large v3, frozen, 635 M",
        "`emobox6`",
        Some(Protocol::Emobox6),
        75.3,
    ),
    Anchor {
        who: "XLS-R 300M, frozen + logistic regression",
        short: "XLS-R 300M, frozen + logistic regr.",
        protocol: LOSO,
        peer: Some(Protocol::Loso),
        percent: 81.9,
        ci95: Some([77.8, 85.9]),
    },
    anchor("TIM-Net", "TIM-Net", "random folds: the same actors in training and test", Some(Protocol::Random5), 92.1),
];

/// Heads of the columns that hold words, not figures.
const WORDS: [&str; 10] = [
    "protocol",
    "model",
    "model (tier)",
    "trained on",
    "condition",
    "of the test speaker",
    "left out",
    "who",
    "class",
    "played \\ answered",
];

/// 0.7123 -> `71.2`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

pub(super) fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Quick => "quick",
        Tier::Deep => "deep",
    }
}

/// Whose the model is: a tier of the page, or a set of functionals by itself.
pub(super) fn origin(run: &Run) -> &'static str {
    if crate::functionals::is_of_functionals(&run.model) { "functionals alone" } else { tier(run.tier) }
}

/// `71.2 ± 0.4 [66.0, 75.9]`; the deviation is left out for one seed.
pub(super) fn uar(run: &Run) -> String {
    let [low, high] = run.uar.ci95.map(percent);
    let spread = if run.seeds.len() > 1 { format!(" ± {}", percent(run.uar.sd)) } else { String::new() };
    format!("{}{spread} [{low}, {high}]", percent(run.uar.mean))
}

pub(super) fn corpora(run: &Run) -> String {
    run.train.iter().map(|corpus| corpus.name()).collect::<Vec<_>>().join(" + ")
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    let rule = |cell: &&str| if WORDS.contains(cell) { "---" } else { "---:" }.to_owned();
    text += &line(&head.iter().map(rule).collect::<Vec<_>>());
    for row in rows {
        text += &line(&row);
    }
    text
}

/// All runs that used nothing of the test speaker, then, apart from them, those on ordinary voices and those that did.
pub(super) fn figures(results: &Results) -> String {
    let (everyday, runs): (Vec<&Run>, Vec<&Run>) = shown(results).into_iter().partition(|run| run.everyday.is_some());
    let (personal, runs): (Vec<&Run>, Vec<&Run>) = runs.into_iter().partition(|run| run.without.is_some());
    let (plain, other): (Vec<&Run>, Vec<&Run>) = runs.into_iter().partition(|run| is_plain(run));
    let mut text = rows_of(&plain);
    if !everyday.is_empty() {
        text += "\nOrdinary people, who play no emotion (`everyday`: each wake word is left out of training in turn). A false \
                 alarm is an answer where another class than neutral or calm is above one half:\n\n";
        text += &table(
            &["protocol", "model (tier)", "trained on", "answered neutral or calm, %", "false alarms, %"],
            everyday.iter().filter_map(|run| {
                let found = run.everyday?;
                Some(vec![
                    format!("`{}`", run.protocol),
                    name(run),
                    corpora(run),
                    percent(found.neutral_or_calm),
                    percent(found.false_alarms),
                ])
            }),
        );
    }
    if !personal.is_empty() {
        text += "\nWith the ordinary voice of the test speaker, beside the same models' answers to the same clips without it. What made a \
                 baseline is never scored; neutral clips are drawn three times:\n\n";
        text += &table(
            &["protocol", "model", "of the test speaker", "UAR %", "without it", "points more"],
            personal.iter().filter_map(|run| {
                let without = run.without?;
                let more = format!("{:+.1}", 100.0 * (run.uar.mean - without));
                Some(vec![format!("`{}`", run.protocol), name(run), known(run), uar(run), percent(without), more])
            }),
        );
    }
    for Table { lead, head, rows, .. } in marks::tables(results) {
        text += &format!("\n{lead}:\n\n{}", table(head, rows));
    }
    if !other.is_empty() {
        text += "\nWith degraded test clips, or with statistics of the test speaker, which the figures above never use:\n\n";
        text += &table(
            &["protocol", "model", "condition", "of the test speaker", "UAR %"],
            other
                .iter()
                .map(|run| vec![format!("`{}`", run.protocol), name(run), run.condition.clone(), known(run), uar(run)]),
        );
    }
    let ablated = ablations(results);
    if !ablated.is_empty() {
        text += "\nWhat each part of a recipe gives, left out of it:\n\n";
        text += &table(
            &["protocol", "model (tier)", "left out", "UAR %", "points lost by it"],
            ablated.iter().map(|(run, part, whole)| {
                let lost = 100.0 * (whole.uar.mean - run.uar.mean);
                let name = format!("{} ({}, recipe `{}`)", run.model, origin(run), whole.recipe);
                vec![format!("`{}`", run.protocol), name, part.clone(), uar(run), format!("{lost:.1}")]
            }),
        );
    }
    text
}

/// What was used of the test speaker.
pub(super) fn known(run: &Run) -> String {
    match (run.speaker_statistics, run.baseline) {
        (_, Baseline::Of(Source::All)) => "all clips".into(),
        (_, Baseline::Of(Source::Stranger)) => "wrong: 2 neutral clips of another speaker".into(),
        (_, Baseline::Of(Source::Angry)) => "wrong: 2 angry clips".into(),
        (_, Baseline::Clips(n)) if n > 0 => format!("{n} neutral clips"),
        (true, _) => "statistics".into(),
        (false, _) => "nothing".into(),
    }
}

pub(super) fn name(run: &Run) -> String {
    let usual = [crate::recipe::DEFAULT, crate::deep::recipe::DEFAULT].contains(&run.recipe.as_str());
    let recipe = match run.recipe.as_str() {
        _ if usual => String::new(),
        crate::functionals::RECIPE => String::new(),
        recipe => format!(", recipe `{recipe}`"),
    };
    format!("{} ({}{recipe})", run.model, origin(run))
}

fn rows_of(runs: &[&Run]) -> String {
    table(
        &["protocol", "model (tier)", "trained on", "classes", "UAR %", "accuracy %", "macro F1 %", "log loss", "ECE"],
        runs.iter().map(|run| {
            vec![
                format!("`{}`", run.protocol),
                name(run),
                corpora(run),
                run.classes.to_string(),
                uar(run),
                percent(run.accuracy),
                percent(run.macro_f1),
                format!("{:.3}", run.log_loss),
                format!("{:.3}", run.ece),
            ]
        }),
    )
}

/// Precision, recall and F1 of each class.
pub(super) fn per_class(run: &Run) -> String {
    table(
        &["class", "precision %", "recall %", "F1 %"],
        run.emotions().into_iter().filter_map(|emotion| {
            let score = run.per_class.get(emotion.name())?;
            Some(vec![emotion.name().to_owned(), percent(score.precision), percent(score.recall), percent(score.f1)])
        }),
    )
}

/// Each row in % of its class' clips.
pub(super) fn confusion(run: &Run) -> String {
    let emotions = run.emotions();
    let mut head = vec!["played \\ answered"];
    head.extend(emotions.iter().map(|emotion| emotion.name()));
    table(
        &head,
        emotions.iter().zip(&run.confusion).enumerate().map(|(class, (emotion, row))| {
            let all = row.iter().sum::<u64>().max(1) as f64;
            let share = |(column, count): (usize, &u64)| {
                let share = format!("{:.0}", 100.0 * *count as f64 / all);
                if column == class { format!("**{share}**") } else { share }
            };
            std::iter::once(emotion.name().to_owned()).chain(row.iter().enumerate().map(share)).collect()
        }),
    )
}

pub(super) fn anchors() -> String {
    table(
        &["who", "protocol", "%"],
        ANCHORS.iter().map(|anchor| vec![anchor.who.into(), anchor.protocol.into(), format!("{:.1}", anchor.percent)]),
    )
}
