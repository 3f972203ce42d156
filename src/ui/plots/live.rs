//! The last minute of a voice that speaks: the probabilities, stacked.

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::chart::{self, Axes, Chart};
use super::{shares, stacked};
use crate::Result;
use crate::analysis::{Emotion, LivePoint};
use crate::browser::{DrawWatch, Surface, log_error};
use crate::ui::state::{LIVE_SECONDS, LiveView};
use crate::ui::text;

/// What an answer stands for, where the one before is further away than that.
const LONGEST_STEP: f32 = 1.2;

#[derive(PartialEq, Properties)]
pub(crate) struct LivePlotProps {
    pub(crate) live: LiveView,
}

#[function_component]
pub(crate) fn LivePlot(props: &LivePlotProps) -> Html {
    let node = use_node_ref();
    let canvas = node.clone();
    use_effect_with(props.live.points.clone(), move |points| {
        let watch = canvas.cast::<HtmlCanvasElement>().map(|canvas| {
            let (points, target) = (points.clone(), canvas.clone());
            DrawWatch::new(&canvas, move || {
                if let Err(error) = Surface::of(&target).and_then(|surface| draw(&surface, &points)) {
                    log_error(&error);
                }
            })
        });
        if let Some(Err(error)) = &watch {
            log_error(error);
        }
        move || drop(watch)
    });
    html! { <canvas id="live-plot" ref={node} role="img" aria-label={text::live_alternative(&props.live)}></canvas> }
}

fn draw(surface: &Surface, points: &[LivePoint]) -> Result<()> {
    let span = f64::from(LIVE_SECONDS);
    let last = text::LIVE_MARKS.len() - 1;
    let times = text::LIVE_MARKS.iter().enumerate();
    let times = times.map(|(index, mark)| (span * index as f64 / last as f64, (*mark).to_owned())).collect();
    let axes = Axes { seconds: span, times, values: [0.0, 1.0], marks: shares(), above: 0.0 };
    let mut chart = Chart::new(surface, axes)?;
    let now = points.last().map_or(0.0, |point| point.seconds);
    let x = |seconds: f32| f64::from((LIVE_SECONDS - (now - seconds)).clamp(0.0, LIVE_SECONDS));
    for emotion in Emotion::ALL {
        let selector = format!("#live-key [data-emotion={}] .swatch", emotion.name());
        let color = chart::of_element(surface, &selector, "background-color");
        let before = std::iter::once(0.0).chain(points.iter().map(|point| point.seconds));
        let answered = points.iter().zip(before).filter(|(point, _)| point.winner.is_some());
        let rects = answered.map(|(point, before)| {
            let [low, high] = stacked(&point.probabilities, emotion);
            [x(before.max(point.seconds - LONGEST_STEP)), x(point.seconds), low, high]
        });
        chart.rects(rects, color)?;
    }
    chart.finish()
}
