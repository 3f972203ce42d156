//! What learns: networks and boosted trees, each with its way to ONNX.

pub mod cnn;
pub mod cnn_train;
pub mod device;
pub mod export;
pub mod logistic;
pub mod mlp;
pub mod noise;
pub mod paint;
mod products;
pub mod recurrent;
pub mod rounding;
pub mod single;
pub mod stack;
pub mod table;
pub mod target;
