//! How far the answers' probabilities can be believed.

use super::markup::{Column, Row, figure, pair, plain_table};
use super::svg::{Svg, px};
use crate::metrics::ReliabilityBin;
use crate::report::tables::percent;
use crate::results::Run;

const LEFT: f64 = 40.0;
const TOP: f64 = 10.0;
const SIDE: f64 = 256.0;

/// The reliability diagram of `run`, where its bins were recorded.
pub fn render(run: &Run) -> Option<String> {
    let bins = run.reliability.as_ref().filter(|bins| bins.iter().any(|bin| bin.count > 0))?;
    let n = bins.len() as f64;
    let rows = bins
        .iter()
        .enumerate()
        .map(|(index, bin)| {
            let bounds = [index as f64 / n, (index + 1) as f64 / n].map(|bound| format!("{:.0}", 100.0 * bound));
            let figure = |share: f64| if bin.count == 0 { "-".into() } else { percent(share) };
            Row::new(vec![bounds.join(" to "), figure(bin.confidence), figure(bin.accuracy), bin.count.to_string()])
        })
        .collect();
    let columns = [
        Column::Words("probability, %"),
        Column::Figure("mean probability, %"),
        Column::Figure("right, %"),
        Column::Figure("answers"),
    ];
    let caption = format!(
        "Each dot is a tenth of the scale; its area is the number of answers in it. On the dashed line, an answer given with 70 % \
         would be right in 70 of 100 cases; below the line the models are too sure. Expected calibration error, over 15 bins: {:.3}.",
        run.ece
    );
    let table = plain_table("Answers by their probability", &columns, rows);
    Some(pair(&figure(&picture(bins), &caption), &table))
}

fn picture(bins: &[ReliabilityBin]) -> String {
    let x = |share: f64| LEFT + SIDE * share;
    let y = |share: f64| TOP + SIDE * (1.0 - share);
    let mut svg = Svg::default();
    for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        let words = format!("{:.0}", 100.0 * tick);
        svg.line("grid", (px(x(tick)), y(0.0)), (px(x(tick)), y(1.0)));
        svg.line("grid", (px(x(0.0)), y(tick)), (px(x(1.0)), y(tick)));
        svg.text("tick middle", px(x(tick)), y(0.0) + 15.0, &words);
        svg.text("tick end", px(LEFT - 5.0), y(tick) + 4.0, &words);
    }
    svg.line("ideal", (px(x(0.0)), y(0.0)), (px(x(1.0)), y(1.0)));
    let filled: Vec<&ReliabilityBin> = bins.iter().filter(|bin| bin.count > 0).collect();
    let points: Vec<(f64, f64)> = filled.iter().map(|bin| (x(bin.confidence), y(bin.accuracy))).collect();
    svg.path("curve", &points);
    let most = filled.iter().map(|bin| bin.count).max().unwrap_or(1) as f64;
    for (bin, (x, y)) in filled.iter().zip(&points) {
        svg.dot("dot ours", px(*x), *y, 2.5 + 6.5 * (bin.count as f64 / most).sqrt());
    }
    svg.text("axis middle", px(x(0.5)), y(0.0) + 31.0, "probability of the answer, %");
    svg.turned_text("axis middle", (11.0, y(0.5)), -90.0, "right answers, %");
    let told: Vec<String> = filled
        .iter()
        .map(|bin| format!("{} % right at {} %, {} answers", percent(bin.accuracy), percent(bin.confidence), bin.count))
        .collect();
    svg.scaled("Reliability diagram", &format!("{}.", told.join("; ")), TOP + SIDE + 38.0)
}
