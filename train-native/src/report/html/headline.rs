//! The headline, alone and beside what others reach.

use undertone::inference::Tier;

use super::markup::{Column, Row, details, escape, figure, paragraph, plain_table};
use super::method;
use super::svg::{Svg, across};
use crate::corpus::CorpusKind;
use crate::report::card::seeds;
use crate::report::tables::{ANCHORS, corpora, percent, tier};
use crate::report::{is_plain, shown};
use crate::results::{Results, Run};
use crate::split::Protocol;

/// A line of the plot.
struct Entry {
    name: String,
    percent: f64,
    ci95: Option<[f64; 2]>,
    class: &'static str,
}

/// The figure itself, large, and what it means.
pub fn lead(run: &Run) -> String {
    let [low, high] = run.uar.ci95.map(percent);
    let figure = |name: &str, value: String| format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n");
    let clips = run.confusion.iter().flatten().sum::<u64>() / run.seeds.len().max(1) as u64;
    let mut html = format!(
        "<p class=\"headline\"><span class=\"big\">UAR {} %</span> <span class=\"interval\">95 % interval {low} to {high}</span></p>\n",
        percent(run.uar.mean),
    );
    html += "<dl class=\"figures\">\n";
    html += &figure("accuracy", format!("{} %", percent(run.accuracy)));
    html += &figure("macro F1", format!("{} %", percent(run.macro_f1)));
    html += &figure("log loss", format!("{:.3}", run.log_loss));
    html += &figure("ECE", format!("{:.3}", run.ece));
    html += &figure("chance", format!("{} %", percent(1.0 / run.classes.max(1) as f64)));
    html += "</dl>\n";
    html += &paragraph(&format!(
        "The {} ensemble on RAVDESS speech, {} classes, by `{}`: each of {clips} clips is answered by models that never \
         heard its actor. UAR, unweighted average recall, is the mean of the classes' recalls. Mean over {}; the interval \
         comes from resampling actors. Trained on {}.",
        tier(run.tier),
        run.classes,
        run.protocol,
        seeds(run),
        corpora(run),
    ));
    html + &paragraph(
        "The figures come from these folds, not from the shipped weights: the shipped models are trained on all actors of \
         all training corpora, so nobody is left to test them on; the model card names their recipes.",
    )
}

/// The plot against others, and its numbers.
pub fn against_others(run: &Run, results: &Results) -> String {
    let chance = 100.0 / run.classes.max(1) as f64;
    let ours: Vec<&Run> = shown(results)
        .into_iter()
        .filter(|other| {
            is_plain(other)
                && other.model == "ensemble"
                && other.test == CorpusKind::Ravdess
                && other.classes == run.classes
                && !matches!(other.protocol, Protocol::Cross(_))
        })
        .collect();
    let groups: Vec<(Protocol, Vec<Entry>)> = [Protocol::Luna5, Protocol::Emobox6, Protocol::Loso, Protocol::Random5]
        .into_iter()
        .map(|protocol| (protocol, entries(protocol, run, &ours)))
        .filter(|(_, entries)| !entries.is_empty())
        .collect();
    let picture = picture(&groups, chance);
    let caption = "Filled: undertone; hollow: others. Bars are 95 % intervals, where there is one. Read the protocol before \
                   the figure: the same network gains ten points and more when it has heard the actors. People chose among 7 \
                   options, calm counted as neutral.";
    let mut rows: Vec<Row> = ours
        .iter()
        .map(|other| Row {
            cells: vec![
                format!("undertone, {} ensemble", tier(other.tier)),
                format!("`{}`", other.protocol),
                percent(other.uar.mean),
                interval(Some(other.uar.ci95.map(|bound| 100.0 * bound))),
            ],
            is_main: *other == run,
        })
        .collect();
    rows.extend(ANCHORS.iter().map(|anchor| {
        let figure = format!("{:.1}", anchor.percent);
        Row::new(vec![anchor.who.into(), anchor.protocol.into(), figure, interval(anchor.ci95)])
    }));
    rows.push(Row::new(vec!["chance".into(), "-".into(), format!("{chance:.1}"), "-".into()]));
    let columns = [
        Column::Words("who"),
        Column::Words("protocol"),
        Column::Figure("UAR or accuracy, %"),
        Column::Figure("95 % interval"),
    ];
    figure(&picture, caption)
        + &details(
            "The numbers as a table",
            &plain_table(&format!("On RAVDESS, {} classes", run.classes), &columns, rows),
        )
}

fn interval(ci95: Option<[f64; 2]>) -> String {
    ci95.map_or("-".into(), |[low, high]| format!("{low:.1} to {high:.1}"))
}

fn entries(protocol: Protocol, headline: &Run, ours: &[&Run]) -> Vec<Entry> {
    let of_ours = ours.iter().filter(|run| run.protocol == protocol).map(|run| Entry {
        name: format!(
            "undertone, {}",
            match run.tier {
                Tier::Quick => "quick tier",
                Tier::Deep => "deep tier",
            }
        ),
        percent: 100.0 * run.uar.mean,
        ci95: Some(run.uar.ci95.map(|bound| 100.0 * bound)),
        class: if *run == headline { "ours first" } else { "ours" },
    });
    let of_others = ANCHORS.iter().filter(|anchor| anchor.peer == Some(protocol)).map(|anchor| Entry {
        name: anchor.short.into(),
        percent: anchor.percent,
        ci95: anchor.ci95,
        class: "other",
    });
    let mut entries: Vec<Entry> = of_ours.chain(of_others).collect();
    entries.sort_by(|a, b| b.percent.total_cmp(&a.percent));
    entries
}

fn picture(groups: &[(Protocol, Vec<Entry>)], chance: f64) -> String {
    const TOP: f64 = 40.0;
    const HEAD: f64 = 34.0;
    const ROW: f64 = 42.0;
    let rows: usize = groups.iter().map(|(_, entries)| entries.len()).sum();
    let bottom = TOP + HEAD * groups.len() as f64 + ROW * rows as f64;
    let mut svg = Svg::default();
    for tick in [0.0, 20.0, 40.0, 60.0, 80.0, 100.0] {
        svg.line("grid", (across(tick), TOP - 6.0), (across(tick), bottom + 4.0));
        let place = match tick {
            0.0 => "tick",
            100.0 => "tick end",
            _ => "tick middle",
        };
        svg.text(place, across(tick), bottom + 20.0, &format!("{tick:.0}{}", if tick == 100.0 { " %" } else { "" }));
    }
    let people = ANCHORS.iter().find(|anchor| anchor.peer.is_none()).map(|anchor| (anchor.short, anchor.percent));
    for (name, at) in people.into_iter().chain([("chance", chance)]) {
        svg.line("mark", (across(at), TOP - 10.0), (across(at), bottom + 4.0));
        svg.text("mark-name middle", across(at), TOP - 18.0, &format!("{name} {at:.1}"));
    }
    let mut y = TOP;
    let mut told = Vec::new();
    for (protocol, entries) in groups {
        svg.text("group", "0%", y + 22.0, &format!("{protocol}: {}", method::in_short(*protocol)));
        y += HEAD;
        for entry in entries {
            let class = entry.class;
            svg.text(&format!("name {class}"), "0%", y + 18.0, &entry.name);
            svg.text(&format!("value end {class}"), "100%", y + 18.0, &format!("{:.1}", entry.percent));
            svg.line("track", ("0%", y + 28.0), ("100%", y + 28.0));
            if let Some([low, high]) = entry.ci95 {
                let class = format!("whisker {class}");
                svg.line(&class, (across(low), y + 28.0), (across(high), y + 28.0));
                for end in [low, high] {
                    svg.line(&class, (across(end), y + 24.0), (across(end), y + 32.0));
                }
            }
            svg.dot(&format!("dot {class}"), across(entry.percent), y + 28.0, 5.0);
            told.push(format!("{} {:.1}", entry.name, entry.percent));
            y += ROW;
        }
    }
    let people = people.map_or(String::new(), |(_, at)| format!(" People: {at:.1}."));
    let description = format!("In %, by protocol. {}.{people} Chance: {chance:.1}.", told.join("; "));
    svg.stretched("Unweighted average recall on RAVDESS, beside what others reach", &description, bottom + 28.0)
}

/// A line that says there is nothing to show.
pub fn nothing() -> String {
    format!("<p>{}</p>\n", escape("No figure has been recorded for this set of models."))
}
