//! A clip that is prepared another way, and its timeline.

use std::rc::Rc;

use super::{Report, Sharper, State};
use crate::Error;
use crate::analysis::{Analysis, Emotion, Plan, Tier};
use crate::protocol::{JobId, TimingEvent};

/// What was said of a clip that was prepared as the models have learnt it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// The first answer, and how probable it was.
    pub first: (Emotion, f32),
    /// The second.
    pub deep: Option<(Emotion, f32)>,
}

/// What is being done once more about a clip that has its answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Again {
    /// The clip, and how it is prepared now.
    pub running: Option<(JobId, Plan)>,
    /// The clip that could not be prepared so.
    pub failed: Option<(JobId, Error)>,
    /// The clip whose timeline is made, its windows that are done, and all.
    pub timing: Option<(JobId, usize, usize)>,
}

/// What is told of it.
#[derive(Clone, Debug, PartialEq)]
pub enum AgainAction {
    /// The visitor wants it prepared so.
    Asked(JobId, Plan),
    /// Its first answer.
    Done(JobId, Box<Analysis>),
    /// There is none.
    Failed(JobId, Error),
    /// Something about its timeline.
    Timing(JobId, TimingEvent),
}

impl Report {
    fn said(&self) -> Usual {
        let certain = |winner: Emotion, probabilities: &[f32]| (winner, probabilities[winner.index()]);
        let first = self.first();
        Usual {
            first: certain(first.winner, first.probabilities),
            deep: self.deep().map(|deep| certain(deep.winner, &deep.probabilities)),
        }
    }

    /// What was said when it was prepared as usual, by the tier whose answer is shown; `None` where nothing has been changed,
    /// or that tier was not asked then.
    pub fn usually(&self) -> Option<(Emotion, f32)> {
        let usual = self.usual.filter(|_| self.analysis.preparation.report.plan != Plan::default())?;
        match self.shown().tier {
            Tier::Quick => Some(usual.first),
            Tier::Deep => usual.deep,
        }
    }
}

impl State {
    pub(super) fn take_again(&mut self, action: AgainAction) {
        match action {
            AgainAction::Asked(job, plan) => {
                (self.again.running, self.again.failed) = (Some((job, plan)), None);
            }
            AgainAction::Done(job, analysis) => {
                if self.again.running.take_if(|(running, _)| *running == job).is_none() {
                    return;
                }
                (self.visit.newest, self.again.timing) = (job, None);
                let analysis = Rc::new(*analysis);
                self.for_each_report(job, |report| {
                    if report.analysis.preparation.report.plan == Plan::default() {
                        report.usual = Some(report.said());
                    }
                    let mut analysis = analysis.clone();
                    // A sound that the browser has decoded comes back as a WAV file.
                    let (clip, old) = (&mut Rc::make_mut(&mut analysis).clip, &report.analysis.clip);
                    (clip.codec, clip.channels) = (old.codec.clone(), old.channels);
                    clip.name.clone_from(&old.name);
                    report.analysis = analysis;
                    report.sharper = Sharper::Waiting;
                    (report.timeline, report.why) = (None, None);
                    report.turn += 1;
                });
            }
            AgainAction::Failed(job, error) => {
                if self.again.running.take_if(|(running, _)| *running == job).is_some() && error != Error::Cancelled {
                    self.again.failed = Some((job, error));
                }
            }
            AgainAction::Timing(job, TimingEvent::Progress { window, of }) => {
                self.again.timing = Some((job, window, of));
            }
            AgainAction::Timing(job, event) => {
                self.again.timing.take_if(|(timed, ..)| *timed == job);
                if let TimingEvent::Done(timeline) = event {
                    let timeline = Rc::new(*timeline);
                    self.for_each_report(job, |report| report.timeline = Some(timeline.clone()));
                }
            }
        }
    }
}

/// The moment of the clip that is heard `seconds` into its kept sound.
pub fn clip_time(kept: &[(f32, f32)], seconds: f64) -> f64 {
    let mut left = seconds;
    for (from, to) in kept {
        let (from, to) = (f64::from(*from), f64::from(*to));
        if left <= to - from {
            return from + left.max(0.0);
        }
        left -= to - from;
    }
    kept.last().map_or(seconds, |(_, to)| f64::from(*to))
}

/// Where in the kept sound that moment of the clip is; what was cut counts as what comes after it.
pub fn kept_time(kept: &[(f32, f32)], seconds: f64) -> f64 {
    kept.iter().map(|(from, to)| (seconds.min(f64::from(*to)) - f64::from(*from)).max(0.0)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answered, deep, offered, report, second};
    use super::super::*;
    use super::*;
    use crate::analysis::{Emotion, Preparation, PreparationView, Timeline};

    fn analysis(plan: Plan, winner: Emotion) -> Box<Analysis> {
        let mut probabilities = [0.05; 8];
        probabilities[winner.index()] = 0.65;
        let preparation =
            PreparationView { report: Preparation { plan, ..Preparation::default() }, ..PreparationView::default() };
        Box::new(Analysis { preparation, winner, probabilities, ..(*report(1).analysis).clone() })
    }

    fn shown(state: &State) -> &Report {
        state.result().unwrap()
    }

    #[test]
    fn another_preparation_takes_the_place_of_the_usual_one_and_remembers_it() {
        let state = deep(&answered(&offered(true)), second(1, Emotion::Happy));
        let plan = Plan { noise: 1.0, ..Plan::default() };
        let asked = state.after(Action::Again(AgainAction::Asked(1, plan)));
        assert_eq!((asked.again.running, asked.running()), (Some((1, plan)), None));
        let done = asked.after(Action::Again(AgainAction::Done(1, analysis(plan, Emotion::Sad))));
        assert_eq!((shown(&done).shown().winner, shown(&done).turn), (Emotion::Sad, 1));
        assert_eq!(shown(&done).usually(), Some((Emotion::Neutral, 0.125)));
        assert!(shown(&done) != shown(&asked), "the page draws it anew");
        let sharp = deep(&done, second(1, Emotion::Angry));
        assert_eq!(shown(&sharp).usually(), Some((Emotion::Happy, 0.65)));
        let back = sharp
            .after(Action::Again(AgainAction::Asked(1, Plan::default())))
            .after(Action::Again(AgainAction::Done(1, analysis(Plan::default(), Emotion::Calm))));
        assert_eq!((shown(&back).usually(), shown(&back).shown().winner), (None, Emotion::Calm));
    }

    #[test]
    fn a_failure_leaves_the_answer_and_a_late_result_changes_nothing() {
        let state = answered(&State::default());
        let late = state.after(Action::Again(AgainAction::Done(1, analysis(Plan::default(), Emotion::Sad))));
        assert_eq!(late, state);
        let asked = state.after(Action::Again(AgainAction::Asked(1, Plan::default())));
        let failed = asked.after(Action::Again(AgainAction::Failed(1, Error::Silent)));
        assert_eq!((failed.again.running, &failed.again.failed), (None, &Some((1, Error::Silent))));
        assert_eq!(shown(&failed), shown(&state));
        let cancelled = asked.after(Action::Again(AgainAction::Failed(1, Error::Cancelled)));
        assert_eq!(cancelled.again, Again::default());
    }

    #[test]
    fn timelines_come_tier_by_tier() {
        let state = answered(&State::default());
        let timed = |state: &State, event| state.after(Action::Again(AgainAction::Timing(1, event)));
        let state = timed(&state, TimingEvent::Progress { window: 3, of: 9 });
        assert_eq!(state.again.timing, Some((1, 3, 9)));
        let timeline = Timeline::new(Tier::Quick, [3.0, 0.5, 1.0], vec![None; 2], None);
        let state = timed(&state, TimingEvent::Done(Box::new(timeline)));
        assert_eq!(
            (state.again.timing, shown(&state).timeline.as_ref().map(|line| line.tier)),
            (None, Some(Tier::Quick))
        );
        let state = timed(&state, TimingEvent::Ended(Error::Silent));
        assert!(shown(&state).timeline.is_some(), "what there is stands");
    }

    #[test]
    fn cut_silence_is_passed_over() {
        let kept = [(0.5, 1.5), (3.0, 4.0)];
        assert_eq!(clip_time(&kept, 0.25), 0.75);
        assert_eq!(clip_time(&kept, 1.5), 3.5);
        assert_eq!(clip_time(&kept, 9.0), 4.0);
        for seconds in [0.0, 0.7, 1.2, 2.0] {
            assert!((kept_time(&kept, clip_time(&kept, seconds)) - seconds).abs() < 1e-6);
        }
        assert_eq!(kept_time(&kept, 2.0), 1.0);
    }
}
