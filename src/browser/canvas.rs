//! A canvas to draw on in CSS pixels, sharp at any density.

use js_sys::{Function, Promise};
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement, ImageData};

use super::{Content, document, error, window};
use crate::{Error, Result};

/// Where a text stands relative to its x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextAlign {
    /// Begins there.
    Start,
    /// Stands around it.
    Center,
    /// Ends there.
    End,
}

/// Where a text stands relative to its y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Hangs below it.
    Top,
    /// Stands around it.
    Middle,
    /// Stands on it.
    Bottom,
}

/// A cleared canvas, its backing store as fine as the screen; all coordinates are CSS pixels.
#[derive(Debug)]
pub struct Surface {
    context: CanvasRenderingContext2d,
    style: CssStyleDeclaration,
    width: f64,
    height: f64,
    density: f64,
}

impl Surface {
    /// Prepares the canvas at the size that the style sheet gives it.
    ///
    /// # Errors
    /// [`Error::Browser`] where the browser gives no drawing context.
    pub fn of(canvas: &HtmlCanvasElement) -> Result<Self> {
        let window = window()?;
        let density = window.device_pixel_ratio().clamp(1.0, 4.0);
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let style = window.get_computed_style(canvas).map_err(|thrown| error(&thrown))?.ok_or_else(refused)?;
        Self::prepare(canvas, style, [width, height], density)
    }

    /// A canvas of its own, in the page's colours and letters, that is not on the page.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn aside(width: f64, height: f64, density: f64) -> Result<Self> {
        let root = document()?.body().ok_or_else(refused)?;
        let style = window()?.get_computed_style(&root).map_err(|thrown| error(&thrown))?.ok_or_else(refused)?;
        Self::prepare(&new_canvas()?, style, [width, height], density)
    }

    fn prepare(
        canvas: &HtmlCanvasElement,
        style: CssStyleDeclaration,
        [width, height]: [f64; 2],
        density: f64,
    ) -> Result<Self> {
        canvas.set_width((width * density).round() as u32);
        canvas.set_height((height * density).round() as u32);
        let context = context_of(canvas)?;
        context.scale(density, density).map_err(|thrown| error(&thrown))?;
        let surface = Self { context, style, width, height, density };
        surface.letters(400, 12.0);
        Ok(surface)
    }

    /// Weight and size of the letters from now on.
    pub fn letters(&self, weight: u32, size: f64) {
        let font = self.style.get_property_value("font-family").unwrap_or_default();
        let font = if font.is_empty() { "sans-serif" } else { &font };
        self.context.set_font(&format!("{weight} {size}px {font}"));
    }

    /// Draws in the colour that an element of the page has as this property, where there is one.
    pub fn ink_of(&self, selector: &str, property: &str) {
        let found = || {
            let element = document().ok()?.query_selector(selector).ok()??;
            let style = window().ok()?.get_computed_style(&element).ok()??;
            style.get_property_value(property).ok()
        };
        if let Some(color) = found() {
            self.context.set_fill_style_str(&color);
        }
    }

    /// Text that is cut short, with an ellipsis, where it is wider than that.
    pub fn fitted(&self, text: &str, width: f64) -> String {
        let fits = |text: &str| self.text_width(text) <= width;
        if fits(text) {
            return text.into();
        }
        let mut short: Vec<char> = text.chars().take(200).collect();
        while short.pop().is_some() {
            let candidate: String = short.iter().chain(&['\u{2026}']).collect();
            if fits(&candidate) {
                return candidate;
            }
        }
        String::new()
    }

    /// What is drawn on another surface, at its own size.
    ///
    /// # Errors
    /// [`Error::Browser`] where that has no pixels.
    pub fn place(&self, other: &Self, x: f64, y: f64) -> Result<()> {
        let canvas = other.context.canvas().ok_or_else(refused)?;
        self.context
            .draw_image_with_html_canvas_element_and_dw_and_dh(&canvas, x, y, other.width, other.height)
            .map_err(|thrown| error(&thrown))
    }

    /// What has been drawn, as a PNG file.
    ///
    /// # Errors
    /// [`Error::Browser`] where memory is short.
    pub async fn png(&self) -> Result<Content> {
        let canvas = self.context.canvas().ok_or_else(refused)?;
        let mut asked = Ok(());
        let made = Promise::new(&mut |resolve: Function, _| {
            asked = canvas.to_blob(&resolve);
            if asked.is_err() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        asked.map_err(|thrown| error(&thrown))?;
        let made = JsFuture::from(made).await.map_err(|thrown| error(&thrown))?;
        let blob = made.dyn_into::<Blob>().map_err(|_| Error::Browser { reason: "the picture is too large".into() })?;
        Ok(Content::of_blob(blob))
    }

    /// CSS pixels.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// CSS pixels.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Device pixels in a CSS pixel.
    pub fn density(&self) -> f64 {
        self.density
    }

    /// Draws in the colour that the style sheet names `property`, a custom property such as `--ink`.
    pub fn ink(&self, property: &str) {
        let color = self.style.get_property_value(property).unwrap_or_default();
        let color = color.trim();
        self.context.set_fill_style_str(if color.is_empty() { "gray" } else { color });
    }

    /// The colour that is drawn in, as red, green and blue: however the style sheet writes it, a pixel has it so.
    pub fn inked(&self) -> [u8; 3] {
        let style = self.context.fill_style();
        let hex = style.as_string().as_deref().and_then(hex_color);
        hex.or_else(|| pixel_of(&style).ok()).unwrap_or([128; 3])
    }

    /// Draws in that red, green and blue.
    pub fn paint(&self, [r, g, b]: [u8; 3]) {
        self.context.set_fill_style_str(&format!("#{r:02x}{g:02x}{b:02x}"));
    }

    /// CSS pixels that a text is wide.
    pub fn text_width(&self, text: &str) -> f64 {
        self.context.measure_text(text).map_or(0.0, |measured| measured.width())
    }

    /// A filled rectangle.
    pub fn rect(&self, x: f64, y: f64, width: f64, height: f64) {
        self.context.fill_rect(x, y, width, height);
    }

    /// A line of text.
    pub fn text(&self, text: &str, x: f64, y: f64, align: TextAlign, baseline: Baseline) {
        self.context.set_text_align(match align {
            TextAlign::Start => "left",
            TextAlign::Center => "center",
            TextAlign::End => "right",
        });
        self.context.set_text_baseline(match baseline {
            Baseline::Top => "top",
            Baseline::Middle => "middle",
            Baseline::Bottom => "bottom",
        });
        // A context that is lost draws nothing and is drawn again with the next layout.
        let _ = self.context.fill_text(text, x, y);
    }

    /// A picture of `columns` by `rows` RGBA pixels, stretched over a rectangle `[x, y, width, height]`.
    ///
    /// # Errors
    /// [`Error::Browser`] where the pixels do not fill the picture, or memory is short.
    pub fn image(&self, rgba: &[u8], columns: u32, rows: u32, area: [f64; 4]) -> Result<()> {
        let picture = new_canvas()?;
        picture.set_width(columns);
        picture.set_height(rows);
        let pixels = ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), columns, rows)
            .map_err(|thrown| error(&thrown))?;
        context_of(&picture)?.put_image_data(&pixels, 0.0, 0.0).map_err(|thrown| error(&thrown))?;
        let [x, y, width, height] = area;
        self.context
            .draw_image_with_html_canvas_element_and_dw_and_dh(&picture, x, y, width, height)
            .map_err(|thrown| error(&thrown))
    }
}

/// `#rrggbb`.
fn hex_color(text: &str) -> Option<[u8; 3]> {
    let hex = text.strip_prefix('#')?;
    let pair = |index: usize| u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok();
    Some([pair(0)?, pair(1)?, pair(2)?])
}

fn pixel_of(style: &JsValue) -> Result<[u8; 3]> {
    let canvas = new_canvas()?;
    canvas.set_width(1);
    canvas.set_height(1);
    let context = context_of(&canvas)?;
    context.set_fill_style_str(&style.as_string().unwrap_or_default());
    context.fill_rect(0.0, 0.0, 1.0, 1.0);
    let pixel = context.get_image_data(0.0, 0.0, 1.0, 1.0).map_err(|thrown| error(&thrown))?.data();
    Ok([pixel[0], pixel[1], pixel[2]])
}

fn refused() -> Error {
    Error::Browser { reason: "no canvas to draw on".into() }
}

fn new_canvas() -> Result<HtmlCanvasElement> {
    let canvas = document()?.create_element("canvas").map_err(|thrown| error(&thrown))?;
    canvas.dyn_into().map_err(|_| refused())
}

fn context_of(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d> {
    canvas
        .get_context("2d")
        .map_err(|thrown| error(&thrown))?
        .and_then(|context| context.dyn_into().ok())
        .ok_or_else(refused)
}
