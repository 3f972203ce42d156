//! Product of two matrices.

use super::simd::vectorized;

/// Columns that are summed together, so that they stay near.
const WIDTH: usize = 512;

/// `weights` `[n, n_rows]` times `rows` `[n_rows, n_columns]`, both row by row: `[n, n_columns]`. Each sum is taken in the
/// order of the rows, so that it has the same bits on every machine, unlike the products of fast libraries.
pub fn product(weights: &[f32], rows: &[f32], n_columns: usize) -> Vec<f32> {
    vectorized!(product_of(weights, rows, n_columns))
}

#[inline(always)]
fn product_of(weights: &[f32], rows: &[f32], n_columns: usize) -> Vec<f32> {
    let n_rows = rows.len() / n_columns.max(1);
    let mut out = vec![0.0; weights.len() / n_rows.max(1) * n_columns];
    let of_each = out.chunks_exact_mut(n_columns.max(1)).zip(weights.chunks_exact(n_rows.max(1)));
    for (out, weights) in of_each {
        for (block, sums) in out.chunks_mut(WIDTH).enumerate() {
            let width = sums.len();
            let row = |index: usize| &rows[index * n_columns + block * WIDTH..][..width];
            let whole = n_rows - n_rows % 4;
            for index in (0..whole).step_by(4) {
                let four = [row(index), row(index + 1), row(index + 2), row(index + 3)];
                add_four(sums, &weights[index..index + 4], four);
            }
            for (index, weight) in weights.iter().enumerate().skip(whole) {
                sums.iter_mut().zip(row(index)).for_each(|(sum, value)| *sum += weight * value);
            }
        }
    }
    out
}

#[inline(always)]
fn add_four(sums: &mut [f32], weights: &[f32], [a, b, c, d]: [&[f32]; 4]) {
    let &[of_a, of_b, of_c, of_d] = weights else { return };
    for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *sum = (((*sum + of_a * a) + of_b * b) + of_c * c) + of_d * d;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_sum_over_the_rows_in_order() {
        for (n, n_rows, n_columns) in [(3, 7, 1030), (1, 4, 1), (2, 1, 5), (0, 3, 2), (2, 0, 3), (2, 3, 0)] {
            let weights: Vec<f32> = (0..n * n_rows).map(|i| (i as f32 * 1.7).sin()).collect();
            let rows: Vec<f32> = (0..n_rows * n_columns).map(|i| (i as f32 * 0.3).cos()).collect();
            let got = product(&weights, &rows, n_columns);
            if n_rows * n_columns > 0 {
                assert_eq!(got.len(), n * n_columns);
            }
            for (index, value) in got.iter().enumerate() {
                let (k, column) = (index / n_columns, index % n_columns);
                let want = (0..n_rows).fold(0.0, |sum, m| sum + weights[k * n_rows + m] * rows[m * n_columns + column]);
                assert_eq!(*value, want);
            }
        }
    }
}
