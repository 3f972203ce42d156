//! Precision, recall and F1 of each class.

use super::markup::{Column, Row, figure, pair, plain_table};
use super::svg::{Svg, WIDTH, px};
use crate::report::tables::percent;
use crate::results::Run;

const LEFT: f64 = 66.0;
const TOP: f64 = 20.0;
const ROW: f64 = 27.0;
/// The bars of a class, from above; their names in the style sheet too.
const BARS: [&str; 3] = ["precision", "recall", "F1"];

/// Bars and table.
pub fn render(run: &Run) -> String {
    let scores: Vec<_> = run
        .emotions()
        .into_iter()
        .filter_map(|emotion| Some((emotion.name(), run.per_class.get(emotion.name())?)))
        .collect();
    let rows = scores
        .iter()
        .map(|(name, score)| {
            let cells = [score.precision, score.recall, score.f1].map(percent);
            Row::new(std::iter::once((*name).to_owned()).chain(cells).collect())
        })
        .collect();
    let columns =
        [Column::Words("class"), Column::Figure("precision %"), Column::Figure("recall %"), Column::Figure("F1 %")];

    let mut svg = Svg::default();
    let x = |share: f64| LEFT + share * (WIDTH - LEFT - 14.0);
    for (index, name) in BARS.iter().enumerate() {
        let left = LEFT + 78.0 * index as f64;
        svg.rect(name, (left, 2.0), (10.0, 10.0));
        svg.text("tick", px(left + 14.0), 11.0, name);
    }
    let bottom = TOP + ROW * scores.len() as f64;
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        svg.line("grid", (px(x(tick)), TOP), (px(x(tick)), bottom + 3.0));
        svg.text("tick middle", px(x(tick)), bottom + 16.0, &format!("{:.0}", 100.0 * tick));
    }
    for (index, (name, score)) in scores.iter().enumerate() {
        let y = TOP + ROW * index as f64;
        svg.text("name end", px(LEFT - 6.0), y + 16.0, name);
        for (bar, share) in [score.precision, score.recall, score.f1].into_iter().enumerate() {
            svg.rect(BARS[bar], (LEFT, y + 2.0 + 7.0 * bar as f64), (x(share) - LEFT, 6.0));
        }
    }
    let told: Vec<String> = scores
        .iter()
        .map(|(name, score)| {
            let [precision, recall, f1] = [score.precision, score.recall, score.f1].map(percent);
            format!("{name} {precision}, {recall}, {f1}")
        })
        .collect();
    let description = format!("In %. {}.", told.join("; "));
    let picture = svg.scaled("Precision, recall and F1 of each class", &description, bottom + 22.0);
    let caption = "Bars of each class from above: precision, recall, F1, in %.";
    pair(&figure(&picture, caption), &plain_table("Each class, the headline's run", &columns, rows))
}
