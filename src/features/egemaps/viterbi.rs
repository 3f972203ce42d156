//! The pitch contour through the candidates of all frames. openSMILE's `cPitchSmootherViterbi` (after Luengo et al. 2007).

use super::octave::{Candidate, N_CANDIDATES};

/// One state a candidate, and the last for no voice.
const N_STATES: usize = N_CANDIDATES + 1;
const UNVOICED: usize = N_CANDIDATES;
/// Frames that a decision may wait for those behind it.
pub const LAG: usize = 40;

const VOICING_THRESHOLD: f32 = 0.7;
const W_LOCAL: f64 = 2.0;
const W_JUMP: f64 = 10.0;
const W_BEND: f64 = 10.0;
const W_ONSET: f64 = 10.0;
const W_THRESHOLD: f64 = 4.0;
const EMPTY: f64 = 999.0;

type Path = [u8; LAG];

/// Takes candidates frame by frame and gives each frame's pitch as soon as all paths agree on it.
pub struct PitchPath {
    costs: [f64; N_STATES],
    paths: [Path; N_STATES],
    frames: [[Candidate; N_CANDIDATES]; LAG],
    pushed: usize,
    decided: usize,
    /// Interval of the last transition that was weighed, whichever path it was on, as in openSMILE.
    last_interval: f64,
}

impl PitchPath {
    pub fn new() -> Self {
        Self {
            costs: [0.0; N_STATES],
            paths: [[0; LAG]; N_STATES],
            frames: [[Candidate::default(); N_CANDIDATES]; LAG],
            pushed: 0,
            decided: 0,
            last_interval: 1.0,
        }
    }

    /// Adds a frame; `each` gets the pitch in Hz, 0 for no voice, of every frame that is decided by it, in order.
    pub fn push(&mut self, candidates: &[Candidate; N_CANDIDATES], mut each: impl FnMut(f32)) {
        let slot = self.pushed % LAG;
        if self.pushed == 0 {
            for state in 0..N_STATES {
                self.costs[state] = local_cost(state, candidates);
                self.paths[state][0] = state as u8;
            }
        } else {
            let before = self.frames[(self.pushed - 1) % LAG];
            let (costs, paths) = (self.costs, self.paths);
            for state in 0..N_STATES {
                let (mut best, mut least) = (0, f64::INFINITY);
                for (from, cost) in costs.iter().enumerate() {
                    let cost = cost + self.transition_cost(state, from, &before, candidates);
                    if cost < least {
                        (best, least) = (from, cost);
                    }
                }
                self.costs[state] = least + local_cost(state, candidates);
                self.paths[state] = paths[best];
                self.paths[state][slot] = state as u8;
            }
        }
        self.frames[slot] = *candidates;
        self.pushed += 1;
        if self.pushed - self.decided >= LAG {
            let best = self.best();
            each(self.decide(best));
        } else {
            while self.decided < self.pushed && self.agreed() {
                each(self.decide(0));
            }
        }
    }

    /// Frames that are decided so far.
    pub fn decided(&self) -> usize {
        self.decided
    }

    /// Decides what is left after the last frame.
    pub fn finish(mut self, mut each: impl FnMut(f32)) {
        let best = self.best();
        while self.decided < self.pushed {
            each(self.decide(best));
        }
    }

    fn best(&self) -> usize {
        (1..N_STATES).fold(0, |best, state| if self.costs[state] < self.costs[best] { state } else { best })
    }

    fn agreed(&self) -> bool {
        let slot = self.decided % LAG;
        self.paths.iter().all(|path| path[slot] == self.paths[0][slot])
    }

    fn decide(&mut self, path: usize) -> f32 {
        let slot = self.decided % LAG;
        self.decided += 1;
        self.frames[slot].get(usize::from(self.paths[path][slot])).map_or(0.0, |candidate| candidate.hz)
    }

    fn transition_cost(
        &mut self,
        to: usize,
        from: usize,
        before: &[Candidate; N_CANDIDATES],
        now: &[Candidate; N_CANDIDATES],
    ) -> f64 {
        match (from == UNVOICED, to == UNVOICED) {
            (false, false) => {
                let (then, now) = (before[from].hz, now[to].hz);
                if then == 0.0 || now == 0.0 {
                    return EMPTY;
                }
                let interval = f64::from(now / then).ln();
                let cost = W_JUMP * interval.abs() + W_BEND * (interval - self.last_interval).abs();
                self.last_interval = interval;
                cost
            }
            (true, true) => 1.0,
            _ => {
                self.last_interval = 0.0;
                W_ONSET
            }
        }
    }
}

fn local_cost(state: usize, candidates: &[Candidate; N_CANDIDATES]) -> f64 {
    let Some(candidate) = candidates.get(state) else {
        let voiced = candidates.iter().any(|candidate| candidate.voicing >= VOICING_THRESHOLD);
        return if voiced { W_LOCAL * W_THRESHOLD } else { 0.0 };
    };
    let voicing = f64::from(candidate.voicing).clamp(0.01, 1.0);
    let threshold = if voicing < f64::from(VOICING_THRESHOLD) { W_THRESHOLD } else { 0.0 };
    (threshold - voicing.ln()) * W_LOCAL + range_cost(f64::from(candidate.hz))
}

/// Voices are expected at 100-350 Hz.
fn range_cost(hz: f64) -> f64 {
    match hz {
        _ if hz <= 0.0 => 2.0,
        _ if hz < 100.0 => 1.0 - hz / 100.0,
        _ if hz < 350.0 => 0.0,
        _ if hz < 600.0 => (hz - 350.0) / 250.0,
        _ => 1.2,
    }
}
