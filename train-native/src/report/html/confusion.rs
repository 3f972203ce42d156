//! Confusion matrices as heat maps.

use undertone::inference::Emotion;

use super::markup::{Column, Row, details, figure, list, pair, plain_table};
use super::svg::{Svg, px};
use crate::report::tables::{corpora, tier, uar};
use crate::report::{is_plain, shown};
use crate::results::{Results, Run};

const LEFT: f64 = 62.0;
const TOP: f64 = 62.0;
const CELL: f64 = 29.0;
/// Opacity of a full cell: text in the page's ink stays readable on it, in both schemes.
const FULL: f64 = 0.5;

/// A class with its row of the matrix.
struct Line {
    class: usize,
    emotion: Emotion,
    counts: Vec<u64>,
    all: u64,
}

/// The heat map of `run` and its numbers.
pub fn render(run: &Run) -> String {
    let emotions = run.emotions();
    let lines: Vec<Line> = emotions
        .iter()
        .zip(&run.confusion)
        .enumerate()
        .map(|(class, (emotion, row))| Line { class, emotion: *emotion, counts: row.clone(), all: row.iter().sum() })
        .filter(|line| line.all > 0)
        .collect();
    let rows = lines
        .iter()
        .map(|line| {
            let shares = line.counts.iter().map(|count| format!("{:.1}", 100.0 * share(*count, line.all)));
            let cells = std::iter::once(line.emotion.name().to_owned()).chain(shares);
            Row::new(cells.chain([line.all.to_string()]).collect())
        })
        .collect();
    let mut columns = vec![Column::Words("played \\ answered")];
    columns.extend(emotions.iter().map(|emotion| Column::Figure(emotion.name())));
    columns.push(Column::Figure("clips"));
    let caption = format!(
        "% of each row, and clips of the row{}",
        match run.seeds.len() {
            1 => "",
            _ => ", summed over the seeds",
        }
    );
    let picture =
        figure(&picture(&emotions, &lines), "Rows: what was played; columns: what was answered; in % of the row.");
    pair(&picture, &list(&told(&emotions, &lines)))
        + &details("The numbers as a table", &plain_table(&caption, &columns, rows))
}

fn share(count: u64, all: u64) -> f64 {
    count as f64 / all.max(1) as f64
}

fn picture(emotions: &[Emotion], lines: &[Line]) -> String {
    let mut svg = Svg::default();
    for (column, emotion) in emotions.iter().enumerate() {
        let x = LEFT + CELL * (column as f64 + 0.5);
        svg.turned_text("name", (x + 2.0, TOP - 6.0), -60.0, emotion.name());
    }
    for (row, line) in lines.iter().enumerate() {
        let y = TOP + CELL * row as f64;
        svg.text("name end", px(LEFT - 6.0), y + CELL / 2.0 + 4.0, line.emotion.name());
        for (column, count) in line.counts.iter().enumerate() {
            let x = LEFT + CELL * column as f64;
            let share = share(*count, line.all);
            let class = if column == line.class { "cell right" } else { "cell" };
            svg.shade(class, (x + 0.5, y + 0.5), CELL - 1.0, FULL * share.sqrt());
            let words = format!("{:.0}", 100.0 * share);
            let class = match (column == line.class, words == "0") {
                (true, _) => "count right",
                (false, true) => "count none",
                (false, false) => "count",
            };
            svg.text(class, px(x + CELL / 2.0), y + CELL / 2.0 + 4.0, &words);
        }
    }
    let height = TOP + CELL * lines.len() as f64 + 2.0;
    svg.scaled("Confusion matrix, in % of each row", &format!("{}.", told(emotions, lines).join("; ")), height)
}

/// How often each class was right, and what it was mistaken for.
fn told(emotions: &[Emotion], lines: &[Line]) -> Vec<String> {
    lines
        .iter()
        .map(|line| {
            let right = line.counts.get(line.class).copied().unwrap_or(0);
            let wrong = line.counts.iter().enumerate().filter(|(column, _)| *column != line.class);
            let most = wrong.max_by_key(|(column, count)| (**count, std::cmp::Reverse(*column)));
            let mistaken = most.filter(|(_, count)| **count > 0).and_then(|(column, count)| {
                Some(format!(
                    ", most often mistaken for {} ({:.0}\u{a0}%)",
                    emotions.get(column)?.name(),
                    100.0 * share(*count, line.all)
                ))
            });
            format!(
                "{} right in {:.0}\u{a0}%{}",
                line.emotion.name(),
                100.0 * share(right, line.all),
                mistaken.unwrap_or_default()
            )
        })
        .collect()
}

/// Each tier's ensemble by each protocol, but for the headline, folded away.
pub fn others(headline: &Run, results: &Results) -> String {
    let mut runs: Vec<&Run> =
        shown(results).into_iter().filter(|run| run.model == "ensemble" && is_plain(run) && *run != headline).collect();
    runs.sort_by_key(|run| run.protocol);
    let one = |run: &&Run| {
        let figure = match run.everyday {
            Some(_) => String::new(),
            None => format!(": UAR {} %", uar(run)),
        };
        let summary = format!("`{}`, {} ensemble, trained on {}{figure}", run.protocol, tier(run.tier), corpora(run));
        details(&summary, &render(run))
    };
    runs.iter().map(one).collect()
}
