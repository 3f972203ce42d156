//! Inline SVG from a few kinds of marks. Colours come from the page's style sheet, by class.

use std::fmt::{Display, Write};

use super::markup::escape;

/// Width of a picture that is scaled as a whole.
pub const WIDTH: f64 = 310.0;

/// A picture under work.
#[derive(Default)]
pub struct Svg {
    marks: String,
}

/// A number of pixels, to a tenth.
pub fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A share of the width, in percent.
pub fn across(percent: f64) -> String {
    format!("{}%", px(percent.clamp(0.0, 100.0)))
}

impl Svg {
    /// Words that begin, are centred or end at a point: `class` has `middle` or `end` for the latter two.
    pub fn text(&mut self, class: &str, x: impl Display, y: f64, words: &str) -> &mut Self {
        let _ = writeln!(self.marks, "<text class=\"{class}\" x=\"{x}\" y=\"{}\">{}</text>", px(y), escape(words));
        self
    }

    /// Words that end at or begin from a point, turned by `degrees` about it.
    pub fn turned_text(&mut self, class: &str, (x, y): (f64, f64), degrees: f64, words: &str) -> &mut Self {
        let (x, y, degrees) = (px(x), px(y), px(degrees));
        let words = escape(words);
        let _ = writeln!(
            self.marks,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" transform=\"rotate({degrees} {x} {y})\">{words}</text>"
        );
        self
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, (x1, y1): (impl Display, f64), (x2, y2): (impl Display, f64)) -> &mut Self {
        let (y1, y2) = (px(y1), px(y2));
        let _ = writeln!(self.marks, "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
        self
    }

    /// A dot.
    pub fn dot(&mut self, class: &str, x: impl Display, y: f64, radius: f64) -> &mut Self {
        let (y, radius) = (px(y), px(radius));
        let _ = writeln!(self.marks, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
        self
    }

    /// A box.
    pub fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) -> &mut Self {
        let [x, y, width, height] = [x, y, width, height].map(px);
        let _ =
            writeln!(self.marks, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
        self
    }

    /// A box with a thinner or thicker colour, 0..=1.
    pub fn shade(&mut self, class: &str, (x, y): (f64, f64), side: f64, opacity: f64) -> &mut Self {
        let [x, y, side] = [x, y, side].map(px);
        let _ = writeln!(
            self.marks,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" fill-opacity=\"{opacity:.2}\"/>"
        );
        self
    }

    /// Lines from point to point.
    pub fn path(&mut self, class: &str, points: &[(f64, f64)]) -> &mut Self {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
        let _ = writeln!(self.marks, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
        self
    }

    /// The picture, [`WIDTH`] wide in its own measure, and scaled as a whole.
    pub fn scaled(self, title: &str, description: &str, height: f64) -> String {
        let view = format!(" viewBox=\"0 0 {} {}\"", px(WIDTH), px(height));
        self.close("scaled", &view, title, description)
    }

    /// The picture as wide as there is room, with x in percent, and everything else in pixels.
    pub fn stretched(self, title: &str, description: &str, height: f64) -> String {
        let size = format!(" width=\"100%\" height=\"{}\"", px(height));
        self.close("stretched", &size, title, description)
    }

    fn close(self, class: &str, size: &str, title: &str, description: &str) -> String {
        let (title, description) = (escape(title), escape(description));
        format!(
            "<svg class=\"{class}\"{size} role=\"img\" aria-label=\"{title}. {description}\">\n\
             <title>{title}</title>\n<desc>{description}</desc>\n{}</svg>\n",
            self.marks
        )
    }
}
