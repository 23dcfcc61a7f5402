//! Amazon CloudWatch Logs: groups, streams and events in memory, bounded for each group; the oldest events go first.

mod checks;
mod create_log_group;
mod create_log_stream;
mod delete_log_group;
mod describe_log_groups;
mod describe_log_streams;
mod event_id;
mod filter_log_events;
mod get_log_events;
pub mod pattern;
mod put_log_events;
mod put_retention_policy;
mod start_live_tail;
mod store;
mod tags;

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::wire::{AwsError, Input, Output, Place, Reply, Service, ServiceId};

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
        let now_ms = self.clock.now_ms();
        self.state().ensure_group(name, now_ms);
    }

    /// Appends events (epoch milliseconds, message) to a stream; group and stream are created when missing.
    pub fn append(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        let now_ms = self.clock.now_ms();
        self.state().append(group, stream, events, now_ms);
    }

    fn state(&self) -> MutexGuard<'_, store::Store> {
        // The store is consistent after every call; a panic elsewhere must not take logs down.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, operation: &str, input: Input) -> Result<Output, AwsError> {
        let now_ms = self.clock.now_ms();
        let place = &self.place;
        let store = &mut *self.state();
        match operation {
            "CreateLogGroup" => create_log_group::call(store, input.parse()?, now_ms),
            "CreateLogStream" => create_log_stream::call(store, &input.parse()?, now_ms),
            "DeleteLogGroup" => delete_log_group::call(store, input.parse()?),
            "DescribeLogGroups" => describe_log_groups::call(store, place, &input.parse()?),
            "DescribeLogStreams" => describe_log_streams::call(store, place, &input.parse()?),
            "FilterLogEvents" => filter_log_events::call(store, &input.parse()?),
            "GetLogEvents" => get_log_events::call(store, &input.parse()?),
            "ListTagsForResource" => tags::list(store, place, input.parse()?),
            "PutLogEvents" => put_log_events::call(store, input.parse()?, now_ms),
            "PutRetentionPolicy" => put_retention_policy::call(store, input.parse()?, now_ms),
            "StartLiveTail" => start_live_tail::call(store, place, &self.clock, input.parse()?),
            "TagResource" => tags::tag(store, place, input.parse()?),
            _ => Err(AwsError::unknown_operation(operation)),
        }
    }
}

impl Service for Logs {
    fn id(&self) -> ServiceId {
        ServiceId::Logs
    }

    fn operations(&self) -> &'static [&'static str] {
        &[
            "CreateLogGroup",
            "CreateLogStream",
            "DeleteLogGroup",
            "DescribeLogGroups",
            "DescribeLogStreams",
            "FilterLogEvents",
            "GetLogEvents",
            "ListTagsForResource",
            "PutLogEvents",
            "PutRetentionPolicy",
            "StartLiveTail",
            "TagResource",
        ]
    }

    fn call<'a>(&'a self, operation: &'a str, input: Input) -> Reply<'a> {
        // Starting a live tail spawns its session, which needs the runtime that polls this future.
        Box::pin(async move { self.answer(operation, input) })
    }
}
