//! A value that was asked for: the last good answer, how old it is, and what became of the newest attempt.

use super::{ApiProblem, Timestamp};

/// Old facts stay on screen while new ones load; their age is always known.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched<T> {
    /// The last good answer.
    pub value: Option<T>,
    /// When the last good answer came.
    pub at: Option<Timestamp>,
    /// The first answer is still on its way, or a page of a long one.
    pub loading: bool,
    /// Why the newest attempt failed; `None` once one succeeds.
    pub problem: Option<ApiProblem>,
    /// Why the value is not the whole truth ("page 3 of services: throttled").
    pub partial: Option<String>,
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self { value: None, at: None, loading: false, problem: None, partial: None }
    }
}

/// How much a value on screen can be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing has come yet.
    Loading,
    /// Newer than two intervals.
    Live,
    /// Older than two intervals: shown greyed, with its age.
    Stale,
    /// The newest attempt failed; a value may still be there, older.
    Failed,
}

impl<T> Fetched<T> {
    /// A good answer arrived, whole.
    pub fn succeed(&mut self, value: T, at: Timestamp) {
        *self = Self { value: Some(value), at: Some(at), ..Self::default() };
    }

    /// The attempt failed; the old value stays.
    pub fn fail(&mut self, problem: ApiProblem) {
        self.loading = false;
        self.problem = Some(problem);
    }

    /// Judges the value at `now` when it is asked for every `interval` milliseconds.
    #[must_use]
    pub fn freshness(&self, now: Timestamp, interval: i64) -> Freshness {
        match (self.at, &self.problem) {
            (_, Some(_)) => Freshness::Failed,
            (None, None) => Freshness::Loading,
            (Some(at), None) if now.since(at).0 > 2 * interval => Freshness::Stale,
            (Some(_), None) => Freshness::Live,
        }
    }

    /// The value, or the type's default while there is none.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_the_old_value_and_a_success_forgets_the_failure() {
        let mut facts = Fetched::default();
        assert_eq!(facts.freshness(Timestamp(0), 5), Freshness::Loading);
        facts.succeed(7, Timestamp(100));
        assert_eq!(facts.freshness(Timestamp(110), 5), Freshness::Live);
        assert_eq!(facts.freshness(Timestamp(111), 5), Freshness::Stale);
        facts.fail(ApiProblem::default());
        assert_eq!((facts.freshness(Timestamp(111), 5), facts.value), (Freshness::Failed, Some(7)));
        facts.succeed(8, Timestamp(120));
        assert_eq!(facts.freshness(Timestamp(121), 5), Freshness::Live);
    }
}
