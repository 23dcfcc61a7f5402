//! Why an alarm is in its state: AWS's sentence, and the same for machines.

use serde_json::json;

use super::evaluate::{Datapoint, Verdict};
use super::{Alarm, AlarmState, Comparison, MissingData};
use crate::wire::iso_time;

/// The reason of an alarm that was never evaluated.
pub(crate) const INITIAL: &str = "Unchecked: Initial alarm creation";

/// Datapoints that a sentence lists.
const LISTED: usize = 5;

/// The sentence for a change from `from` to `to`.
pub(crate) fn sentence(alarm: &Alarm, from: AlarmState, to: AlarmState, verdict: &Verdict) -> String {
    if to == AlarmState::InsufficientData {
        return format!("Insufficient Data: {} unknown.", counted(verdict.missing, "datapoint"));
    }
    let told: Vec<&Datapoint> = verdict
        .evaluated
        .iter()
        .rev()
        .filter(|point| alarm.comparison.breaches(point.value, alarm.threshold) == (to == AlarmState::Alarm))
        .collect();
    if told.is_empty() {
        return format!(
            "Threshold Crossed: no datapoints were received for {} and {}.",
            plural(verdict.missing, "period"),
            treated(alarm, verdict.missing)
        );
    }
    let mut text = format!("Threshold Crossed: {}", crossing(alarm, from, to, &told, verdict));
    if let (true, Some(MissingData::Breaching | MissingData::NotBreaching)) = (verdict.missing > 0, alarm.missing_data)
    {
        text.push_str(&format!(" and {}", treated(alarm, verdict.missing)));
    }
    text.push_str(&transition(alarm, from, to));
    text.push('.');
    text
}

/// `stateReasonData`: the evaluated datapoints, as JSON text.
pub(crate) fn data(alarm: &Alarm, verdict: &Verdict, now_ms: i64) -> String {
    let recent: Vec<f64> = verdict.evaluated.iter().map(|point| point.value).collect();
    let evaluated: Vec<_> = verdict
        .evaluated
        .iter()
        .rev()
        .map(|point| json!({"timestamp": offset_time(point.timestamp_ms), "value": point.value}))
        .collect();
    let mut data = json!({
        "version": "1.0",
        "queryDate": offset_time(now_ms),
        "period": alarm.watched.period_s(),
        "recentDatapoints": recent,
        "threshold": alarm.threshold,
        "evaluatedDatapoints": evaluated,
    });
    if let Some(oldest) = verdict.evaluated.first() {
        data["startDate"] = json!(offset_time(oldest.timestamp_ms));
    }
    if let Some(metric) = alarm.watched.metric() {
        data["statistic"] = json!(metric.statistic.to_string());
        if let Some(unit) = &metric.unit {
            data["unit"] = json!(unit);
        }
    }
    data.to_string()
}

/// `2026-11-20T17:00:00.000+0000`, as it stands in reason data and history.
pub(crate) fn offset_time(milliseconds: i64) -> String {
    iso_time(milliseconds).replace('Z', "+0000")
}

fn crossing(alarm: &Alarm, from: AlarmState, to: AlarmState, told: &[&Datapoint], verdict: &Verdict) -> String {
    let list: Vec<String> = told
        .iter()
        .take(LISTED)
        .map(|point| format!("{:?} ({})", point.value, short_time(point.timestamp_ms)))
        .collect();
    let count = match from {
        AlarmState::InsufficientData => plural(told.len(), "datapoint"),
        _ => format!("{} out of the last {}", told.len(), plural_only(verdict.evaluated.len(), "datapoint")),
    };
    format!(
        "{count} [{}] {} {}{} the threshold ({:?})",
        list.join(", "),
        if told.len() == 1 { "was" } else { "were" },
        if to == AlarmState::Alarm { "" } else { "not " },
        comparison_words(alarm.comparison),
        alarm.threshold
    )
}

fn transition(alarm: &Alarm, from: AlarmState, to: AlarmState) -> String {
    let needed = alarm.datapoints_needed();
    let (minimum, change) = match (from, to) {
        (AlarmState::Ok, AlarmState::Alarm) => (needed, "OK -> ALARM"),
        (AlarmState::Alarm, AlarmState::Ok) => (alarm.evaluation_periods as usize + 1 - needed, "ALARM -> OK"),
        _ => return String::new(),
    };
    format!(" (minimum {} for {change} transition)", plural(minimum, "datapoint"))
}

fn treated(alarm: &Alarm, missing: usize) -> String {
    let kind = match alarm.missing_data {
        Some(MissingData::Breaching) => "Breaching",
        _ => "NonBreaching",
    };
    format!("{} treated as [{kind}]", counted(missing, "missing datapoint"))
}

/// `1 datapoint was`, `2 datapoints were`.
fn counted(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "was" } else { "were" })
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// AWS writes "1 out of the last 1 datapoints".
fn plural_only(count: usize, noun: &str) -> String {
    format!("{count} {noun}s")
}

fn comparison_words(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::GreaterThanOrEqualToThreshold => "greater than or equal to",
        Comparison::GreaterThanThreshold => "greater than",
        Comparison::LessThanThreshold => "less than",
        Comparison::LessThanOrEqualToThreshold => "less than or equal to",
    }
}

/// `20/11/26 17:00:00`: day, month, year.
fn short_time(milliseconds: i64) -> String {
    let iso = iso_time(milliseconds);
    match (iso.get(2..4), iso.get(5..7), iso.get(8..10), iso.get(11..19)) {
        (Some(year), Some(month), Some(day), Some(clock)) => format!("{day}/{month}/{year} {clock}"),
        _ => iso,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarms::{AlarmMetric, Statistic};

    const FIVE_PM: i64 = 1_795_194_000_000;

    fn alarm(periods: u32, needed: u32) -> Alarm {
        let metric = AlarmMetric {
            namespace: "Test".into(),
            name: "Load".into(),
            dimensions: Vec::new(),
            statistic: Statistic::Average,
            period_s: 60,
            unit: None,
        };
        Alarm {
            evaluation_periods: periods,
            datapoints_to_alarm: Some(needed),
            ..Alarm::new("load", metric, Comparison::GreaterThanThreshold, 80.0)
        }
    }

    fn verdict(values: &[f64], missing: usize) -> Verdict {
        let evaluated = values
            .iter()
            .enumerate()
            .map(|(minute, value)| Datapoint { timestamp_ms: FIVE_PM + minute as i64 * 60_000, value: *value })
            .collect();
        Verdict { state: None, evaluated, missing }
    }

    #[test]
    fn sentences() {
        use AlarmState::{Alarm as A, InsufficientData as I, Ok as O};
        let not_breaching = Alarm { missing_data: Some(MissingData::NotBreaching), ..alarm(1, 1) };
        for (alarm, from, to, verdict, expect) in [
            (
                alarm(1, 1),
                I,
                A,
                verdict(&[97.0], 0),
                "Threshold Crossed: 1 datapoint [97.0 (20/11/26 17:00:00)] was greater than the threshold (80.0).",
            ),
            (
                alarm(3, 2),
                O,
                A,
                verdict(&[97.0, 3.0, 98.5], 0),
                "Threshold Crossed: 2 out of the last 3 datapoints [98.5 (20/11/26 17:02:00), 97.0 (20/11/26 \
                 17:00:00)] were greater than the threshold (80.0) (minimum 2 datapoints for OK -> ALARM transition).",
            ),
            (
                alarm(1, 1),
                A,
                O,
                verdict(&[3.0], 0),
                "Threshold Crossed: 1 out of the last 1 datapoints [3.0 (20/11/26 17:00:00)] was not greater than the \
                 threshold (80.0) (minimum 1 datapoint for ALARM -> OK transition).",
            ),
            (
                not_breaching,
                A,
                O,
                verdict(&[], 1),
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as \
                 [NonBreaching].",
            ),
            (alarm(3, 3), O, I, verdict(&[], 3), "Insufficient Data: 3 datapoints were unknown."),
        ] {
            assert_eq!(sentence(&alarm, from, to, &verdict), expect);
        }
    }

    #[test]
    fn reason_data_is_json() {
        let data: serde_json::Value = serde_json::from_str(&data(&alarm(1, 1), &verdict(&[97.0], 0), FIVE_PM)).unwrap();
        assert_eq!(data["queryDate"], "2026-11-20T17:00:00.000+0000");
        assert_eq!(data["startDate"], "2026-11-20T17:00:00.000+0000");
        assert_eq!(data["recentDatapoints"], json!([97.0]));
        assert_eq!(data["period"], 60);
    }
}
