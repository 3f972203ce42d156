//! Protocols on top of the others: with a baseline of the test speaker, in columns of their own.

use anyhow::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use undertone::inference::{BaselineEntry, BaselineMember, Emotion, Probabilities, Tier, sha256_hex};

use super::asides::Aside;
use super::{BASELINE_FILE, Bench, Checkpoint};
use crate::deep::baseline::{Amount, Draw, Test, draw, test};
use crate::deep::embed::Embeddings;
use crate::deep::heads::{Fitted, HEADS, Setting};
use crate::deep::vote::{self, Vote};
use crate::metrics::{Outcome, score};
use crate::results::{CLEAN, Run, RunInfo, commit, rounded};
use crate::split::Protocol;

/// The amounts that are tested, and how many times a speaker's clips are drawn for each.
const TESTED: [(Amount, u64); 4] =
    [(Amount::Neutral(1), 3), (Amount::Neutral(2), 3), (Amount::Neutral(4), 3), (Amount::All, 1)];

/// Wrong baselines. The vote is not fitted to them.
const WRONG: [(Amount, u64); 2] = [(Amount::Stranger, 3), (Amount::Angry, 3)];

/// Tenths of the whole that the heads may weigh that hear a clip less the baseline; the plain ones bound the harm of a wrong baseline.
const SHARES: std::ops::RangeInclusive<u8> = 8..=10;

/// What the heads answer with one draw of baselines, not calibrated: to held-out training clips, for the vote, and to test
/// clips; `[head][clip]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Heard {
    amount: Amount,
    inner: Vec<usize>,
    inner_answers: Vec<Vec<Probabilities>>,
    test: Vec<usize>,
    test_answers: Vec<Vec<Probabilities>>,
}

impl Bench<'_> {
    /// Whether the heads know baselines and the protocol's clips say who speaks, as those of `everyday` don't.
    pub(super) fn tries_baselines(&self, protocol: Protocol) -> bool {
        self.job.recipe.baselines.is_some() && protocol != Protocol::Everyday
    }

    /// The answers of a fold's heads with every amount; nothing of heads that know no baselines.
    pub(super) fn heard(
        &self,
        setting: Setting<'_>,
        (calibration, held_out): (&Fitted, &[usize]),
        (fitted, tested): (&Fitted, &[usize]),
    ) -> Result<Vec<Heard>> {
        let mut heard = Vec::new();
        for (amount, draws) in TESTED {
            for draw in 0..draws {
                let answers =
                    |heads: &Fitted, clips: &[usize]| self.with_baselines(setting, heads, clips, amount, draw);
                let (Some((inner, inner_answers)), Some((test, test_answers))) =
                    (answers(calibration, held_out)?, answers(fitted, tested)?)
                else {
                    return Ok(heard);
                };
                if !inner.is_empty() {
                    heard.push(Heard { amount, inner, inner_answers, test, test_answers });
                }
            }
        }
        Ok(heard)
    }

    /// The answers of a fold's heads to its test clips with wrong baselines; nothing to held-out clips.
    pub(super) fn misled(&self, setting: Setting<'_>, fitted: &Fitted, tested: &[usize]) -> Result<Vec<Heard>> {
        let mut heard = Vec::new();
        for (amount, draws) in WRONG {
            for draw in 0..draws {
                if let Some((test, test_answers)) = self.with_baselines(setting, fitted, tested, amount, draw)? {
                    heard.push(Heard { amount, inner: Vec::new(), inner_answers: Vec::new(), test, test_answers });
                }
            }
        }
        Ok(heard)
    }

    #[allow(clippy::type_complexity)]
    fn with_baselines(
        &self,
        setting: Setting<'_>,
        heads: &Fitted,
        clips: &[usize],
        amount: Amount,
        draw: u64,
    ) -> Result<Option<(Vec<usize>, Vec<Vec<Probabilities>>)>> {
        let (Some(reference), Some(how)) = (&heads.reference, &self.job.recipe.baselines) else { return Ok(None) };
        let embeddings: &Embeddings = setting.embeddings;
        let draws = self.draws(setting.seed, amount, draw, clips);
        let Test { clips, offsets } = test(&draws, embeddings, reference, how.shrinkage);
        let answers = heads.answers_less(setting, &self.encoder, &self.features, &clips, &offsets)?;
        Ok(Some((clips, answers)))
    }

    /// The same draw for the same seed and clips.
    fn draws(&self, seed: u64, amount: Amount, number: u64, clips: &[usize]) -> Vec<Draw> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1000).wrapping_add(number));
        draw(amount, &mut rng, &self.dataset.clips, clips)
    }

    /// Figures with each amount: of every head, and of the vote of all heads with and without the baseline.
    pub(super) fn baseline_runs(
        &self,
        protocol: Protocol,
        answered: &[Vec<Checkpoint>],
        asides: &[Vec<Aside>],
    ) -> Result<Vec<Run>> {
        let recipe = &self.job.recipe;
        let classes = self.classes(protocol);
        let mut runs = Vec::new();
        for (amount, draws) in TESTED.into_iter().chain(WRONG) {
            let mut outcomes: Vec<Vec<Vec<Outcome>>> = vec![Vec::new(); HEADS.len() + 1];
            let mut without: Vec<f64> = Vec::new();
            for (checkpoints, asides) in answered.iter().zip(asides) {
                for draw in 0..draws as usize {
                    let mut of_draw = vec![Vec::new(); HEADS.len() + 2];
                    for (checkpoint, aside) in checkpoints.iter().zip(asides) {
                        let heard = checkpoint.heard.iter().chain(&aside.misled);
                        let Some(heard) = heard.filter(|heard| heard.amount == amount).nth(draw) else {
                            continue;
                        };
                        let parts = self.baseline_outcomes(checkpoint, heard, &classes);
                        of_draw.iter_mut().zip(parts).for_each(|(all, part)| all.extend(part));
                    }
                    let plain = of_draw.pop().unwrap_or_default();
                    if plain.is_empty() {
                        continue;
                    }
                    without.push(score(&plain, &classes).uar);
                    outcomes.iter_mut().zip(of_draw).for_each(|(all, one)| all.push(one));
                }
            }
            if without.is_empty() {
                continue;
            }
            let without = crate::metrics::mean(&without);
            for (index, outcomes) in outcomes.iter().enumerate() {
                let info = RunInfo {
                    protocol,
                    train: protocol.trained_on(self.job.corpora.iter().map(|corpus| corpus.kind)),
                    model: HEADS.get(index).map_or("ensemble", |(name, _)| *name).to_owned(),
                    tier: Tier::Deep,
                    seeds: (1..=outcomes.len() as u64).collect(),
                    condition: CLEAN.into(),
                    recipe: recipe.name.clone(),
                    config_sha256: recipe.sha256(&self.features, &self.entry.sha256)?,
                    commit: commit(),
                };
                let mut run = Run::new(info, &classes, outcomes)?;
                run.seeds = self.job.seeds.clone();
                run.baseline = amount.baseline();
                run.speaker_statistics = true;
                run.without = (index == HEADS.len()).then(|| rounded(without));
                println!("{protocol}, baseline:{amount}, {:13} {}", run.model, run.figures());
                runs.push(run);
            }
            println!(
                "{protocol}, baseline:{amount}, ensemble on the same clips without it: UAR {:.1} %",
                100.0 * without
            );
        }
        Ok(runs)
    }

    /// The vote of the heads with and without a baseline, less first, fitted to held-out clips with every amount.
    fn baseline_vote(&self, checkpoint: &Checkpoint, classes: &[Emotion]) -> Option<Vote> {
        let how = self.job.recipe.vote.as_ref()?;
        let mut answers: Vec<Vec<Probabilities>> = vec![Vec::new(); 2 * HEADS.len()];
        let mut labels = Vec::new();
        for heard in &checkpoint.heard {
            let both = both(&heard.inner, &heard.inner_answers, &checkpoint.inner, &checkpoint.inner_answers);
            answers.iter_mut().zip(both).for_each(|(all, part)| all.extend(part));
            labels.extend(heard.inner.iter().map(|clip| self.labels[*clip]));
        }
        if checkpoint.heard.is_empty() {
            // Fitted as if the baseline changed nothing.
            answers = checkpoint.inner_answers.iter().chain(&checkpoint.inner_answers).cloned().collect();
            labels = checkpoint.inner.iter().map(|clip| self.labels[*clip]).collect();
        }
        let (answers, labels) = scored(&answers, &labels, classes);
        let place = |name: &String| HEADS.iter().position(|(head, _)| head == name);
        let less: Vec<usize> = how.with_baseline.iter().filter_map(place).collect();
        let plain: Vec<usize> = less.iter().map(|head| HEADS.len() + head).collect();
        Some(vote::fit_halves(&vote::among(&answers, classes), &labels, [&less, &plain], SHARES))
    }

    /// How the heads vote with a baseline, and the training speakers' file; `None` where they know none.
    pub(super) fn baseline_entry(&self, checkpoint: &Checkpoint) -> Option<(BaselineEntry, Vec<u8>)> {
        let reference = checkpoint.fitted.reference.as_ref()?.to_bytes();
        let vote = self.baseline_vote(checkpoint, &Emotion::ALL)?;
        let member = |(place, weight): (usize, &f32)| BaselineMember {
            model: HEADS[place % HEADS.len()].0.to_owned(),
            less: place < HEADS.len(),
            weight: *weight,
            temperature: vote.temperatures[place],
        };
        let entry = BaselineEntry {
            file: BASELINE_FILE.into(),
            bytes: reference.len() as u64,
            sha256: sha256_hex(&reference),
            caution: self.job.recipe.baselines.as_ref()?.shrinkage,
            members: vote.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0).map(member).collect(),
            temperature: vote.joined,
        };
        Some((entry, reference))
    }

    /// Calibrated outcomes of each head with the baseline, of the vote, and of the vote without it on the same clips.
    fn baseline_outcomes(&self, checkpoint: &Checkpoint, heard: &Heard, classes: &[Emotion]) -> Vec<Vec<Outcome>> {
        let Some(vote) = self.baseline_vote(checkpoint, classes) else { return Vec::new() };
        let of_plain = self.vote(checkpoint, classes);
        let tested = both(&heard.test, &heard.test_answers, &checkpoint.test, &checkpoint.test_answers);
        let tested = vote::among(&tested, classes);
        let (mut each, joined) = vote.apply(&tested);
        each.truncate(HEADS.len());
        let (_, plain) = of_plain.apply(&tested[HEADS.len()..]);
        let outcomes = |answers: Vec<Probabilities>| {
            let outcome = |(clip, probabilities): (&usize, Probabilities)| Outcome {
                speaker: self.dataset.clips[*clip].speaker.clone(),
                label: self.labels[*clip],
                probabilities,
            };
            heard.test.iter().zip(answers).map(outcome).collect()
        };
        each.into_iter().chain([joined, plain]).map(outcomes).collect()
    }
}

/// What the heads answer to `clips` with a baseline, and then what they answer without.
fn both(
    clips: &[usize],
    with: &[Vec<Probabilities>],
    all: &[usize],
    plain: &[Vec<Probabilities>],
) -> Vec<Vec<Probabilities>> {
    let places: Vec<usize> = clips.iter().filter_map(|clip| all.iter().position(|other| other == clip)).collect();
    let plain = plain.iter().map(|answers| places.iter().map(|place| answers[*place]).collect());
    with.iter().cloned().chain(plain).collect()
}

/// Answers and labels of the clips whose labels are among `classes`.
fn scored(
    answers: &[Vec<Probabilities>],
    labels: &[Emotion],
    classes: &[Emotion],
) -> (Vec<Vec<Probabilities>>, Vec<Emotion>) {
    let is_scored = |label: &Emotion| classes.contains(label);
    let of = |answers: &Vec<Probabilities>| {
        answers.iter().zip(labels).filter(|(_, label)| is_scored(label)).map(|(answer, _)| *answer).collect()
    };
    (answers.iter().map(of).collect(), labels.iter().copied().filter(is_scored).collect())
}
