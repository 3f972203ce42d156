//! Files that the browser keeps between visits (Cache Storage), and bytes outside a module's own memory.

use js_sys::{Array, ArrayBuffer, Float32Array, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Request, Response};

use super::error;
use crate::Result;

/// Bytes in the browser's memory, not in the module's own, which never shrinks.
#[derive(Clone, Debug)]
pub struct Buffer(Uint8Array);

impl Buffer {
    pub(super) fn new(bytes: Uint8Array) -> Self {
        Self(bytes)
    }

    /// A copy of samples, as their 32 bits.
    pub fn of_samples(samples: &[f32]) -> Self {
        let copy = Float32Array::from(samples);
        Self(Uint8Array::new(&copy.buffer()))
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        u64::from(self.0.length())
    }

    pub(super) fn array(&self) -> &Uint8Array {
        &self.0
    }

    /// A copy in the module's memory.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// A named store of files. Keys are addresses relative to the script.
#[derive(Debug)]
pub struct FileCache(Cache);

impl FileCache {
    /// The store of that name; `None` where the browser has none to give: an insecure origin, some private windows.
    pub async fn open(name: &str) -> Option<Self> {
        let storage = Reflect::get(&js_sys::global(), &JsValue::from_str("caches")).ok()?;
        let storage: CacheStorage = storage.dyn_into().ok()?;
        Some(Self(JsFuture::from(storage.open(name)).await.ok()?.dyn_into().ok()?))
    }

    /// The file of that address.
    pub async fn get(&self, url: &str) -> Option<Buffer> {
        let found = JsFuture::from(self.0.match_with_str(url)).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        let bytes = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        Some(Buffer(Uint8Array::new(bytes.unchecked_ref::<ArrayBuffer>())))
    }

    /// Keeps a file.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the browser has no room for it.
    pub async fn put(&self, url: &str, file: &Buffer) -> Result<()> {
        let thrown = |value: JsValue| error(&value);
        let response = Response::new_with_opt_buffer_source(Some(&file.0)).map_err(thrown)?;
        JsFuture::from(self.0.put_with_str(url, &response)).await.map(drop).map_err(thrown)
    }

    /// Drops a file.
    pub async fn remove(&self, url: &str) {
        // What can't be dropped is found to be wrong again at the next visit.
        let _ = JsFuture::from(self.0.delete_with_str(url)).await;
    }

    /// Drops all files but those.
    pub async fn keep_only(&self, urls: &[String]) {
        let absolute = |url: &String| Request::new_with_str(url).map(|request| request.url()).ok();
        let wanted: Vec<String> = urls.iter().filter_map(absolute).collect();
        let Ok(keys) = JsFuture::from(self.0.keys()).await else { return };
        for key in keys.unchecked_into::<Array>().iter() {
            let request: Request = key.unchecked_into();
            if !wanted.contains(&request.url()) {
                let _ = JsFuture::from(self.0.delete_with_request(&request)).await;
            }
        }
    }
}

/// Bytes that the module's memory has taken so far; it never gives any back.
pub fn memory_bytes() -> u64 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    u64::from(memory.buffer().unchecked_into::<ArrayBuffer>().byte_length())
}
