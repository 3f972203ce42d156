//! What plotters draws with: the page's canvases, in device pixels, so that every edge is sharp.

use std::convert::Infallible;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

use crate::browser::{Baseline, Surface, TextAlign};

/// A canvas as plotters wants it.
pub(super) struct Ink<'a> {
    surface: &'a Surface,
    inked: Option<(u8, u8, u8)>,
}

type Drawn<T = ()> = Result<T, DrawingErrorKind<Infallible>>;

impl<'a> Ink<'a> {
    pub(super) fn new(surface: &'a Surface) -> Self {
        Self { surface, inked: None }
    }

    /// In CSS pixels.
    fn css(&self, pixels: i32) -> f64 {
        f64::from(pixels) / self.surface.density()
    }

    fn dip(&mut self, color: BackendColor) {
        if self.inked != Some(color.rgb) {
            let (r, g, b) = color.rgb;
            self.surface.paint([r, g, b]);
            self.inked = Some(color.rgb);
        }
    }

    fn fill(&mut self, (x0, y0): BackendCoord, (x1, y1): BackendCoord, color: BackendColor) {
        self.dip(color);
        self.surface.rect(self.css(x0), self.css(y0), self.css(x1 - x0), self.css(y1 - y0));
    }
}

impl DrawingBackend for Ink<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let pixels = |css: f64| (css * self.surface.density()).round() as u32;
        (pixels(self.surface.width()), pixels(self.surface.height()))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.fill((x, y), (x + 1, y + 1), color);
        Ok(())
    }

    /// Charts have upright and level lines only; such a line is a rectangle around it.
    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        let thick = style.stroke_width().max(1) as i32;
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        let (x, y) = if left == right { (left - thick / 2, top) } else { (left, top - thick / 2) };
        let (width, height) = if left == right { (thick, bottom - top) } else { (right - left, thick) };
        self.fill((x, y), (x + width, y + height), style.color());
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, _filled: bool) -> Drawn {
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        self.fill((from.0, top), (to.0, bottom), style.color());
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let mut before = None;
        for point in path {
            if let Some(before) = before.replace(point) {
                self.draw_line(before, point, style)?;
            }
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        self.dip(style.color());
        self.surface.letters(400, style.size() / self.surface.density());
        let align = match style.anchor().h_pos {
            HPos::Left => TextAlign::Start,
            HPos::Center => TextAlign::Center,
            HPos::Right => TextAlign::End,
        };
        let baseline = match style.anchor().v_pos {
            VPos::Top => Baseline::Top,
            VPos::Center => Baseline::Middle,
            VPos::Bottom => Baseline::Bottom,
        };
        self.surface.text(text, self.css(x), self.css(y), align, baseline);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Drawn<(u32, u32)> {
        self.surface.letters(400, style.size() / self.surface.density());
        let width = self.surface.text_width(text) * self.surface.density();
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }
}
