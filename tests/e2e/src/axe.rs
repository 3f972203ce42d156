//! axe-core (Deque Systems), which finds what keeps people out of a page.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::path_from;

/// Everything that axe-core holds against a page: the rules of WCAG 2.2 up to AA, and its best practices.
const RUN: &str = "const done = arguments[0];
    axe.run(document, {resultTypes: ['violations']}).then(
      found => done({passes: found.passes.length, violations: found.violations.map(violation => ({
        rule: violation.id,
        help: violation.help,
        places: violation.nodes.map(node => `${node.target.join(' ')}: ${node.failureSummary}`),
      }))}),
      error => done(String(error)));";

/// Refuses a page with any violation; `view` says which view it is.
///
/// # Errors
/// With each rule that is violated, and where.
pub async fn check(browser: &Browser, view: &str) -> Result<()> {
    let source = std::fs::read_to_string(path_from("UNDERTONE_AXE")?).context("axe-core can't be read")?;
    let is_there = browser.run("return typeof axe === 'object'", vec![]).await?;
    if is_there != json!(true) {
        browser.run(&format!("{source}; window.axe = axe;"), vec![]).await?;
    }
    let found = browser.client.execute_async(RUN, vec![]).await?;
    let passes = found["passes"].as_u64().unwrap_or_default();
    ensure!(passes > 10, "{view}: axe-core found only {passes} rules to check");
    let violations = found["violations"].as_array().with_context(|| format!("axe-core failed: {found}"))?;
    let shown = violations.iter().map(shown).collect::<Vec<_>>().join("\n");
    ensure!(violations.is_empty(), "{view}: {} rules are violated:\n{shown}", violations.len());
    Ok(())
}

fn shown(violation: &Value) -> String {
    let places = violation["places"].as_array().into_iter().flatten().take(5);
    let places: Vec<&str> = places.filter_map(Value::as_str).collect();
    format!("{} ({}):\n  {}", violation["rule"], violation["help"], places.join("\n  "))
}
