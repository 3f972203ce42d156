//! How the figures were made: protocols, rules and origin.

use std::collections::BTreeSet;

use undertone::inference::Manifest;

use super::markup::{Column, Row, escape, list, paragraph, plain_table};
use crate::condition::Condition;
use crate::corpus::CorpusKind;
use crate::report::card::{citation, command};
use crate::report::shown;
use crate::report::tables::{corpora, tier};
use crate::results::{Results, Run};
use crate::split::Protocol;

const RULES: [&str; 7] = [
    "UAR is the mean of the classes' recalls, so that a class with few clips counts as much as one with many.",
    "The interval holds the middle 95 % of 1000 draws of the test actors with replacement: it tells how far the figure \
     depends on who was tested.",
    "Everything that is fitted is fitted inside the training folds: weights, scalers, the weights and temperature of the \
     vote, the number of epochs. Actors for validation come out of the training actors.",
    "Clips are told apart by their content before they are divided, so that no clip is in training and test.",
    "Augmented copies are made after the division, of training clips only.",
    "Silence is cut and the level of every recording is evened out first, so gain tells nothing, unless a row says `as recorded`.",
    "Log loss is the mean of -ln of the true class' probability. ECE is the expected calibration error over 15 equal bins.",
];

/// Whom a protocol tests on, in a few words.
pub fn in_short(protocol: Protocol) -> String {
    match protocol {
        Protocol::Luna5 => "unseen actors, 5 folds".into(),
        Protocol::Emobox6 => "unseen actors, 6 folds".into(),
        Protocol::Loso => "leave one speaker out".into(),
        Protocol::Random5 => "the same actors, 5 folds".into(),
        Protocol::Crema5 => "CREMA-D, unseen actors, 5 folds".into(),
        Protocol::Cross(corpus) => format!("another corpus, all of {corpus}"),
        Protocol::Everyday => "ordinary people".into(),
    }
}

fn in_words(protocol: Protocol) -> String {
    match protocol {
        Protocol::Luna5 => {
            "RAVDESS, actors never heard in training: the 5 folds published by Luna-Jim\u{e9}nez et al. 2021. The headline.".into()
        }
        Protocol::Emobox6 => {
            "RAVDESS, actors never heard in training: the 6 folds of EmoBox (Ma et al. 2024), 4 actors each.".into()
        }
        Protocol::Loso => "RAVDESS, actors never heard in training: each of the 24 actors is left out in turn.".into(),
        Protocol::Random5 => "RAVDESS, the same actors in training and test: 5 folds of clips, even in the classes. Most published \
                              figures are of this kind; it says little about a stranger's voice and is never the headline."
            .into(),
        Protocol::Crema5 => "CREMA-D, actors never heard in training: 5 folds by the actor's number modulo 5.".into(),
        Protocol::Cross(corpus) => {
            format!("Trained on the other corpora, tested on all of {corpus}, on the classes that both have.")
        }
        Protocol::Everyday => {
            "Ordinary people saying wake words, taken as neutral: each of the words is left out of training in turn.".into()
        }
    }
}

/// What is done to clips under a condition, where it is one that this program knows.
pub fn of_condition(name: &str) -> Option<&'static str> {
    let condition = Condition::ALL.into_iter().find(|condition| condition.name() == name)?;
    Some(match condition {
        Condition::Noise10Db => "white or pink noise 10 dB below the clip's mean power",
        Condition::Telephone => "300 to 3400 Hz, 8 kHz, 8 bits by mu-law",
        Condition::GainMinus20Db => "a tenth of the amplitude, rounded to 16 bits",
        Condition::Mp3At64k => "MP3 at 64 kbit/s and back",
    })
}

/// Protocols, rules, and where each run comes from.
pub fn render(headline: &Run, results: &Results) -> String {
    let runs = shown(results);
    let protocols: BTreeSet<Protocol> = runs.iter().map(|run| run.protocol).collect();
    let protocols =
        protocols.into_iter().map(|protocol| Row::new(vec![format!("`{protocol}`"), in_words(protocol)])).collect();
    let seeds: Vec<String> = headline.seeds.iter().map(u64::to_string).collect();
    let facts = [
        ("commit", format!("`{}`", headline.commit)),
        ("recipe", format!("`{}`", headline.recipe)),
        ("configuration, SHA-256", format!("`{}`", headline.config_sha256)),
        ("seeds", seeds.join(", ")),
        ("trained on", corpora(headline)),
        ("tested on", headline.test.to_string()),
    ];
    let facts = facts.into_iter().map(|(name, value)| Row::new(vec![name.into(), value])).collect();
    let words = [Column::Short("protocol"), Column::Words("what is trained on and tested")];
    let fact = [Column::Words("of the headline"), Column::Words("value")];
    plain_table("Protocols", &words, protocols)
        + &list(&RULES)
        + &plain_table("The headline's run", &fact, facts)
        + "<p>To make it again:</p>\n"
        + &format!("<pre tabindex=\"0\" aria-label=\"Commands\"><code>{}</code></pre>\n", escape(&command(headline)))
        + &origins(&runs)
        + &paragraph(
            "This page is written by `train-native report` from `results.json` and `manifest.json`; nothing in it is typed in by hand but for what others published.",
        )
}

/// The distinct programs and configurations, each with the protocols that it was run by.
fn origins(runs: &[&Run]) -> String {
    let mut origins: Vec<(&Run, BTreeSet<Protocol>)> = Vec::new();
    for run in runs {
        let is_same = |other: &&Run| {
            (&other.recipe, &other.config_sha256, &other.commit, other.tier)
                == (&run.recipe, &run.config_sha256, &run.commit, run.tier)
        };
        match origins.iter_mut().find(|(other, _)| is_same(other)) {
            Some((_, protocols)) => drop(protocols.insert(run.protocol)),
            None => origins.push((run, BTreeSet::from([run.protocol]))),
        }
    }
    let start = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
    let rows = origins
        .into_iter()
        .map(|(run, protocols)| {
            let protocols: Vec<String> = protocols.into_iter().map(|protocol| format!("`{protocol}`")).collect();
            let modified = if run.commit.ends_with("-modified") { ", modified" } else { "" };
            Row::new(vec![
                format!("`{}`", run.recipe),
                tier(run.tier).into(),
                format!("`{}`", start(&run.config_sha256)),
                format!("`{}`{modified}", start(&run.commit)),
                protocols.join(", "),
            ])
        })
        .collect();
    let columns = [
        Column::Words("recipe"),
        Column::Words("tier"),
        Column::Words("configuration"),
        Column::Words("commit"),
        Column::Words("protocols"),
    ];
    plain_table("Where the runs come from", &columns, rows)
}

/// Licence of the weights, and what they were learned from.
pub fn licence(manifest: &Manifest, headline: Option<&Run>) -> String {
    let corpora = headline.map_or(&[CorpusKind::Ravdess][..], |run| &run.train);
    let text = match manifest.license.as_str() {
        "CC-BY-NC-SA-4.0" => " Its text: https://creativecommons.org/licenses/by-nc-sa/4.0/.",
        _ => "",
    };
    let mut html = paragraph(&format!(
        "{}: the weights were learned from corpora under that licence, and may be shared and adapted for non-commercial use \
         with attribution, under the same licence.{text} The code has its own licence. Not one clip of a corpus is contained \
         here. Learned from:",
        manifest.license
    ));
    let mut sources: Vec<String> = corpora.iter().map(|corpus| citation(*corpus).to_owned()).collect();
    if let Some(encoder) = &manifest.encoder {
        sources.push(format!("The encoder `{}`: OpenAI's Whisper base, licence {}", encoder.file, encoder.license));
    }
    html += &list(&sources);
    html
}
