//! Amazon CloudWatch Logs: groups, streams and events in memory, bounded for each group; the oldest events go first.

mod checks;
mod create_log_group;
mod create_log_stream;
mod delete_log_group;
mod delete_metric_filter;
mod delete_retention_policy;
mod describe_log_groups;
mod describe_log_streams;
mod describe_metric_filters;
mod event_id;
mod filter_log_events;
mod get_log_events;
mod metric_filters;
pub mod pattern;
mod put_log_events;
mod put_metric_filter;
mod put_retention_policy;
mod start_live_tail;
mod store;
mod tags;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::cloudwatch::{CloudWatch, Sample};
use crate::wire::{AwsError, Input, Output, Place, Reply, Service, ServiceId};

/// The CloudWatch Logs of one account and region.
#[derive(Debug)]
pub struct Logs {
    clock: Clock,
    place: Place,
    /// Where metric filters count.
    metrics: Option<Arc<CloudWatch>>,
    state: Mutex<store::Store>,
}

impl Logs {
    /// Logs without any group. What metric filters count goes nowhere.
    #[must_use]
    pub fn new(clock: Clock, place: Place) -> Self {
        Self { clock, place, metrics: None, state: Mutex::default() }
    }

    /// The same with a CloudWatch that gets what metric filters count.
    #[must_use]
    pub fn counting_in(self, metrics: Arc<CloudWatch>) -> Self {
        Self { metrics: Some(metrics), ..self }
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
        self.publish();
    }

    /// Hands what metric filters counted to CloudWatch, after the store is free again.
    fn publish(&self) {
        let counted = std::mem::take(&mut self.state().counted);
        let Some(metrics) = &self.metrics else { return };
        for one in counted {
            let dimensions: Vec<_> =
                one.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let (value, unit) = (Sample::Value(one.value), one.unit.as_deref());
            metrics.put(&one.namespace, &one.name, &dimensions, one.timestamp_ms, value, unit);
        }
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
            "DeleteMetricFilter" => delete_metric_filter::call(store, input.parse()?),
            "DeleteRetentionPolicy" => delete_retention_policy::call(store, input.parse()?),
            "DescribeLogGroups" => describe_log_groups::call(store, place, &input.parse()?),
            "DescribeLogStreams" => describe_log_streams::call(store, place, &input.parse()?),
            "DescribeMetricFilters" => describe_metric_filters::call(store, &input.parse()?),
            "FilterLogEvents" => filter_log_events::call(store, &input.parse()?),
            "GetLogEvents" => get_log_events::call(store, &input.parse()?),
            "ListTagsForResource" => tags::list(store, place, input.parse()?),
            "PutLogEvents" => put_log_events::call(store, input.parse()?, now_ms),
            "PutMetricFilter" => put_metric_filter::call(store, input.parse()?, now_ms),
            "PutRetentionPolicy" => put_retention_policy::call(store, input.parse()?, now_ms),
            "StartLiveTail" => start_live_tail::call(store, place, &self.clock, input.parse()?),
            "TagResource" => tags::tag(store, place, input.parse()?),
            "UntagResource" => tags::untag(store, place, input.parse()?),
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
            "DeleteMetricFilter",
            "DeleteRetentionPolicy",
            "DescribeLogGroups",
            "DescribeLogStreams",
            "DescribeMetricFilters",
            "FilterLogEvents",
            "GetLogEvents",
            "ListTagsForResource",
            "PutLogEvents",
            "PutMetricFilter",
            "PutRetentionPolicy",
            "StartLiveTail",
            "TagResource",
            "UntagResource",
        ]
    }

    fn call<'a>(&'a self, operation: &'a str, input: Input) -> Reply<'a> {
        // Starting a live tail spawns its session, which needs the runtime that polls this future.
        Box::pin(async move {
            let answer = self.answer(operation, input);
            self.publish();
            answer
        })
    }
}
