//! Amazon CloudWatch: metric data in memory, metric alarms on it, and dashboards. Nothing here survives the stack.

mod bucket;
mod checks;
mod dashboards;
mod delete_alarms;
mod describe_alarm_history;
mod describe_alarms;
mod describe_alarms_for_metric;
mod enable_alarm_actions;
mod evaluation;
mod get_metric_data;
mod get_metric_statistics;
mod list_metrics;
mod math;
mod put_metric_alarm;
mod put_metric_data;
mod queries;
mod set_alarm_state;
mod shapes;
mod store;
mod tags;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use bucket::Sample;

use crate::alarms::book::Book;
use crate::alarms::{Alarm, AlarmState};
use crate::clock::Clock;
use crate::wire::{AwsError, Input, MemberKind, Output, Place, Reply, Service, ServiceId};

/// The CloudWatch of one account and region.
#[derive(Debug)]
pub struct CloudWatch {
    clock: Clock,
    place: Place,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    metrics: store::Metrics,
    alarms: Book,
    dashboards: dashboards::Dashboards,
}

impl CloudWatch {
    /// An empty CloudWatch.
    #[must_use]
    pub fn new(clock: Clock, place: Place) -> Self {
        Self { clock, place, state: Mutex::default() }
    }

    /// Records one sample of a metric, AWS's own namespaces included. `unit` is for example `Percent`.
    pub fn put(
        &self,
        namespace: &str,
        name: &str,
        dimensions: &[(&str, &str)],
        timestamp_ms: i64,
        value: Sample,
        unit: Option<&str>,
    ) {
        let key = store::SeriesKey::new(namespace, name, dimensions);
        let now_ms = self.clock.now_ms();
        self.state().metrics.put(key, unit.unwrap_or("None"), timestamp_ms, value, now_ms);
    }

    /// Creates or replaces an alarm. A new one starts with INSUFFICIENT_DATA, a replaced one keeps its state.
    pub fn put_alarm(&self, alarm: Alarm) {
        let now_ms = self.clock.now_ms();
        self.state().alarms.put(alarm, now_ms);
    }

    /// The state of an alarm, if it exists.
    #[must_use]
    pub fn alarm_state(&self, name: &str) -> Option<AlarmState> {
        self.state().alarms.alarms.get(name).map(|record| record.state)
    }

    /// Evaluates every alarm that is due.
    pub fn evaluate_alarms(&self) {
        let now_ms = self.clock.now_ms();
        evaluation::evaluate_due(&mut self.state(), now_ms);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement; a panic elsewhere must not take metrics down.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, operation: &str, input: Input) -> Result<Output, AwsError> {
        let now_ms = self.clock.now_ms();
        let mut state = self.state();
        let state = &mut *state;
        match operation {
            "DeleteAlarms" => delete_alarms::call(&mut state.alarms, input.parse()?, now_ms),
            "DeleteDashboards" => dashboards::delete(&mut state.dashboards, input.parse()?),
            "DescribeAlarmHistory" => describe_alarm_history::call(&state.alarms, &input.parse()?),
            "DescribeAlarms" => describe_alarms::call(&state.alarms, &self.place, &input.parse()?),
            "DescribeAlarmsForMetric" => describe_alarms_for_metric::call(&state.alarms, &self.place, &input.parse()?),
            "DisableAlarmActions" => enable_alarm_actions::call(&mut state.alarms, input.parse()?, false, now_ms),
            "EnableAlarmActions" => enable_alarm_actions::call(&mut state.alarms, input.parse()?, true, now_ms),
            "GetDashboard" => dashboards::get(&state.dashboards, input.parse()?),
            "GetMetricData" => get_metric_data::call(&state.metrics, &input.parse()?),
            "GetMetricStatistics" => get_metric_statistics::call(&state.metrics, &input.parse()?),
            "ListDashboards" => dashboards::list(&state.dashboards, &input.parse()?),
            "ListMetrics" => list_metrics::call(&state.metrics, &input.parse()?, now_ms),
            "ListTagsForResource" => tags::list(&mut state.alarms, &self.place, input.parse()?),
            "PutDashboard" => dashboards::put(&mut state.dashboards, input.parse()?, now_ms),
            "PutMetricAlarm" => put_metric_alarm::call(&mut state.alarms, input.parse()?, now_ms),
            "PutMetricData" => put_metric_data::call(&mut state.metrics, input.parse()?, now_ms),
            "SetAlarmState" => set_alarm_state::call(&mut state.alarms, input.parse()?, now_ms),
            "TagResource" => tags::tag(&mut state.alarms, &self.place, input.parse()?),
            "UntagResource" => tags::untag(&mut state.alarms, &self.place, input.parse()?),
            _ => Err(AwsError::unknown_operation(operation)),
        }
    }
}

impl Service for CloudWatch {
    fn id(&self) -> ServiceId {
        ServiceId::Monitoring
    }

    fn operations(&self) -> &'static [&'static str] {
        &[
            "DeleteAlarms",
            "DeleteDashboards",
            "DescribeAlarmHistory",
            "DescribeAlarms",
            "DescribeAlarmsForMetric",
            "DisableAlarmActions",
            "EnableAlarmActions",
            "GetDashboard",
            "GetMetricData",
            "GetMetricStatistics",
            "ListDashboards",
            "ListMetrics",
            "ListTagsForResource",
            "PutDashboard",
            "PutMetricAlarm",
            "PutMetricData",
            "SetAlarmState",
            "TagResource",
            "UntagResource",
        ]
    }

    fn query_members(&self) -> &'static [(&'static str, MemberKind)] {
        shapes::QUERY_MEMBERS
    }

    fn call<'a>(&'a self, operation: &'a str, input: Input) -> Reply<'a> {
        let answer = self.answer(operation, input);
        Box::pin(std::future::ready(answer))
    }
}
