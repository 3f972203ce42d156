//! The C functions of both libraries that are used, and owners of their handles. All unsafe code of the crate is here.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{self, NonNull};

use crate::{Error, Result};

unsafe extern "C" {
    fn XGBGetLastError() -> *const c_char;
    fn XGDMatrixCreateFromMat_omp(
        data: *const f32,
        n_rows: u64,
        n_cols: u64,
        missing: f32,
        out: *mut *mut c_void,
        n_threads: c_int,
    ) -> c_int;
    fn XGDMatrixSetFloatInfo(matrix: *mut c_void, field: *const c_char, values: *const f32, len: u64) -> c_int;
    fn XGDMatrixFree(matrix: *mut c_void) -> c_int;
    fn XGBoosterCreate(matrices: *const *mut c_void, len: u64, out: *mut *mut c_void) -> c_int;
    fn XGBoosterFree(booster: *mut c_void) -> c_int;
    fn XGBoosterSetParam(booster: *mut c_void, name: *const c_char, value: *const c_char) -> c_int;
    fn XGBoosterUpdateOneIter(booster: *mut c_void, round: c_int, matrix: *mut c_void) -> c_int;
    fn XGBoosterPredictFromDMatrix(
        booster: *mut c_void,
        matrix: *mut c_void,
        config: *const c_char,
        out_shape: *mut *const u64,
        out_dim: *mut u64,
        out: *mut *const f32,
    ) -> c_int;
    fn XGBoosterSaveModelToBuffer(
        booster: *mut c_void,
        config: *const c_char,
        out_len: *mut u64,
        out: *mut *const c_char,
    ) -> c_int;

    fn LGBM_GetLastError() -> *const c_char;
    fn LGBM_DatasetCreateFromMat(
        data: *const c_void,
        data_type: c_int,
        n_rows: i32,
        n_cols: i32,
        row_major: c_int,
        parameters: *const c_char,
        reference: *const c_void,
        out: *mut *mut c_void,
    ) -> c_int;
    fn LGBM_DatasetSetField(
        dataset: *mut c_void,
        field: *const c_char,
        values: *const c_void,
        len: c_int,
        data_type: c_int,
    ) -> c_int;
    fn LGBM_DatasetFree(dataset: *mut c_void) -> c_int;
    fn LGBM_BoosterCreate(dataset: *const c_void, parameters: *const c_char, out: *mut *mut c_void) -> c_int;
    fn LGBM_BoosterFree(booster: *mut c_void) -> c_int;
    fn LGBM_BoosterUpdateOneIter(booster: *mut c_void, is_finished: *mut c_int) -> c_int;
    fn LGBM_BoosterPredictForMat(
        booster: *mut c_void,
        data: *const c_void,
        data_type: c_int,
        n_rows: i32,
        n_cols: i32,
        row_major: c_int,
        predict_type: c_int,
        start_iteration: c_int,
        n_iterations: c_int,
        parameters: *const c_char,
        out_len: *mut i64,
        out: *mut f64,
    ) -> c_int;
    fn LGBM_BoosterSaveModelToString(
        booster: *mut c_void,
        start_iteration: c_int,
        n_iterations: c_int,
        importance_type: c_int,
        buffer_len: i64,
        out_len: *mut i64,
        out: *mut c_char,
    ) -> c_int;
}

const LGBM_FLOAT32: c_int = 0;
const LGBM_PREDICT_NORMAL: c_int = 0;

fn xgboost(code: c_int) -> Result<()> {
    // SAFETY: the library returns a null-terminated string that lives until the thread's next call.
    check(code, "XGBoost", || unsafe { message(XGBGetLastError()) })
}

fn lightgbm(code: c_int) -> Result<()> {
    // SAFETY: as for XGBoost; the string is thread-local.
    check(code, "LightGBM", || unsafe { message(LGBM_GetLastError()) })
}

fn check(code: c_int, library: &'static str, message: impl Fn() -> String) -> Result<()> {
    // The first lines say what is wrong; XGBoost appends a stack trace.
    let text = || message().lines().take_while(|line| !line.starts_with("Stack trace")).collect::<Vec<_>>().join(" ");
    if code == 0 { Ok(()) } else { Err(Error::Library { library, message: text().trim().to_string() }) }
}

/// # Safety
/// `text` is null or points to a null-terminated string.
unsafe fn message(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: by this function's own condition.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

fn c_text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::Input(format!("a zero byte in {text:?}")))
}

fn handle(raw: *mut c_void, library: &'static str) -> Result<NonNull<c_void>> {
    NonNull::new(raw).ok_or_else(|| Error::Library { library, message: "no handle was returned".into() })
}

fn i32_size(size: usize) -> Result<i32> {
    i32::try_from(size).map_err(|_| Error::Input(format!("{size} is more than the library takes")))
}

/// XGBoost's data matrix; it holds a copy.
pub struct XgMatrix(NonNull<c_void>);

impl XgMatrix {
    pub fn new(x: &[f32], n_rows: usize, n_cols: usize, threads: usize) -> Result<Self> {
        crate::check_matrix(x, n_rows, n_cols)?;
        let mut raw = ptr::null_mut();
        // SAFETY: `x` holds `n_rows * n_cols` values, which the library copies; `raw` outlives the call.
        xgboost(unsafe {
            XGDMatrixCreateFromMat_omp(x.as_ptr(), n_rows as u64, n_cols as u64, f32::NAN, &mut raw, i32_size(threads)?)
        })?;
        Ok(Self(handle(raw, "XGBoost")?))
    }

    /// Sets `label` or `weight`; the library checks the length.
    pub fn set(&mut self, field: &CStr, values: &[f32]) -> Result<()> {
        // SAFETY: the handle is live, and `values` is copied in the call.
        xgboost(unsafe { XGDMatrixSetFloatInfo(self.0.as_ptr(), field.as_ptr(), values.as_ptr(), values.len() as u64) })
    }
}

impl Drop for XgMatrix {
    fn drop(&mut self) {
        // SAFETY: the handle is live and used no more.
        unsafe { XGDMatrixFree(self.0.as_ptr()) };
    }
}

/// XGBoost's booster. It shares the matrices that it was made with, so they may be dropped before it.
pub struct XgBooster(NonNull<c_void>);

// SAFETY: a booster is bound to no thread; one at a time uses it, since the type is not `Sync`.
unsafe impl Send for XgBooster {}

impl XgBooster {
    pub fn new(matrix: &XgMatrix) -> Result<Self> {
        let matrices = [matrix.0.as_ptr()];
        let mut raw = ptr::null_mut();
        // SAFETY: one live matrix, as the length says.
        xgboost(unsafe { XGBoosterCreate(matrices.as_ptr(), 1, &mut raw) })?;
        Ok(Self(handle(raw, "XGBoost")?))
    }

    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let (name, value) = (c_text(name)?, c_text(value)?);
        // SAFETY: a live handle and null-terminated strings, copied in the call.
        xgboost(unsafe { XGBoosterSetParam(self.0.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }

    pub fn update(&mut self, round: usize, matrix: &XgMatrix) -> Result<()> {
        // SAFETY: both handles are live.
        xgboost(unsafe { XGBoosterUpdateOneIter(self.0.as_ptr(), i32_size(round)?, matrix.0.as_ptr()) })
    }

    /// Probabilities, row-major `[n_rows, n_classes]`.
    pub fn predict(&self, matrix: &XgMatrix) -> Result<Vec<f32>> {
        let config =
            c_text(r#"{"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true}"#)?;
        let (mut shape, mut dim, mut values) = (ptr::null(), 0, ptr::null());
        // SAFETY: live handles; the library fills the three outputs with memory of its own, valid until its next call
        // from this thread, and both are copied before that.
        unsafe {
            xgboost(XGBoosterPredictFromDMatrix(
                self.0.as_ptr(),
                matrix.0.as_ptr(),
                config.as_ptr(),
                &mut shape,
                &mut dim,
                &mut values,
            ))?;
            let shape = if dim == 0 { &[] } else { std::slice::from_raw_parts(shape, dim as usize) };
            let len: u64 = shape.iter().product();
            Ok(if len == 0 { Vec::new() } else { std::slice::from_raw_parts(values, len as usize).to_vec() })
        }
    }

    /// The model as Universal Binary JSON.
    pub fn save(&self) -> Result<Vec<u8>> {
        let config = c_text(r#"{"format":"ubj"}"#)?;
        let (mut len, mut bytes) = (0, ptr::null());
        // SAFETY: a live handle; the bytes are the library's own until its next call, and are copied before that.
        unsafe {
            xgboost(XGBoosterSaveModelToBuffer(self.0.as_ptr(), config.as_ptr(), &mut len, &mut bytes))?;
            Ok(if len == 0 { Vec::new() } else { std::slice::from_raw_parts(bytes.cast(), len as usize).to_vec() })
        }
    }
}

impl Drop for XgBooster {
    fn drop(&mut self) {
        // SAFETY: the handle is live and used no more.
        unsafe { XGBoosterFree(self.0.as_ptr()) };
    }
}

/// LightGBM's binned data; it holds a copy.
pub struct LgDataset(NonNull<c_void>);

impl LgDataset {
    pub fn new(x: &[f32], n_rows: usize, n_cols: usize, parameters: &str) -> Result<Self> {
        crate::check_matrix(x, n_rows, n_cols)?;
        let (rows, cols, parameters) = (i32_size(n_rows)?, i32_size(n_cols)?, c_text(parameters)?);
        let mut raw = ptr::null_mut();
        // SAFETY: `x` holds `n_rows * n_cols` floats in rows, which the library copies; no reference dataset.
        lightgbm(unsafe {
            LGBM_DatasetCreateFromMat(
                x.as_ptr().cast(),
                LGBM_FLOAT32,
                rows,
                cols,
                1,
                parameters.as_ptr(),
                ptr::null(),
                &mut raw,
            )
        })?;
        Ok(Self(handle(raw, "LightGBM")?))
    }

    /// Sets `label` or `weight`; the library checks the length.
    pub fn set(&mut self, field: &CStr, values: &[f32]) -> Result<()> {
        let len = i32_size(values.len())?;
        // SAFETY: a live handle; `values` holds `len` floats and is copied in the call.
        lightgbm(unsafe {
            LGBM_DatasetSetField(self.0.as_ptr(), field.as_ptr(), values.as_ptr().cast(), len, LGBM_FLOAT32)
        })
    }
}

impl Drop for LgDataset {
    fn drop(&mut self) {
        // SAFETY: the handle is live and used no more; a booster over it owns it and is freed first.
        unsafe { LGBM_DatasetFree(self.0.as_ptr()) };
    }
}

/// LightGBM's booster, with the dataset that it points to.
pub struct LgBooster {
    handle: NonNull<c_void>,
    _dataset: LgDataset,
}

// SAFETY: a booster is bound to no thread; one at a time uses it, since the type is not `Sync`.
unsafe impl Send for LgBooster {}

impl LgBooster {
    pub fn new(dataset: LgDataset, parameters: &str) -> Result<Self> {
        let parameters = c_text(parameters)?;
        let mut raw = ptr::null_mut();
        // SAFETY: a live dataset, which the new booster keeps alive, and a null-terminated string.
        lightgbm(unsafe { LGBM_BoosterCreate(dataset.0.as_ptr(), parameters.as_ptr(), &mut raw) })?;
        Ok(Self { handle: handle(raw, "LightGBM")?, _dataset: dataset })
    }

    /// One round; true where it added no split.
    pub fn update(&mut self) -> Result<bool> {
        let mut is_finished = 0;
        // SAFETY: a live handle; the flag outlives the call.
        lightgbm(unsafe { LGBM_BoosterUpdateOneIter(self.handle.as_ptr(), &mut is_finished) })?;
        Ok(is_finished != 0)
    }

    /// Probabilities, row-major `[n_rows, n_classes]`.
    pub fn predict(
        &self,
        x: &[f32],
        n_rows: usize,
        n_cols: usize,
        n_classes: usize,
        parameters: &str,
    ) -> Result<Vec<f32>> {
        crate::check_matrix(x, n_rows, n_cols)?;
        let (rows, cols, parameters) = (i32_size(n_rows)?, i32_size(n_cols)?, c_text(parameters)?);
        let mut values = vec![0f64; n_rows * n_classes];
        let mut len = 0;
        // SAFETY: `x` holds the rows as announced, and `values` has room for one value a row and class, which is what a
        // normal prediction of all iterations writes.
        lightgbm(unsafe {
            LGBM_BoosterPredictForMat(
                self.handle.as_ptr(),
                x.as_ptr().cast(),
                LGBM_FLOAT32,
                rows,
                cols,
                1,
                LGBM_PREDICT_NORMAL,
                0,
                -1,
                parameters.as_ptr(),
                &mut len,
                values.as_mut_ptr(),
            )
        })?;
        Ok(values.into_iter().map(|value| value as f32).collect())
    }

    /// The model as LightGBM's own text.
    pub fn save(&self) -> Result<String> {
        let mut buffer: Vec<u8> = Vec::new();
        let mut needed = 0i64;
        for _ in 0..2 {
            buffer.resize(needed as usize, 0);
            // SAFETY: the library writes at most `buffer_len` bytes, and only where all of the text fits.
            lightgbm(unsafe {
                LGBM_BoosterSaveModelToString(
                    self.handle.as_ptr(),
                    0,
                    -1,
                    0,
                    buffer.len() as i64,
                    &mut needed,
                    buffer.as_mut_ptr().cast(),
                )
            })?;
        }
        buffer.truncate(buffer.iter().position(|&byte| byte == 0).unwrap_or(buffer.len()));
        String::from_utf8(buffer).map_err(|error| Error::Model { library: "LightGBM", reason: error.to_string() })
    }
}

impl Drop for LgBooster {
    fn drop(&mut self) {
        // SAFETY: the handle is live and used no more; the dataset is dropped after it.
        unsafe { LGBM_BoosterFree(self.handle.as_ptr()) };
    }
}
