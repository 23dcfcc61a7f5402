//! A service's events in Amazon ECS's words, newest first, at most a hundred.

use std::collections::VecDeque;

use super::ids::Ids;
use super::port::TaskId;

/// How many events a service keeps.
pub const MOST_EVENTS: usize = 100;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// A UUID.
    pub id: String,
    /// Epoch milliseconds.
    pub at_ms: i64,
    /// What happened.
    pub message: String,
}

/// The events of one service.
#[derive(Clone, Debug)]
pub struct EventLog {
    service: String,
    events: VecDeque<Event>,
}

impl EventLog {
    /// An empty log of the service of this name.
    pub fn new(service: &str) -> Self {
        Self { service: service.to_owned(), events: VecDeque::new() }
    }

    /// Newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// Writes `(service NAME) ` and the text.
    pub fn tell(&mut self, ids: &mut Ids, at_ms: i64, text: &str) {
        let message = format!("(service {}) {text}", self.service);
        self.push(ids, at_ms, message);
    }

    /// Writes that targets of a deployment began to drain.
    pub fn tell_draining(&mut self, ids: &mut Ids, at_ms: i64, deployment: &str, count: usize) {
        let service = &self.service;
        let message =
            format!("(service {service}, taskSet {deployment}) has begun draining connections on {count} tasks.");
        self.push(ids, at_ms, message);
    }

    fn push(&mut self, ids: &mut Ids, at_ms: i64, message: String) {
        self.events.truncate(MOST_EVENTS - 1);
        self.events.push_front(Event { id: ids.uuid(), at_ms, message });
    }
}

/// `(task A) (task B)`.
pub fn list<'a>(tasks: impl IntoIterator<Item = &'a TaskId>) -> String {
    tasks.into_iter().map(|task| format!("(task {task})")).collect::<Vec<_>>().join(" ")
}
