//! What the worker may do to get the deep tier.

use super::{Link, SHARPER, policy};
use crate::browser::remember;
use crate::protocol::{DeepPolicy, Request};
use crate::ui::state::Action;

impl Link {
    pub(super) fn deepen(&self) {
        self.dispatcher.dispatch(Action::DeepAskedFor);
        // The files are then kept, so that nothing more has to be asked.
        self.tell_policy(DeepPolicy::Fetch);
    }

    pub(super) fn allow_deep(&self, allowed: bool) {
        remember(SHARPER, allowed);
        self.dispatcher.dispatch(Action::DeepAllowed(allowed));
        self.tell_policy(policy(allowed));
    }

    fn tell_policy(&self, policy: DeepPolicy) {
        self.policy.set(policy);
        if self.hears.get() {
            self.post(&Request::Deepen(policy), None);
        }
    }
}
