//! Reads the datapoints that an alarm looks at and hands them to the pure rules.

use super::State;
use super::store::{Metrics, SeriesKey, Window};
use crate::alarms::Alarm;
use crate::alarms::evaluate::{Datapoint, evaluate, evaluation_range};

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
    let stretch = if alarm.metric.period_s < 60 { 10_000 } else { MINUTE_MS };
    (now_ms - LATENESS_MS).div_euclid(stretch) * stretch
}

fn datapoints(metrics: &Metrics, alarm: &Alarm, end_ms: i64) -> Vec<Option<Datapoint>> {
    let metric = &alarm.metric;
    let key = SeriesKey::new(&metric.namespace, &metric.name, &metric.dimensions);
    let period_ms = i64::from(metric.period_s.max(1)) * 1_000;
    let periods = evaluation_range(alarm) as i64;
    let from_ms = end_ms - periods * period_ms;
    let window = Window { from_ms, to_ms: end_ms, period_ms };
    let mut range = vec![None; evaluation_range(alarm)];
    for point in metrics.points(&key, metric.unit.as_deref(), metric.statistic, window) {
        let place = usize::try_from((point.timestamp_ms - from_ms) / period_ms).unwrap_or(usize::MAX);
        if let Some(period) = range.get_mut(place) {
            *period = Some(Datapoint { timestamp_ms: point.timestamp_ms, value: point.value });
        }
    }
    range
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
