//! The mel spectrogram of the kept sound, under the waveform's time axis.

use yew::prelude::*;

use super::chart::{Axes, Chart, Mark};
use super::{BOTTOM, TOP, axis, colormap, under_cursor, use_plot};
use crate::Result;
use crate::analysis::{Analysis, MelView};
use crate::browser::Surface;
use crate::ui::state::Report;
use crate::ui::text;
use crate::ui::use_player::Playing;

const MARKS_HZ: [(f32, &str); 7] = [
    (125.0, "125 Hz"),
    (250.0, "250 Hz"),
    (500.0, "500 Hz"),
    (1000.0, "1 kHz"),
    (2000.0, "2 kHz"),
    (4000.0, "4 kHz"),
    (8000.0, "8 kHz"),
];
const LEGEND_STOPS: u8 = 8;

#[derive(PartialEq, Properties)]
pub(crate) struct MelProps {
    pub(crate) report: Report,
    pub(crate) playing: Playing,
}

#[function_component]
pub(crate) fn Mel(props: &MelProps) -> Html {
    let canvas = use_plot(&props.report, draw);
    let analysis = &props.report.analysis;
    let canvas =
        html! { <canvas id="mel" ref={canvas} role="img" aria-label={text::mel_alternative(analysis)}></canvas> };
    let [quiet, loud] = text::mel_legend(analysis.mel.floor_db);
    let stops = (0..=LEGEND_STOPS).map(|stop| {
        let [r, g, b] = colormap::magma((u16::from(stop) * 255 / u16::from(LEGEND_STOPS)) as u8);
        let offset = format!("{}%", f32::from(stop) / f32::from(LEGEND_STOPS) * 100.0);
        html! { <stop offset={offset} stop-color={format!("#{r:02x}{g:02x}{b:02x}")} /> }
    });
    html! {
        <figure>
            <figcaption>
                <span class="figure-title">{ text::MEL }</span>
                <span class="legend">
                    { quiet }
                    <svg class="legend-ramp" viewBox="0 0 96 10" aria-hidden="true">
                        <defs><linearGradient id="magma">{ for stops }</linearGradient></defs>
                        <rect width="96" height="10" rx="2" fill="url(#magma)" />
                    </svg>
                    { loud }
                </span>
            </figcaption>
            { under_cursor(canvas, analysis.clip.seconds, &props.playing) }
        </figure>
    }
}

pub(super) fn draw(surface: &Surface, analysis: &Analysis) -> Result<()> {
    let palette: [[u8; 3]; 256] = std::array::from_fn(|value| colormap::magma(value as u8));
    draw_by(surface, analysis, &|_, _, value| palette[usize::from(value)])
}

/// In other colours: of a band, a frame, and how loud it is there.
pub(super) fn draw_by(
    surface: &Surface,
    analysis: &Analysis,
    color: &dyn Fn(usize, usize, u8) -> [u8; 3],
) -> Result<()> {
    let mel = &analysis.mel;
    let seconds = f64::from(analysis.clip.seconds);
    let bands = mel.n_mels.max(1) as f64;
    let height = (surface.height() - TOP - BOTTOM).max(1.0);
    let axes = Axes { seconds, times: Vec::new(), values: [0.0, bands], marks: marks(mel, height / bands), above: 0.0 };
    let chart = Chart::new(surface, axes)?;

    let mut before = 0.0;
    for (from, to) in &analysis.kept {
        let (from, to) = (f64::from(*from), f64::from(*to));
        let first = frame_at(mel, before);
        before += to - from;
        let last = frame_at(mel, before).max(first + 1).min(mel.n_frames);
        if first >= last || mel.n_mels == 0 {
            continue;
        }
        let ([x, top], [right, bottom]) = (chart.place(from, bands), chart.place(to, 0.0));
        let width = right - x;
        let columns = (last - first).min((width * surface.density()).ceil().max(1.0) as usize);
        let rgba = picture(mel, first, last, columns, color);
        surface.image(&rgba, columns as u32, mel.n_mels as u32, [x, top, width, bottom - top])?;
    }
    chart.finish()
}

/// Marks of frequency, those left out that would lie on another; a band is that many pixels high.
fn marks(mel: &MelView, band: f64) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (hz, label) in MARKS_HZ {
        let Some(place) = axis::band_of(hz, &mel.centers_hz) else { continue };
        if marks.last().is_none_or(|(below, _)| (place + 0.5 - below) * band >= 15.0) {
            marks.push((place + 0.5, label.to_owned()));
        }
    }
    marks
}

/// The frame that begins `seconds` into the kept sound.
fn frame_at(mel: &MelView, seconds: f64) -> usize {
    ((seconds / f64::from(mel.frame_seconds).max(1e-6)).round() as usize).min(mel.n_frames)
}

/// RGBA of the frames `first..last` in that many columns, highest band on top; a column shows its loudest frame.
fn picture(
    mel: &MelView,
    first: usize,
    last: usize,
    columns: usize,
    color: &dyn Fn(usize, usize, u8) -> [u8; 3],
) -> Vec<u8> {
    let frames = last - first;
    let mut rgba = Vec::with_capacity(columns * mel.n_mels * 4);
    for band in (0..mel.n_mels).rev() {
        let row = band * mel.n_frames;
        for column in 0..columns {
            let begin = first + column * frames / columns;
            let end = (first + (column + 1) * frames / columns).max(begin + 1);
            let value = mel.values.get(row + begin..row + end).and_then(|part| part.iter().max()).copied().unwrap_or(0);
            rgba.extend_from_slice(&color(band, begin, value));
            rgba.push(255);
        }
    }
    rgba
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_band_is_on_top_and_peaks_survive() {
        let mel = MelView {
            n_mels: 2,
            n_frames: 4,
            values: vec![0, 0, 0, 0, 0, 255, 0, 0],
            frame_seconds: 0.01,
            centers_hz: vec![100.0, 200.0],
            floor_db: -80.0,
        };
        let rgba = picture(&mel, 0, 4, 2, &|_, _, value| colormap::magma(value));
        assert_eq!(rgba.len(), 2 * 2 * 4);
        assert_eq!(rgba[..3], colormap::magma(255));
        assert_eq!(rgba[4..7], colormap::magma(0));
        assert_eq!(rgba[8..11], colormap::magma(0));
    }
}
