//! What is heard in a voice that speaks just now.

use std::rc::Rc;

use super::State;
use crate::Error;
use crate::analysis::{Emotion, LivePoint};
use crate::protocol::SessionId;

/// Seconds that the plot shows.
pub const LIVE_SECONDS: f32 = 60.0;
/// Seconds between two sentences for those who listen to the page, at least.
const SAID_EVERY: f32 = 5.0;

/// A voice that speaks just now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveView {
    /// The session.
    pub session: SessionId,
    /// What was heard in the last minute, the oldest first.
    pub points: Rc<Vec<LivePoint>>,
    /// Answers so far.
    pub answers: u32,
    /// What those who listen to the page were told last, and at which second; `None` for silence.
    pub said: Option<(f32, Option<Emotion>)>,
    /// Why nothing more will be heard.
    pub error: Option<Error>,
}

impl LiveView {
    /// What is heard now.
    pub fn now(&self) -> Option<&LivePoint> {
        self.points.last()
    }

    /// Whether anybody has spoken in this session, as far as is known.
    pub fn has_spoken(&self) -> bool {
        self.points.iter().any(|point| point.winner.is_some())
    }

    fn hear(&mut self, point: LivePoint) {
        self.answers += 1;
        if self.now().is_some_and(|last| last.seconds > point.seconds) {
            // Another worker has begun to count anew.
            (self.points, self.said) = (Rc::default(), None);
        }
        let (seconds, winner) = (point.seconds, point.winner);
        let points = Rc::make_mut(&mut self.points);
        points.push(point);
        let old = points.iter().take_while(|point| point.seconds < seconds - LIVE_SECONDS - 1.0).count();
        points.drain(..old);
        let is_news = self.said.is_none_or(|(then, said)| said != winner && seconds - then >= SAID_EVERY);
        if is_news {
            self.said = Some((seconds, winner));
        }
    }
}

/// Something that happened to it.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveAction {
    /// Somebody begins to speak.
    Begun(SessionId),
    /// The worker has heard something, or can't.
    Heard(SessionId, Result<LivePoint, Error>),
    /// It is over.
    Ended,
}

impl State {
    pub(super) fn take_live(&mut self, action: LiveAction) {
        match (action, &mut self.live) {
            (LiveAction::Begun(session), live) => *live = Some(LiveView { session, ..LiveView::default() }),
            (LiveAction::Ended, live) => *live = None,
            (LiveAction::Heard(session, heard), Some(live)) if live.session == session => match heard {
                Ok(point) => live.hear(point),
                Err(error) => live.error = Some(error),
            },
            (LiveAction::Heard(..), _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Tier;
    use crate::ui::state::Action;

    fn point(seconds: f32, winner: Option<Emotion>) -> LivePoint {
        LivePoint { seconds, winner, probabilities: [0.125; 8], tier: Tier::Quick, millis: 20.0 }
    }

    fn heard(state: &State, session: SessionId, point: LivePoint) -> State {
        state.after(Action::Live(LiveAction::Heard(session, Ok(point))))
    }

    #[test]
    fn the_last_minute_is_kept() {
        let begun = State::default().after(Action::Live(LiveAction::Begun(1)));
        let state = (0..300).fold(begun, |state, tick| heard(&state, 1, point(tick as f32 * 0.4, Some(Emotion::Calm))));
        let live = state.live.as_ref().unwrap();
        assert_eq!(live.answers, 300);
        assert!((150..156).contains(&live.points.len()), "{}", live.points.len());
        assert!(live.has_spoken() && live.now().unwrap().seconds > 119.0);
        assert_eq!(state.after(Action::Live(LiveAction::Ended)).live, None);
    }

    #[test]
    fn those_who_listen_are_told_rarely_and_only_what_is_new() {
        let mut state = State::default().after(Action::Live(LiveAction::Begun(1)));
        let mut told = Vec::new();
        for tick in 0..60 {
            let winner = [None, Some(Emotion::Happy), Some(Emotion::Sad)][tick / 2 % 3];
            state = heard(&state, 1, point(tick as f32 * 0.4, winner));
            let said = state.live.as_ref().and_then(|live| live.said);
            if told.last() != said.as_ref() {
                told.extend(said);
            }
        }
        assert!(told.len() >= 3 && told.windows(2).all(|two| two[1].0 - two[0].0 >= SAID_EVERY), "{told:?}");
        assert!(told.windows(2).all(|two| two[1].1 != two[0].1), "{told:?}");
    }

    #[test]
    fn what_comes_late_changes_nothing() {
        let none = State::default();
        assert_eq!(heard(&none, 1, point(1.0, None)), none);
        let second = none.after(Action::Live(LiveAction::Begun(2)));
        assert_eq!(heard(&second, 1, point(1.0, None)), second);
        let failed = second.after(Action::Live(LiveAction::Heard(2, Err(Error::Silent))));
        assert_eq!(failed.live.unwrap().error, Some(Error::Silent));
    }
}
