//! The deep tier: a frozen pretrained encoder, and the heads that are trained on its outputs.

pub mod attention;
pub mod baseline;
pub mod embed;
pub mod export;
pub mod heads;
pub mod linear;
pub mod marks;
pub mod recipe;
pub mod rows;
pub mod svm;
pub mod train;
pub mod vote;

#[cfg(test)]
mod tests;
