//! How the figure differs from voice to voice.

use super::markup::{Column, Row, details, figure, plain_table};
use super::svg::{Svg, WIDTH, px};
use crate::report::tables::percent;
use crate::results::Run;

const LEFT: f64 = 62.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 22.0;
const ROW: f64 = 17.0;

/// UAR by speaker, the best first, where it was recorded.
pub fn render(run: &Run) -> Option<String> {
    let uars = run.per_speaker.as_ref().filter(|uars| !uars.is_empty())?;
    let mut voices: Vec<(String, f64)> = uars.iter().map(|(speaker, uar)| (actor(speaker), *uar)).collect();
    voices.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rows = voices.iter().map(|(name, uar)| Row::new(vec![name.clone(), percent(*uar)])).collect();
    let columns = [Column::Words("actor"), Column::Figure("UAR %")];
    Some(
        figure(
            &picture(&voices, run.uar.mean),
            "UAR of each actor, in %, by models that never heard that actor. Dashed: the headline, over all actors. An actor \
             has 60 clips or fewer, so a few points between two actors say nothing.",
        ) + &details("The numbers as a table", &plain_table("UAR of each actor", &columns, rows)),
    )
}

fn actor(speaker: &str) -> String {
    format!("actor {}", speaker.rsplit('-').next().unwrap_or(speaker))
}

fn picture(voices: &[(String, f64)], mean: f64) -> String {
    let lowest = voices.iter().map(|voice| voice.1).fold(mean, f64::min);
    let from = ((lowest * 10.0 - 0.5).floor() / 10.0).clamp(0.0, 0.8);
    let x = |share: f64| LEFT + (WIDTH - LEFT - RIGHT) * (share - from) / (1.0 - from);
    let bottom = TOP + ROW * voices.len() as f64;
    let mut svg = Svg::default();
    let tens = (10.0 * from).round() as u32;
    let step = if tens < 5 { 2 } else { 1 };
    for ten in (tens..=10).filter(|ten| (10 - ten) % step == 0) {
        let at = px(x(f64::from(ten) / 10.0));
        svg.line("grid", (&at, TOP - 4.0), (&at, bottom + 3.0));
        svg.text("tick middle", &at, bottom + 16.0, &(10 * ten).to_string());
    }
    svg.line("ideal", (px(x(mean)), TOP - 4.0), (px(x(mean)), bottom + 3.0));
    svg.text("axis middle", px(x(mean)), TOP - 9.0, &percent(mean));
    for (index, (name, uar)) in voices.iter().enumerate() {
        let y = TOP + ROW * (index as f64 + 0.5);
        svg.text("name end", px(LEFT - 8.0), y + 4.0, name);
        svg.line("track", (px(x(from)), y), (px(x(1.0)), y));
        svg.dot("dot ours", px(x(*uar)), y, 4.0);
        svg.text("tick end", px(WIDTH), y + 4.0, &percent(*uar));
    }
    let told: Vec<String> = voices.iter().map(|(name, uar)| format!("{name} {}", percent(*uar))).collect();
    let description = format!("In %, the best first; over all {}. {}.", percent(mean), told.join("; "));
    svg.scaled("UAR of each actor", &description, bottom + 22.0)
}
