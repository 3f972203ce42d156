//! What travels between page and worker: an array of the message's bytes (postcard) and, beside it, a file handle or samples.
//!
//! Postcard, because a spectrogram then crosses as one block of bytes: value by value through JavaScript it would hold
//! the page up.

use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::{Error, Result};

/// A message as the browser carries it, and what of it is moved, not copied.
pub(super) struct Packed {
    pub(super) data: Array,
    pub(super) transfer: Array,
}

pub(super) fn pack<T: Serialize>(message: &T, beside: Option<&JsValue>) -> Result<Packed> {
    let bytes = postcard::to_allocvec(message).map_err(|reason| Error::Browser { reason: reason.to_string() })?;
    let bytes = Uint8Array::from(bytes.as_slice());
    let data = Array::of1(&bytes);
    if let Some(beside) = beside {
        data.push(beside);
    }
    Ok(Packed { data, transfer: Array::of1(&bytes.buffer()) })
}

pub(super) fn unpack<T: DeserializeOwned, B: JsCast>(data: &JsValue) -> Result<(T, Option<B>)> {
    let foreign = || Error::Browser { reason: "page and worker are of different versions, reload the page".into() };
    let data = data.dyn_ref::<Array>().ok_or_else(foreign)?;
    let bytes = data.get(0).dyn_into::<Uint8Array>().map_err(|_| foreign())?.to_vec();
    let message = postcard::from_bytes(&bytes).map_err(|_| foreign())?;
    Ok((message, data.get(1).dyn_into().ok()))
}
