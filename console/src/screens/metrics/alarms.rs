//! Alarms as rows: which of them are about a service, how they compare with their thresholds.

use std::collections::BTreeSet;

use crate::model::{Alarm, AlarmState, ServiceId, Timestamp};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::chart::Unit;
use crate::widgets::spark;

use super::{panels, state_status};

/// Cells of the spark column.
const SPARK: usize = 12;

/// One alarm in a list.
#[derive(Debug, Clone)]
pub(super) struct AlarmRow<'a> {
    pub alarm: &'a Alarm,
    /// It guards deployments of the service on screen.
    pub guards: bool,
}

impl Row for AlarmRow<'_> {
    fn id(&self) -> String {
        self.alarm.name.clone()
    }

    fn status(&self) -> Status {
        state_status(self.alarm.state).0
    }
}

/// Alarms about a service, or all; those in alarm first, then by name.
pub(super) fn rows<'a>(scope: &'a Scope, service: Option<&ServiceId>) -> Vec<AlarmRow<'a>> {
    let all = scope.facts.alarms.value.iter().flatten();
    let mut rows: Vec<AlarmRow<'a>> = match service {
        None => all.map(|alarm| AlarmRow { alarm, guards: false }).collect(),
        Some(service) => about(scope, service),
    };
    rows.sort_by(|a, b| a.alarm.state.cmp(&b.alarm.state).then_with(|| a.alarm.name.cmp(&b.alarm.name)));
    rows
}

/// Alarms whose dimensions name the service or its target groups, those that guard its deployments, and composite
/// alarms that are built on any of these.
fn about<'a>(scope: &'a Scope, id: &ServiceId) -> Vec<AlarmRow<'a>> {
    let service = scope.facts.service(id);
    let guards = |name: &str| service.is_some_and(|s| s.deployment_configuration.alarms.iter().any(|n| n == name));
    let groups: Vec<&str> =
        service.iter().flat_map(|s| &s.load_balancers).filter_map(|lb| group_of(&lb.target_group)).collect();
    let all = || scope.facts.alarms.value.iter().flatten();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for alarm in all() {
        let dimension = |name: &str| alarm.dimensions.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
        let by_service = dimension("ClusterName") == Some(&id.cluster) && dimension("ServiceName") == Some(&id.service);
        let by_group = dimension("TargetGroup").is_some_and(|group| groups.contains(&group));
        if by_service || by_group || guards(&alarm.name) {
            named.insert(&alarm.name);
        }
    }
    let parents = all().filter(|alarm| children(alarm).iter().any(|child| named.contains(child.as_str())));
    let parents: Vec<&str> = parents.map(|alarm| alarm.name.as_str()).collect();
    named.extend(parents);
    let rows = all().filter(|alarm| named.contains(alarm.name.as_str()));
    rows.map(|alarm| AlarmRow { alarm, guards: guards(&alarm.name) }).collect()
}

/// `targetgroup/NAME/ID`, as metrics name a target group.
fn group_of(arn: &str) -> Option<&str> {
    arn.rsplit(':').next().filter(|last| last.starts_with("targetgroup/"))
}

/// The service that an alarm is about.
pub(super) fn service_of(alarm: &Alarm, scope: &Scope) -> Option<ServiceId> {
    let dimension = |name: &str| alarm.dimensions.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
    if let (Some(cluster), Some(service)) = (dimension("ClusterName"), dimension("ServiceName")) {
        return Some(ServiceId::new(cluster, service));
    }
    let mut services =
        scope.facts.services.values().filter_map(|held| held.value.as_ref()).flat_map(|map| map.values());
    let group = dimension("TargetGroup");
    let owns = |service: &&crate::model::Service| {
        let guarded = service.deployment_configuration.alarms.contains(&alarm.name);
        let balanced = service.load_balancers.iter().any(|lb| group.is_some() && group_of(&lb.target_group) == group);
        guarded || balanced
    };
    services.find(owns).map(|service| service.id.clone())
}

/// Names of the alarms in a composite alarm's rule: `ALARM("a") OR NOT OK(b)`.
pub(super) fn children(alarm: &Alarm) -> Vec<String> {
    let Some(rule) = &alarm.rule else { return Vec::new() };
    let mut names = Vec::new();
    for state in ["ALARM", "INSUFFICIENT_DATA", "OK"] {
        let mut rest = rule.as_str();
        while let Some(at) = rest.find(state) {
            rest = rest[at + state.len()..].trim_start();
            let Some(inside) = rest.strip_prefix('(') else { continue };
            let inside = inside.trim_start();
            let end = match inside.strip_prefix('"') {
                Some(quoted) => quoted.find('"').map(|end| end + 1),
                None => inside.find(')'),
            };
            let Some(end) = end else { break };
            let name = inside[..end].trim().trim_matches('"');
            // An ARN may stand for the name.
            let name = name.rsplit_once(":alarm:").map_or(name, |(_, name)| name);
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            rest = &inside[end..];
        }
    }
    names
}

/// Unit of the alarm's metric, as far as its name tells.
pub(super) fn unit(alarm: &Alarm) -> Unit {
    match alarm.metric.as_deref() {
        Some(name) if name.ends_with("Utilization") => Unit::Percent,
        Some("TargetResponseTime") => Unit::Seconds,
        _ => Unit::Count,
    }
}

/// `> 80%`
pub(super) fn condition(alarm: &Alarm, ascii: bool) -> String {
    let sign = match (alarm.comparison.as_deref(), ascii) {
        _ if alarm.rule.is_some() => return "rule".to_owned(),
        (Some("GreaterThanThreshold"), _) => ">",
        (Some("GreaterThanOrEqualToThreshold"), true) => ">=",
        (Some("GreaterThanOrEqualToThreshold"), false) => "≥",
        (Some("LessThanThreshold"), _) => "<",
        (Some("LessThanOrEqualToThreshold"), true) => "<=",
        (Some("LessThanOrEqualToThreshold"), false) => "≤",
        // Anomaly detection compares with a band, not with a number.
        (Some(_), _) => return "band".to_owned(),
        (None, _) => return "-".to_owned(),
    };
    alarm.threshold.map_or_else(|| "-".to_owned(), |value| format!("{sign} {}", unit(alarm).words(value)))
}

/// The value at the alarm's last change, as its reason tells it: `[92.3 (20/11/26 11:58:00)]`.
pub(super) fn value_at_change(alarm: &Alarm) -> Option<f64> {
    let inside = alarm.reason.split_once('[')?.1;
    inside.split([' ', ',', ']']).next()?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The value now, where the charts or sparks at hand hold it.
pub(super) fn value_now(alarm: &Alarm, scope: &Scope) -> Option<f64> {
    let service = service_of(alarm, scope)?;
    panels::current(alarm, panels::at_hand(scope, &service)?, scope.now)
}

fn value_cell(row: &AlarmRow<'_>, scope: &Scope) -> Cell {
    let unit = unit(row.alarm);
    match (value_now(row.alarm, scope), value_at_change(row.alarm)) {
        (Some(value), _) => {
            let meaning = if row.alarm.state == AlarmState::Alarm { Meaning::Danger } else { Meaning::Text };
            Cell::of(unit.words(value), meaning)
        }
        (None, Some(value)) => Cell::of(format!("was {}", unit.words(value)), Meaning::Muted),
        (None, None) => Cell::of("-", Meaning::Muted),
    }
}

fn spark_cell(row: &AlarmRow<'_>, scope: &Scope) -> Cell {
    let metrics = service_of(row.alarm, scope).and_then(|service| panels::at_hand(scope, &service));
    let series = metrics.and_then(|metrics| panels::series_of(row.alarm, metrics));
    let top = row.alarm.threshold.unwrap_or(1.0).max(f64::MIN_POSITIVE);
    Cell::of(series.map(|s| spark::spark(s, SPARK, top, scope.theme.ascii)).unwrap_or_default(), Meaning::Accent)
}

fn since(row: &AlarmRow<'_>, now: Timestamp) -> String {
    row.alarm.since.map_or_else(|| "-".to_owned(), |at| now.since(at).to_string())
}

/// The columns. With `charts` there is a spark, for the values are at hand.
pub(super) fn columns<'a>(charts: bool) -> Vec<Column<AlarmRow<'a>>> {
    let mut columns: Vec<Column<AlarmRow<'a>>> = vec![
        Column {
            title: "STATE",
            width: Width::Fixed(9),
            right: false,
            drop: 0,
            cell: |row, scope| state_cell(row.alarm.state, scope),
            sort: |row, _| SortKey::text(state_status(row.alarm.state).1),
        },
        Column {
            title: "NAME",
            width: Width::Grow(20),
            right: false,
            drop: 0,
            cell: |row, _| Cell::text(clean(&row.alarm.name)),
            sort: |row, _| SortKey::text(&row.alarm.name),
        },
        Column {
            title: "VALUE",
            width: Width::Fixed(9),
            right: true,
            drop: 0,
            cell: value_cell,
            sort: |row, scope| SortKey::number(value_now(row.alarm, scope)),
        },
        Column {
            title: "ALARM IF",
            width: Width::Fixed(9),
            right: false,
            drop: 0,
            cell: |row, scope| Cell::text(condition(row.alarm, scope.theme.ascii)),
            sort: |row, _| SortKey::number(row.alarm.threshold),
        },
        Column {
            title: "SINCE",
            width: Width::Fixed(7),
            right: true,
            drop: 0,
            cell: |row, scope| Cell::text(since(row, scope.now)),
            #[allow(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
            sort: |row, _| SortKey::number(row.alarm.since.map(|at| at.0 as f64)),
        },
    ];
    if charts {
        columns.push(Column {
            title: "LATELY",
            width: Width::Fixed(12),
            right: false,
            drop: 2,
            cell: spark_cell,
            sort: |row, scope| SortKey::number(value_now(row.alarm, scope)),
        });
    }
    columns.push(Column {
        title: "GUARDS",
        width: Width::Fixed(7),
        right: false,
        drop: 1,
        cell: |row, _| role_cell(row),
        sort: |row, _| SortKey::text(&role_cell(row).plain()),
    });
    columns.push(Column {
        title: "REASON",
        width: Width::Grow(14),
        right: false,
        drop: 3,
        cell: |row, _| Cell::of(clean(&row.alarm.reason), Meaning::Muted),
        sort: |row, _| SortKey::text(&row.alarm.reason),
    });
    columns
}

/// `✖ ALARM`
pub(super) fn state_cell(state: AlarmState, scope: &Scope) -> Cell {
    let (status, word) = state_status(state);
    let text = if scope.theme.ascii { word.to_owned() } else { format!("{} {word}", scope.theme.glyph(status)) };
    Cell::of(text, status.meaning())
}

/// What depends on it: deploys that it guards; nothing at all when its actions are off.
fn role_cell(row: &AlarmRow<'_>) -> Cell {
    match (row.alarm.actions_enabled, row.guards) {
        (_, true) => Cell::of("deploys", Meaning::Busy),
        (false, false) => Cell::of("muted", Meaning::Warning),
        (true, false) => Cell::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_of_a_rule_are_found_however_they_are_written() {
        for (rule, names) in [
            (r#"ALARM("cpu high") OR ALARM(latency)"#, vec!["cpu high", "latency"]),
            ("NOT OK( 5xx ) AND (ALARM(5xx))", vec!["5xx"]),
            ("ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:cpu)", vec!["cpu"]),
            ("TRUE", vec![]),
            ("ALARM(", vec![]),
            ("ALARM(\"unended", vec![]),
        ] {
            let alarm = Alarm { rule: Some(rule.to_owned()), ..Alarm::default() };
            let mut found = children(&alarm);
            found.sort();
            assert_eq!(found, names, "{rule}");
        }
    }

    #[test]
    fn the_reason_tells_the_value_of_then() {
        for (reason, value) in [
            ("Threshold Crossed: 1 datapoint [92.5 (20/11/26 11:58:00)] was greater than (80.0).", Some(92.5)),
            ("Threshold Crossed: 2 out of the last 2 datapoints [3.0 (a), 1.0 (b)] …", Some(3.0)),
            ("Insufficient Data: 1 datapoint was unknown.", None),
            ("[", None),
        ] {
            let alarm = Alarm { reason: reason.to_owned(), ..Alarm::default() };
            assert_eq!(value_at_change(&alarm), value, "{reason}");
        }
    }

    #[test]
    fn conditions_are_short() {
        let alarm = |metric: &str, comparison: &str, threshold| Alarm {
            metric: Some(metric.to_owned()),
            comparison: Some(comparison.to_owned()),
            threshold,
            ..Alarm::default()
        };
        for (metric, comparison, threshold, ascii, words) in [
            ("CPUUtilization", "GreaterThanThreshold", Some(80.0), false, "> 80%"),
            ("TargetResponseTime", "GreaterThanOrEqualToThreshold", Some(0.5), false, "≥ 500ms"),
            ("TargetResponseTime", "GreaterThanOrEqualToThreshold", Some(0.5), true, ">= 500ms"),
            ("RunningTaskCount", "LessThanThreshold", Some(2.0), false, "< 2"),
            ("X", "LessThanLowerOrGreaterThanUpperThreshold", None, false, "band"),
        ] {
            assert_eq!(condition(&alarm(metric, comparison, threshold), ascii), words);
        }
    }
}
