//! A canvas to draw on in CSS pixels, sharp at any density.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement, ImageData};

use super::{document, error, window};
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
        let refused = || Error::Browser { reason: "no canvas to draw on".into() };
        let window = window()?;
        let density = window.device_pixel_ratio().clamp(1.0, 4.0);
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        canvas.set_width((width * density).round() as u32);
        canvas.set_height((height * density).round() as u32);
        let style = window.get_computed_style(canvas).map_err(|thrown| error(&thrown))?.ok_or_else(refused)?;
        let context = context_of(canvas)?;
        context.scale(density, density).map_err(|thrown| error(&thrown))?;
        let font = style.get_property_value("font-family").unwrap_or_default();
        context.set_font(&format!("12px {}", if font.is_empty() { "sans-serif" } else { &font }));
        Ok(Self { context, style, width, height, density })
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
        let picture = document()?
            .create_element("canvas")
            .map_err(|thrown| error(&thrown))?
            .dyn_into::<HtmlCanvasElement>()
            .map_err(|_| Error::Browser { reason: "no canvas to draw on".into() })?;
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

fn context_of(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d> {
    canvas
        .get_context("2d")
        .map_err(|thrown| error(&thrown))?
        .and_then(|context| context.dyn_into().ok())
        .ok_or_else(|| Error::Browser { reason: "no canvas to draw on".into() })
}
