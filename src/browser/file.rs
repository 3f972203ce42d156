//! Files that the user dropped, pasted or chose, and reading them.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, FileList, HtmlInputElement, Response};

use super::{error, window};
use crate::{Error, Result};

/// A file of the user's: a name and a handle; the bytes stay where they are until [`read_file`].
pub use web_sys::File;

/// The files of a drop.
pub fn dropped_files(event: &DragEvent) -> Vec<File> {
    carried(event.data_transfer())
}

/// The files of a paste.
pub fn pasted_files(event: &ClipboardEvent) -> Vec<File> {
    carried(event.clipboard_data())
}

/// Takes the files out of a file button, so that the same files can be chosen again.
pub fn chosen_files(input: &HtmlInputElement) -> Vec<File> {
    let files = listed(input.files());
    input.set_value("");
    files
}

/// Whether files are being dragged, not text or links.
pub fn carries_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|data| data.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

fn carried(data: Option<DataTransfer>) -> Vec<File> {
    listed(data.and_then(|data| data.files()))
}

fn listed(files: Option<FileList>) -> Vec<File> {
    files.map_or_else(Vec::new, |files| (0..files.length()).filter_map(|index| files.get(index)).collect())
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
