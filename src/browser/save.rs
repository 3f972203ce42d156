//! Handing files to the visitor.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, FileReader, HtmlAnchorElement, Url};

use super::{Buffer, document, error, window};
use crate::Result;

/// Until then the browser may still be asking where to put the file.
const RELEASE_MILLIS: i32 = 60_000;

/// A file that the browser holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Content(Blob);

impl Content {
    /// Of bytes, and of a buffer behind them.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where memory is short.
    pub fn new(kind: &str, bytes: &[u8], behind: Option<&Buffer>) -> Result<Self> {
        let parts = Array::of1(&Uint8Array::from(bytes));
        if let Some(behind) = behind {
            parts.push(behind.array());
        }
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).map_err(|thrown| error(&thrown))?;
        Ok(Self(blob))
    }

    pub(super) fn of_blob(blob: Blob) -> Self {
        Self(blob)
    }

    /// Saves it under that name, wherever the browser puts such files.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the browser refuses.
    pub fn save(&self, name: &str) -> Result<()> {
        let thrown = |value: JsValue| error(&value);
        let link: HtmlAnchorElement = document()?.create_element("a").map_err(thrown)?.unchecked_into();
        let address = self.address()?;
        link.set_href(&address);
        link.set_download(name);
        link.click();
        let release = Closure::once_into_js(move || Url::revoke_object_url(&address));
        window()?
            .set_timeout_with_callback_and_timeout_and_arguments_0(release.unchecked_ref(), RELEASE_MILLIS)
            .map(drop)
            .map_err(thrown)
    }

    /// An address of it on this page, until it is revoked.
    pub(super) fn address(&self) -> Result<String> {
        Url::create_object_url_with_blob(&self.0).map_err(|value| error(&value))
    }

    /// As an address that holds the file itself.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the browser can't read it.
    pub async fn data_url(&self) -> Result<String> {
        let thrown = |value: JsValue| error(&value);
        let reader = FileReader::new().map_err(thrown)?;
        let ended = Promise::new(&mut |resolve, _| reader.set_onloadend(Some(&resolve)));
        reader.read_as_data_url(&self.0).map_err(thrown)?;
        JsFuture::from(ended).await.map_err(thrown)?;
        let address = reader.result().map_err(thrown)?.as_string();
        address.ok_or_else(|| crate::Error::Browser { reason: "the picture could not be read".into() })
    }
}
