//! The recording as pictures, waveform and mel spectrogram on one time axis; and both with the answer in one file.

mod axis;
mod chart;
mod colormap;
mod cursor;
mod heat;
mod ink;
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

use self::chart::Mark;
use super::state::Report;
use crate::analysis::{Analysis, Emotion};
use crate::browser::{DrawWatch, Surface, log_error};

/// Around every plot, in CSS pixels; the style sheet lays the cursor over the same area.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 24.0;

/// From where to where an emotion stands in a stack of probabilities, the first class at the bottom.
fn stacked(probabilities: &[f32], emotion: Emotion) -> [f64; 2] {
    let up_to = |class: usize| probabilities[..class].iter().map(|p| f64::from(*p)).sum::<f64>().min(1.0);
    [up_to(emotion.index()), up_to(emotion.index() + 1)]
}

/// Marks of an axis of probabilities.
fn shares() -> Vec<Mark> {
    [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")].map(|(share, word)| (share, word.to_owned())).into()
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
