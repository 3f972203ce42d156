//! What is heard over the time of a clip: probabilities as stacked areas, stretches as labelled spans, shifts as marks.

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::Frame;
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

fn ink(surface: &Surface, emotion: Emotion) {
    surface.ink("--line-strong");
    surface.ink_of(&format!("#timeline-key [data-emotion={}] .swatch", emotion.name()), "background-color");
}

fn draw(surface: &Surface, timeline: &Timeline, seconds: f32) -> Result<()> {
    let mut frame = Frame::new(surface, seconds);
    let top = frame.top;
    frame.top += SPANS + GAP;
    frame.height = (frame.height - SPANS - GAP).max(1.0);
    surface.ink("--plot-ground");
    surface.rect(frame.left, frame.top, frame.width, frame.height);
    // Whole pixels, so that no seam shows between two answers.
    let whole = |at: f64| (at * surface.density()).round() / surface.density();
    let x = |seconds: f64| whole(frame.x(seconds.min(frame.seconds)));
    let hop = f64::from(timeline.hop_seconds);

    for emotion in Emotion::ALL {
        ink(surface, emotion);
        for (index, heard) in timeline.moments.iter().enumerate() {
            let Some(heard) = heard else { continue };
            let below: f32 = heard[..emotion.index()].iter().sum();
            let height = f64::from(heard[emotion.index()]) * frame.height;
            let y = frame.top + frame.height * (1.0 - f64::from(below)) - height;
            let (left, right) = (x(index as f64 * hop), x((index + 1) as f64 * hop));
            surface.rect(left, y, right - left, height);
        }
    }

    for span in &timeline.segments {
        let (left, right) = (x(span.from.into()), x(span.to.into()));
        ink(surface, span.emotion);
        surface.rect(left, top, (right - left - 1.0).max(1.0), 4.0);
        surface.letters(600, 12.0);
        surface.ink("--ink");
        let room = right - left - 4.0;
        let name = text::emotion(span.emotion);
        if surface.fitted(name, room) == name {
            surface.text(name, left, top + 8.0, TextAlign::Start, Baseline::Top);
        }
    }
    surface.letters(400, 12.0);
    for shift in &timeline.shifts {
        surface.ink("--ink");
        let at = x(shift.seconds.into());
        surface.rect(at - 1.0, frame.top - GAP, 2.0, frame.height + GAP);
        surface.rect(at - 4.0, frame.top - GAP, 8.0, 4.0);
    }
    for (share, label) in [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")] {
        frame.mark(surface, frame.top + frame.height * (1.0 - share), label);
    }
    frame.time_axis(surface);
    Ok(())
}
