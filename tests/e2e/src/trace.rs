//! What the threads of a page did, from the browser's own tracing.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::browser::Browser;
use crate::command::Extension;

/// The events that are noted.
pub(crate) const CATEGORIES: &str =
    "toplevel,devtools.timeline,disabled-by-default-devtools.timeline,blink.user_timing";

/// From here on the parts of a task are told.
const LONG_MILLIS: f64 = 30.0;

/// One task of a page's main thread.
#[derive(Clone, Debug)]
pub struct Task {
    /// Milliseconds from its begin to its end.
    pub millis: f64,
    /// Milliseconds from the mark to its begin.
    pub since: f64,
    /// Milliseconds of processor time, which others on the machine don't lengthen; `millis` where the browser has no such clock.
    pub processor_millis: f64,
    /// What the browser noted inside it, and how many milliseconds each took, the longest first.
    pub parts: Vec<(String, f64)>,
}

/// All that a page's main thread did since it last called `performance.mark(mark)`, the longest task first. To be asked once: the
/// browser ends its notes with that.
///
/// # Errors
/// Where the browser is not one of [`Browser::with_trace`], or noted nothing.
pub async fn main_thread(browser: &Browser, mark: &str) -> Result<Vec<Task>> {
    let entries = browser.client.issue_cmd(Extension::log("performance")).await?;
    let mut events = Vec::new();
    for entry in entries.as_array().into_iter().flatten() {
        let message: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
        if message["message"]["method"] == "Tracing.dataCollected" {
            events.push(message["message"]["params"].clone());
        }
    }
    let thread = |event: &Value| (event["pid"].as_u64(), event["tid"].as_u64());
    let marked = events.iter().rfind(|event| event["name"] == mark);
    let marked = marked.with_context(|| format!("the browser noted no mark {mark}"))?;
    let begin = marked["ts"].as_f64().context("a mark without a time")?;
    // The browser's own pages, such as that of a new tab, have main threads too.
    let is_here = |event: &&Value| event["ph"] == "X" && thread(event) == thread(marked);
    let span = |event: &'_ Value| Some((event["ts"].as_f64()?, event["dur"].as_f64()?));
    let mut noted: Vec<_> = events.iter().filter(is_here).filter_map(|event| Some((span(event)?, event))).collect();
    // The outer one of two that begin at once comes first.
    noted.sort_by(|((a, a_length), _), ((b, b_length), _)| a.total_cmp(b).then(b_length.total_cmp(a_length)));
    let (mut tasks, parts): (Vec<_>, Vec<_>) =
        noted.into_iter().partition(|(_, event)| event["name"].as_str().is_some_and(|name| name.ends_with("RunTask")));
    // A task may be noted twice, by who hands it out and by who does it.
    tasks.dedup_by(|((inner, _), _), ((outer, length), _)| *inner < *outer + *length);
    let task = |((start, length), event): ((f64, f64), &Value)| {
        let millis = length / 1e3;
        let processor_millis = event["tdur"].as_f64().map_or(millis, |micros| micros / 1e3);
        let inside = |((from, length_inside), part): &((f64, f64), &Value)| {
            let is_inside = *from >= start && from + length_inside <= start + length;
            is_inside.then(|| (part["name"].as_str().unwrap_or_default().to_owned(), length_inside / 1e3))
        };
        let mut parts: Vec<_> =
            if millis >= LONG_MILLIS { parts.iter().filter_map(inside).collect() } else { Vec::new() };
        parts.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        Task { millis, since: (start - begin) / 1e3, processor_millis, parts }
    };
    let since_begin = tasks.into_iter().filter(|((start, length), _)| start + length > begin);
    let mut tasks: Vec<Task> = since_begin.map(task).collect();
    tasks.sort_by(|a, b| b.millis.total_cmp(&a.millis));
    tasks.first().context("the browser noted no task of any page")?;
    Ok(tasks)
}
