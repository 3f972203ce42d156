//! Trains undertone's models on speech corpora, evaluates them by protocols that cannot leak, and exports what the page
//! ships. In the order of the data:
//!
//! [`corpus`] (files -> clips) -> [`dataset`] (clips -> sound, each content once) -> [`split`] (training and test clips) ->
//! [`augment`] and the feature path of `undertone` (kept by [`cache`]) -> [`learners`] -> [`metrics`] -> [`results`] ->
//! [`onnx`] (models -> files) -> [`verify`] -> [`report`]. [`train`] puts them in that order.

pub mod atomic;
pub mod augment;
pub mod cache;
pub mod calibrate;
pub mod cli;
pub mod condition;
pub mod corpus;
pub mod dataset;
pub mod deep;
pub mod encoder;
pub mod functionals;
pub mod interrupt;
pub mod learners;
pub mod material;
pub mod metrics;
pub mod onnx;
pub mod predict;
pub mod recipe;
pub mod report;
pub mod results;
pub mod split;
pub mod train;
pub mod verify;
