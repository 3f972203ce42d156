//! Fetching a file with progress, in the worker or on the page.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache, RequestInit, Response, WorkerGlobalScope};

use super::{Buffer, error};
use crate::{Error, Result};

/// Whether the browser may answer from its cache without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Ask the host whether the file has changed.
    Revalidate,
    /// Follow the host's caching headers.
    AsServed,
    /// Ask the host, and leave no copy in the browser's own cache.
    Unstored,
}

/// A file on its way. The request leaves at [`start`](Self::start), so that several can travel at once.
#[derive(Debug)]
pub struct Download {
    url: String,
    response: Promise,
}

impl Download {
    /// Sends the request; `url` is relative to the worker's script, or to the page.
    ///
    /// # Errors
    /// [`Error::Browser`] outside both.
    pub fn start(url: &str, freshness: Freshness) -> Result<Self> {
        let options = RequestInit::new();
        options.set_cache(match freshness {
            Freshness::Revalidate => RequestCache::NoCache,
            Freshness::AsServed => RequestCache::Default,
            Freshness::Unstored => RequestCache::NoStore,
        });
        let response = match js_sys::global().dyn_into::<WorkerGlobalScope>() {
            Ok(scope) => scope.fetch_with_str_and_init(url, &options),
            Err(_) => super::window()?.fetch_with_str_and_init(url, &options),
        };
        Ok(Self { url: url.into(), response })
    }

    /// The whole body; `on_progress` hears the bytes that have arrived so far.
    ///
    /// # Errors
    /// [`Error::Browser`] without a network, for any status but success, and for a transfer that breaks off.
    pub async fn bytes(self, mut on_progress: impl FnMut(u64)) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.parts(false, |part| {
            bytes.extend_from_slice(&part.to_vec());
            on_progress(bytes.len() as u64);
            Ok(())
        })
        .await?;
        Ok(bytes)
    }

    /// The body outside the worker's own memory, unpacked if `packed` (gzip). Takes no more than `size` bytes;
    /// `on_progress` hears how many of them are there, and may end the transfer.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes); also for a body longer than `size`, and what `on_progress` gives.
    pub async fn buffer(
        self,
        size: u64,
        packed: bool,
        mut on_progress: impl FnMut(u64) -> Result<()>,
    ) -> Result<Buffer> {
        let path = self.path().to_owned();
        let length = u32::try_from(size).map_err(|_| self.failed(format!("{size} bytes are too many")))?;
        let all = Uint8Array::new_with_length(length);
        let mut received = 0;
        self.parts(packed, |part| {
            if part.length() > length - received {
                return Err(Error::Browser {
                    reason: format!("{path} is longer than the {size} bytes it should have"),
                });
            }
            all.set(part, received);
            received += part.length();
            on_progress(u64::from(received))
        })
        .await?;
        Ok(Buffer::new(all.subarray(0, received)))
    }

    async fn parts(self, packed: bool, mut take: impl FnMut(&Uint8Array) -> Result<()>) -> Result<()> {
        let thrown = |value: JsValue| match error(&value) {
            Error::Browser { reason } => self.failed(reason),
            other => other,
        };
        let response: Response = JsFuture::from(self.response.clone()).await.map_err(thrown)?.unchecked_into();
        if !response.ok() {
            return Err(self.failed(format!("the host answered {}", response.status())));
        }
        let Some(mut body) = response.body() else { return Err(self.failed("the answer was empty".into())) };
        if packed {
            // web-sys counts this class among the unstable ones.
            let class: Function = unpacking_class().unchecked_into();
            let unpacking = Reflect::construct(&class, &Array::of1(&JsValue::from_str("gzip"))).map_err(thrown)?;
            body = body.pipe_through(unpacking.unchecked_ref());
        }
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(thrown)?;
            let field = |name: &str| Reflect::get(&chunk, &JsValue::from_str(name)).unwrap_or_default();
            if field("done").is_truthy() {
                return Ok(());
            }
            let Ok(part) = field("value").dyn_into::<Uint8Array>() else {
                return Err(self.failed("the answer was not bytes".into()));
            };
            if let Err(refused) = take(&part) {
                // Nobody waits for the rest, nor for how its end is taken.
                let _ = reader.cancel();
                return Err(refused);
            }
        }
    }

    fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    fn failed(&self, reason: String) -> Error {
        Error::Browser { reason: format!("{} could not be fetched ({reason})", self.path()) }
    }
}

/// Whether this browser unpacks gzip by itself.
pub fn can_unpack() -> bool {
    unpacking_class().is_function()
}

fn unpacking_class() -> JsValue {
    Reflect::get(&js_sys::global(), &JsValue::from_str("DecompressionStream")).unwrap_or_default()
}
