//! The evaluation as one page that needs nothing else: `models/report.html`.

mod calibration;
mod classes;
mod confusion;
mod headline;
mod markup;
mod method;
mod runs;
mod speakers;
mod svg;

use undertone::inference::Manifest;

use super::card::LIMITS;
use crate::results::Results;
use markup::{escape, list, section};

const STYLE: &str = include_str!("style.css");

/// A section: its id, its title, and what is in it.
type Section = (&'static str, &'static str, String);

/// The page about the models in `manifest`, with the figures of `results`.
pub fn render(manifest: &Manifest, results: &Results) -> String {
    let best = super::headline(results);
    let mut sections: Vec<Section> = Vec::new();
    if let Some(run) = best {
        sections.push(("others", "Compared with published results", headline::against_others(run, results)));
        sections.push(("classes", "Precision, recall and F1 by class", classes::render(run)));
        sections.push(("confusion", "Confusion matrix", confusion::render(run)));
        sections.extend(calibration::render(run).map(|html| ("calibration", "Calibration", html)));
        sections.extend(speakers::render(run).map(|html| ("actors", "UAR by actor", html)));
        sections.push(("runs", "All runs", runs::plain(run, results)));
        sections.extend(runs::ablations(results).map(|html| ("ablations", "What each part gives", html)));
        sections.extend(runs::degraded(results).map(|html| ("degraded", "Degraded test clips", html)));
        sections.extend(runs::everyday(results).map(|html| ("everyday", "Everyday voices", html)));
        sections.extend(runs::marks(results).map(|html| ("marks", "Corrections and shifts", html)));
        sections.extend(runs::personal(results).map(|html| ("personal", "With something of the test speaker", html)));
        let others = confusion::others(run, results);
        if !others.is_empty() {
            sections.push(("confusions", "Confusion matrices of the other ensembles", others));
        }
        sections.push(("method", "How it was measured", method::render(run, results)));
    }
    sections.push(("limits", "What it is not", list(&LIMITS)));
    sections.push(("licence", "Licence of the weights", method::licence(manifest, best)));
    let contents: String =
        sections.iter().map(|(id, title, _)| format!("<li><a href=\"#{id}\">{}</a></li>\n", escape(title))).collect();
    let body: String = sections.iter().map(|(id, title, html)| section(id, title, html)).collect();
    let version = escape(&manifest.version);
    let labels = escape(&manifest.labels.join(", "));
    let lead = best.map_or_else(headline::nothing, headline::lead);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>undertone: evaluation</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>undertone: evaluation</h1>\n\
         <p>Models that hear an emotion expressed in the voice, as listeners would hear it: {labels}. Version <code>{version}</code>.</p>\n\
         {lead}<nav aria-label=\"Contents\">\n<ul>\n{contents}</ul>\n</nav>\n</header>\n{body}</main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests;
