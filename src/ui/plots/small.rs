//! A small picture of a sound, as it is after a stage.

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use crate::Result;
use crate::analysis::Envelope;
use crate::browser::{DrawWatch, Surface, log_error};

#[derive(PartialEq, Properties)]
pub(crate) struct SmallWaveProps {
    pub(crate) envelope: Envelope,
    /// Share of the whole clip's length that is left.
    pub(crate) share: f64,
    /// Largest magnitude of the picture.
    pub(crate) reach: f32,
}

#[function_component]
pub(crate) fn SmallWave(props: &SmallWaveProps) -> Html {
    let node = use_node_ref();
    let canvas = node.clone();
    use_effect_with((props.envelope.clone(), props.share, props.reach), move |(envelope, share, reach)| {
        let watch = canvas.cast::<HtmlCanvasElement>().map(|canvas| {
            let (envelope, target, share, reach) = (envelope.clone(), canvas.clone(), *share, *reach);
            DrawWatch::new(&canvas, move || {
                if let Err(error) = Surface::of(&target).and_then(|surface| draw(&surface, &envelope, share, reach)) {
                    log_error(&error);
                }
            })
        });
        if let Some(Err(error)) = &watch {
            log_error(error);
        }
        move || drop(watch)
    });
    html! { <canvas class="small-wave" ref={node} aria-hidden="true"></canvas> }
}

fn draw(surface: &Surface, envelope: &Envelope, share: f64, reach: f32) -> Result<()> {
    surface.ink("--plot-ground");
    surface.rect(0.0, 0.0, surface.width(), surface.height());
    surface.ink("--plot-wave");
    let slices = envelope.minima.len().min(envelope.maxima.len());
    let width = surface.width() * share.clamp(0.0, 1.0) / slices.max(1) as f64;
    let (middle, scale) = (surface.height() / 2.0, surface.height() * 0.47 / f64::from(reach).max(1e-6));
    for (index, (low, high)) in envelope.minima.iter().zip(&envelope.maxima).enumerate() {
        let (low, high) = (f64::from(*low), f64::from(*high));
        surface.rect(index as f64 * width, middle - high * scale, width.max(0.5), ((high - low) * scale).max(0.5));
    }
    Ok(())
}
