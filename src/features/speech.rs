//! Is there speech in it?

mod timbre;

use ndarray::{Array2, ArrayView2, Axis, Slice};
use serde::{Deserialize, Serialize};

use super::{F0Contour, MelSpectrogram};
use crate::{Error, Result};
use timbre::Timbre;

/// Bands that the mel bands are averaged into.
const N_BANDS: usize = 16;
/// Frames of a window, and between windows of a longer clip.
const WINDOW: usize = 400;
const WINDOW_HOP: usize = 200;
/// Pitch that moves from one frame to the next, in cents; faster is a jump, slower is a held tone.
const MOVES: std::ops::Range<f32> = 3.0..120.0;
/// Most that the motion changes from one frame to the next in a glide, in cents.
const BEND: f32 = 30.0;
/// Motion of the timbre that goes with a glide, in dB over 40 ms.
const TIMBRE_MOVES: f32 = 2.5;
/// Cues that count: those that speak least for speech.
const WEAKEST: usize = 4;
/// Evidence from which on it is speech.
const ENOUGH: f32 = 0.38;

/// A cue: name, value at which it no longer speaks for speech at all, value that is typical of it, and whether they are
/// compared as logarithms. Values of the odd-numbered actors of RAVDESS and CREMA-D were used to choose them, no other speech.
type Cue = (&'static str, f32, f32, bool);

/// The cues of [`SpeechEvidence`], in order.
const CUES: [Cue; 16] = [
    ("bands", 4.0, 10.0, true),
    ("timbre_spread_db", 2.6, 5.5, true),
    ("timbre_kept_30ms", 0.48, 0.75, false),
    ("timbre_kept_60ms", -0.05, 0.45, false),
    ("timbre_kept_120ms", 0.68, 0.15, false),
    ("timbre_motion_db", 1.8, 3.2, true),
    ("timbre_jumps", 5.0, 2.3, true),
    ("gliding_share", 0.05, 0.5, false),
    ("moving_share", 0.5, 0.82, false),
    ("gliding_frames", 1.0, 20.0, true),
    ("attack_skewness", 4.2, 1.2, false),
    ("range_db", 6.0, 18.0, true),
    ("breadth", 0.45, 0.78, false),
    ("narrowness", 0.035, 0.13, true),
    ("swing_db", 1.3, 3.5, true),
    ("bursts_db", 13.0, 6.0, true),
];

/// What speaks for speech in a clip. Every cue is a property of speech that other sounds lack; none depends on the
/// recording's gain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpeechEvidence {
    /// How far the four weakest cues stand on the side of speech on average, 0 (at the edge) to 1 (typical of speech); below 0
    /// where any of them lies outside of speech altogether.
    pub score: f32,
    /// Values of the cues named by [`speech_cues`].
    pub cues: Vec<f32>,
    /// First and last frame, the last not in it, of the window with the most evidence.
    pub frames: (usize, usize),
}

impl SpeechEvidence {
    /// Whether it is enough.
    pub fn is_speech(&self) -> bool {
        self.score >= ENOUGH
    }
}

/// Names of the cues. A band is a sixteenth of the mel bands, in dB above its own floor; the timbre is what the bands differ
/// by from their mean.
///
/// - `bands`: bands that rise above their floors at all; those of noise do not.
/// - `timbre_spread_db`: how far the timbre strays.
/// - `timbre_kept_30ms`, `_60ms`, `_120ms`: how much of it is still there later; little after a click, much in a held note.
/// - `timbre_motion_db`: how far it moves in 40 ms when it moves least (lower quartile); a note stands still.
/// - `timbre_jumps`: how much further it moves when it moves most (90 % quantile); notes stand still and then jump.
/// - `gliding_share`, `gliding_frames`: voiced frames in which pitch and timbre both move smoothly.
/// - `moving_share`: voiced frames in which the pitch moves.
/// - `attack_skewness`: struck things rise at once and fall slowly.
/// - `range_db`: height of the loudest frames above the floor.
/// - `breadth`, `narrowness`: share of the bands that sound at a time, and the rest; few in a whistle, all in a bang.
/// - `swing_db`, `bursts_db`: swing of the level within 250 ms; none in a siren, too much in a row of bangs.
pub fn speech_cues() -> impl Iterator<Item = &'static str> {
    CUES.iter().map(|cue| cue.0)
}

/// Refuses a clip without speech.
///
/// # Errors
/// [`Error::NoSpeech`].
pub fn require_speech(mel: &MelSpectrogram, f0: &F0Contour) -> Result<()> {
    if speech_evidence(mel, f0).is_speech() { Ok(()) } else { Err(Error::NoSpeech) }
}

/// Weighs a clip, in windows of 4 s where it is longer: the best window counts. `mel` and `f0` are of the same clip, frame by
/// frame, 10 ms apart.
pub fn speech_evidence(mel: &MelSpectrogram, f0: &F0Contour) -> SpeechEvidence {
    let n_frames = mel.values.ncols().min(f0.hz.len());
    let powers = powers(mel, n_frames);
    let last = n_frames.saturating_sub(WINDOW);
    let starts = (0..last.div_ceil(WINDOW_HOP)).map(|index| index * WINDOW_HOP).chain([last]);
    let weigh = |start: usize| {
        let end = (start + WINDOW).min(n_frames);
        let cues = cues(powers.slice_axis(Axis(0), Slice::from(start..end)), &f0.hz[start..end]);
        SpeechEvidence { score: score(&cues), cues: cues.to_vec(), frames: (start, end) }
    };
    let first = weigh(last);
    starts.map(weigh).fold(first, |best, next| if next.score > best.score { next } else { best })
}

fn score(cues: &[f32; CUES.len()]) -> f32 {
    let side = |(value, (_, edge, typical, is_log)): (&f32, &Cue)| {
        let scale = |x: f32| if *is_log { x.max(1e-3).ln() } else { x };
        ((scale(*value) - scale(*edge)) / (scale(*typical) - scale(*edge))).clamp(-1.0, 1.0)
    };
    let mut sides = [0.0; CUES.len()];
    sides.iter_mut().zip(cues.iter().zip(&CUES)).for_each(|(slot, cue)| *slot = side(cue));
    sides.sort_unstable_by(f32::total_cmp);
    if sides[0] < 0.0 { sides[0] } else { sides[..WEAKEST].iter().sum::<f32>() / WEAKEST as f32 }
}

/// Powers `[n_frames, N_BANDS]`, averaged over three frames.
fn powers(mel: &MelSpectrogram, n_frames: usize) -> Array2<f32> {
    let per_band = (mel.values.nrows() / N_BANDS).max(1);
    let of_frame = Array2::from_shape_fn((n_frames, N_BANDS), |(frame, band)| {
        let rows = (band * per_band..(band + 1) * per_band).filter_map(|row| mel.values.get([row, frame]));
        rows.map(|value| 10f32.powf(*value)).sum::<f32>() / per_band as f32
    });
    Array2::from_shape_fn((n_frames, N_BANDS), |(frame, band)| {
        let (before, after) = (frame.saturating_sub(1), (frame + 1).min(n_frames - 1));
        (of_frame[[before, band]] + of_frame[[frame, band]] + of_frame[[after, band]]) / 3.0
    })
}

fn cues(powers: ArrayView2<f32>, hz: &[Option<f32>]) -> [f32; CUES.len()] {
    let timbre = Timbre::new(powers);
    let pitch = Pitch::new(hz, &timbre);
    let quartile = timbre.motion(0.25);
    let swing = timbre.swing(powers);
    [
        timbre.bands() as f32,
        timbre.spread(),
        timbre.kept(3),
        timbre.kept(6),
        timbre.kept(12),
        quartile,
        timbre.motion(0.9) / quartile.max(0.01),
        pitch.gliding as f32 / pitch.voiced.max(1) as f32,
        pitch.moving as f32 / pitch.voiced.max(1) as f32,
        pitch.gliding as f32,
        timbre.attack_skewness(),
        timbre.loudest,
        timbre.breadth(),
        1.0 - timbre.breadth(),
        swing,
        swing,
    ]
}

/// Numbers of pairs of neighbouring loud frames.
#[derive(Default)]
struct Pitch {
    /// Both voiced.
    voiced: usize,
    /// The pitch moves.
    moving: usize,
    /// It moves as it moved before, and the timbre moves with it.
    gliding: usize,
}

impl Pitch {
    fn new(hz: &[Option<f32>], timbre: &Timbre) -> Self {
        let mut pitch = Self::default();
        let mut before = None;
        for frame in 1..hz.len() {
            let sounds = timbre.loud[frame] && timbre.loud[frame - 1];
            let pair = if sounds { hz[frame].zip(hz[frame - 1]) } else { None };
            let step = pair.map(|(now, last)| 1200.0 * (now / last).log2());
            if let Some(step) = step {
                pitch.voiced += 1;
                if MOVES.contains(&step.abs()) {
                    pitch.moving += 1;
                    let smooth = before.is_some_and(|before: f32| (step - before).abs() < BEND);
                    pitch.gliding += usize::from(smooth && timbre.change[frame] > TIMBRE_MOVES);
                }
            }
            before = step;
        }
        pitch
    }
}
