//! The last minute of a voice that speaks: the probabilities, stacked.

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::Frame;
use crate::Result;
use crate::analysis::{Emotion, LivePoint};
use crate::browser::{Baseline, DrawWatch, Surface, TextAlign, log_error};
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
    let frame = Frame::new(surface, LIVE_SECONDS);
    surface.ink("--plot-ground");
    surface.rect(frame.left, frame.top, frame.width, frame.height);
    let now = points.last().map_or(0.0, |point| point.seconds);
    let x = |seconds: f32| frame.x(f64::from((LIVE_SECONDS - (now - seconds)).clamp(0.0, LIVE_SECONDS)));
    for emotion in Emotion::ALL {
        surface.ink("--line-strong");
        surface.ink_of(&format!("#live-key [data-emotion={}] .swatch", emotion.name()), "background-color");
        let mut before = 0.0_f32;
        for point in points {
            let begins = before.max(point.seconds - LONGEST_STEP);
            before = point.seconds;
            if point.winner.is_none() {
                continue;
            }
            let below: f32 = point.probabilities[..emotion.index()].iter().sum();
            let height = f64::from(point.probabilities[emotion.index()]) * frame.height;
            let top = frame.top + frame.height * (1.0 - f64::from(below)) - height;
            // Whole pixels, so that no seam shows between two answers.
            let whole = |at: f64| (at * surface.density()).round() / surface.density();
            let (left, right) = (whole(x(begins)), whole(x(point.seconds)));
            surface.rect(left, top, right - left, height);
        }
    }
    for (share, label) in [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")] {
        frame.mark(surface, frame.top + frame.height * (1.0 - share), label);
    }
    let bottom = frame.top + frame.height;
    let last = text::LIVE_MARKS.len() - 1;
    for (index, mark) in text::LIVE_MARKS.iter().enumerate() {
        let at = frame.left + frame.width * index as f64 / last as f64;
        surface.ink("--line-strong");
        surface.rect(at - 0.5, bottom, 1.0, 5.0);
        surface.ink("--ink-soft");
        let align = if index == last { TextAlign::End } else { TextAlign::Center };
        surface.text(mark, if index == last { at + 6.0 } else { at }, bottom + 8.0, align, Baseline::Top);
    }
    Ok(())
}
