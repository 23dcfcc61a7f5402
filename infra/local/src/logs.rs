//! Amazon CloudWatch Logs: groups, streams and events in memory, bounded for each group; the oldest events go first.

mod store;

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::wire::Place;

/// The CloudWatch Logs of one account and region.
#[derive(Debug)]
pub struct Logs {
    clock: Clock,
    place: Place,
    state: Mutex<store::Store>,
}

impl Logs {
    /// Logs without any group.
    #[must_use]
    pub fn new(clock: Clock, place: Place) -> Self {
        Self { clock, place, state: Mutex::default() }
    }

    /// Creates the log group when it is missing.
    pub fn ensure_group(&self, name: &str) {
        self.state().ensure_group(name, self.clock.now_ms());
    }

    /// Appends events (epoch milliseconds, message) to a stream; group and stream are created when missing.
    pub fn append(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        let now_ms = self.clock.now_ms();
        let _ = &self.place;
        self.state().append(group, stream, events, now_ms);
    }

    fn state(&self) -> MutexGuard<'_, store::Store> {
        // The store is consistent after every call; a panic elsewhere must not take logs down.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
