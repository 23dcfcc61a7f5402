//! Reads the datapoints that an alarm looks at and hands them to the pure rules.

use std::collections::BTreeMap;

use super::State;
use super::math::{Context, Series};
use super::store::{Metrics, SeriesKey, Window};
use crate::alarms::evaluate::{Datapoint, evaluate, evaluation_range};
use crate::alarms::{Alarm, AlarmMetric, AlarmQuery, Watched};

const MINUTE_MS: i64 = 60_000;
/// Data of a period may arrive this much after its end and still be seen by the first evaluation.
const LATENESS_MS: i64 = 5_000;

/// Evaluates each alarm once for every stretch: a minute, or ten seconds where its period is shorter than a minute.
pub(super) fn evaluate_due(state: &mut State, now_ms: i64) {
    let due: Vec<(String, i64)> = state
        .alarms
        .alarms
        .values()
        .map(|record| (record, slot(&record.alarm, now_ms)))
        .filter(|(record, slot)| record.evaluated_slot.is_none_or(|last| last < *slot))
        .map(|(record, slot)| (record.alarm.name.clone(), slot))
        .collect();
    for (name, slot) in due {
        let Some(record) = state.alarms.alarms.get_mut(&name) else { continue };
        record.evaluated_slot = Some(slot);
        let range = datapoints(&state.metrics, &record.alarm, slot);
        let verdict = evaluate(&record.alarm, &range);
        state.alarms.apply(&name, &verdict, now_ms);
    }
}

/// The end of the newest whole stretch, epoch milliseconds.
fn slot(alarm: &Alarm, now_ms: i64) -> i64 {
    let stretch = if alarm.watched.period_s() < 60 { 10_000 } else { MINUTE_MS };
    (now_ms - LATENESS_MS).div_euclid(stretch) * stretch
}

fn datapoints(metrics: &Metrics, alarm: &Alarm, end_ms: i64) -> Vec<Option<Datapoint>> {
    let period_ms = i64::from(alarm.watched.period_s().max(1)) * 1_000;
    let periods = evaluation_range(alarm) as i64;
    let from_ms = end_ms - periods * period_ms;
    let points = match &alarm.watched {
        Watched::Metric(metric) => series(metrics, metric, from_ms, end_ms).points,
        Watched::Math(queries) => watched_points(metrics, queries, (from_ms, end_ms), period_ms),
    };
    let mut range = vec![None; evaluation_range(alarm)];
    for (offset_ms, value) in points {
        let place = usize::try_from(offset_ms / period_ms).unwrap_or(usize::MAX);
        if let Some(period) = range.get_mut(place) {
            *period = Some(Datapoint { timestamp_ms: from_ms + offset_ms, value });
        }
    }
    range
}

/// The statistics of a metric; times count from `from_ms`, as periods do.
fn series(metrics: &Metrics, metric: &AlarmMetric, from_ms: i64, to_ms: i64) -> Series {
    let key = SeriesKey::new(&metric.namespace, &metric.name, &metric.dimensions);
    let period_ms = i64::from(metric.period_s.max(1)) * 1_000;
    let window = Window { from_ms, to_ms, period_ms };
    let points = metrics.points(&key, metric.unit.as_deref(), metric.statistic, window);
    Series { period_ms, points: points.into_iter().map(|point| (point.timestamp_ms - from_ms, point.value)).collect() }
}

/// What the watched query says. Nothing when its expression has no value: to the alarm that is missing data.
fn watched_points(
    metrics: &Metrics,
    queries: &[AlarmQuery],
    (from_ms, to_ms): (i64, i64),
    period_ms: i64,
) -> BTreeMap<i64, f64> {
    let stats: BTreeMap<String, Series> = queries
        .iter()
        .filter_map(|query| Some((query.id.clone(), series(metrics, query.metric()?, from_ms, to_ms))))
        .collect();
    let expressions =
        queries.iter().filter_map(|query| Some((query.id.as_str(), query.expression()?))).collect::<BTreeMap<_, _>>();
    let times = (0, to_ms - from_ms);
    let context = Context { stats: &stats, expressions: &expressions, times, asked_period_ms: Some(period_ms) };
    let watched = queries.iter().find(|query| query.return_data);
    let found = watched.and_then(|query| context.expression(&query.id).ok()).unwrap_or_default();
    match <[Series; 1]>::try_from(found) {
        Ok([one]) => one.points,
        Err(_) => BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::alarms::{Alarm, AlarmMetric, AlarmState, Comparison, Statistic};
    use crate::clock::Clock;
    use crate::cloudwatch::{CloudWatch, Sample};
    use crate::wire::Place;

    fn alarm(period_s: u32) -> Alarm {
        let metric = AlarmMetric {
            namespace: "AWS/ECS".into(),
            name: "CPUUtilization".into(),
            dimensions: vec![("ServiceName".into(), "web".into()), ("ClusterName".into(), "local".into())],
            statistic: Statistic::Average,
            period_s,
            unit: None,
        };
        Alarm::new("cpu", metric, Comparison::GreaterThanThreshold, 80.0)
    }

    #[test]
    fn an_alarm_follows_its_metric() {
        let clock = Clock::manual(600_000);
        let cloudwatch = CloudWatch::new(clock.clone(), Place::default());
        cloudwatch.put_alarm(alarm(60));
        let dimensions = [("ClusterName", "local"), ("ServiceName", "web")];
        let mut seen = Vec::new();
        for value in [10.0, 97.0, 97.0, 10.0] {
            let now_ms = clock.now_ms();
            cloudwatch.put("AWS/ECS", "CPUUtilization", &dimensions, now_ms, Sample::Value(value), Some("Percent"));
            for _ in 0..6 {
                clock.advance(Duration::from_secs(10));
                cloudwatch.evaluate_alarms();
            }
            seen.push(cloudwatch.alarm_state("cpu"));
        }
        clock.advance(Duration::from_secs(10));
        cloudwatch.evaluate_alarms();
        seen.push(cloudwatch.alarm_state("cpu"));
        use AlarmState::{Alarm as A, InsufficientData as I, Ok as O};
        assert_eq!(seen, [I, O, A, A, O].map(Some));
    }

    #[test]
    fn a_ten_second_alarm_is_evaluated_every_ten_seconds() {
        let clock = Clock::manual(600_000);
        let cloudwatch = CloudWatch::new(clock.clone(), Place::default());
        cloudwatch.put_alarm(alarm(10));
        let dimensions = [("ClusterName", "local"), ("ServiceName", "web")];
        cloudwatch.put("AWS/ECS", "CPUUtilization", &dimensions, 600_000, Sample::Value(99.0), None);
        clock.advance(Duration::from_secs(15));
        cloudwatch.evaluate_alarms();
        assert_eq!(cloudwatch.alarm_state("cpu"), Some(AlarmState::Alarm));
    }
}
