//! Against librosa and PyWavelets.
