//! Fetching a file with progress, inside the worker.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache, RequestInit, Response, WorkerGlobalScope};

use super::error;
use crate::{Error, Result};

/// Whether the browser may answer from its cache without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Ask the host whether the file has changed.
    Revalidate,
    /// Follow the host's caching headers.
    AsServed,
}

/// A file on its way. The request leaves at [`start`](Self::start), so that several can travel at once.
#[derive(Debug)]
pub struct Download {
    url: String,
    response: Promise,
}

impl Download {
    /// Sends the request; `url` is relative to the worker's script.
    ///
    /// # Errors
    /// [`Error::Browser`] outside a worker.
    pub fn start(url: &str, freshness: Freshness) -> Result<Self> {
        let scope: WorkerGlobalScope =
            js_sys::global().dyn_into().map_err(|_| Error::Browser { reason: "this is not a worker".into() })?;
        let options = RequestInit::new();
        options.set_cache(match freshness {
            Freshness::Revalidate => RequestCache::NoCache,
            Freshness::AsServed => RequestCache::Default,
        });
        let response = scope.fetch_with_str_and_init(url, &options);
        Ok(Self { url: url.into(), response })
    }

    /// The whole body; `on_progress` hears the bytes that have arrived so far.
    ///
    /// # Errors
    /// [`Error::Browser`] without a network, for any status but success, and for a transfer that breaks off.
    pub async fn bytes(self, mut on_progress: impl FnMut(u64)) -> Result<Vec<u8>> {
        let Self { url, response } = self;
        let path = url.split('?').next().unwrap_or_default();
        let failed = |reason: String| Error::Browser { reason: format!("{path} could not be fetched ({reason})") };
        let thrown = |value: JsValue| match error(&value) {
            Error::Browser { reason } => failed(reason),
            other => other,
        };
        let response: Response = JsFuture::from(response).await.map_err(thrown)?.unchecked_into();
        if !response.ok() {
            return Err(failed(format!("the host answered {}", response.status())));
        }
        let Some(body) = response.body() else { return Err(failed("the answer was empty".into())) };
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        let mut bytes = Vec::new();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(thrown)?;
            let field = |name: &str| Reflect::get(&chunk, &JsValue::from_str(name)).unwrap_or_default();
            if field("done").is_truthy() {
                return Ok(bytes);
            }
            let Ok(part) = field("value").dyn_into::<Uint8Array>() else {
                return Err(failed("the answer was not bytes".into()));
            };
            bytes.extend_from_slice(&part.to_vec());
            on_progress(bytes.len() as u64);
        }
    }
}
