//! The whole clip's peaks, the kept regions marked.

use yew::prelude::*;

use super::cursor::Slider;
use super::{Frame, under_cursor, use_plot};
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
    let frame = Frame::new(surface, analysis.clip.seconds);
    let middle = frame.top + frame.height / 2.0;
    surface.ink("--plot-ground");
    surface.rect(frame.left, frame.top, frame.width, frame.height);
    for (from, to) in &analysis.kept {
        let (from, to) = (frame.x(f64::from(*from)), frame.x(f64::from(*to)));
        surface.ink("--plot-kept");
        surface.rect(from, frame.top, to - from, frame.height);
        surface.ink("--plot-wave");
        surface.rect(from - 0.5, frame.top, 1.0, frame.height);
        surface.rect(to - 0.5, frame.top, 1.0, frame.height);
    }

    let peak = f64::from(peak(analysis));
    let scale = frame.height / 2.0 * 0.94 / peak.max(1e-6);
    let slices = analysis.envelope.minima.len().min(analysis.envelope.maxima.len());
    let bar = 1.0 / surface.density();
    let columns = (frame.width / bar).max(1.0) as usize;
    let mut inked = None;
    for column in 0..if slices == 0 { 0 } else { columns } {
        let first = column * slices / columns;
        let last = ((column + 1) * slices / columns).max(first + 1).min(slices);
        let low = analysis.envelope.minima[first..last].iter().fold(f32::INFINITY, |low, sample| low.min(*sample));
        let high =
            analysis.envelope.maxima[first..last].iter().fold(f32::NEG_INFINITY, |high, sample| high.max(*sample));
        let seconds = (column as f64 + 0.5) / columns as f64 * frame.seconds;
        let kept = analysis.kept.iter().any(|(from, to)| (f64::from(*from)..f64::from(*to)).contains(&seconds));
        if inked != Some(kept) {
            surface.ink(if kept { "--plot-wave" } else { "--plot-cut" });
            inked = Some(kept);
        }
        let top = middle - f64::from(high) * scale;
        let height = (f64::from(high) - f64::from(low)) * scale;
        surface.rect(frame.left + column as f64 * bar, top - 0.5, bar, height.max(0.0) + 1.0);
    }

    frame.mark(surface, middle, "0");
    if peak > 0.0 {
        let reach = frame.height / 2.0 * 0.94;
        frame.mark(surface, middle - reach, &format!("{peak:.2}"));
        frame.mark(surface, middle + reach, &format!("\u{2212}{peak:.2}"));
    }
    frame.time_axis(surface);
    Ok(())
}
