//! A chart on a canvas: time from left to right, ticks with units, and an area that is the same in every plot.

use std::convert::Infallible;
use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::ink::Ink;
use super::{BOTTOM, LEFT, RIGHT, TOP, axis};
use crate::browser::Surface;
use crate::{Error, Result};

/// Letters of the axes, in CSS pixels.
const LETTERS: f64 = 12.0;
/// From one mark of time to the next, in CSS pixels, about.
const MARK_WIDTH: f64 = 64.0;

/// A mark of an axis: where, and what is written there.
pub(super) type Mark = (f64, String);

/// What a chart spans.
pub(super) struct Axes {
    /// Longest time.
    pub(super) seconds: f64,
    /// Marks of time; round ones where there is none.
    pub(super) times: Vec<Mark>,
    /// Lowest and highest value.
    pub(super) values: [f64; 2],
    /// Marks at the left.
    pub(super) marks: Vec<Mark>,
    /// Room above the plot, in CSS pixels.
    pub(super) above: f64,
}

/// A scale with the marks that it is given.
struct Scale {
    range: RangedCoordf64,
    marks: Vec<Mark>,
}

impl Scale {
    fn new([low, high]: [f64; 2], marks: Vec<Mark>) -> Self {
        Self { range: (low..high).into(), marks }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.range.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let bold = !hint.weight().allow_light_points();
        self.marks.iter().filter(|_| bold).map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.range()
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, value: &f64) -> String {
        self.marks.iter().find(|(at, _)| at == value).map_or_else(String::new, |(_, word)| word.clone())
    }
}

/// A chart that data is drawn on, and after them its axes.
pub(super) struct Chart<'a> {
    surface: &'a Surface,
    root: DrawingArea<Ink<'a>, Shift>,
    context: ChartContext<'a, Ink<'a>, Cartesian2d<Scale, Scale>>,
}

impl<'a> Chart<'a> {
    /// A chart on its ground.
    ///
    /// # Errors
    /// [`Error::Browser`] where nothing can be drawn.
    pub(super) fn new(surface: &'a Surface, axes: Axes) -> Result<Self> {
        let Axes { seconds, mut times, values, marks, above } = axes;
        let seconds = seconds.max(1e-3);
        let root = Ink::new(surface).into_drawing_area();
        let pixels = |css: f64| (css * surface.density()).round() as i32;
        if times.is_empty() {
            let width = (surface.width() - LEFT - RIGHT).max(1.0);
            let (ticks, decimals) = axis::ticks(seconds, (width / MARK_WIDTH) as usize);
            times = ticks.into_iter().map(|tick| (tick, format!("{tick:.decimals$} s"))).collect();
        }
        let context = drawn(
            ChartBuilder::on(&root)
                .margin_top(pixels(TOP + above))
                .margin_right(pixels(RIGHT))
                .x_label_area_size(pixels(BOTTOM))
                .y_label_area_size(pixels(LEFT))
                .build_cartesian_2d(Scale::new([0.0, seconds], times), Scale::new(values, marks)),
        )?;
        drawn(context.plotting_area().fill(&of(surface, "--plot-ground")))?;
        Ok(Self { surface, root, context })
    }

    /// Rectangles `[from second, to second, from value, to value]`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn rects(&mut self, rects: impl IntoIterator<Item = [f64; 4]>, color: RGBColor) -> Result<()> {
        let shapes = rects.into_iter().map(|[x0, x1, y0, y1]| Rectangle::new([(x0, y0), (x1, y1)], color.filled()));
        drawn(self.context.draw_series(shapes)).map(drop)
    }

    /// A line from bottom to top at a second, `width` CSS pixels wide.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn upright(&mut self, seconds: f64, width: f64, color: RGBColor) -> Result<()> {
        let style = color.stroke_width((width * self.surface.density()).round() as u32);
        let range = self.context.plotting_area().get_y_range();
        let line = PathElement::new(vec![(seconds, range.start), (seconds, range.end)], style);
        drawn(self.context.plotting_area().draw(&line))
    }

    /// A rectangle in CSS pixels of the canvas, outside the plot.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn outside(&self, [x, y, width, height]: [f64; 4], color: RGBColor) -> Result<()> {
        let pixel = |css: f64| (css * self.surface.density()).round() as i32;
        let corners = [(pixel(x), pixel(y)), (pixel(x + width), pixel(y + height))];
        drawn(self.root.draw(&Rectangle::new(corners, color.filled())))
    }

    /// Where a time and a value lie on the canvas, in CSS pixels.
    pub(super) fn place(&self, seconds: f64, value: f64) -> [f64; 2] {
        let (x, y) = self.context.plotting_area().map_coordinate(&(seconds, value));
        [x, y].map(|pixel| f64::from(pixel) / self.surface.density())
    }

    /// Axes with their ticks and words.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(super) fn finish(mut self) -> Result<()> {
        let density = self.surface.density();
        let pixels = |css: f64| (css * density).round() as i32;
        let words = ("sans-serif", LETTERS * density).into_font().color(&of(self.surface, "--ink-soft"));
        let line = of(self.surface, "--line-strong").stroke_width(density.round() as u32);
        drawn(
            self.context
                .configure_mesh()
                .disable_mesh()
                .axis_style(line)
                .label_style(words)
                .set_all_tick_mark_size(pixels(5.0))
                .draw(),
        )
    }
}

/// A colour of the style sheet.
pub(super) fn of(surface: &Surface, property: &str) -> RGBColor {
    surface.ink(property);
    inked(surface)
}

/// The colour that an element of the page has.
pub(super) fn of_element(surface: &Surface, selector: &str, property: &str) -> RGBColor {
    surface.ink("--line-strong");
    surface.ink_of(selector, property);
    inked(surface)
}

fn inked(surface: &Surface) -> RGBColor {
    let [r, g, b] = surface.inked();
    RGBColor(r, g, b)
}

fn drawn<T>(result: std::result::Result<T, DrawingAreaErrorKind<Infallible>>) -> Result<T> {
    result.map_err(|error| Error::Browser { reason: format!("a plot could not be drawn ({error})") })
}
