//! Metric data.

use super::Timestamp;

/// One datapoint.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Start of the period.
    pub at: Timestamp,
    /// Value in the unit of the series.
    pub value: f64,
}

/// One line of a chart, oldest point first. A missing period is a gap, never a zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// What the line shows: `CPU average`.
    pub label: String,
    /// `Percent`, `Count`, `Seconds`, …
    pub unit: String,
    /// Length of a period in milliseconds.
    pub period: i64,
    /// The points.
    pub points: Vec<Point>,
}

impl Series {
    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|point| point.value)
    }
}

/// Which measurement of a service a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// `AWS/ECS` CPUUtilization, average.
    CpuAverage,
    /// Its maximum.
    CpuMaximum,
    /// Its minimum.
    CpuMinimum,
    /// `AWS/ECS` MemoryUtilization, average.
    MemoryAverage,
    /// Its maximum.
    MemoryMaximum,
    /// Its minimum.
    MemoryMinimum,
    /// `AWS/ApplicationELB` RequestCount of the target group, sum per period.
    Requests,
    /// HTTPCode_Target_5XX_Count, sum per period.
    Errors5xx,
    /// TargetResponseTime p50, seconds.
    LatencyP50,
    /// TargetResponseTime p99, seconds.
    LatencyP99,
    /// HealthyHostCount, minimum.
    HealthyTargets,
    /// UnHealthyHostCount, maximum.
    UnhealthyTargets,
}

/// All series of one service over one window.
pub type ServiceMetrics = std::collections::BTreeMap<Measure, Series>;
