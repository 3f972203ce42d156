//! Roots of polynomials.

use realfft::num_complex::Complex;

type Root = Complex<f64>;

const STEPS: usize = 100;

/// Complex roots of the real polynomial `c[0] x^n + c[1] x^(n-1) + … + c[n]` (the order of `numpy.roots`), each as often as
/// its multiplicity, in no particular order; those that are not real come in exactly conjugate pairs.
///
/// Simultaneous iteration of Aberth and Ehrlich from the radii of the Newton polygon (Bini 1996, "Numerical computation of
/// polynomial zeros by means of Aberth's method"). Leading zeros are dropped; a constant, nothing at all, or a coefficient
/// that is not finite has no roots. A simple root is right to a few units of the last place times its condition, an
/// `m`-fold one to about the `m`-th part of the digits.
pub fn roots(coefficients: &[f64]) -> Vec<Complex<f64>> {
    let mut found = Vec::new();
    roots_into(coefficients, &mut found);
    found
}

/// [`roots`] into a buffer that is kept between calls: it is cleared, and allocates only to grow.
pub fn roots_into(coefficients: &[f64], found: &mut Vec<Complex<f64>>) {
    found.clear();
    let largest = coefficients.iter().fold(0.0f64, |most, c| most.max(c.abs()));
    let Some(first) = coefficients.iter().position(|c| *c != 0.0) else { return };
    if !largest.is_finite() || coefficients.iter().any(|c| c.is_nan()) {
        return;
    }
    let last = coefficients.iter().rposition(|c| *c != 0.0).unwrap_or(first);
    let inner = &coefficients[first..=last];
    start(inner, found);
    iterate(inner, found);
    pair(found);
    found.resize(coefficients.len() - 1 - first, Root::new(0.0, 0.0));
}

/// Points on circles whose radii the upper convex hull of `log |coefficient|` gives.
fn start(c: &[f64], found: &mut Vec<Root>) {
    let degree = c.len() - 1;
    let height = |power: usize| c[degree - power].abs().ln();
    let mut left = 0;
    while left < degree {
        let slope = |right: usize| (height(right) - height(left)) / (right - left) as f64;
        let steepest = |best: usize, right: usize| if slope(right) >= slope(best) { right } else { best };
        let right = (left + 1..=degree).filter(|power| c[degree - power] != 0.0).fold(degree, steepest);
        let radius = (-slope(right)).clamp(-300.0, 300.0).exp();
        for k in 0..right - left {
            let turn = k as f64 / (right - left) as f64 + left as f64 / degree as f64;
            found.push(Root::from_polar(radius, std::f64::consts::TAU * turn + 0.7));
        }
        left = right;
    }
}

fn iterate(c: &[f64], z: &mut [Root]) {
    let mut settled = 0u64;
    for _ in 0..STEPS {
        let mut moved = false;
        for i in 0..z.len() {
            if i < 64 && (settled >> i) & 1 == 1 {
                continue;
            }
            let Some(inverse_newton) = logarithmic_derivative(c, z[i]) else {
                settled |= if i < 64 { 1 << i } else { 0 };
                continue;
            };
            let mut repulsion = Root::new(0.0, 0.0);
            for j in (0..z.len()).filter(|j| *j != i) {
                let gap = z[i] - z[j];
                if gap.norm_sqr() > 0.0 {
                    repulsion += gap.inv();
                }
            }
            let step = (inverse_newton - repulsion).inv();
            if step.is_finite() {
                z[i] -= step;
                moved |= step.norm_sqr() > (4.0 * f64::EPSILON).powi(2) * z[i].norm_sqr();
            }
        }
        if !moved {
            break;
        }
    }
}

/// `p'(z) / p(z)`, or `None` where `p(z)` is nothing but rounding. Outside the unit circle by the reversed polynomial, so
/// that no power of `z` overflows.
fn logarithmic_derivative(c: &[f64], z: Root) -> Option<Root> {
    let inside = z.norm_sqr() <= 1.0;
    let at = if inside { z } else { z.inv() };
    let size = at.norm();
    let (mut value, mut slope, mut bound) = (Root::new(0.0, 0.0), Root::new(0.0, 0.0), 0.0f64);
    let mut step = |coefficient: f64| {
        slope = slope * at + value;
        value = value * at + coefficient;
        bound = bound * size + value.norm_sqr().sqrt();
    };
    if inside {
        c.iter().copied().for_each(&mut step);
    } else {
        c.iter().rev().copied().for_each(&mut step);
    }
    if value.norm() <= 2.0 * f64::EPSILON * bound {
        return None;
    }
    let ratio = slope / value;
    Some(if inside { ratio } else { at * ((c.len() - 1) as f64 - at * ratio) })
}

/// Makes each root real or half of an exactly conjugate pair.
fn pair(z: &mut [Root]) {
    let mut i = 0;
    while i < z.len() {
        let mirrored = z[i].conj();
        let distance = |j: usize| (z[j] - mirrored).norm_sqr();
        let partner = (i..z.len()).min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or(i);
        if partner == i {
            z[i].im = 0.0;
            i += 1;
        } else {
            let mean = (z[i] + z[partner].conj()) * 0.5;
            z.swap(i + 1, partner);
            (z[i], z[i + 1]) = (mean, mean.conj());
            i += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Coefficients of the polynomial with these roots.
    fn expand(roots: &[Root]) -> Vec<f64> {
        let mut c = vec![Root::new(1.0, 0.0)];
        for root in roots {
            c.push(Root::new(0.0, 0.0));
            for k in (1..c.len()).rev() {
                let before = c[k - 1];
                c[k] -= before * root;
            }
        }
        c.iter().map(|c| c.re).collect()
    }

    fn worst(want: &[Root], c: &[f64]) -> f64 {
        let mut got = roots(c);
        assert_eq!(got.len(), want.len());
        want.iter().fold(0.0f64, |worst, root| {
            let distance = |z: &Root| (z - root).norm();
            let at = (0..got.len()).min_by(|a, b| distance(&got[*a]).total_cmp(&distance(&got[*b]))).unwrap();
            worst.max(distance(&got.swap_remove(at)))
        })
    }

    fn pairs(polar: &[(f64, f64)]) -> Vec<Root> {
        polar.iter().flat_map(|(r, angle)| [Root::from_polar(*r, *angle), Root::from_polar(*r, -angle)]).collect()
    }

    #[test]
    fn a_polynomial_gives_back_the_roots_it_was_made_of() {
        let mut vowel = pairs(&[(0.98, 0.3), (0.97, 0.6), (0.95, 1.4), (0.9, 1.9), (0.8, 2.7)]);
        assert!(worst(&vowel, &expand(&vowel)) < 1e-12);
        vowel.extend([Root::new(0.5, 0.0), Root::new(-0.7, 0.0)]);
        assert!(worst(&vowel, &expand(&vowel)) < 1e-12);
        let unit = pairs(&[(1.0, 0.1), (1.0, 0.9), (1.0, 2.0), (1.0, 3.0)]);
        assert!(worst(&unit, &expand(&unit)) < 1e-11);
        let wilkinson: Vec<Root> = (1..=10).map(|n| Root::new(f64::from(n), 0.0)).collect();
        assert!(worst(&wilkinson, &expand(&wilkinson)) < 1e-6);
        let scales = [Root::new(1e-9, 0.0), Root::new(1.0, 0.0), Root::new(-1e9, 0.0)];
        assert!(worst(&scales, &expand(&scales)) < 1e-4);
        let double = [Root::new(0.5, 0.0), Root::new(0.5, 0.0), Root::new(-0.3, 0.0)];
        assert!(worst(&double, &expand(&double)) < 1e-7);
        let ring: Vec<Root> = (0..7).map(|k| Root::from_polar(1.0, std::f64::consts::TAU * k as f64 / 7.0)).collect();
        assert!(worst(&ring, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0]) < 1e-13);
    }

    #[test]
    fn degenerate_coefficients_are_no_trouble() {
        assert_eq!(roots(&[]), []);
        assert_eq!(roots(&[0.0, 0.0]), []);
        assert_eq!(roots(&[3.0]), []);
        assert_eq!(roots(&[1.0, f64::NAN]), []);
        assert_eq!(roots(&[f64::INFINITY, 1.0]), []);
        assert_eq!(roots(&[1.0, 0.0, 0.0]), [Root::new(0.0, 0.0); 2]);
        assert_eq!(roots(&[0.0, 2.0, -1.0]), [Root::new(0.5, 0.0)]);
        assert!(roots(&[1e-300, 1e300, -1e300, 1.0]).iter().all(|z| z.is_finite()));
        assert!(roots(&[1.0; 200]).iter().all(|z| z.is_finite() && (z.norm() - 1.0).abs() < 1e-9));
    }

    #[test]
    fn roots_are_real_or_conjugate_pairs() {
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0
        };
        for degree in 1..20 {
            let c: Vec<f64> = (0..=degree).map(|_| next()).collect();
            let found = roots(&c);
            assert_eq!(found.len(), degree);
            for z in &found {
                assert!(found.contains(&z.conj()), "{z} of {found:?}");
                let (value, size) =
                    c.iter().fold((Root::new(0.0, 0.0), 0.0), |(v, s), c| (v * z + c, s * z.norm() + c.abs()));
                assert!(value.norm() < 1e-12 * size, "{c:?}: p({z}) = {value}");
            }
        }
    }
}
