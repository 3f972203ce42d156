//! The block of figures in the project's README, between two marks.

use super::tables::{origin, percent, uar};
use super::{headline, is_plain, shown};
use crate::results::Results;
use crate::split::Protocol;

/// The line before the block.
pub const BEGIN: &str = "<!-- results:begin -->";
/// The line after the block.
pub const END: &str = "<!-- results:end -->";

/// `readme` with the block between the marks replaced; `None` where the marks are not both there, in order.
pub fn fill(readme: &str, results: &Results) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}{END}{after}", block(results)))
}

fn block(results: &Results) -> String {
    let Some(best) = headline(results) else {
        return "No figure has been recorded yet.\n".into();
    };
    let mut text =
        String::from("| model (tier) | unseen actors (`luna5`), UAR % | accuracy % |\n| --- | ---: | ---: |\n");
    let is_headline = |run: &&crate::results::Run| run.protocol == Protocol::Luna5 && is_plain(run);
    let runs: Vec<_> = shown(results).into_iter().filter(is_headline).collect();
    let is_last = |index: &usize| {
        let run = runs[*index];
        !runs[index + 1..].iter().any(|later| later.model == run.model && later.tier == run.tier)
    };
    let mut rows: Vec<_> = (0..runs.len()).filter(is_last).map(|index| runs[index]).collect();
    rows.sort_by(|a, b| b.uar.mean.total_cmp(&a.uar.mean));
    for run in &rows {
        text += &format!("| {} ({}) | {} | {} |\n", run.model, origin(run), uar(run), percent(run.accuracy));
    }
    let seeds = match rows.iter().map(|run| run.seeds.len()).max() {
        Some(most) if most > 1 => format!("one seed, or with \u{b1} the mean over {most} and their standard deviation"),
        _ => "one seed".into(),
    };
    text += &format!(
        "\nRAVDESS speech, {} classes, no actor of a test fold heard in training; {seeds}; in brackets the 95 % interval over \
         actors. Chance is {:.1} %. All figures, and how they were made: [the model card](models/README.md).\n",
        best.classes,
        100.0 / best.classes as f64,
    );
    text
}
