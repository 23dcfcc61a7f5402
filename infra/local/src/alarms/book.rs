//! All alarms, their states, and the history of both.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value as Json, json};

use super::evaluate::Verdict;
use super::reason;
use super::{Alarm, AlarmMetric, AlarmQuery, AlarmState, Watched};

const MAX_HISTORY: usize = 5_000;

/// An alarm and what is known about it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) alarm: Alarm,
    pub(crate) state: AlarmState,
    pub(crate) reason: String,
    pub(crate) reason_data: Option<String>,
    pub(crate) configured_ms: i64,
    pub(crate) updated_ms: i64,
    pub(crate) transitioned_ms: i64,
    /// The last stretch of time that was evaluated, so that each is evaluated once.
    pub(crate) evaluated_slot: Option<i64>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// The kinds of history items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HistoryKind {
    ConfigurationUpdate,
    StateUpdate,
}

/// One line of history.
#[derive(Clone, Debug)]
pub(crate) struct HistoryItem {
    pub(crate) alarm_name: String,
    pub(crate) timestamp_ms: i64,
    pub(crate) kind: HistoryKind,
    pub(crate) summary: String,
    pub(crate) data: String,
}

impl HistoryKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ConfigurationUpdate => "ConfigurationUpdate",
            Self::StateUpdate => "StateUpdate",
        }
    }
}

/// Alarms by name, and the history, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) alarms: BTreeMap<String, Record>,
    pub(crate) history: VecDeque<HistoryItem>,
}

impl Book {
    /// Creates an alarm, or replaces one that keeps its state.
    pub(crate) fn put(&mut self, alarm: Alarm, now_ms: i64) {
        let name = alarm.name.clone();
        let configuration = configuration(&alarm);
        if let Some(record) = self.alarms.get_mut(&name) {
            record.alarm = alarm;
            record.configured_ms = now_ms;
            let data = json!({"version": "1.0", "type": "Update", "updatedAlarm": configuration});
            self.note_configuration(&name, now_ms, "updated", &data);
            return;
        }
        let record = Record {
            alarm,
            state: AlarmState::InsufficientData,
            reason: reason::INITIAL.to_owned(),
            reason_data: None,
            configured_ms: now_ms,
            updated_ms: now_ms,
            transitioned_ms: now_ms,
            evaluated_slot: None,
            tags: BTreeMap::new(),
        };
        self.alarms.insert(name.clone(), record);
        let data = json!({"version": "1.0", "type": "Create", "createdAlarm": configuration});
        self.note_configuration(&name, now_ms, "created", &data);
    }

    pub(crate) fn delete(&mut self, name: &str, now_ms: i64) {
        if let Some(record) = self.alarms.remove(name) {
            let configuration = configuration(&record.alarm);
            let data = json!({"version": "1.0", "type": "Delete", "deletedAlarm": configuration});
            self.note_configuration(name, now_ms, "deleted", &data);
        }
    }

    /// Applies what an evaluation found; nothing happens when the state stays.
    pub(crate) fn apply(&mut self, name: &str, verdict: &Verdict, now_ms: i64) {
        let Some(record) = self.alarms.get(name) else { return };
        let Some(to) = verdict.state.filter(|to| *to != record.state) else { return };
        let sentence = reason::sentence(&record.alarm, record.state, to, verdict);
        let data = reason::data(&record.alarm, verdict, now_ms);
        self.set_state(name, to, sentence, Some(data), now_ms);
    }

    /// Sets a state with a reason; reason data is JSON text.
    pub(crate) fn set_state(&mut self, name: &str, to: AlarmState, reason: String, data: Option<String>, now_ms: i64) {
        let Some(record) = self.alarms.get_mut(name) else { return };
        let from = record.state;
        let old = described(record);
        record.state = to;
        record.reason = reason;
        record.reason_data = data;
        record.updated_ms = now_ms;
        if from != to {
            record.transitioned_ms = now_ms;
            let data = json!({"version": "1.0", "oldState": old, "newState": described(record)});
            self.note(HistoryItem {
                alarm_name: name.to_owned(),
                timestamp_ms: now_ms,
                kind: HistoryKind::StateUpdate,
                summary: format!("Alarm updated from {from} to {to}"),
                data: data.to_string(),
            });
        }
    }

    fn note_configuration(&mut self, name: &str, now_ms: i64, what: &str, data: &Json) {
        self.note(HistoryItem {
            alarm_name: name.to_owned(),
            timestamp_ms: now_ms,
            kind: HistoryKind::ConfigurationUpdate,
            summary: format!("Alarm \"{name}\" {what}"),
            data: data.to_string(),
        });
    }

    fn note(&mut self, item: HistoryItem) {
        if self.history.len() >= MAX_HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(item);
    }
}

fn described(record: &Record) -> Json {
    let mut state = json!({"stateValue": record.state.as_str(), "stateReason": record.reason});
    if let Some(data) = record.reason_data.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok()) {
        state["stateReasonData"] = data;
    }
    state
}

fn configuration(alarm: &Alarm) -> Json {
    let mut told = json!({
        "alarmName": alarm.name,
        "alarmDescription": alarm.description,
        "actionsEnabled": alarm.actions_enabled,
        "okActions": alarm.ok_actions,
        "alarmActions": alarm.alarm_actions,
        "insufficientDataActions": alarm.insufficient_data_actions,
        "evaluationPeriods": alarm.evaluation_periods,
        "datapointsToAlarm": alarm.datapoints_to_alarm,
        "threshold": alarm.threshold,
        "comparisonOperator": alarm.comparison.as_str(),
        "treatMissingData": alarm.missing_data.unwrap_or_default().as_str(),
    });
    match &alarm.watched {
        Watched::Metric(metric) => {
            told["metricName"] = json!(metric.name);
            told["namespace"] = json!(metric.namespace);
            told["statistic"] = json!(metric.statistic.to_string());
            told["dimensions"] = dimensions(metric);
            told["period"] = json!(metric.period_s);
            told["unit"] = json!(metric.unit);
        }
        Watched::Math(queries) => told["metrics"] = queries.iter().map(query).collect(),
    }
    told
}

fn query(query: &AlarmQuery) -> Json {
    let stat = query.metric().map(|metric| {
        json!({
            "metric": {"namespace": metric.namespace, "metricName": metric.name, "dimensions": dimensions(metric)},
            "period": metric.period_s,
            "stat": metric.statistic.to_string(),
        })
    });
    json!({
        "id": query.id,
        "label": query.label,
        "returnData": query.return_data,
        "metricStat": stat,
        "expression": query.expression(),
    })
}

fn dimensions(metric: &AlarmMetric) -> Json {
    metric.dimensions.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarms::evaluate::{Datapoint, evaluate};
    use crate::alarms::{Comparison, Statistic};

    fn alarm() -> Alarm {
        let metric = AlarmMetric {
            namespace: "Test".into(),
            name: "Load".into(),
            dimensions: Vec::new(),
            statistic: Statistic::Average,
            period_s: 60,
            unit: None,
        };
        Alarm::new("load", metric, Comparison::GreaterThanThreshold, 0.5)
    }

    fn history(book: &Book) -> Vec<&str> {
        book.history.iter().map(|item| item.summary.as_str()).collect()
    }

    #[test]
    fn the_life_of_an_alarm() {
        let mut book = Book::default();
        book.put(alarm(), 1);
        let bad = [Some(Datapoint { timestamp_ms: 0, value: 1.0 })];
        for now_ms in [10, 20] {
            book.apply("load", &evaluate(&alarm(), &bad), now_ms);
        }
        let record = &book.alarms["load"];
        assert_eq!((record.state, record.updated_ms, record.transitioned_ms), (AlarmState::Alarm, 10, 10));
        book.set_state("load", AlarmState::Alarm, "by hand".into(), None, 30);
        let record = &book.alarms["load"];
        assert_eq!((record.reason.as_str(), record.updated_ms, record.transitioned_ms), ("by hand", 30, 10));
        book.put(alarm(), 40);
        assert_eq!(book.alarms["load"].state, AlarmState::Alarm);
        book.delete("load", 50);
        assert_eq!(
            history(&book),
            [
                "Alarm \"load\" created",
                "Alarm updated from INSUFFICIENT_DATA to ALARM",
                "Alarm \"load\" updated",
                "Alarm \"load\" deleted"
            ]
        );
    }
}
