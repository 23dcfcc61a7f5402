//! CloudWatch alarms.

use super::Timestamp;

/// `StateValue`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AlarmState {
    /// In alarm.
    Alarm,
    /// Too little data to say.
    #[default]
    InsufficientData,
    /// Within its threshold.
    Ok,
}

/// One metric or composite alarm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alarm {
    /// Name, unique in account and Region.
    pub name: String,
    /// Full ARN.
    pub arn: String,
    /// Where it stands.
    pub state: AlarmState,
    /// AWS's words.
    pub reason: String,
    /// In this state since.
    pub since: Option<Timestamp>,
    /// What it says in its own words.
    pub description: Option<String>,
    /// Namespace of its metric.
    pub namespace: Option<String>,
    /// Metric name.
    pub metric: Option<String>,
    /// Dimensions of the metric.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `Sum`, `p99`, …
    pub statistic: Option<String>,
    /// Period in seconds.
    pub period: Option<u32>,
    /// Threshold in the metric's unit.
    pub threshold: Option<f64>,
    /// `GreaterThanThreshold`, …
    pub comparison: Option<String>,
    /// M of N: datapoints that must breach.
    pub datapoints_to_alarm: Option<u32>,
    /// N.
    pub evaluation_periods: Option<u32>,
    /// `missing`, `ignore`, `breaching`, `notBreaching`.
    pub treat_missing: Option<String>,
    /// Rule of a composite alarm.
    pub rule: Option<String>,
    /// Actions are switched on.
    pub actions_enabled: bool,
}

/// One line of `DescribeAlarmHistory`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlarmHistoryItem {
    /// When.
    pub at: Timestamp,
    /// `StateUpdate`, `ConfigurationUpdate`, `Action`.
    pub kind: String,
    /// AWS's words.
    pub summary: String,
}
