//! The built page in headless Chromium. Run by `cargo xtask test --only e2e`, which also says where page and browser are.

mod about;
mod again;
mod bad_input;
mod barriers;
mod browser_decoder;
mod cancel;
mod clip;
mod deep;
mod deep_damage;
mod keep;
mod kept;
mod keyboard;
mod live;
mod main_thread;
mod models;
mod module;
mod norms;
mod offline;
mod ordinary;
mod parity;
mod record;
mod several;
mod timeline;
mod verdict;
mod why;

/// A clip that every page must be able to judge.
fn good_clip() -> Vec<u8> {
    use undertone_e2e::{voice::voice, wav};
    wav::wav(&voice(2.0, 150.0, 16_000), 16_000, 1, wav::Encoding::Pcm16)
}
