//! Discrete cosine transform.

/// Orthonormal DCT-II matrix, `[n_out, n_in]` row by row, as `scipy.fft.dct(type=2, norm="ortho")`.
pub fn dct2_ortho(n_out: usize, n_in: usize) -> Vec<f32> {
    let n = n_in as f64;
    let mut matrix = Vec::with_capacity(n_out * n_in);
    for k in 0..n_out {
        let scale = if k == 0 { (1.0 / n).sqrt() } else { (2.0 / n).sqrt() };
        for i in 0..n_in {
            matrix.push((scale * (std::f64::consts::PI * k as f64 * (2 * i + 1) as f64 / (2.0 * n)).cos()) as f32);
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    #[test]
    fn rows_are_orthonormal() {
        let (n, m) = (12, super::dct2_ortho(12, 12));
        for a in 0..n {
            for b in 0..n {
                let dot: f32 = (0..n).map(|i| m[a * n + i] * m[b * n + i]).sum();
                assert!((dot - f32::from(u8::from(a == b))).abs() < 1e-5);
            }
        }
    }
}
