//! Records that the browser keeps between visits (IndexedDB).

use js_sys::{Array, Promise, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode,
};

use super::error;
use crate::{Error, Result};

const TABLE: &str = "records";
const STORE_FAILED: &str = "the browser's store failed";

/// A database of records by key. It is closed when dropped.
#[derive(Debug)]
pub struct Store(IdbDatabase);

impl Store {
    /// Opens, and where it is not there makes, the database of that name.
    ///
    /// # Errors
    /// [`Error::Browser`] where the browser keeps nothing, or is told not to.
    pub async fn open(name: &str) -> Result<Self> {
        let request: IdbOpenDbRequest = factory()?.open_with_u32(name, 1).map_err(|thrown| error(&thrown))?;
        let opened = request.clone();
        let make = Closure::once_into_js(move || {
            if let Ok(database) = opened.result().and_then(JsCast::dyn_into::<IdbDatabase>) {
                // It can only be there already, and then it is what is wanted.
                let _ = database.create_object_store(TABLE);
            }
        });
        request.set_onupgradeneeded(Some(make.unchecked_ref()));
        let database: IdbDatabase = settled(&request).await?.unchecked_into();
        Ok(Self(database))
    }

    /// Keeps a record, in the place of one with the same key.
    ///
    /// # Errors
    /// [`Error::Browser`] where there is no room.
    pub async fn put<T: Serialize>(&self, key: &str, record: &T) -> Result<()> {
        let bytes = postcard::to_allocvec(record).map_err(|reason| Error::Browser { reason: reason.to_string() })?;
        let bytes = Uint8Array::from(bytes.as_slice());
        let table = self.table(IdbTransactionMode::Readwrite)?;
        table.put_with_key(&bytes, &JsValue::from_str(key)).map_err(|thrown| error(&thrown))?;
        done(&table.transaction()).await
    }

    /// Drops the record of that key.
    ///
    /// # Errors
    /// [`Error::Browser`] where the database is gone.
    pub async fn remove(&self, key: &str) -> Result<()> {
        let table = self.table(IdbTransactionMode::Readwrite)?;
        table.delete(&JsValue::from_str(key)).map_err(|thrown| error(&thrown))?;
        done(&table.transaction()).await
    }

    /// All records by rising key; `None` for one that can't be read.
    ///
    /// # Errors
    /// [`Error::Browser`] where the database is gone.
    pub async fn all<T: DeserializeOwned>(&self) -> Result<Vec<(String, Option<T>)>> {
        let table = self.table(IdbTransactionMode::Readonly)?;
        let keys = table.get_all_keys().map_err(|thrown| error(&thrown))?;
        let values = table.get_all().map_err(|thrown| error(&thrown))?;
        let keys: Array = settled(&keys).await?.unchecked_into();
        let values: Array = settled(&values).await?.unchecked_into();
        let read = |value: JsValue| {
            let bytes = value.dyn_into::<Uint8Array>().ok()?.to_vec();
            postcard::from_bytes(&bytes).ok()
        };
        Ok(keys.iter().map(|key| key.as_string().unwrap_or_default()).zip(values.iter().map(read)).collect())
    }

    /// Drops the whole database of that name.
    ///
    /// # Errors
    /// [`Error::Browser`] where the browser refuses.
    pub async fn erase(name: &str) -> Result<()> {
        let request = factory()?.delete_database(name).map_err(|thrown| error(&thrown))?;
        ended(&request).await
    }

    fn table(&self, mode: IdbTransactionMode) -> Result<IdbObjectStore> {
        let thrown = |value: JsValue| error(&value);
        let transaction: IdbTransaction = self.0.transaction_with_str_and_mode(TABLE, mode).map_err(thrown)?;
        transaction.object_store(TABLE).map_err(thrown)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn factory() -> Result<IdbFactory> {
    let refused = || Error::Browser { reason: "this browser keeps nothing for the page".into() };
    // Reading the property throws where storage is forbidden.
    let found = Reflect::get(&js_sys::global(), &JsValue::from_str("indexedDB")).map_err(|thrown| error(&thrown))?;
    found.dyn_into().map_err(|_| refused())
}

/// Waits until all that a transaction was asked for is kept: a request that went well may still be taken back with it.
async fn done(transaction: &IdbTransaction) -> Result<()> {
    let promise = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    let reason = || transaction.error().map_or_else(|| STORE_FAILED.into(), |reason| reason.message());
    JsFuture::from(promise).await.map(drop).map_err(|_| Error::Browser { reason: reason() })
}

async fn settled(request: &IdbRequest) -> Result<JsValue> {
    ended(request).await?;
    request.result().map_err(|thrown| error(&thrown))
}

async fn ended(request: &IdbRequest) -> Result<()> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        // Another page of this site still has it open: it goes as soon as that one lets it. Until then it has no result.
        if let Some(open) = request.dyn_ref::<IdbOpenDbRequest>() {
            open.set_onblocked(Some(&resolve));
        }
    });
    let failed = |_| match request.error() {
        Ok(Some(reason)) => Error::Browser { reason: reason.message() },
        _ => Error::Browser { reason: STORE_FAILED.into() },
    };
    JsFuture::from(promise).await.map(drop).map_err(failed)
}
