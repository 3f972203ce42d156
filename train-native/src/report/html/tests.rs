use undertone::inference::Tier;

use super::super::tests::{manifest, results};
use super::markup::{escape, inline};
use super::*;
use crate::results::tests::run;
use crate::split::Protocol;

/// Refuses a page whose elements do not close in order, then gives the names of all elements.
fn elements(html: &str) -> Vec<String> {
    const VOID: [&str; 2] = ["meta", "br"];
    let mut open: Vec<&str> = Vec::new();
    let mut names = Vec::new();
    let html = html.strip_prefix("<!doctype html>").unwrap();
    for tag in html.split('<').skip(1) {
        let (inside, _) = tag.split_once('>').unwrap();
        let name = inside.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if inside.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "at <{tag}");
        } else {
            names.push(name.to_owned());
            if !inside.ends_with('/') && !VOID.contains(&name) {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    names
}

#[test]
fn the_page_needs_nothing_else_and_names_each_picture() {
    let page = render(&manifest(), &results());
    let names = elements(&page);
    for outside in ["script", "link", "img", "iframe", "object", "image", "use", "base", "form"] {
        assert!(!names.iter().any(|name| name == outside), "{outside}");
    }
    assert!(!page.contains("url(") && !page.contains("@import") && !page.contains(" src="));
    let pictures = names.iter().filter(|name| *name == "svg").count();
    assert!(pictures >= 5, "{pictures}");
    assert_eq!(page.matches("</title>\n<desc>").count(), pictures);
    assert_eq!(page.matches("<svg class=").count(), page.matches("role=\"img\" aria-label=\"").count());
    assert!(!page.contains("NaN") && !page.contains("inf%"));
}

#[test]
fn the_page_says_what_it_must() {
    let mut results = results();
    let mut noisy = run("ensemble", Tier::Quick, Protocol::Luna5, 3);
    noisy.condition = "noise10db".into();
    let mut everyday = run("ensemble", Tier::Quick, Protocol::Everyday, 8);
    everyday.everyday = Some(crate::results::Everyday { neutral_or_calm: 0.912, false_alarms: 0.023 });
    results.runs.extend([noisy, everyday]);
    let page = render(&manifest(), &results);
    for words in [
        "UAR 63.5 %",
        "people 62.4",
        "chance 12.5",
        "XLS-R 300M",
        "77.8 to 85.9",
        "<td class=\"n\">\u{2212}25.0</td>",
        "10 dB below",
        "<td class=\"n\">91.2</td><td class=\"n\">2.3</td>",
        "2 neutral clips",
        "wrong: 2 neutral clips of another speaker",
        "<td class=\"n\">71.1</td><td class=\"n\">73.4</td><td class=\"n\">-1.2</td>",
        "<td class=\"n\">85.4</td><td class=\"n\">0.42</td>",
        "id=\"calibration\"",
        "<td class=\"n\">65.0</td><td class=\"n\">63.5</td>",
        "actor 04",
        "<code>random5</code>: the same actors",
        "<code>0123456789abcdef</code>",
        "<code>c0ffee</code>",
        "CC-BY-NC-SA-4.0",
        "<a href=\"https://doi.org/10.1371/journal.pone.0196391\">",
        "Art. 5(1)(f)",
        "(prefers-color-scheme: dark)",
    ] {
        assert!(page.contains(words), "{words}\n\n{page}");
    }
    elements(&page);
}

#[test]
fn plots_of_figures_that_were_not_recorded_are_left_out() {
    let mut results = results();
    for run in &mut results.runs {
        (run.reliability, run.per_speaker) = (None, None);
    }
    let page = render(&manifest(), &results);
    elements(&page);
    assert!(!page.contains("calibration\"") && !page.contains("id=\"actors\""));
    let empty = render(&manifest(), &Results::default());
    elements(&empty);
    assert!(empty.contains("No figure has been recorded"));
}

#[test]
fn text_is_escaped() {
    assert_eq!(escape("<b a=\"1\" c='2'>&"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
    assert_eq!(
        inline("`a<b` at https://example.org/x, then"),
        "<code>a&lt;b</code> at <a href=\"https://example.org/x\">https://example.org/x</a>, then"
    );
    let mut results = results();
    for run in &mut results.runs {
        run.recipe = "<script>\"&".into();
        run.commit = "</code><b>".into();
        run.condition = if run.condition == "clean" { "clean".into() } else { "<i>".into() };
    }
    let mut manifest = manifest();
    manifest.version = "</title><script>".into();
    let page = render(&manifest, &results);
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;&quot;&amp;"));
    elements(&page);
}
