//! Tables of the runs.

use std::collections::BTreeMap;

use super::markup::{Column, Group, Row, paragraph, table};
use super::method;
use crate::report::tables::{corpora, known, origin, percent, uar};
use crate::report::{is_plain, marks, shown};
use crate::results::{Baseline, CLEAN, Results, Run};
use crate::split::Protocol;

/// All plain runs by protocol.
pub fn plain(headline: &Run, results: &Results) -> String {
    let mut by_protocol: BTreeMap<Protocol, Vec<&Run>> = BTreeMap::new();
    for run in shown(results).into_iter().filter(|run| is_plain(run) && run.everyday.is_none()) {
        by_protocol.entry(run.protocol).or_default().push(run);
    }
    let groups: Vec<Group> = by_protocol
        .into_iter()
        .map(|(protocol, runs)| Group {
            name: Some(format!("`{protocol}`: {}", method::in_short(protocol))),
            rows: runs.iter().map(|run| row(run, headline)).collect(),
        })
        .collect();
    let columns = [
        Column::Words("model"),
        Column::Words("tier"),
        Column::Figure("UAR % [95 %]"),
        Column::Figure("accuracy %"),
        Column::Figure("macro F1 %"),
        Column::Figure("log loss"),
        Column::Figure("ECE"),
        Column::Figure("classes"),
        Column::Short("seeds"),
        Column::Short("recipe"),
        Column::Long("trained on"),
    ];
    table("Runs that used nothing of the test speaker, by protocol", &columns, &groups)
}

fn row(run: &Run, headline: &Run) -> Row {
    let name = if run == headline { format!("{} (the headline)", run.model) } else { run.model.clone() };
    let seeds: Vec<String> = run.seeds.iter().map(u64::to_string).collect();
    let mut cells = vec![name, origin(run).into(), uar(run)];
    cells.extend(scores(run));
    cells.extend([run.classes.to_string(), seeds.join(", "), format!("`{}`", run.recipe), corpora(run)]);
    Row { cells, is_main: run.model == "ensemble" }
}

fn scores(run: &Run) -> [String; 4] {
    [percent(run.accuracy), percent(run.macro_f1), format!("{:.3}", run.log_loss), format!("{:.3}", run.ece)]
}

/// Runs of recipes that a part was left out of, against the whole recipe.
pub fn ablations(results: &Results) -> Option<String> {
    let rows: Vec<Row> = super::super::ablations(results)
        .into_iter()
        .map(|(run, part, whole)| Row {
            cells: vec![
                part,
                run.model.clone(),
                format!("`{}`", run.protocol),
                uar(run),
                percent(whole.uar.mean),
                points(run.uar.mean - whole.uar.mean),
                format!("`{}`", whole.recipe),
            ],
            is_main: false,
        })
        .collect();
    let columns = [
        Column::Words("left out"),
        Column::Words("model"),
        Column::Short("protocol"),
        Column::Figure("UAR % [95 %]"),
        Column::Figure("whole, %"),
        Column::Figure("points"),
        Column::Short("recipe"),
    ];
    let group = Group { name: None, rows };
    (!group.rows.is_empty()).then(|| table("Runs of a recipe that a part was left out of", &columns, &[group]))
}

/// Runs on degraded clips, against the same models on the clips as they are.
pub fn degraded(results: &Results) -> Option<String> {
    let runs = shown(results);
    let mut groups: Vec<((Protocol, &str), Vec<Row>)> = Vec::new();
    for run in runs.iter().filter(|run| run.condition != CLEAN) {
        let is_clean = |other: &&&Run| other.condition == CLEAN && is_same_but_for_condition(other, run);
        let clean = runs.iter().find(is_clean).map(|clean| clean.uar.mean);
        let mut cells = vec![
            run.model.clone(),
            origin(run).into(),
            uar(run),
            clean.map_or("-".into(), percent),
            clean.map_or("-".into(), |clean| points(run.uar.mean - clean)),
        ];
        cells.extend(scores(run));
        let row = Row { cells, is_main: run.model == "ensemble" };
        let key = (run.protocol, run.condition.as_str());
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    if groups.is_empty() {
        return None;
    }
    let group = |((protocol, condition), rows): ((Protocol, &str), Vec<Row>)| {
        let words = method::of_condition(condition).map(|words| format!(": {words}")).unwrap_or_default();
        Group { name: Some(format!("`{protocol}`, `{condition}`{words}")), rows }
    };
    let groups: Vec<Group> = groups.into_iter().map(group).collect();
    let columns = [
        Column::Words("model"),
        Column::Words("tier"),
        Column::Figure("UAR % [95 %]"),
        Column::Figure("clean, %"),
        Column::Figure("change, points"),
        Column::Figure("accuracy %"),
        Column::Figure("macro F1 %"),
        Column::Figure("log loss"),
        Column::Figure("ECE"),
    ];
    let lead = "The same models, the same folds; only the test clips are degraded, before silence is cut and the level is evened out.";
    Some(paragraph(lead) + &table("UAR on degraded test clips, and the change against clean ones", &columns, &groups))
}

fn is_same_but_for_condition(a: &Run, b: &Run) -> bool {
    a.protocol == b.protocol
        && a.train == b.train
        && a.model == b.model
        && a.tier == b.tier
        && a.recipe == b.recipe
        && a.input == b.input
        && a.speaker_statistics == b.speaker_statistics
        && a.baseline == b.baseline
}

/// `-8.4`, with a true minus sign; a plus sign where it rose.
fn points(difference: f64) -> String {
    let words = format!("{:+.1}", 100.0 * difference);
    if ["+0.0", "-0.0"].contains(&words.as_str()) { "0.0".into() } else { words.replace('-', "\u{2212}") }
}

/// How ordinary people were answered.
pub fn everyday(results: &Results) -> Option<String> {
    let rows: Vec<Row> = shown(results)
        .into_iter()
        .filter_map(|run| {
            let found = run.everyday?;
            let [calm, alarms] = [found.neutral_or_calm, found.false_alarms].map(percent);
            let cells = vec![run.model.clone(), origin(run).into(), calm, alarms, corpora(run)];
            Some(Row { cells, is_main: run.model == "ensemble" })
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = [
        Column::Words("model"),
        Column::Words("tier"),
        Column::Figure("answered neutral or calm, %"),
        Column::Figure("false alarms, %"),
        Column::Long("trained on"),
    ];
    let lead = "Ordinary people, who play no emotion (`everyday`: each wake word is left out of training in turn). A false alarm \
                is an answer where another class than neutral or calm is above one half.";
    Some(paragraph(lead) + &table("Everyday voices", &columns, &[Group { name: None, rows }]))
}

/// Runs that used something of the test speaker.
pub fn personal(results: &Results) -> Option<String> {
    let rows: Vec<Row> = shown(results)
        .into_iter()
        .filter(|run| run.condition == CLEAN && (run.speaker_statistics || run.baseline != Baseline::Clips(0)))
        .map(|run| {
            let mut cells =
                vec![run.model.clone(), origin(run).into(), format!("`{}`", run.protocol), known(run), uar(run)];
            cells.push(run.without.map_or_else(String::new, percent));
            cells.extend(scores(run));
            Row::new(cells)
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = [
        Column::Words("model"),
        Column::Words("tier"),
        Column::Short("protocol"),
        Column::Words("of the test speaker"),
        Column::Figure("UAR % [95 %]"),
        Column::Figure("without it, UAR %"),
        Column::Figure("accuracy %"),
        Column::Figure("macro F1 %"),
        Column::Figure("log loss"),
        Column::Figure("ECE"),
    ];
    let lead = "These used statistics or clips of the test speaker, or of a wrong one where they say so, which no other figure here does.";
    Some(paragraph(lead) + &table("With something of the test speaker", &columns, &[Group { name: None, rows }]))
}

/// What corrections give, and how shifts are marked.
pub fn marks(results: &Results) -> Option<String> {
    let tables: Vec<String> = marks::tables(results)
        .into_iter()
        .map(|found| {
            let column = |(place, name): (usize, &&'static str)| match place {
                0 => Column::Short(name),
                1 => Column::Words(name),
                _ => Column::Figure(name),
            };
            let columns: Vec<Column> = found.head.iter().enumerate().map(column).collect();
            let group = Group { name: None, rows: found.rows.into_iter().map(Row::new).collect() };
            paragraph(&format!("{}.", found.lead)) + &table(found.caption, &columns, &[group])
        })
        .collect();
    (!tables.is_empty()).then(|| tables.concat())
}
