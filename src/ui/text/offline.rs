//! Visits without a network, and newer versions.

/// A newer version waits.
pub const NEWER: &str = "A newer version is ready.";
/// What using it costs.
pub const NEWER_NOTE: &str = "It opens the page anew; the clips of this visit are then gone.";
/// Button.
pub const USE_NEWER: &str = "Use it now";
/// Button.
pub const LATER: &str = "Later";
