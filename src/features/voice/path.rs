//! The cheapest path through the pitch candidates of all frames.

/// A voiced candidate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub hz: f64,
    pub strength: f64,
    log2_hz: f64,
    score: f64,
}

impl Candidate {
    pub fn new(hz: f64, strength: f64, octave_cost: f64, ceiling: f64) -> Self {
        let log2_hz = hz.log2();
        Self { hz, strength, log2_hz, score: strength - octave_cost * (ceiling.log2() - log2_hz) }
    }
}

/// The candidates of all frames in one list.
pub(super) struct Frames {
    candidates: Vec<Candidate>,
    /// Past the last candidate of each frame, and the score of its unvoiced one.
    ends: Vec<(usize, f64)>,
}

impl Frames {
    pub fn with_capacity(n_frames: usize, candidates: usize) -> Self {
        Self { candidates: Vec::with_capacity(n_frames * candidates / 2), ends: Vec::with_capacity(n_frames) }
    }

    /// Takes the voiced candidates of the next frame.
    pub fn candidates(&mut self) -> &mut Vec<Candidate> {
        &mut self.candidates
    }

    /// Ends the frame whose voiced candidates have been taken.
    pub fn close(&mut self, unvoiced_score: f64) {
        self.ends.push((self.candidates.len(), unvoiced_score));
    }

    /// Voiced candidates of a frame.
    pub fn frame(&self, index: usize) -> &[Candidate] {
        let first = index.checked_sub(1).map_or(0, |before| self.ends[before].0);
        &self.candidates[first..self.ends[index].0]
    }
}

/// The candidate of each frame on the path of the highest score, `None` for the unvoiced one (Boersma 1993, eq. 25-27).
pub(super) fn cheapest_path(frames: &Frames, octave_jump_cost: f64, voiced_unvoiced_cost: f64) -> Vec<Option<usize>> {
    let n_frames = frames.ends.len();
    // Of each candidate and of each unvoiced one: where the best path to it comes from, and what it scores.
    let mut from: Vec<Option<usize>> = Vec::with_capacity(frames.candidates.len());
    let mut from_unvoiced: Vec<Option<usize>> = Vec::with_capacity(n_frames);
    let (mut totals, mut next): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut unvoiced_total = 0.0;
    for index in 0..n_frames {
        let own = frames.frame(index);
        let before = index.checked_sub(1).map_or(&[][..], |before| frames.frame(before));
        next.clear();
        for candidate in own {
            let cost = if index > 0 { voiced_unvoiced_cost } else { 0.0 };
            let mut best = (None, unvoiced_total - cost);
            for (place, (earlier, total)) in before.iter().zip(&totals).enumerate() {
                let total = total - octave_jump_cost * (earlier.log2_hz - candidate.log2_hz).abs();
                if total > best.1 {
                    best = (Some(place), total);
                }
            }
            from.push(best.0);
            next.push(best.1 + candidate.score);
        }
        let mut best = (None, unvoiced_total);
        for (place, total) in totals.iter().enumerate() {
            if total - voiced_unvoiced_cost > best.1 {
                best = (Some(place), total - voiced_unvoiced_cost);
            }
        }
        from_unvoiced.push(best.0);
        unvoiced_total = best.1 + frames.ends[index].1;
        std::mem::swap(&mut totals, &mut next);
    }
    let mut at = None;
    let mut most = unvoiced_total;
    for (place, total) in totals.iter().enumerate() {
        if *total > most {
            (at, most) = (Some(place), *total);
        }
    }
    let mut path = vec![None; n_frames];
    for index in (0..n_frames).rev() {
        path[index] = at;
        let first = index.checked_sub(1).map_or(0, |before| frames.ends[before].0);
        at = at.map_or(from_unvoiced[index], |place| from[first + place]);
    }
    path
}
