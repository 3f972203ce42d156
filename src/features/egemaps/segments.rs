//! Lengths of voiced and unvoiced stretches. openSMILE's `cFunctionalSegments`, methods `nonX` and `eqX`.

use super::extremes::PERIOD;

/// Frames that a stretch needs to count, and frames outside it that end it.
const MIN_LENGTH: usize = 3;
const MIN_PAUSE: usize = 2;

/// Stretches in which a condition holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Segments {
    pub per_second: f32,
    /// Seconds; 0 without any.
    pub mean: f32,
    /// Seconds; 0 below two.
    pub deviation: f32,
}

#[derive(Clone, Copy)]
enum State {
    Outside,
    Entering,
    Inside,
}

/// Segments of the frames in which `holds`.
pub fn segments(holds: impl ExactSizeIterator<Item = bool>) -> Segments {
    let n = holds.len();
    let mut lengths: Vec<usize> = Vec::new();
    let mut state = State::Outside;
    let (mut start, mut inside, mut outside) = (0, 0, 0);
    for (i, holds) in holds.enumerate() {
        match (state, holds) {
            (State::Outside, true) => {
                inside += 1;
                start = i;
                state = State::Entering;
            }
            (State::Entering, true) => {
                outside = 0;
                inside += 1;
                if inside >= MIN_LENGTH {
                    inside = 0;
                    state = State::Inside;
                }
            }
            (State::Inside, true) => outside = 0,
            (State::Entering, false) => {
                outside += 1;
                if outside >= MIN_PAUSE {
                    (inside, outside) = (0, 0);
                    state = State::Outside;
                }
            }
            (State::Inside, false) => {
                inside = 0;
                outside += 1;
                if outside >= MIN_PAUSE {
                    lengths.push(i - outside - start);
                    outside = 0;
                    state = State::Outside;
                }
            }
            (State::Outside, false) => {}
        }
    }
    if let State::Inside = state {
        lengths.push(n.saturating_sub(outside + 1 + start));
    }
    describe(&lengths, n)
}

fn describe(lengths: &[usize], n: usize) -> Segments {
    if lengths.is_empty() {
        return Segments::default();
    }
    let count = lengths.len() as f32;
    let mean = lengths.iter().sum::<usize>() as f32 / count;
    let squares: f32 = lengths.iter().map(|length| (*length as f32 - mean).powi(2)).sum();
    Segments {
        per_second: count / (n as f32 * PERIOD),
        mean: mean * PERIOD,
        deviation: (squares / count).sqrt() * PERIOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_gaps_are_bridged_and_short_stretches_left_out() {
        let voiced = b"..####.####...#..#####..".map(|c| c == b'#');
        let found = segments(voiced.into_iter());
        assert!((found.per_second - 2.0 / 0.24).abs() < 1e-3, "{found:?}");
        assert!((found.mean - 0.06).abs() < 1e-6, "{found:?}");
        assert_eq!(segments([].into_iter()), Segments::default());
    }
}
