//! What the network used of the spectrogram, and when the sharper model listened.

use yew::prelude::*;

use super::{mel, under_cursor, use_plot_of};
use crate::Result;
use crate::analysis::{Analysis, Emotion, Occlusion};
use crate::browser::Surface;
use crate::ui::state::{Report, clip_time};
use crate::ui::text;
use crate::ui::use_player::Playing;

/// Colours of what spoke for and against.
const FOR: [f32; 3] = [255.0, 146.0, 28.0];
const AGAINST: [f32; 3] = [70.0, 140.0, 255.0];
/// Bars at most.
const BARS: usize = 160;

#[derive(PartialEq, Properties)]
pub(crate) struct HeatProps {
    pub(crate) report: Report,
    pub(crate) emotion: Emotion,
    pub(crate) playing: Playing,
}

/// The spectrogram in grey, patches in colour.
#[function_component]
pub(crate) fn Heat(props: &HeatProps) -> Html {
    let why = props.report.why.clone();
    let canvas = use_plot_of(&props.report, move |surface, analysis| match &why {
        Some(why) => draw(surface, analysis, &why.heard),
        None => Ok(()),
    });
    let analysis = &props.report.analysis;
    let Some(why) = &props.report.why else { return html! {} };
    let words = text::why_words(props.emotion, &why.heard, &analysis.kept);
    let canvas = html! { <canvas id="heat" ref={canvas} role="img" aria-label={words}></canvas> };
    under_cursor(canvas, analysis.clip.seconds, &props.playing)
}

fn draw(surface: &Surface, analysis: &Analysis, heard: &Occlusion) -> Result<()> {
    let peak =
        (0..heard.hidden.len()).map(|index| (heard.probability - heard.hidden[index]).abs()).fold(0.02_f32, f32::max);
    let place = |edges: &[f32], at: f32| edges.partition_point(|edge| *edge <= at).saturating_sub(1);
    mel::draw_by(surface, analysis, &|band, frame, value| {
        let row = heard.bands.partition_point(|edge| *edge <= band).saturating_sub(1);
        let column = place(&heard.seconds, (frame as f32 + 0.5) * analysis.mel.frame_seconds)
            .min(heard.columns().saturating_sub(1));
        tinted(value, heard.weight(row, column) / peak)
    })
}

/// Grey of that brightness, coloured by a weight in -1..=1.
fn tinted(value: u8, weight: f32) -> [u8; 3] {
    let grey = 18.0 + 0.78 * f32::from(value);
    let (color, share) = if weight >= 0.0 { (FOR, weight) } else { (AGAINST, -weight) };
    let share = 0.85 * share.clamp(0.0, 1.0);
    color.map(|channel| {
        let light = (0.45 + 0.55 * f32::from(value) / 255.0) * channel;
        (grey + share * (light - grey)).round().clamp(0.0, 255.0) as u8
    })
}

/// Bars over the clip's time axis: how much the sharper model attended to each moment.
pub(crate) fn attention(report: &Report, attention: &[f32]) -> Html {
    let analysis = &report.analysis;
    let seconds = f64::from(analysis.clip.seconds).max(1e-3);
    let bins = binned(attention);
    let peak = bins.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let kept_seconds = attention.len() as f64 * 0.1;
    let bars = bins.iter().enumerate().map(|(index, weight)| {
        let edge = |index: usize| clip_time(&analysis.kept, index as f64 / bins.len() as f64 * kept_seconds);
        let (from, to) = (edge(index), edge(index + 1));
        let height = 100.0 * weight / peak;
        html! {
            <rect
                x={format!("{:.3}%", 100.0 * from / seconds)}
                width={format!("{:.3}%", 100.0 * (to - from).max(0.0) / seconds)}
                y={format!("{:.2}%", 100.0 - height)}
                height={format!("{height:.2}%")}
            />
        }
    });
    html! {
        <svg id="attention" class="attention" role="img" aria-label={text::attention_words(attention, &analysis.kept)}>
            { for bars }
        </svg>
    }
}

fn binned(attention: &[f32]) -> Vec<f32> {
    let count = attention.len().min(BARS);
    let edge = |index: usize| index * attention.len() / count.max(1);
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len().max(1) as f32;
    (0..count).map(|index| mean(&attention[edge(index)..edge(index + 1)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spoke_for_it_is_warm_and_what_did_not_is_grey() {
        let [r, g, b] = tinted(200, 0.0);
        assert!(r == g && g == b);
        let [r, _, b] = tinted(200, 1.0);
        assert!(r > b + 60);
        let [r, _, b] = tinted(200, -1.0);
        assert!(b > r + 60);
    }

    #[test]
    fn many_moments_become_few_bars_of_the_same_mean() {
        let attention: Vec<f32> = (0..1000).map(|n| n as f32).collect();
        let bins = binned(&attention);
        assert_eq!(bins.len(), BARS);
        assert!((bins.iter().sum::<f32>() / BARS as f32 - 499.5).abs() < 2.0);
        assert!(binned(&[]).is_empty());
    }
}
