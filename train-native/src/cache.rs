//! Feature matrices on disk, found again by what they were made of.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ndarray::Array2;
use serde::Serialize;
use sha2::{Digest, Sha256};
use undertone::inference::sha256_hex;

use crate::atomic;

const MAGIC: &[u8; 8] = b"UTFEAT01";
const HEADER: usize = 8 + 4 + 4 + 32;
/// Bytes of an entry of bytes that stand before its payload: the payload's SHA-256.
pub const DIGEST: usize = 32;

/// A folder of matrices. An entry that is damaged counts as absent.
#[derive(Clone, Debug)]
pub struct FeatureCache {
    dir: PathBuf,
}

/// What an entry was made of, as lower-case hexadecimal SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// Of a clip's content hash, everything that configures the features, and the augmentation's name and seed (empty for
    /// none).
    pub fn new(content: &str, config: &impl Serialize, augmentation: &str) -> Result<Self> {
        let config = serde_json::to_vec(config).context("the feature configuration cannot be written as JSON")?;
        let mut parts = Vec::new();
        for part in [content.as_bytes(), &config, augmentation.as_bytes()] {
            parts.extend_from_slice(&(part.len() as u64).to_le_bytes());
            parts.extend_from_slice(part);
        }
        Ok(Self(sha256_hex(&parts)))
    }
}

impl FeatureCache {
    /// A cache in `dir`, which is made at the first [`put`](Self::put).
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The matrix stored under `key`, if there is a sound one.
    pub fn get(&self, key: &Key) -> Option<Array2<f32>> {
        decode(&std::fs::read(self.path(key)).ok()?)
    }

    /// Stores `matrix` under `key`.
    pub fn put(&self, key: &Key, matrix: &Array2<f32>) -> Result<()> {
        atomic::write(&self.path(key), &encode(matrix)?)
    }

    /// The stored matrix, or else the one that `compute` makes, stored for the next time.
    pub fn get_or(&self, key: &Key, compute: impl FnOnce() -> Result<Array2<f32>>) -> Result<Array2<f32>> {
        if let Some(found) = self.get(key) {
            return Ok(found);
        }
        let made = compute()?;
        self.put(key, &made)?;
        Ok(made)
    }

    /// The bytes stored under `key`, if they are sound.
    pub fn get_bytes(&self, key: &Key) -> Option<Vec<u8>> {
        let mut bytes = std::fs::read(self.path(key)).ok()?;
        let payload = (bytes.len() >= DIGEST).then(|| bytes.split_off(DIGEST))?;
        (Sha256::digest(&payload)[..] == bytes[..]).then_some(payload)
    }

    /// Stores `payload` under `key`.
    pub fn put_bytes(&self, key: &Key, payload: &[u8]) -> Result<()> {
        atomic::write(&self.path(key), &[&Sha256::digest(payload)[..], payload].concat())
    }

    /// File of an entry.
    pub fn path(&self, key: &Key) -> PathBuf {
        Path::new(&self.dir).join(&key.0[..2]).join(&key.0[2..])
    }
}

fn encode(matrix: &Array2<f32>) -> Result<Vec<u8>> {
    let (rows, columns) = matrix.dim();
    let payload: Vec<u8> = matrix.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut bytes = Vec::with_capacity(HEADER + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&u32::try_from(rows)?.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(columns)?.to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(&payload));
    bytes.extend_from_slice(&payload);
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Option<Array2<f32>> {
    let (header, payload) = bytes.split_at_checked(HEADER)?;
    let number = |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?) as usize);
    let (rows, columns) = (number(8)?, number(12)?);
    if &header[..8] != MAGIC
        || payload.len() != rows.checked_mul(columns)?.checked_mul(4)?
        || Sha256::digest(payload)[..] != header[16..]
    {
        return None;
    }
    let values = payload.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    Array2::from_shape_vec((rows, columns), values).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_and_survives_damage() {
        let dir = tempfile::tempdir().unwrap();
        let cache = FeatureCache::new(dir.path().join("features"));
        let key = Key::new("abc", &("mel", 80), "").unwrap();
        let matrix = Array2::from_shape_fn((3, 5), |(row, column)| row as f32 - 0.1 * column as f32);
        assert!(cache.get(&key).is_none());
        assert_eq!(cache.get_or(&key, || Ok(matrix.clone())).unwrap(), matrix);
        assert_eq!(cache.get_or(&key, || anyhow::bail!("not asked again")).unwrap(), matrix);

        let path = cache.path(&key);
        let sound = std::fs::read(&path).unwrap();
        for length in 0..sound.len() {
            assert!(decode(&sound[..length]).is_none());
        }
        let mut flipped = sound;
        *flipped.last_mut().unwrap() ^= 1;
        std::fs::write(&path, flipped).unwrap();
        assert!(cache.get(&key).is_none());
        assert_eq!(cache.get_or(&key, || Ok(matrix.clone())).unwrap(), matrix);
        assert_eq!(cache.get(&key), Some(matrix));
    }

    #[test]
    fn every_part_of_the_key_counts() {
        let key = |content, config: u32, augmentation| Key::new(content, &config, augmentation).unwrap();
        let all = [key("a", 1, ""), key("b", 1, ""), key("a", 2, ""), key("a", 1, "speed 3"), key("a1", 1, "")];
        for (i, left) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|right| left != right));
        }
    }
}
