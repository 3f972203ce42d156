//! What the ensemble learns from a few clips of an unseen speaker that somebody set right.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use undertone::analysis::{Correction, Corrector};
use undertone::inference::{Emotion, Probabilities, winner};

use super::asides::Aside;
use super::{Bench, Checkpoint};
use crate::deep::vote;
use crate::metrics::{Outcome, Scores, mean, score};
use crate::results::{Corrections, rounded};
use crate::split::Protocol;

/// Clips that are set right.
const CLIPS: usize = 5;
/// Random choices of them.
const DRAWS: u64 = 10;

impl Bench<'_> {
    /// The mean over seeds and draws; `None` where no baselines are tried, or no speaker has clips enough.
    pub(super) fn corrections(
        &self,
        protocol: Protocol,
        answered: &[Vec<Checkpoint>],
        asides: &[Vec<Aside>],
    ) -> Option<Corrections> {
        let classes = self.classes(protocol);
        let (mut befores, mut afters) = (Vec::new(), Vec::new());
        for ((checkpoints, asides), seed) in answered.iter().zip(asides).zip(&self.job.seeds) {
            for draw in 0..DRAWS {
                let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1000).wrapping_add(draw));
                let (mut before, mut after) = (Vec::new(), Vec::new());
                for (checkpoint, aside) in
                    checkpoints.iter().zip(asides).filter(|(_, aside)| !aside.directions.is_empty())
                {
                    let answers = vote::among(&checkpoint.test_answers, &classes);
                    let (_, joined) = self.vote(checkpoint, &classes).apply(&answers);
                    let clips = (checkpoint.test.as_slice(), joined.as_slice(), aside.directions.as_slice());
                    let (without, with) = self.corrected(clips, &classes, &mut rng);
                    before.extend(without);
                    after.extend(with);
                }
                if !before.is_empty() {
                    befores.push(score(&before, &classes));
                    afters.push(score(&after, &classes));
                }
            }
        }
        if befores.is_empty() {
            return None;
        }
        let uar = |scores: &[Scores]| mean(&scores.iter().map(|scores| scores.uar).collect::<Vec<_>>());
        let change = |class: usize| {
            let pairs = befores.iter().zip(&afters);
            mean(&pairs.map(|(a, b)| b.per_class[class].recall - a.per_class[class].recall).collect::<Vec<_>>())
        };
        let worst = (0..classes.len()).map(change).fold(f64::INFINITY, f64::min);
        let found = Corrections {
            clips: CLIPS as u32,
            uar_before: rounded(uar(&befores)),
            uar_after: rounded(uar(&afters)),
            worst_class_change: rounded(worst),
        };
        println!(
            "{protocol}, {CLIPS} clips set right: UAR of the rest {:.1} % -> {:.1} %, worst class {:+.1}",
            100.0 * found.uar_before,
            100.0 * found.uar_after,
            100.0 * found.worst_class_change
        );
        Some(found)
    }

    /// The clips that are scored, before and after; speakers without as many are left out.
    fn corrected(
        &self,
        (clips, answers, directions): (&[usize], &[Probabilities], &[Vec<f32>]),
        classes: &[Emotion],
        rng: &mut ChaCha8Rng,
    ) -> (Vec<Outcome>, Vec<Outcome>) {
        let mut speakers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, clip) in clips.iter().enumerate().filter(|(_, clip)| classes.contains(&self.labels[**clip])) {
            speakers.entry(&self.dataset.clips[*clip].speaker).or_default().push(place);
        }
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (speaker, mut places) in speakers {
            if places.len() < 2 * CLIPS {
                continue;
            }
            places.shuffle(rng);
            places.sort_by_key(|place| winner(&answers[*place]) == self.labels[clips[*place]]);
            let (told, rest) = places.split_at(CLIPS);
            let correction = |place: &usize| Correction {
                version: String::new(),
                direction: directions[*place].clone(),
                answer: answers[*place],
                label: self.labels[clips[*place]],
            };
            let corrector = Corrector::fit(&told.iter().map(correction).collect::<Vec<_>>());
            let outcome = |place: &usize, probabilities| Outcome {
                speaker: speaker.to_owned(),
                label: self.labels[clips[*place]],
                probabilities,
            };
            before.extend(rest.iter().map(|place| outcome(place, answers[*place])));
            after.extend(
                rest.iter().map(|place| outcome(place, corrector.correct(&answers[*place], &directions[*place]))),
            );
        }
        (before, after)
    }
}
