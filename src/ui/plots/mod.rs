//! The recording as pictures, waveform and mel spectrogram on one time axis; and both with the answer in one file.

mod axis;
mod colormap;
mod cursor;
mod heat;
mod live;
mod mel;
mod picture;
mod small;
mod tables;
mod timeline;
mod waveform;

pub(super) use cursor::under_cursor;
pub(super) use heat::{Heat, attention};
pub(super) use live::LivePlot;
pub(super) use mel::Mel;
pub(super) use picture::{picture, recording};
pub(super) use small::SmallWave;
pub(super) use tables::Tables;
pub(super) use timeline::TimelinePlot;
pub(super) use waveform::Waveform;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::state::Report;
use crate::analysis::Analysis;
use crate::browser::{Baseline, DrawWatch, Surface, TextAlign, log_error};

const LEFT: f64 = 56.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 24.0;

/// The area inside the axes, in CSS pixels, and the time it spans.
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    seconds: f64,
}

impl Frame {
    fn new(surface: &Surface, seconds: f32) -> Self {
        Self {
            left: LEFT,
            top: TOP,
            width: (surface.width() - LEFT - RIGHT).max(1.0),
            height: (surface.height() - TOP - BOTTOM).max(1.0),
            seconds: f64::from(seconds).max(1e-3),
        }
    }

    fn x(&self, seconds: f64) -> f64 {
        self.left + seconds / self.seconds * self.width
    }

    fn time_axis(&self, surface: &Surface) {
        let (ticks, decimals) = axis::ticks(self.seconds, (self.width / 64.0) as usize);
        let bottom = self.top + self.height;
        for tick in ticks {
            let x = self.x(tick);
            surface.ink("--line-strong");
            surface.rect(x - 0.5, bottom, 1.0, 5.0);
            surface.ink("--ink-soft");
            surface.text(&format!("{tick:.decimals$} s"), x, bottom + 8.0, TextAlign::Center, Baseline::Top);
        }
    }

    fn mark(&self, surface: &Surface, y: f64, label: &str) {
        surface.ink("--line-strong");
        surface.rect(self.left - 5.0, y - 0.5, 5.0, 1.0);
        surface.ink("--ink-soft");
        surface.text(label, self.left - 8.0, y, TextAlign::End, Baseline::Middle);
    }
}

/// A canvas that draws a report now, and again whenever size, density or colour scheme change.
#[hook]
fn use_plot(report: &Report, draw: fn(&Surface, &Analysis) -> crate::Result<()>) -> NodeRef {
    use_plot_of(report, draw)
}

/// As [`use_plot`], where more is drawn than the analysis, which changes with the report alone.
#[hook]
fn use_plot_of<F>(report: &Report, draw: F) -> NodeRef
where
    F: Fn(&Surface, &Analysis) -> crate::Result<()> + 'static,
{
    let node = use_node_ref();
    let canvas = node.clone();
    use_effect_with(report.clone(), move |report| {
        let watch = canvas.cast::<HtmlCanvasElement>().map(|canvas| {
            let analysis = report.analysis.clone();
            let target = canvas.clone();
            DrawWatch::new(&canvas, move || {
                if let Err(error) = Surface::of(&target).and_then(|surface| draw(&surface, &analysis)) {
                    log_error(&error);
                }
            })
        });
        let watch = match watch {
            Some(Ok(watch)) => Some(watch),
            Some(Err(error)) => {
                log_error(&error);
                None
            }
            None => None,
        };
        move || drop(watch)
    });
    node
}
