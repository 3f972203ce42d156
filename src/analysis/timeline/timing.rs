//! Windows of a clip on their way through a tier.

use super::{Timeline, WINDOW_SECONDS};
use crate::Result;
use crate::analysis::{Baseline, DeepStep, Deepened, Deepening, Hearing, RunningBaseline};
use crate::audio::Audio;
use crate::inference::{DeepEngine, Engine, Probabilities, Tier};

/// A clip must be longer for a timeline: shorter ones are one window.
pub const TIMELINE_SECONDS: f32 = 5.0;
/// About so many windows a clip.
const WINDOWS: f32 = 90.0;
/// Windows always overlap by half at least.
const HOPS: std::ops::RangeInclusive<f32> = 0.5..=1.5;

/// A clip that becomes a [`Timeline`]: call [`step`](Self::step) until it gives one. Between any two calls the caller may show
/// progress, or stop. After a result it may be asked once more, of another tier.
pub struct Timing {
    audio: Audio,
    hop: f32,
    moments: Vec<Option<Probabilities>>,
    against: Vec<Option<Probabilities>>,
    baseline: Option<Baseline>,
    running: RunningBaseline,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Next,
    Hearing(Box<Hearing>),
    Deepening(Box<Deepening>),
}

/// What one step gave.
#[derive(Debug)]
pub enum TimingStep {
    /// More to do.
    Next,
    /// The result.
    Done(Box<Timeline>),
}

impl Timing {
    /// Of a whole clip at the rate of the features, silence and all; `None` if it is too short for a timeline.
    pub fn new(audio: Audio) -> Option<Self> {
        let seconds = audio.seconds();
        let hop = (seconds / WINDOWS).clamp(*HOPS.start(), *HOPS.end());
        (seconds > TIMELINE_SECONDS).then(|| Self {
            audio,
            hop,
            moments: Vec::new(),
            against: Vec::new(),
            baseline: None,
            running: RunningBaseline::default(),
            state: State::Next,
        })
    }

    /// Reads it against that baseline, or against what the recording shows of its own; begins anew.
    pub fn set_against(&mut self, baseline: Option<Baseline>) {
        self.baseline = baseline;
        self.restart();
    }

    /// Windows that have their answer, and windows in all.
    pub fn progress(&self) -> (usize, usize) {
        let windows = (self.audio.seconds() / self.hop).ceil() as usize;
        (self.moments.len().min(windows), windows)
    }

    /// Lets go of what has been done so far, to begin anew.
    pub fn restart(&mut self) {
        self.moments.clear();
        self.against.clear();
        self.running = RunningBaseline::default();
        self.state = State::Next;
    }

    /// Prepares a window, or asks a model. With `deep` every window is asked of both tiers, and the deep one's answer counts.
    ///
    /// # Errors
    /// A model that fails.
    pub fn step(&mut self, engine: &Engine, deep: Option<&DeepEngine>, now: &dyn Fn() -> f64) -> Result<TimingStep> {
        self.state = match std::mem::take(&mut self.state) {
            State::Next => {
                let (done, windows) = self.progress();
                if done == windows {
                    let tier = if deep.is_some() { Tier::Deep } else { Tier::Quick };
                    let lengths = [WINDOW_SECONDS, self.hop, self.audio.seconds()];
                    let against = std::mem::take(&mut self.against);
                    let against = deep.filter(|deep| deep.heads_with_baseline() > 0).map(|_| against);
                    let timeline = Timeline::new(tier, lengths, std::mem::take(&mut self.moments), against);
                    self.restart();
                    return Ok(TimingStep::Done(Box::new(timeline)));
                }
                State::Hearing(Box::new(self.window(done)?))
            }
            State::Hearing(mut hearing) => {
                if hearing.step(engine)? {
                    State::Hearing(hearing)
                } else {
                    match (deep, hearing.deepening()) {
                        (Some(deep), Some(deepening)) => State::Deepening(Box::new(self.set(deep, deepening)?)),
                        _ => self.answered(hearing.answer(), None),
                    }
                }
            }
            State::Deepening(mut deepening) => match deep {
                Some(deep) => match deepening.step(deep, now)? {
                    DeepStep::Next => State::Deepening(deepening),
                    DeepStep::Done(found) => self.deepened(&found),
                },
                None => State::Next,
            },
        };
        Ok(TimingStep::Next)
    }

    /// All steps at once.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run(mut self, engine: &Engine, deep: Option<&DeepEngine>) -> Result<Timeline> {
        loop {
            if let TimingStep::Done(timeline) = self.step(engine, deep, &|| 0.0)? {
                return Ok(*timeline);
            }
        }
    }

    fn set(&self, deep: &DeepEngine, deepening: Deepening) -> Result<Deepening> {
        match &self.baseline {
            Some(baseline) => deepening.against(deep, baseline),
            None => self.running.set(deep, deepening),
        }
    }

    fn deepened(&mut self, found: &Deepened) -> State {
        let answer = found.analysis.probabilities;
        self.running.hear(&found.voice.mean, self.hop, &answer);
        self.answered(Some(answer), found.analysis.against.map(|against| against.probabilities))
    }

    fn answered(&mut self, answer: Option<Probabilities>, against: Option<Probabilities>) -> State {
        self.moments.push(answer);
        self.against.push(against.or(answer));
        State::Next
    }

    fn window(&self, index: usize) -> Result<Hearing> {
        let rate = self.audio.sample_rate() as f32;
        let samples = self.audio.samples();
        let middle = ((index as f32 + 0.5) * self.hop).min(self.audio.seconds());
        // At both ends of the clip a window is as long as any other.
        let last = (self.audio.seconds() - WINDOW_SECONDS).max(0.0);
        let begin = (middle - WINDOW_SECONDS / 2.0).clamp(0.0, last);
        let first = ((begin * rate) as usize).min(samples.len());
        let end = (((begin + WINDOW_SECONDS) * rate) as usize).min(samples.len());
        Ok(Hearing::around(Audio::new(samples[first..end].to_vec(), self.audio.sample_rate())?, middle - begin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::live::tests::{engine, sentence};
    use crate::audio::resample;

    #[test]
    fn a_voice_with_a_pause_is_heard_where_it_speaks() {
        let engine = engine();
        let sentence = resample(&sentence(), 16_000).unwrap();
        let mut samples = sentence.samples().to_vec();
        samples.extend(vec![0.0; 5 * 16_000]);
        samples.extend(sentence.samples());
        let length = sentence.seconds();
        let timing = Timing::new(Audio::new(samples, 16_000).unwrap()).unwrap();
        let (_, windows) = timing.progress();
        let timeline = timing.run(&engine, None).unwrap();
        assert_eq!((timeline.moments.len(), timeline.tier), (windows, Tier::Quick));
        let at = |seconds: f32| timeline.moments[(seconds / timeline.hop_seconds) as usize];
        assert!(at(length / 2.0).is_some() && at(length * 1.5 + 5.0).is_some());
        assert!(at(length + 2.5).is_none(), "{:?}", timeline.moments);
        assert!(timeline.segments.iter().all(|span| span.to <= length + 1.0 || span.from >= length + 4.0));
        for heard in timeline.moments.iter().flatten() {
            assert!((heard.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn short_clips_have_none_and_long_ones_a_bounded_one() {
        let of = |seconds: usize| Timing::new(Audio::new(vec![0.1; seconds * 16_000], 16_000).unwrap());
        assert!(of(5).is_none());
        for seconds in [6, 60, 300] {
            let timing = of(seconds).unwrap();
            let (_, windows) = timing.progress();
            assert!(windows <= 200 && timing.hop <= WINDOW_SECONDS / 2.0, "{seconds}: {windows}");
            let last = timing.window(windows - 1).unwrap();
            assert!(last.answer().is_none());
        }
    }
}
