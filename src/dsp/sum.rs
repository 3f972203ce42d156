//! Sums with several running totals, so that they need not wait for one another.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

const LANES: usize = 8;

/// `sum_i a[i] b[i]` over the shorter of the two, in their own precision.
#[inline(always)]
pub fn dot<T>(a: &[T], b: &[T]) -> T
where
    T: Copy + Default + AddAssign + Mul<Output = T> + Add<Output = T> + Sum,
{
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut totals = [T::default(); LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: T = left.remainder().iter().zip(right.remainder()).map(|(x, y)| *x * *y).sum();
    for (x, y) in left.zip(right) {
        for (total, (x, y)) in totals.iter_mut().zip(x.iter().zip(y)) {
            *total += *x * *y;
        }
    }
    totals.into_iter().sum::<T>() + rest
}

/// Sum of squares, in double precision.
#[inline(always)]
pub fn energy(values: &[f32]) -> f64 {
    let mut totals = [0.0f64; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().map(|v| f64::from(*v).powi(2)).sum();
    for chunk in chunks {
        for (total, value) in totals.iter_mut().zip(chunk) {
            *total += f64::from(*value) * f64::from(*value);
        }
    }
    totals.iter().sum::<f64>() + rest
}

/// Sum of the terms `of(index, value)`.
#[inline(always)]
pub fn sum_of(values: &[f32], of: impl Fn(f32, f32) -> f32) -> f32 {
    let mut totals = [0.0f32; LANES];
    let mut indices: [f32; LANES] = std::array::from_fn(|lane| lane as f32);
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for ((total, index), value) in totals.iter_mut().zip(&mut indices).zip(chunk) {
            *total += of(*index, *value);
            *index += LANES as f32;
        }
    }
    let rest: f32 = rest.iter().zip(indices).map(|(value, index)| of(index, *value)).sum();
    totals.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_the_plain_ones() {
        for n in [0, 1, 7, 8, 9, 30] {
            let values: Vec<f32> = (0..n).map(|i| (i * i % 7) as f32 - 2.0).collect();
            let wide: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            let direct: f32 = values.iter().map(|v| v * v).sum();
            assert_eq!(dot(&values, &values), direct);
            assert_eq!(dot(&wide, &wide), f64::from(direct));
            assert_eq!(energy(&values), f64::from(direct));
            assert_eq!(
                f64::from(sum_of(&values, |i, v| i * v)),
                wide.iter().enumerate().map(|(i, v)| i as f64 * v).sum::<f64>()
            );
        }
    }
}
