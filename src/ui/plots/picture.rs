//! Answer, waveform and spectrogram as one picture.

use super::{mel, waveform};
use crate::Result;
use crate::browser::{Baseline, Surface, TextAlign};
use crate::ui::export::VERSION;
use crate::ui::state::Report;
use crate::ui::text;

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 972.0;
const EDGE: f64 = 48.0;
/// Height of waveform and spectrogram with their titles.
const PLOTS: f64 = 568.0;
const INSIDE: f64 = WIDTH - 2.0 * EDGE;
/// Where the probabilities begin.
const MIDDLE: f64 = 620.0;
const DENSITY: f64 = 2.0;

/// Draws the report that is on the page, in the page's colours.
pub(crate) fn picture(report: &Report) -> Result<Surface> {
    let surface = Surface::aside(WIDTH, HEIGHT, DENSITY)?;
    surface.ink("--surface");
    surface.rect(0.0, 0.0, WIDTH, HEIGHT);
    answer(&surface, report);
    probabilities(&surface, report);
    plots(&surface, report, 352.0)?;
    write(&surface, &text::made_by(VERSION), [EDGE, HEIGHT - 32.0], 400, 14.0, "--ink-soft");
    Ok(surface)
}

/// The same without the answer, for those who have that in words.
pub(crate) fn recording(report: &Report) -> Result<Surface> {
    let surface = Surface::aside(WIDTH, PLOTS + EDGE, DENSITY)?;
    surface.ink("--surface");
    surface.rect(0.0, 0.0, WIDTH, PLOTS + EDGE);
    plots(&surface, report, 54.0)?;
    Ok(surface)
}

fn plots(surface: &Surface, report: &Report, top: f64) -> Result<()> {
    for (title, below, height, draw) in [
        (text::WAVEFORM, 0.0, 190.0, waveform::draw as fn(&Surface, &_) -> Result<()>),
        (text::MEL, 232.0, 300.0, mel::draw),
    ] {
        write(surface, title, [EDGE, top + below], 600, 15.0, "--ink");
        let plot = Surface::aside(INSIDE, height, DENSITY)?;
        draw(&plot, &report.analysis)?;
        surface.place(&plot, EDGE, top + below + 14.0)?;
    }
    Ok(())
}

fn answer(surface: &Surface, report: &Report) {
    let shown = report.shown();
    surface.ink("--accent");
    surface.ink_of("#winner", "color");
    surface.rect(0.0, 0.0, 8.0, HEIGHT);

    surface.letters(600, 19.0);
    let name = surface.fitted(&report.analysis.clip.name, MIDDLE - EDGE - 40.0);
    write(surface, &name, [EDGE, 64.0], 600, 19.0, "--ink");
    write(surface, &text::picture_facts(report), [EDGE, 88.0], 400, 15.0, "--ink-soft");

    write(surface, text::EXPRESSED, [EDGE, 142.0], 400, 15.0, "--ink-soft");
    surface.letters(650, 72.0);
    surface.ink("--ink");
    surface.ink_of("#winner", "color");
    surface.text(text::headline(report), EDGE - 3.0, 238.0, TextAlign::Start, Baseline::Bottom);
    write(surface, &text::certainty(report), [EDGE, 270.0], 600, 26.0, "--ink");
    let second = text::ranked(shown.probabilities)
        .into_iter()
        .find(|(emotion, _)| *emotion != shown.winner && !report.is_unsure());
    if let Some((emotion, p)) = second {
        write(surface, &text::runner_up(emotion, p), [EDGE, 298.0], 400, 16.0, "--ink-soft");
    }
}

fn probabilities(surface: &Surface, report: &Report) {
    const ROW: f64 = 30.0;
    const BAR: f64 = 12.0;
    let (label, figure) = (110.0, 64.0);
    let length = WIDTH - EDGE - MIDDLE - label - figure;
    write(surface, text::PROBABILITIES, [MIDDLE, 64.0], 600, 15.0, "--ink");
    for (row, (emotion, p)) in text::ranked(report.shown().probabilities).into_iter().enumerate() {
        let y = 100.0 + row as f64 * ROW;
        let (weight, ink) = if row == 0 { (600, "--ink") } else { (400, "--ink-soft") };
        write(surface, text::emotion(emotion), [MIDDLE, y], weight, 15.0, ink);
        surface.text(&text::percent(p), WIDTH - EDGE, y, TextAlign::End, Baseline::Bottom);
        let top = y - 9.0 - BAR / 2.0;
        surface.ink("--surface-soft");
        surface.rect(MIDDLE + label, top, length, BAR);
        surface.ink("--accent");
        surface.ink_of(&format!("#probabilities [data-emotion={}] .bar-value", emotion.name()), "fill");
        surface.rect(MIDDLE + label, top, length * f64::from(p.clamp(0.0, 1.0)), BAR);
    }
}

fn write(surface: &Surface, words: &str, [x, y]: [f64; 2], weight: u32, size: f64, ink: &str) {
    surface.letters(weight, size);
    surface.ink(ink);
    surface.text(words, x, y, TextAlign::Start, Baseline::Bottom);
}
