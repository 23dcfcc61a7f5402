//! What is asked for, and when: one request of a kind in flight, none oftener than its period, none that no one wants.

use std::collections::BTreeMap;

use crate::effect::{Effect, Request, Slot};
use crate::model::{ApiProblem, ProblemKind, Timestamp, time};

/// A screen's wish to know something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// What.
    pub request: Request,
    /// Milliseconds between two looks; `None` for what never changes, or follows by itself.
    pub every: Option<i64>,
}

impl Want {
    /// Ask again every so many milliseconds.
    #[must_use]
    pub fn every(request: Request, milliseconds: i64) -> Self {
        Self { request, every: Some(milliseconds) }
    }

    /// Ask once.
    #[must_use]
    pub fn once(request: Request) -> Self {
        Self { request, every: None }
    }
}

#[derive(Debug, Clone, Default)]
struct Poll {
    started: Option<Timestamp>,
    in_flight: bool,
    /// Failures in a row; each doubles the pause.
    failures: u32,
    denied: bool,
    answered: bool,
}

/// The state of all polling.
#[derive(Debug, Clone, Default)]
pub struct Polls {
    polls: BTreeMap<Request, Poll>,
}

/// Longest pause after failures.
const LONGEST_PAUSE: i64 = time::MINUTE;

impl Polls {
    /// Effects that satisfy `wants` now. A followed log that no one wants any more is aborted.
    pub fn due(&mut self, wants: &[Want], now: Timestamp) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.drop_unwanted_follow(wants);
        self.forget_answered_pages(wants);
        for want in wants {
            let poll = self.polls.entry(want.request.clone()).or_default();
            if poll.is_due(want.every, now) {
                poll.in_flight = true;
                poll.started = Some(now);
                self.forget_displaced(&want.request);
                effects.push(Effect::Load(want.request.clone()));
            }
        }
        self.forget_idle(wants, now);
        effects
    }

    /// A request has ended; or, for what follows, has brought its first part.
    pub fn ended(&mut self, request: &Request, problem: Option<&ApiProblem>) {
        let Some(poll) = self.polls.get_mut(request) else { return };
        poll.in_flight = false;
        poll.answered |= problem.is_none();
        poll.failures = if problem.is_some() { poll.failures.saturating_add(1) } else { 0 };
        poll.denied = problem.is_some_and(|p| p.kind == ProblemKind::Denied);
    }

    /// The user asks for news now: everything that is wanted and not in flight is due.
    pub fn refresh(&mut self) {
        self.polls.retain(|_, poll| poll.in_flight);
    }

    /// Nothing is in flight any more (credentials were renewed, jobs were dropped).
    pub fn forget_all(&mut self) {
        self.polls.clear();
    }

    /// Whether this request is under way.
    #[must_use]
    pub fn in_flight(&self, request: &Request) -> bool {
        self.polls.get(request).is_some_and(|poll| poll.in_flight)
    }

    /// A job that takes a shared slot aborts the one that has it, of which no answer will come.
    fn forget_displaced(&mut self, taker: &Request) {
        let slot = taker.slot();
        if !matches!(slot, Slot::Read(_)) {
            self.polls.retain(|request, _| request == taker || request.slot() != slot);
        }
    }

    fn drop_unwanted_follow(&mut self, wants: &[Want]) -> Vec<Effect> {
        let wanted = |request: &Request| wants.iter().any(|want| want.request == *request);
        let follows: Vec<Request> =
            self.polls.keys().filter(|r| matches!(r, Request::FollowLogs(_)) && !wanted(r)).cloned().collect();
        for request in &follows {
            self.polls.remove(request);
        }
        let replaced = wants.iter().any(|want| matches!(want.request, Request::FollowLogs(_)));
        // A new follow takes the slot, and so ends the old one, by itself.
        if follows.is_empty() || replaced { Vec::new() } else { vec![Effect::Abort(Slot::FollowLogs)] }
    }

    /// A page of log events is kept by the screen that asked: once that has it, or is gone, the same page is a new wish.
    fn forget_answered_pages(&mut self, wants: &[Want]) {
        let wanted = |request: &Request| wants.iter().any(|want| want.request == *request);
        self.polls.retain(|request, poll| poll.in_flight || !matches!(request, Request::Logs(_)) || wanted(request));
    }

    fn forget_idle(&mut self, wants: &[Want], now: Timestamp) {
        let long_ago = |poll: &Poll| poll.started.is_none_or(|at| now.since(at).0 > 2 * LONGEST_PAUSE);
        self.polls
            .retain(|request, poll| !long_ago(poll) || poll.in_flight || wants.iter().any(|w| w.request == *request));
    }
}

impl Poll {
    fn is_due(&self, every: Option<i64>, now: Timestamp) -> bool {
        if self.in_flight {
            return false;
        }
        let Some(started) = self.started else { return true };
        let pause = match (every, self.failures) {
            (None, 0) => return !self.answered,
            (Some(every), 0) => every,
            (_, _) if self.denied => LONGEST_PAUSE,
            (every, failures) => (every.unwrap_or(time::SECOND) << failures.min(5)).min(LONGEST_PAUSE),
        };
        now.since(started).0 >= pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants() -> Vec<Want> {
        vec![Want::every(Request::Clusters, 5_000)]
    }

    #[test]
    fn a_slow_call_never_stacks() {
        let mut polls = Polls::default();
        assert_eq!(polls.due(&wants(), Timestamp(0)), [Effect::Load(Request::Clusters)]);
        assert_eq!(polls.due(&wants(), Timestamp(60_000)), []);
        polls.ended(&Request::Clusters, None);
        assert_eq!(polls.due(&wants(), Timestamp(60_001)).len(), 1);
    }

    #[test]
    fn no_call_more_often_than_its_period() {
        let mut polls = Polls::default();
        polls.due(&wants(), Timestamp(0));
        polls.ended(&Request::Clusters, None);
        assert_eq!(polls.due(&wants(), Timestamp(4_999)), []);
        assert_eq!(polls.due(&wants(), Timestamp(5_000)).len(), 1);
    }

    #[test]
    fn failures_lengthen_the_pause_and_denial_most() {
        let mut polls = Polls::default();
        polls.due(&wants(), Timestamp(0));
        polls.ended(&Request::Clusters, Some(&ApiProblem::default()));
        assert_eq!(polls.due(&wants(), Timestamp(9_999)), []);
        assert_eq!(polls.due(&wants(), Timestamp(10_000)).len(), 1);
        let denied = ApiProblem { kind: ProblemKind::Denied, ..ApiProblem::default() };
        polls.ended(&Request::Clusters, Some(&denied));
        assert_eq!(polls.due(&wants(), Timestamp(69_999)), []);
        assert_eq!(polls.due(&wants(), Timestamp(70_000)).len(), 1);
    }

    #[test]
    fn what_is_asked_once_is_asked_until_it_is_answered() {
        let mut polls = Polls::default();
        let once = vec![Want::once(Request::Identity)];
        polls.due(&once, Timestamp(0));
        polls.ended(&Request::Identity, Some(&ApiProblem::default()));
        assert_eq!(polls.due(&once, Timestamp(2_000)).len(), 1);
        polls.ended(&Request::Identity, None);
        assert_eq!(polls.due(&once, Timestamp(1_000_000)), []);
    }

    #[test]
    fn a_page_of_log_events_can_be_asked_for_again_once_no_one_waits_for_it() {
        let request = Request::Logs(crate::effect::LogQuery::default());
        let page = vec![Want::once(request.clone())];
        let mut polls = Polls::default();
        assert_eq!(polls.due(&page, Timestamp(0)).len(), 1);
        assert_eq!(polls.due(&[], Timestamp(1)), []);
        assert_eq!(polls.due(&page, Timestamp(2)), [], "still in flight");
        polls.ended(&request, None);
        assert_eq!(polls.due(&page, Timestamp(3)), [], "answered and still shown");
        polls.due(&[], Timestamp(4));
        assert_eq!(polls.due(&page, Timestamp(5)).len(), 1);
    }

    #[test]
    fn a_job_that_takes_the_place_of_another_ends_its_wait() {
        let page = |limit| {
            let query = crate::effect::LogQuery { limit, ..crate::effect::LogQuery::default() };
            vec![Want::once(Request::Logs(query))]
        };
        let mut polls = Polls::default();
        assert_eq!(polls.due(&page(1), Timestamp(0)).len(), 1);
        assert_eq!(polls.due(&page(2), Timestamp(1)).len(), 1);
        assert!(!polls.in_flight(&page(1)[0].request), "no answer will come");
        assert_eq!(polls.due(&page(1), Timestamp(2)).len(), 1);
        assert!(!polls.in_flight(&page(2)[0].request));
    }

    #[test]
    fn a_log_that_no_one_follows_is_aborted_and_a_new_one_takes_its_place() {
        let follow = |group: &str| {
            let query = crate::effect::LogQuery { group: group.into(), ..crate::effect::LogQuery::default() };
            vec![Want::once(Request::FollowLogs(query))]
        };
        let mut polls = Polls::default();
        polls.due(&follow("a"), Timestamp(0));
        assert!(matches!(polls.due(&follow("b"), Timestamp(1))[..], [Effect::Load(_)]));
        assert_eq!(polls.due(&[], Timestamp(2)), [Effect::Abort(Slot::FollowLogs)]);
    }
}
