//! What is heard over the time of a longer clip.

use std::fmt::Write as _;
use std::rc::Rc;

use yew::prelude::*;

use super::ordinary::two_way;
use crate::analysis::{Emotion, Reading, Timeline as Line};
use crate::browser::Content;
use crate::ui::export::file_name;
use crate::ui::plots::{TimelinePlot, under_cursor};
use crate::ui::state::{Again, Report};
use crate::ui::text;
use crate::ui::use_player::Playing;

#[derive(PartialEq, Properties)]
pub(crate) struct TimelineProps {
    pub(crate) report: Report,
    pub(crate) again: Again,
    pub(crate) playing: Playing,
    /// Whether an ordinary voice is known.
    pub(crate) voiced: bool,
}

#[function_component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    let report = &props.report;
    let wanted = use_state_eq(|| None::<bool>);
    let against = wanted.unwrap_or(props.voiced);
    let both = report.timeline.as_ref().is_some_and(|line| line.against.is_some());
    let line = use_memo((report.timeline.clone(), against), |(line, against)| {
        line.as_ref().map(|line| match line.against.as_ref().filter(|_| *against) {
            Some(Reading { moments, segments }) => {
                Rc::new(Line { moments: moments.clone(), segments: segments.clone(), ..(**line).clone() })
            }
            None => line.clone(),
        })
    });
    let under_way = props.again.timing.filter(|(job, ..)| *job == report.job);
    let clip = &report.analysis.clip;
    if report.timeline.is_none() && under_way.is_none() {
        return html! {};
    }
    let tier = report.timeline.as_ref().map(|line| match line.tier {
        crate::analysis::Tier::Quick => "quick",
        crate::analysis::Tier::Deep => "deep",
    });
    html! {
        <section id="timeline" class="card timeline" data-tier={tier} aria-labelledby="timeline-title">
            <header class="card-head">
                <h3 id="timeline-title">{ text::TIMELINE }</h3>
                <p class="agreement">{ for report.timeline.as_deref().map(text::timeline_note) }</p>
                <p class="timeline-progress" role="status">
                    { for under_way.map(|(_, window, of)| text::timing(window, of, report.timeline.is_some())) }
                </p>
            </header>
            if both {
                <div class="two-way" role="group" aria-label={text::TIMELINE_READING}>
                    { for [("timeline-heard", text::AS_HEARD, false), ("timeline-against", text::AGAINST, true)].map(|(id, words, side)| {
                        let wanted = wanted.clone();
                        two_way(id, words.into(), against == side, Callback::from(move |_| wanted.set(Some(side))))
                    }) }
                </div>
            }
            <ul id="timeline-key" class="timeline-key">
                { for Emotion::ALL.map(|emotion| html! {
                    <li data-emotion={emotion.name()}>
                        <span class="swatch" aria-hidden="true"></span>{ text::emotion(emotion) }
                    </li>
                }) }
            </ul>
            { for line.as_ref().as_ref().map(|line| drawn(line, clip.seconds, &clip.name, &props.playing)) }
        </section>
    }
}

fn drawn(line: &Rc<Line>, seconds: f32, name: &str, playing: &Playing) -> Html {
    let plot = html! { <TimelinePlot timeline={line.clone()} {seconds} /> };
    let save = {
        let (line, name) = (line.clone(), file_name(name, "timeline", "csv"));
        Callback::from(move |_: MouseEvent| {
            let saved = Content::new("text/csv", csv(&line).as_bytes(), None).and_then(|file| file.save(&name));
            if let Err(error) = saved {
                crate::browser::log_error(&error);
            }
        })
    };
    html! {
        <>
            { under_cursor(plot, seconds, playing) }
            if !line.shifts.is_empty() || !line.strain.is_empty() {
                <ul id="shifts" class="notices">
                    { for line.shifts.iter().map(text::shift).chain(line.strain.iter().map(text::strain)).map(|words| html! {
                        <li>{ words }</li>
                    }) }
                </ul>
            }
            <details id="timeline-table" class="plot-table">
                <summary>{ text::TIMELINE_TABLE }</summary>
                <div class="about-wide" tabindex="0" role="region" aria-label={text::TIMELINE_TABLE_LABEL}>
                    <table class="about-table">
                        <thead><tr>{ for text::SEGMENT_COLUMNS.map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                        <tbody>
                            { for line.segments.iter().map(|span| html! {
                                <tr data-emotion={span.emotion.name()}>
                                    <td>{ format!("{:.1} s", span.from) }</td>
                                    <td>{ format!("{:.1} s", span.to) }</td>
                                    <td>{ text::emotion(span.emotion) }</td>
                                    <td>{ text::percent(span.probability) }</td>
                                </tr>
                            }) }
                        </tbody>
                    </table>
                </div>
            </details>
            <button id="timeline-csv" type="button" class="button is-quiet is-small" onclick={save}>
                { text::TIMELINE_CSV }
            </button>
        </>
    }
}

/// One row a moment: its begin and end in seconds, and the eight probabilities; empty where nobody speaks.
fn csv(line: &Line) -> String {
    let mut rows = String::from("from_seconds,to_seconds");
    for emotion in Emotion::ALL {
        let _ = write!(rows, ",{}", emotion.name());
    }
    rows.push_str("\r\n");
    for (index, heard) in line.moments.iter().enumerate() {
        let [from, to] = [index, index + 1].map(|index| index as f32 * line.hop_seconds);
        let _ = write!(rows, "{from:.3},{to:.3}");
        for emotion in Emotion::ALL {
            rows.push(',');
            if let Some(heard) = heard {
                let _ = write!(rows, "{:.6}", heard[emotion.index()]);
            }
        }
        rows.push_str("\r\n");
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Tier;

    #[test]
    fn the_table_has_every_moment_and_leaves_silence_empty() {
        let line = Line::new(Tier::Quick, [3.0, 0.5, 1.0], vec![Some([0.125; 8]), None], None);
        let rows: Vec<String> = csv(&line).lines().map(str::to_owned).collect();
        assert_eq!(rows[0], "from_seconds,to_seconds,neutral,calm,happy,sad,angry,fearful,disgust,surprised");
        assert!(rows[1].starts_with("0.000,0.500,0.125000,"));
        assert_eq!(rows[2], "0.500,1.000,,,,,,,,");
    }
}
