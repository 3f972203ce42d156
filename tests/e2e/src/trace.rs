//! What the threads of a page did, from the browser's own tracing.

use std::collections::BTreeMap;

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
    /// Milliseconds of processor time, which others on the machine don't lengthen; `millis` where the browser has no such clock.
    pub processor_millis: f64,
    /// What the browser noted inside it, and how many milliseconds each took, the longest first.
    pub parts: Vec<(String, f64)>,
}

/// All that pages' main threads did since the page called `performance.mark(mark)`, the longest task first. To be asked once:
/// the browser ends its notes with that.
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
    let names: BTreeMap<_, _> = events
        .iter()
        .filter(|event| event["name"] == "thread_name")
        .map(|event| (thread(event), event["args"]["name"].as_str().unwrap_or_default().to_owned()))
        .collect();
    let begin = events.iter().find(|event| event["name"] == mark).and_then(|event| event["ts"].as_f64());
    let begin = begin.with_context(|| format!("the browser noted no mark {mark}"))?;
    let is_main = |event: &&Value| names.get(&thread(event)).is_some_and(|name| name == "CrRendererMain");
    let noted: Vec<&Value> = events.iter().filter(|event| event["ph"] == "X").filter(is_main).collect();
    let span = |event: &Value| Some((event["ts"].as_f64()?, event["dur"].as_f64()?));
    let is_task = |event: &&&Value| event["name"].as_str().is_some_and(|name| name.ends_with("RunTask"));
    let task = |event: &&Value| {
        let (start, length) = span(event).filter(|(start, _)| *start >= begin)?;
        let millis = length / 1e3;
        let processor_millis = event["tdur"].as_f64().map_or(millis, |micros| micros / 1e3);
        let inside = |other: &&Value| {
            let (from, length_inside) = span(other).filter(|_| thread(other) == thread(event))?;
            let is_inside = from >= start && from + length_inside <= start + length && !is_task(&other);
            is_inside.then(|| (other["name"].as_str().unwrap_or_default().to_owned(), length_inside / 1e3))
        };
        let long = millis >= LONG_MILLIS;
        let mut parts: Vec<_> = if long { noted.iter().filter_map(inside).collect() } else { Vec::new() };
        parts.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        Some(Task { millis, processor_millis, parts })
    };
    let mut tasks: Vec<Task> = noted.iter().filter(is_task).filter_map(task).collect();
    tasks.sort_by(|a, b| b.millis.total_cmp(&a.millis));
    tasks.first().context("the browser noted no task of any page")?;
    Ok(tasks)
}
