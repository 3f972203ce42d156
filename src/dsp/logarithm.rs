//! Natural logarithms of many values.

/// Natural logarithm of a positive normal number to about one unit in the last place (Cephes `logf`, Moshier 1989): a
/// polynomial without a branch, so that a loop over a spectrum is vectorised, and the same on every machine. Smaller
/// numbers and NaN count as the smallest normal number.
#[inline]
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

#[cfg(test)]
mod tests {
    use super::ln;

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
}
