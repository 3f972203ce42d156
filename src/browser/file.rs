//! Files that the user dropped, pasted or chose, and reading them.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, HtmlInputElement, Response};

use super::{error, window};
use crate::{Error, Result};

/// A file of the user's: a name and a handle; the bytes stay where they are until [`read_file`].
pub use web_sys::File;

/// The first file of a drop.
pub fn dropped_file(event: &DragEvent) -> Option<File> {
    first_file(event.data_transfer())
}

/// The first file of a paste.
pub fn pasted_file(event: &ClipboardEvent) -> Option<File> {
    first_file(event.clipboard_data())
}

/// Takes the file out of a file button, so that the same file can be chosen again.
pub fn chosen_file(input: &HtmlInputElement) -> Option<File> {
    let file = input.files().and_then(|files| files.get(0));
    input.set_value("");
    file
}

/// Whether files are being dragged, not text or links.
pub fn carries_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|data| data.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

fn first_file(data: Option<DataTransfer>) -> Option<File> {
    data?.files()?.get(0)
}

/// A file of our own, of these bytes in order.
///
/// # Errors
/// [`Error::Browser`] where the browser has no memory for it.
pub fn file_of(name: &str, parts: &[&[u8]]) -> Result<File> {
    let parts: Array = parts.iter().map(|part| Uint8Array::from(*part)).collect();
    File::new_with_u8_array_sequence(&parts, name).map_err(|thrown| error(&thrown))
}

/// A file of the page's own host, under the name that its address ends in.
///
/// # Errors
/// [`Error::Browser`] without a network, or for any status but success.
pub async fn fetched_file(url: &str) -> Result<File> {
    let thrown = |thrown: JsValue| error(&thrown);
    let response: Response =
        JsFuture::from(window()?.fetch_with_str(url)).await.map_err(thrown)?.dyn_into().map_err(thrown)?;
    if !response.ok() {
        let reason = format!("{url} could not be fetched (the host answered {})", response.status());
        return Err(Error::Browser { reason });
    }
    let bytes = JsFuture::from(response.array_buffer().map_err(thrown)?).await.map_err(thrown)?;
    let parts = Array::of1(&bytes);
    let name = url.rsplit('/').next().unwrap_or(url);
    File::new_with_buffer_source_sequence(&parts, name).map_err(thrown)
}

/// All bytes of a file.
///
/// # Errors
/// [`Error::Browser`] where the file is gone, changed, or a folder.
pub async fn read_file(file: &File) -> Result<Vec<u8>> {
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|thrown| error(&thrown))?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}
