//! The deep tier: a frozen pretrained encoder, and the heads that are trained on its outputs.

pub mod embed;
pub mod recipe;
