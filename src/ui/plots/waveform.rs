//! The whole clip's peaks, the kept regions marked.

use yew::prelude::*;

use super::chart::{self, Axes, Chart};
use super::cursor::Slider;
use super::{under_cursor, use_plot};
use crate::Result;
use crate::analysis::Analysis;
use crate::browser::Surface;
use crate::ui::state::Report;
use crate::ui::text;
use crate::ui::use_player::Playing;

#[derive(PartialEq, Properties)]
pub(crate) struct WaveformProps {
    pub(crate) report: Report,
    pub(crate) playing: Playing,
}

#[function_component]
pub(crate) fn Waveform(props: &WaveformProps) -> Html {
    let canvas = use_plot(&props.report, draw);
    let analysis = &props.report.analysis;
    let words = text::waveform_alternative(analysis);
    let canvas = html! { <canvas id="waveform" ref={canvas} role="img" aria-label={words}></canvas> };
    html! {
        <figure>
            <figcaption>
                <span class="figure-title">{ text::WAVEFORM }</span>
                <span class="legend">
                    <span class="swatch swatch-kept" aria-hidden="true"></span>{ text::KEPT }
                    <span class="swatch swatch-cut" aria-hidden="true"></span>{ text::CUT }
                    <span class="legend-fact">{ text::peak(peak(analysis)) }</span>
                </span>
            </figcaption>
            <div class="plot-under-slider">
                { under_cursor(canvas, analysis.clip.seconds, &props.playing) }
                <Slider seconds={analysis.clip.seconds} playing={props.playing.clone()} />
            </div>
        </figure>
    }
}

/// Largest magnitude of any sample.
fn peak(analysis: &Analysis) -> f32 {
    let envelope = &analysis.envelope;
    envelope.minima.iter().chain(&envelope.maxima).fold(0.0, |peak, sample| peak.max(sample.abs()))
}

pub(super) fn draw(surface: &Surface, analysis: &Analysis) -> Result<()> {
    let peak = f64::from(peak(analysis));
    let reach = peak.max(1e-6) / 0.94;
    let mut marks = vec![(0.0, "0".to_owned())];
    if peak > 0.0 {
        marks.extend([(peak, format!("{peak:.2}")), (-peak, format!("\u{2212}{peak:.2}"))]);
    }
    let seconds = f64::from(analysis.clip.seconds).max(1e-3);
    let axes = Axes { seconds, times: Vec::new(), values: [-reach, reach], marks, above: 0.0 };
    let mut chart = Chart::new(surface, axes)?;
    let [wave, cut] = ["--plot-wave", "--plot-cut"].map(|property| chart::of(surface, property));
    let kept = analysis.kept.iter().map(|(from, to)| [f64::from(*from), f64::from(*to), -reach, reach]);
    chart.rects(kept, chart::of(surface, "--plot-kept"))?;
    for (from, to) in &analysis.kept {
        chart.upright(f64::from(*from), 1.0, wave)?;
        chart.upright(f64::from(*to), 1.0, wave)?;
    }

    let slices = analysis.envelope.minima.len().min(analysis.envelope.maxima.len());
    let ([left, top], [right, bottom]) = (chart.place(0.0, reach), chart.place(seconds, -reach));
    let columns = if slices == 0 { 0 } else { ((right - left) * surface.density()).max(1.0) as usize };
    // Silence is a line of one pixel.
    let least = 2.0 * reach / (bottom - top).max(1.0) / 2.0;
    let bar = |column: usize| {
        let first = column * slices / columns;
        let last = ((column + 1) * slices / columns).max(first + 1).min(slices);
        let low = analysis.envelope.minima[first..last].iter().fold(f32::INFINITY, |low, sample| low.min(*sample));
        let high =
            analysis.envelope.maxima[first..last].iter().fold(f32::NEG_INFINITY, |high, sample| high.max(*sample));
        let edge = |column: usize| column as f64 / columns as f64 * seconds;
        [edge(column), edge(column + 1), f64::from(low) - least, f64::from(high) + least]
    };
    let is_kept = |bar: &[f64; 4]| {
        let middle = (bar[0] + bar[1]) / 2.0;
        analysis.kept.iter().any(|(from, to)| (f64::from(*from)..f64::from(*to)).contains(&middle))
    };
    let (inside, outside): (Vec<_>, Vec<_>) = (0..columns).map(bar).partition(is_kept);
    chart.rects(outside, cut)?;
    chart.rects(inside, wave)?;
    chart.finish()
}
