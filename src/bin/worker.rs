//! The Web Worker that holds the engine.

fn main() {
    undertone::worker::start();
}
