//! Natural logarithms of many values.

use super::simd::vectorized;

/// Natural logarithm of a positive normal number to about one unit in the last place (Cephes `logf`, Moshier 1989): a
/// polynomial without a branch, so that a loop over a spectrum is vectorised, and the same on every machine. Smaller
/// numbers and NaN count as the smallest normal number.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    const ROOT_HALF: u32 = 0x3f35_04f3;
    let bits = x.max(f32::MIN_POSITIVE).to_bits();
    let exponent = (bits.wrapping_sub(ROOT_HALF) as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32)) - 1.0;
    let exponent = exponent as f32;
    let mut y = 7.037_683_6e-2;
    y = y * m - 1.151_461e-1;
    y = y * m + 1.167_699_9e-1;
    y = y * m - 1.242_014_1e-1;
    y = y * m + 1.424_932_3e-1;
    y = y * m - 1.666_805_8e-1;
    y = y * m + 2.000_071_5e-1;
    y = y * m - 2.499_999_4e-1;
    y = y * m + 3.333_333e-1;
    let z = m * m;
    let y = y * m * z - 2.121_944_4e-4 * exponent - 0.5 * z;
    m + y + 0.693_359_4 * exponent
}

/// Mean of the natural logarithms of values, each at least `floor`, which is a positive normal number; 0 for none.
/// Mantissas are multiplied and exponents added, so that few logarithms are taken.
pub fn mean_ln(values: &[f32], floor: f32) -> f32 {
    vectorized!(mean_of(values, floor))
}

#[inline(always)]
fn mean_of(values: &[f32], floor: f32) -> f32 {
    const LANES: usize = 8;
    /// Factors below 2 whose product stays finite.
    const MOST: usize = 100;
    const MANTISSA: u32 = 0x007f_ffff;
    let floored = |v: f32| if v > floor { v } else { floor };
    let (mut exponents, mut logarithms) = ([0i32; LANES], 0.0);
    for block in values.chunks(LANES * MOST) {
        let (chunks, rest) = block.as_chunks::<LANES>();
        let mut products = [1.0f32; LANES];
        for chunk in chunks {
            let bits = chunk.map(|v| floored(v).to_bits());
            for lane in 0..LANES {
                exponents[lane] += (bits[lane] >> 23) as i32 - 127;
            }
            for lane in 0..LANES {
                products[lane] *= f32::from_bits((bits[lane] & MANTISSA) | 1.0f32.to_bits());
            }
        }
        logarithms += products.into_iter().chain(rest.iter().map(|v| floored(*v))).map(ln).sum::<f32>();
    }
    let exponents = exponents.iter().map(|e| f64::from(*e)).sum::<f64>() * std::f64::consts::LN_2;
    ((exponents + f64::from(logarithms)) / values.len().max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_true_logarithm() {
        let mut x = f32::MIN_POSITIVE;
        while x < 1e38 {
            let want = f64::from(x).ln();
            assert!((f64::from(ln(x)) - want).abs() <= 2e-7 * want.abs().max(0.2), "{x}: {} {want}", ln(x));
            x *= 1.003_7;
        }
        assert_eq!(ln(1.0), 0.0);
        for small in [0.0, -1.0, 1e-45, f32::NAN] {
            assert_eq!(ln(small), ln(f32::MIN_POSITIVE));
        }
        assert!((ln(f32::MAX) - f32::MAX.ln()).abs() < 1e-4);
    }

    #[test]
    fn the_mean_is_that_of_the_logarithms() {
        for n in [1, 7, 8, 201, 513, 2049] {
            let values: Vec<f32> = (0..n).map(|i| (i as f32 * 0.37).sin().powi(8) * 1e4).collect();
            let want = values.iter().map(|v| f64::from(v.max(1e-10)).ln()).sum::<f64>() / n as f64;
            assert!((f64::from(mean_ln(&values, 1e-10)) - want).abs() < 1e-5, "{n}");
        }
        assert_eq!(mean_ln(&[], 1e-10), 0.0);
        assert!((mean_ln(&[f32::MAX; 2000], 1e-10) - f32::MAX.ln()).abs() < 1e-4);
    }
}
