//! What learns: networks and boosted trees, each with its way to ONNX.

pub mod cnn;
pub mod cnn_train;
pub mod export;
pub mod mlp;
pub mod noise;
pub mod rounding;
pub mod stack;
pub mod table;
