//! Loops in the widest vectors that the processor has.

/// The value of an expression whose loops run in the widest vectors that are found at run time, with the same bits as
/// without them: nothing is reordered or fused. What it calls must be `#[inline(always)]` to take part. In the browser
/// the module is compiled for one width.
macro_rules! vectorized {
    ($value:expr) => {
        $crate::dsp::simd::run(
            #[inline(always)]
            || $value,
        )
    };
}

pub(crate) use vectorized;

#[inline(always)]
pub(crate) fn run<R>(of: impl FnOnce() -> R) -> R {
    #[cfg(not(target_arch = "wasm32"))]
    return pulp::Arch::new().dispatch(of);
    #[cfg(target_arch = "wasm32")]
    of()
}
