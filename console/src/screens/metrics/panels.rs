//! Which charts a service has, and what belongs into each: curves, thresholds of its alarms, its deploys.

use crate::model::metric::{Measure, ServiceMetrics};
use crate::model::time::MINUTE;
use crate::model::{Alarm, AlarmState, Point, Series, ServiceId, Timestamp};
use crate::state::Scope;
use crate::theme::Meaning;
use crate::verdict;
use crate::widgets::chart::{Curve, Marker, Threshold, Unit, Window};

use super::alarms;

/// One chart's contents.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    /// Heading.
    pub title: &'static str,
    /// Unit of all values.
    pub unit: Unit,
    /// Thresholds of alarms on this metric.
    pub thresholds: Vec<Threshold>,
    curves: Vec<(&'static Plan, Series)>,
}

/// How a measure is drawn.
#[derive(Debug)]
struct Plan {
    measure: Measure,
    name: &'static str,
    meaning: Meaning,
    filled: bool,
    /// A sum per period, drawn as a rate per minute, so that a longer period does not look like more traffic.
    per_minute: bool,
}

const fn plan(measure: Measure, name: &'static str, meaning: Meaning) -> Plan {
    Plan { measure, name, meaning, filled: false, per_minute: false }
}

const fn sum(measure: Measure, name: &'static str, meaning: Meaning) -> Plan {
    Plan { filled: true, per_minute: true, ..plan(measure, name, meaning) }
}

/// Title, unit, CloudWatch's metric name, curves with the most important first.
type Outline = (&'static str, Unit, &'static [&'static str], &'static [Plan]);

const OUTLINES: &[Outline] = &[
    (
        "CPU",
        Unit::Percent,
        &["CPUUtilization"],
        &[
            plan(Measure::CpuAverage, "avg", Meaning::Accent),
            plan(Measure::CpuMaximum, "max", Meaning::Muted),
            plan(Measure::CpuMinimum, "min", Meaning::Muted),
        ],
    ),
    (
        "memory",
        Unit::Percent,
        &["MemoryUtilization"],
        &[
            plan(Measure::MemoryAverage, "avg", Meaning::Accent),
            plan(Measure::MemoryMaximum, "max", Meaning::Muted),
            plan(Measure::MemoryMinimum, "min", Meaning::Muted),
        ],
    ),
    ("requests/min", Unit::Count, &["RequestCount"], &[sum(Measure::Requests, "rate", Meaning::Accent)]),
    ("5xx/min", Unit::Count, &["HTTPCode_Target_5XX_Count"], &[sum(Measure::Errors5xx, "rate", Meaning::Danger)]),
    (
        "latency p99",
        Unit::Seconds,
        &["TargetResponseTime"],
        &[plan(Measure::LatencyP99, "p99", Meaning::Accent), plan(Measure::LatencyP50, "p50", Meaning::Muted)],
    ),
    (
        "healthy targets",
        Unit::Count,
        &["HealthyHostCount", "UnHealthyHostCount"],
        &[
            plan(Measure::HealthyTargets, "healthy", Meaning::Good),
            plan(Measure::UnhealthyTargets, "unhealthy", Meaning::Danger),
        ],
    ),
];

impl Panel {
    /// The curves, most important first.
    pub(super) fn curves(&self) -> Vec<Curve<'_>> {
        let curve = |plan: &Plan, series| Curve { name: plan.name, series, meaning: plan.meaning, filled: plan.filled };
        self.curves.iter().map(|(plan, series)| curve(plan, series)).collect()
    }
}

/// All charts that the metrics can fill. Those of the load balancer are there only where one is attached.
pub(super) fn panels(metrics: &ServiceMetrics, fetched_at: Timestamp, watching: &[&Alarm]) -> Vec<Panel> {
    let panel = |(title, unit, names, plans): &Outline| {
        let held = |plan: &'static Plan| Some((plan, shown(plan, metrics.get(&plan.measure)?, fetched_at)));
        let curves: Vec<_> = plans.iter().filter_map(held).collect();
        let about = watching.iter().filter(|alarm| alarm.metric.as_deref().is_some_and(|name| names.contains(&name)));
        let thresholds = about.filter_map(|alarm| threshold(alarm, plans)).collect();
        (!curves.is_empty()).then_some(Panel { title, unit: *unit, thresholds, curves })
    };
    OUTLINES.iter().filter_map(panel).collect()
}

/// The chart that shows an alarm's metric.
pub(super) fn panel_of(alarm: &Alarm, metrics: &ServiceMetrics, fetched_at: Timestamp) -> Option<Panel> {
    let metric = alarm.metric.as_deref()?;
    let title = OUTLINES.iter().find(|(_, _, names, _)| names.contains(&metric)).map(|(title, ..)| *title)?;
    panels(metrics, fetched_at, &[alarm]).into_iter().find(|panel| panel.title == title)
}

/// How many charts a service has before its data has come.
pub(super) fn expected(scope: &Scope, service: Option<&ServiceId>) -> usize {
    let balanced = service.and_then(|id| scope.facts.service(id)).is_none_or(|s| !s.load_balancers.is_empty());
    if balanced { OUTLINES.len() } else { 2 }
}

fn threshold(alarm: &Alarm, plans: &[Plan]) -> Option<Threshold> {
    let value = alarm.threshold?;
    let per_minute = plans.iter().any(|plan| plan.per_minute);
    let value = match alarm.period {
        Some(seconds @ 1..) if per_minute && alarm.statistic.as_deref() == Some("Sum") => {
            value * 60.0 / f64::from(seconds)
        }
        _ => value,
    };
    Some(Threshold { value, ringing: alarm.state == AlarmState::Alarm })
}

/// A series as it is drawn: sums per minute, and without the period under way, which holds only a part of its sum.
fn shown(plan: &Plan, series: &Series, fetched_at: Timestamp) -> Series {
    if !plan.per_minute {
        return series.clone();
    }
    #[allow(clippy::cast_precision_loss, reason = "periods are at most hours in milliseconds")]
    let factor = MINUTE as f64 / series.period.max(1) as f64;
    let whole = series.points.iter().filter(|point| point.at.0 + series.period <= fetched_at.0);
    let points = whole.map(|point| Point { value: point.value * factor, ..*point }).collect();
    Series { points, ..series.clone() }
}

/// The newest value of the alarm's own metric and statistic, if the charts hold it.
pub(super) fn current(alarm: &Alarm, metrics: &ServiceMetrics, now: Timestamp) -> Option<f64> {
    let measure = measure_of(alarm)?;
    let series = metrics.get(&measure)?;
    if alarm.statistic.as_deref() != Some("Sum") {
        return crate::widgets::chart::newest(series, now);
    }
    // A sum is comparable only over the alarm's own period.
    let wanted = i64::from(alarm.period?) * 1_000;
    let whole: Vec<&Point> = series.points.iter().filter(|point| point.at.0 + series.period <= now.0).collect();
    let last = whole.last().filter(|point| now.since(point.at).0 <= 4 * wanted.max(series.period))?;
    let within = whole.iter().rev().take_while(|point| last.at.0 - point.at.0 + series.period <= wanted);
    (series.period <= wanted).then(|| within.map(|point| point.value).sum())
}

fn measure_of(alarm: &Alarm) -> Option<Measure> {
    Some(match (alarm.metric.as_deref()?, alarm.statistic.as_deref()?) {
        ("CPUUtilization", "Average") => Measure::CpuAverage,
        ("CPUUtilization", "Maximum") => Measure::CpuMaximum,
        ("CPUUtilization", "Minimum") => Measure::CpuMinimum,
        ("MemoryUtilization", "Average") => Measure::MemoryAverage,
        ("MemoryUtilization", "Maximum") => Measure::MemoryMaximum,
        ("MemoryUtilization", "Minimum") => Measure::MemoryMinimum,
        ("RequestCount", "Sum") => Measure::Requests,
        ("HTTPCode_Target_5XX_Count", "Sum") => Measure::Errors5xx,
        ("TargetResponseTime", "p50") => Measure::LatencyP50,
        ("TargetResponseTime", "p99") => Measure::LatencyP99,
        ("HealthyHostCount", "Minimum") => Measure::HealthyTargets,
        ("UnHealthyHostCount", "Maximum") => Measure::UnhealthyTargets,
        _ => return None,
    })
}

/// The series of the alarm's metric, for a spark.
pub(super) fn series_of<'a>(alarm: &Alarm, metrics: &'a ServiceMetrics) -> Option<&'a Series> {
    metrics.get(&measure_of(alarm)?).filter(|series| !series.points.is_empty())
}

/// One deploy within the window.
pub(super) struct Deploy {
    /// Line in the charts.
    pub marker: Marker,
    /// `predictor:8 ROLLED BACK`
    pub words: String,
}

/// Deploys that began within the window, newest first.
pub(super) fn deploys(scope: &Scope, service: &ServiceId, window: Window) -> Vec<Deploy> {
    let Some(history) = scope.facts.deployments.get(service).and_then(|held| held.value.as_ref()) else {
        return Vec::new();
    };
    let deploy = |deployment: &crate::model::ServiceDeployment| {
        let at = deployment.started_at.or(deployment.created_at)?;
        if at < window.from || at > window.until {
            return None;
        }
        let verdict = verdict::of(deployment);
        let revision = deployment.target.as_ref().and_then(|target| history.revision(&target.arn));
        let name = revision.map(|r| crate::model::task_definition::short_name(&r.task_definition)).unwrap_or("deploy");
        let words = format!("{} {}", crate::text::clean(name), verdict.word);
        Some(Deploy { marker: Marker { at, meaning: verdict.tone.status().meaning() }, words })
    };
    let mut deploys: Vec<Deploy> = history.deployments.iter().filter_map(deploy).collect();
    deploys.sort_by_key(|deploy| std::cmp::Reverse(deploy.marker.at));
    deploys
}

/// Metrics of a service that are at hand, whatever the window: the finest.
pub(super) fn at_hand<'a>(scope: &'a Scope, service: &ServiceId) -> Option<&'a ServiceMetrics> {
    let mut windows = super::ZOOM.iter().filter_map(|minutes| scope.facts.metrics.get(&(service.clone(), *minutes)));
    let fresh =
        |held: &&crate::model::Fetched<ServiceMetrics>| held.at.is_some_and(|at| scope.now.since(at).0 <= 3 * MINUTE);
    let sparks = || scope.facts.sparks.get(service).filter(|held| fresh(held));
    windows.find(fresh).or_else(sparks)?.value.as_ref()
}

/// Alarms of the service that watch a metric.
pub(super) fn watching<'a>(scope: &'a Scope, service: Option<&ServiceId>) -> Vec<&'a Alarm> {
    let rows = service.map(|service| alarms::rows(scope, Some(service))).unwrap_or_default();
    rows.into_iter().map(|row| row.alarm).filter(|alarm| alarm.metric.is_some()).collect()
}
