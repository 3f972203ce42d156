//! Sums with several running totals, so that they need not wait for one another.

const LANES: usize = 8;

/// `sum_i a[i] b[i]` over the shorter of the two.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut totals = [0.0f32; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for (total, (x, y)) in totals.iter_mut().zip(x.iter().zip(y)) {
            *total += x * y;
        }
    }
    totals.iter().sum::<f32>() + rest
}

/// [`dot`] in double precision.
pub fn dot_f64(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut totals = [0.0f64; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for (total, (x, y)) in totals.iter_mut().zip(x.iter().zip(y)) {
            *total += x * y;
        }
    }
    totals.iter().sum::<f64>() + rest
}

/// `K` sums of the terms `of(index, value)`, in double precision.
#[inline]
pub fn sums<const K: usize>(values: &[f32], of: impl Fn(f64, f64) -> [f64; K]) -> [f64; K] {
    const WIDTH: usize = 4;
    let mut totals = [[0.0f64; WIDTH]; K];
    let chunks = values.chunks_exact(WIDTH);
    let (rest, rest_at) = (chunks.remainder(), values.len() - chunks.remainder().len());
    let mut index = [0.0, 1.0, 2.0, 3.0];
    for chunk in chunks {
        for lane in 0..WIDTH {
            let terms = of(index[lane], f64::from(chunk[lane]));
            for (total, term) in totals.iter_mut().zip(terms) {
                total[lane] += term;
            }
            index[lane] += WIDTH as f64;
        }
    }
    for (n, value) in rest.iter().enumerate() {
        for (total, term) in totals.iter_mut().zip(of((rest_at + n) as f64, f64::from(*value))) {
            total[0] += term;
        }
    }
    totals.map(|lanes| lanes.iter().sum())
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
            assert_eq!(dot_f64(&wide, &wide), f64::from(direct));
            let [total, first] = sums(&values, |i, v| [v, i * v]);
            assert_eq!(total, wide.iter().sum::<f64>());
            assert_eq!(first, wide.iter().enumerate().map(|(i, v)| i as f64 * v).sum::<f64>());
        }
    }
}
