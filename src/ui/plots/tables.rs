//! Waveform and spectrogram as one table, for those who read better than they see.

use web_sys::HtmlDetailsElement;
use yew::prelude::*;

use crate::analysis::Analysis;
use crate::ui::state::{Report, kept_time};
use crate::ui::text;

/// Rows at most.
const ROWS: usize = 40;
/// A row is no shorter, in seconds.
const SHORTEST: f32 = 0.1;
/// Upper ends of the columns of the spectrogram, in Hz.
const BANDS: [f32; 6] = [250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0];

#[derive(PartialEq, Properties)]
pub(crate) struct TablesProps {
    pub(crate) report: Report,
}

/// Made when it is opened.
#[function_component]
pub(crate) fn Tables(props: &TablesProps) -> Html {
    let open = use_state_eq(|| false);
    let ontoggle = {
        let open = open.setter();
        Callback::from(move |event: Event| {
            let details: Option<HtmlDetailsElement> = event.target_dyn_into();
            open.set(details.is_some_and(|details| details.open()));
        })
    };
    let analysis = &props.report.analysis;
    let columns = BANDS.iter().map(|hz| text::up_to(*hz));
    html! {
        <details id="plot-table" class="plot-table" {ontoggle}>
            <summary>{ text::PLOT_TABLE }</summary>
            if *open {
                <p class="note">{ text::plot_table_note(analysis.mel.floor_db) }</p>
                <div class="about-wide" tabindex="0" role="region" aria-label={text::PLOT_TABLE}>
                    <table class="about-table">
                        <thead>
                            <tr>
                                <th scope="col">{ text::TIME_COLUMN }</th>
                                <th scope="col" class="figure">{ text::LEVEL_COLUMN }</th>
                                { for columns.map(|name| html! { <th scope="col" class="figure">{ name }</th> }) }
                            </tr>
                        </thead>
                        <tbody>{ for rows(analysis).into_iter().map(|row| html! {
                            <tr>
                                <th scope="row">{ format!("{:.1} s", row.from) }</th>
                                { for row.values.into_iter().map(|value| html! { <td class="figure">{ text::table_level(value) }</td> }) }
                            </tr>
                        }) }</tbody>
                    </table>
                </div>
            }
        </details>
    }
}

/// A stretch of the clip.
struct Row {
    from: f32,
    /// dB: the peak against full scale, then the loudest bin of each column against the loudest of all; `None` for silence,
    /// and for what was cut.
    values: Vec<Option<f32>>,
}

fn rows(analysis: &Analysis) -> Vec<Row> {
    let seconds = analysis.clip.seconds;
    let count = ((seconds / SHORTEST).ceil() as usize).clamp(1, ROWS);
    let step = seconds / count as f32;
    (0..count)
        .map(|index| {
            let (from, to) = (index as f32 * step, (index + 1) as f32 * step);
            let mut values = vec![peak(analysis, index, count)];
            let mut low = 0.0;
            for high in BANDS {
                values.push(loudest(analysis, [from, to], low..high));
                low = high;
            }
            Row { from, values }
        })
        .collect()
}

fn peak(analysis: &Analysis, index: usize, count: usize) -> Option<f32> {
    let envelope = &analysis.envelope;
    let slices = envelope.minima.len().min(envelope.maxima.len());
    let (first, last) = (index * slices / count, ((index + 1) * slices / count).max(index * slices / count + 1));
    let part = |values: &[f32]| {
        values
            .get(first..last.min(slices))
            .unwrap_or_default()
            .iter()
            .fold(0.0_f32, |peak, value| peak.max(value.abs()))
    };
    let peak = part(&envelope.minima).max(part(&envelope.maxima));
    (peak > 0.0).then(|| 20.0 * peak.log10())
}

fn loudest(analysis: &Analysis, [from, to]: [f32; 2], hz: std::ops::Range<f32>) -> Option<f32> {
    let mel = &analysis.mel;
    let frame = |seconds: f32| {
        let kept = kept_time(&analysis.kept, seconds.into());
        ((kept / f64::from(mel.frame_seconds).max(1e-6)).round() as usize).min(mel.n_frames)
    };
    let (first, last) = (frame(from), frame(to));
    let bands = mel.centers_hz.iter().enumerate().filter(|(_, center)| hz.contains(center)).map(|(band, _)| band);
    let value = bands
        .filter_map(|band| mel.values.get(band * mel.n_frames + first..band * mel.n_frames + last)?.iter().max())
        .max()?;
    Some(mel.floor_db * (1.0 - f32::from(*value) / 255.0))
}
