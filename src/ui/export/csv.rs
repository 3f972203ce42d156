//! Comma-separated values (RFC 4180), one row a model, the votes among them.

use super::{tier_name, tiers};
use crate::analysis::{Emotion, Probabilities};
use crate::ui::state::Report;

/// In the column of models, of the row that joins a tier's.
const VOTE: &str = "vote";
/// And of the row that says what the vote is against the visitor's ordinary voice and corrections.
const FOR_YOU: &str = "vote for you";

/// Rows of all those results under one header.
pub fn csv<'a>(reports: impl IntoIterator<Item = &'a Report>) -> String {
    let mut text = String::from("clip,tier,model,winner");
    for emotion in Emotion::ALL {
        text.push(',');
        text.push_str(emotion.name());
    }
    text.push_str(",seconds,analysed_at\r\n");
    for report in reports {
        for voted in tiers(report) {
            let tier = tier_name(voted.tier);
            row(&mut text, report, tier, VOTE, voted.winner, voted.probabilities);
            if let Some(personal) = voted.personal {
                row(&mut text, report, tier, FOR_YOU, personal.winner, &personal.probabilities);
            }
            for answer in voted.answers {
                let says = crate::analysis::winner(&answer.probabilities);
                row(&mut text, report, tier, &answer.model, says, &answer.probabilities);
            }
        }
    }
    text
}

fn row(text: &mut String, report: &Report, tier: &str, model: &str, says: Emotion, probabilities: &Probabilities) {
    let clip = &report.analysis.clip;
    let mut fields = vec![field(&clip.name), tier.into(), field(model), says.name().into()];
    fields.extend(probabilities.iter().map(|p| format!("{p:.6}")));
    fields.extend([format!("{:.3}", clip.seconds), field(&report.finished.utc)]);
    text.push_str(&fields.join(","));
    text.push_str("\r\n");
}

/// Quoted where it must be. What a spreadsheet would take for a formula begins with an apostrophe.
fn field(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = format!("{}{value}", if formula { "'" } else { "" });
    if value.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{personal, report, sharpened};
    use super::*;

    #[test]
    fn one_row_a_model_and_the_votes() {
        let text = csv([&sharpened("a.wav"), &report("b.wav")]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines.len(), 1 + 4 + 2 + 1);
        assert_eq!(
            lines[0],
            "clip,tier,model,winner,neutral,calm,happy,sad,angry,fearful,disgust,surprised,seconds,analysed_at"
        );
        assert!(lines[1].starts_with("a.wav,quick,vote,calm,0.050000,0.650000,"));
        assert!(lines[1].ends_with(",2.500,2026-01-02T03:04:05.678Z"));
        assert!(lines[3].starts_with("a.wav,deep,vote,happy,"));
        assert!(lines[4].starts_with("a.wav,deep,svm,sad,"));
        assert!(lines[5].starts_with("b.wav,quick,vote,calm,"));
        assert!(lines.iter().skip(1).take(6).all(|line| line.split(',').count() == 14));
    }

    #[test]
    fn what_it_is_for_the_visitor_has_a_row_of_its_own() {
        let text = csv([&personal("a.wav")]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[3].starts_with("a.wav,deep,vote,happy,"));
        assert!(lines[4].starts_with("a.wav,deep,vote for you,sad,0.050000,"));
        assert!(!text.contains("Anna"), "the name of a voice stays with the voice");
    }

    #[test]
    fn fields_are_quoted_and_no_formulas() {
        assert_eq!(field("plain ü.wav"), "plain ü.wav");
        assert_eq!(field("a,\"b\"\n.wav"), "\"a,\"\"b\"\"\n.wav\"");
        assert_eq!(field("=1+2.wav"), "'=1+2.wav");
        assert_eq!(field("@a,b"), "\"'@a,b\"");
    }
}
