//! One file that anybody can open: no script, nothing fetched, everything within it.

use std::fmt::Write as _;

use super::{VERSION, tiers};
use crate::analysis::{Emotion, Probabilities, winner};
use crate::protocol::LoadedModel;
use crate::ui::state::Report;
use crate::ui::text;

const STYLE: &str = include_str!("report.css");
/// Held by the browser that opens it, wherever it lies.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A report with a picture (a `data:` address) in it.
pub fn html(report: &Report, picture: &str) -> String {
    let clip = &report.analysis.clip;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        escaped(&text::report_title(&clip.name))
    );
    page.push_str(&header(report));
    page.push_str("<main>\n");
    section(&mut page, text::PROBABILITIES, &probabilities(report));
    let analysis = &report.analysis;
    let alternative = format!("{} {}", text::waveform_alternative(analysis), text::mel_alternative(analysis));
    let image = format!("<img src=\"{}\" alt=\"{}\">\n", escaped(picture), escaped(&alternative));
    section(&mut page, text::SOUND, &image);
    section(&mut page, text::VOICE, &voice(report));
    section(&mut page, text::MODELS, &models(report));
    section(&mut page, text::FILES, &files(report));
    section(&mut page, text::STAGES, &stages(report));
    page.push_str("</main>\n<footer>\n");
    for words in [text::LIMITS, text::LAW, text::LICENCE] {
        let _ = writeln!(page, "<p>{}</p>", escaped(words));
    }
    let _ = writeln!(page, "<p>{}</p>\n</footer>\n</body>\n</html>", escaped(&text::made_by(VERSION)));
    page
}

/// As text, and within an attribute's quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No character reference may stand for the others.
            c if c.is_control() && !matches!(c, '\n' | '\t') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

fn section(page: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let _ = writeln!(page, "<section>\n<h2>{}</h2>\n{body}</section>", escaped(title));
    }
}

fn header(report: &Report) -> String {
    let (analysis, shown) = (&*report.analysis, report.shown());
    let mut facts = text::clip_facts(analysis);
    facts.push(report.finished.utc.clone());
    facts.extend(report.for_you().map(text::for_whom));
    let notices: String =
        analysis.notices.iter().map(|notice| format!("<p>{}</p>\n", escaped(&notice.to_string()))).collect();
    format!(
        "<header>\n<p class=\"name\">{}</p>\n<p class=\"soft\">{}</p>\n<h1>{}</h1>\n<p class=\"figure\">{}</p>\n\
         <p class=\"soft\">{}</p>\n<p class=\"soft facts\">{}</p>\n{notices}</header>\n",
        escaped(&analysis.clip.name),
        text::EXPRESSED,
        text::headline(report),
        escaped(&text::certainty(report)),
        escaped(&text::tier_sentence(shown.tier)),
        escaped(&facts.join(" · "))
    )
}

fn probabilities(report: &Report) -> String {
    let rows: String = text::ranked(report.shown().probabilities)
        .into_iter()
        .map(|(emotion, p)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td><svg viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
                 <rect width=\"{:.2}\" height=\"1\"/></svg></td><td class=\"number\">{}</td></tr>\n",
                text::emotion(emotion),
                100.0 * p,
                escaped(&text::percent(p))
            )
        })
        .collect();
    format!("<table>\n<tbody>\n{rows}</tbody>\n</table>\n")
}

fn voice(report: &Report) -> String {
    let attributes: String = text::voice_attributes(&report.analysis.voice)
        .into_iter()
        .map(|attribute| {
            let numbers: String =
                attribute.numbers.iter().map(|number| format!("<dd>{}</dd>", escaped(number))).collect();
            format!("<div><dt>{}</dt><dd>{}</dd>{numbers}</div>\n", escaped(attribute.name), escaped(&attribute.word))
        })
        .collect();
    if attributes.is_empty() { String::new() } else { format!("<dl>\n{attributes}</dl>\n") }
}

fn models(report: &Report) -> String {
    let emotions: String = Emotion::ALL
        .map(|emotion| format!("<th scope=\"col\" class=\"number\">{}</th>", text::emotion(emotion)))
        .concat();
    let mut table = format!(
        "<div class=\"wide\">\n<table>\n<thead>\n<tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>{emotions}</tr>\n</thead>\n",
        text::COLUMN_MODEL,
        text::COLUMN_SAYS
    );
    for voted in tiers(report) {
        let _ = writeln!(table, "<tbody>");
        let name = format!("{}, {}", text::tier_title(voted.tier), text::TOGETHER.to_lowercase());
        table.push_str(&model(&name, true, voted.winner, voted.probabilities));
        if let Some(personal) = voted.personal {
            let whom = text::for_whom(personal).replacen('F', "f", 1);
            let name = format!("{}, {whom}", text::tier_title(voted.tier));
            table.push_str(&model(&name, true, personal.winner, &personal.probabilities));
        }
        for answer in voted.answers {
            table.push_str(&model(&answer.model, false, winner(&answer.probabilities), &answer.probabilities));
        }
        let _ = writeln!(table, "</tbody>");
    }
    table + "</table>\n</div>\n"
}

fn model(name: &str, vote: bool, says: Emotion, probabilities: &Probabilities) -> String {
    let cells: String = Emotion::ALL
        .map(|emotion| {
            let best = if emotion == says { " best" } else { "" };
            format!("<td class=\"number{best}\">{}</td>", escaped(&text::percent(probabilities[emotion.index()])))
        })
        .concat();
    format!(
        "<tr{}><th scope=\"row\">{}</th><td>{}</td>{cells}</tr>\n",
        if vote { " class=\"vote\"" } else { "" },
        escaped(name),
        text::emotion(says)
    )
}

/// Of those models that have answered.
fn files(report: &Report) -> String {
    let answered: Vec<&str> =
        tiers(report).iter().flat_map(|voted| voted.answers).map(|answer| answer.model.as_str()).collect();
    let models = report.files.models.iter().filter(|file| answered.contains(&file.name.as_str()));
    let encoder = report.files.encoder.iter().filter(|_| report.deep().is_some());
    let rows: String = models
        .chain(encoder)
        .map(|LoadedModel { name, bytes, sha256 }| {
            format!(
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{bytes}</td><td><code>{}</code></td></tr>\n",
                escaped(name),
                escaped(sha256)
            )
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<div class=\"wide\">\n<table>\n<thead>\n<tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"number\">{}</th>\
         <th scope=\"col\">SHA-256</th></tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n",
        text::COLUMN_MODEL,
        text::COLUMN_BYTES
    )
}

fn stages(report: &Report) -> String {
    let rows: String = report
        .analysis
        .times
        .iter()
        .map(|time| {
            let millis = escaped(&text::millis(time.millis));
            format!("<div><dt>{}</dt><dd>{millis}</dd></div>\n", text::stage(time.stage))
        })
        .collect();
    format!("<dl>\n{rows}</dl>\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOSTILE, personal, report, sharpened};
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("a < b & \"c\" 'd'>"), "a &lt; b &amp; &quot;c&quot; &#39;d&#39;&gt;");
        assert_eq!(escaped("a\0b"), "a\u{fffd}b");
    }

    #[test]
    fn a_hostile_name_makes_no_elements() {
        let page = html(&sharpened(HOSTILE), "data:image/png;base64,AAAA");
        assert!(!page.contains("<img src=x") && page.contains("&lt;img src=x onerror=alert(1)&gt;.wav"));
        assert_eq!(page.matches("<img").count(), 1);
        for never in ["<script", "http://", "https://", "javascript:", " onerror=\"", "<link"] {
            assert!(!page.contains(never), "{never}");
        }
        assert!(!html(&report("a.wav"), "\"><script>").contains("<script"));
    }

    #[test]
    fn says_who_said_it_and_what_it_is_not() {
        let page = html(&sharpened("a.wav"), "data:,");
        for words in ["<h1>Happy</h1>", &"ab".repeat(32), "never what a person feels", "AI Act", "151 Hz", "encoder"] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!html(&report("a.wav"), "data:,").contains("encoder</th>"), "a file that was not asked");
    }

    #[test]
    fn both_answers_stand_in_the_table_whichever_is_shown() {
        for plain in [false, true] {
            let page = html(&Report { plain, ..personal("a.wav") }, "data:,");
            assert!(page.contains(if plain { "<h1>Happy</h1>" } else { "<h1>Sad</h1>" }));
            for row in [", together</th><td>Happy</td>", ", for Anna</th><td>Sad</td>"] {
                assert!(page.contains(row), "{row} in {page}");
            }
        }
    }

    #[test]
    fn every_element_is_closed() {
        let page = html(&sharpened(HOSTILE), "data:,");
        for name in ["html", "head", "body", "header", "main", "section", "table", "thead", "tbody", "tr", "th", "td"] {
            let opened = page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count();
            assert_eq!(opened, page.matches(&format!("</{name}>")).count(), "{name}");
        }
    }
}
