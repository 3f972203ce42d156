//! Trees as a tract operator.
pub(super) fn register(_: &mut tract_onnx::Onnx) {}
