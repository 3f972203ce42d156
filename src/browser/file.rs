//! Files that the user dropped, pasted or chose, and reading them.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, HtmlInputElement};

use super::error;
use crate::Result;

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
/// [`crate::Error::Browser`] where the browser has no memory for it.
pub fn file_of(name: &str, parts: &[&[u8]]) -> Result<File> {
    let parts: Array = parts.iter().map(|part| Uint8Array::from(*part)).collect();
    File::new_with_u8_array_sequence(&parts, name).map_err(|thrown| error(&thrown))
}

/// All bytes of a file.
///
/// # Errors
/// [`crate::Error::Browser`] where the file is gone, changed, or a folder.
pub async fn read_file(file: &File) -> Result<Vec<u8>> {
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|thrown| error(&thrown))?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}
