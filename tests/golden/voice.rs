//! Against Praat.
