//! What corrections give, and how shifts are marked: tables for the card and the page.

use super::shown;
use super::tables::{name, percent};
use crate::results::{Results, Run};

/// A table and the sentence before it.
pub(super) struct Table {
    /// Without its colon or full stop.
    pub lead: &'static str,
    /// Its name on the page.
    pub caption: &'static str,
    /// Names of the columns; the first two hold words.
    pub head: &'static [&'static str],
    /// Their cells.
    pub rows: Vec<Vec<String>>,
}

/// Those that have rows.
pub(super) fn tables(results: &Results) -> Vec<Table> {
    let of = |row: fn(&Run) -> Option<Vec<String>>| -> Vec<Vec<String>> {
        let row = |run: &Run| -> Option<Vec<String>> {
            let words = [format!("`{}`", run.protocol), name(run)];
            Some(words.into_iter().chain(row(run)?).collect())
        };
        shown(results).into_iter().filter_map(row).collect()
    };
    let corrected = Table {
        lead: "When a few clips of an unseen speaker, wrongly answered ones first, are set right, and the others answered again; what \
               was set right is not scored, and the clips are drawn ten times",
        caption: "Corrections",
        head: &["protocol", "model", "clips set right", "UAR % before", "UAR % after", "worst class, points"],
        rows: of(|run| {
            let found = run.corrections?;
            let [before, after] = [found.uar_before, found.uar_after].map(percent);
            Some(vec![found.clips.to_string(), before, after, format!("{:+.1}", 100.0 * found.worst_class_change)])
        }),
    };
    let marked = Table {
        lead: "Marks in calls of three minutes that are joined from an unseen actor's clips, neutral and calm ones first, then those of \
               one emotion; the heads of the first seed hear them. A shift is found by a mark within four seconds; strain is to be \
               found in angry and fearful speech, and is false before the change. The threshold for shifts is chosen without the fold that it is tested on",
        caption: "Marks in calls",
        head: &[
            "protocol",
            "model",
            "calls",
            "shifts found, %",
            "false shifts in ten minutes",
            "strain found, %",
            "false strain in ten minutes",
        ],
        rows: of(|run| {
            let found = run.shifts?;
            let [shifts, strain] =
                [found.per_ten_minutes, found.strain_per_ten_minutes].map(|rate| format!("{rate:.2}"));
            Some(vec![found.calls.to_string(), percent(found.found), shifts, percent(found.strain_found), strain])
        }),
    };
    [corrected, marked].into_iter().filter(|table| !table.rows.is_empty()).collect()
}
