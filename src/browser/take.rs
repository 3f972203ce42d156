//! Sound in the making: blocks of samples in the browser's memory, and the file that they become.

use js_sys::{Array, Float32Array, Uint8Array};

use super::{File, error};
use crate::Result;

/// Mono samples as they came from the microphone.
#[derive(Clone, Debug)]
pub struct Block(Float32Array);

impl Block {
    pub(super) fn new(samples: Float32Array) -> Self {
        Self(samples)
    }

    /// Number of samples.
    pub fn length(&self) -> u32 {
        self.0.length()
    }

    /// A copy in the module's memory.
    pub fn to_vec(&self) -> Vec<f32> {
        self.0.to_vec()
    }
}

/// What has been recorded so far; outside the module's own memory, which never shrinks.
#[derive(Debug)]
pub struct Take {
    blocks: Array,
    samples: u32,
    sample_rate: u32,
    limit: u32,
}

impl Take {
    /// Nothing yet; it will hold no more than `seconds`.
    pub fn new(sample_rate: u32, seconds: f64) -> Self {
        Self { blocks: Array::new(), samples: 0, sample_rate, limit: (seconds * f64::from(sample_rate)) as u32 }
    }

    /// Adds a block, as far as there is room.
    pub fn push(&mut self, block: &Block) {
        let fits = block.length().min(self.limit - self.samples);
        self.blocks.push(&block.0.subarray(0, fits));
        self.samples += fits;
    }

    /// Whether there is no more room.
    pub fn is_full(&self) -> bool {
        self.samples == self.limit
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        f64::from(self.samples) / f64::from(self.sample_rate)
    }

    /// Number of samples.
    pub fn samples(&self) -> u32 {
        self.samples
    }

    /// Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// A file of that name: `header`, and behind it the samples as 32 bits each.
    ///
    /// # Errors
    /// [`crate::Error::Browser`] where the browser has no room for it.
    pub fn file(&self, name: &str, header: &[u8]) -> Result<File> {
        let parts = Array::of1(&Uint8Array::from(header)).concat(&self.blocks);
        File::new_with_buffer_source_sequence(&parts, name).map_err(|thrown| error(&thrown))
    }
}
