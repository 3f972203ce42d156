//! What is heard over the time of a clip: probabilities as stacked areas, stretches as labelled spans, shifts as marks.

use plotters::style::RGBColor;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::chart::{self, Axes, Chart};
use super::{TOP, shares, stacked};
use crate::Result;
use crate::analysis::{Emotion, Timeline};
use crate::browser::{Baseline, DrawWatch, Surface, TextAlign, log_error};
use crate::ui::text;

/// Height of the row of spans over the areas.
const SPANS: f64 = 26.0;
const GAP: f64 = 6.0;

#[derive(PartialEq, Properties)]
pub(crate) struct TimelinePlotProps {
    pub(crate) timeline: std::rc::Rc<Timeline>,
    /// Of the clip.
    pub(crate) seconds: f32,
}

#[function_component]
pub(crate) fn TimelinePlot(props: &TimelinePlotProps) -> Html {
    let node = use_node_ref();
    let canvas = node.clone();
    use_effect_with((props.timeline.clone(), props.seconds), move |(timeline, seconds)| {
        let watch = canvas.cast::<HtmlCanvasElement>().map(|canvas| {
            let (timeline, target, seconds) = (timeline.clone(), canvas.clone(), *seconds);
            DrawWatch::new(&canvas, move || {
                if let Err(error) = Surface::of(&target).and_then(|surface| draw(&surface, &timeline, seconds)) {
                    log_error(&error);
                }
            })
        });
        if let Some(Err(error)) = &watch {
            log_error(error);
        }
        move || drop(watch)
    });
    let words = text::timeline_alternative(&props.timeline);
    html! { <canvas id="timeline-plot" ref={node} role="img" aria-label={words}></canvas> }
}

fn color(surface: &Surface, emotion: Emotion) -> RGBColor {
    let selector = format!("#timeline-key [data-emotion={}] .swatch", emotion.name());
    chart::of_element(surface, &selector, "background-color")
}

fn draw(surface: &Surface, timeline: &Timeline, seconds: f32) -> Result<()> {
    let above = SPANS + GAP;
    let axes = Axes { seconds: seconds.into(), times: Vec::new(), values: [0.0, 1.0], marks: shares(), above };
    let mut chart = Chart::new(surface, axes)?;
    let end = f64::from(seconds);
    let hop = f64::from(timeline.hop_seconds);
    for emotion in Emotion::ALL {
        let heard = timeline.moments.iter().enumerate().filter_map(|(index, heard)| Some((index, heard.as_ref()?)));
        let rects = heard.map(|(index, heard)| {
            let [low, high] = stacked(heard, emotion);
            [(index as f64 * hop).min(end), ((index + 1) as f64 * hop).min(end), low, high]
        });
        chart.rects(rects, color(surface, emotion))?;
    }
    let soft = chart::of(surface, "--ink");
    for shift in &timeline.shifts {
        let at = f64::from(shift.seconds).min(end);
        chart.upright(at, 2.0, soft)?;
        let [x, top] = chart.place(at, 1.0);
        chart.outside([x - 1.0, top - GAP, 2.0, GAP], soft)?;
        chart.outside([x - 4.0, top - GAP, 8.0, 4.0], soft)?;
    }
    for span in &timeline.segments {
        let [left, right] = [span.from, span.to].map(|at| chart.place(f64::from(at).min(end), 1.0)[0]);
        chart.outside([left, TOP, (right - left - 1.0).max(1.0), 4.0], color(surface, span.emotion))?;
        surface.letters(600, 12.0);
        surface.ink("--ink");
        let name = text::emotion(span.emotion);
        if surface.text_width(name) <= right - left - 4.0 {
            surface.text(name, left, TOP + 8.0, TextAlign::Start, Baseline::Top);
        }
    }
    chart.finish()
}
