//! What an alarm watches: one metric, or an expression of metric math over several.

use super::AlarmMetric;

/// The source of an alarm's datapoints.
#[derive(Clone, Debug, PartialEq)]
pub enum Watched {
    /// One metric.
    Metric(AlarmMetric),
    /// The one of these queries that returns data.
    Math(Vec<AlarmQuery>),
}

/// One query of an alarm on metric math.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmQuery {
    /// The name by which expressions refer to it.
    pub id: String,
    /// For people.
    pub label: Option<String>,
    /// Whether the alarm watches this one; true for exactly one query.
    pub return_data: bool,
    /// Where its datapoints come from.
    pub source: QuerySource,
}

/// Where the datapoints of a query come from.
#[derive(Clone, Debug, PartialEq)]
pub enum QuerySource {
    /// A metric.
    Stat(AlarmMetric),
    /// An expression over other queries.
    Expression {
        /// Metric math.
        text: String,
        /// Seconds, when told.
        period_s: Option<u32>,
    },
}

impl Watched {
    /// Seconds of a datapoint: the metric's period; with an expression its own, or the longest of the metrics.
    #[must_use]
    pub fn period_s(&self) -> u32 {
        let queries = match self {
            Self::Metric(metric) => return metric.period_s,
            Self::Math(queries) => queries,
        };
        let own = queries.iter().filter(|query| query.return_data).find_map(|query| match &query.source {
            QuerySource::Stat(metric) => Some(metric.period_s),
            QuerySource::Expression { period_s, .. } => *period_s,
        });
        own.or_else(|| queries.iter().filter_map(AlarmQuery::metric).map(|metric| metric.period_s).max()).unwrap_or(60)
    }

    /// The metric, unless an expression is watched.
    #[must_use]
    pub fn metric(&self) -> Option<&AlarmMetric> {
        match self {
            Self::Metric(metric) => Some(metric),
            Self::Math(_) => None,
        }
    }
}

impl AlarmQuery {
    /// The metric that it reads, unless it is an expression.
    #[must_use]
    pub fn metric(&self) -> Option<&AlarmMetric> {
        match &self.source {
            QuerySource::Stat(metric) => Some(metric),
            QuerySource::Expression { .. } => None,
        }
    }

    /// Its metric math, unless it reads a metric.
    #[must_use]
    pub fn expression(&self) -> Option<&str> {
        match &self.source {
            QuerySource::Stat(_) => None,
            QuerySource::Expression { text, .. } => Some(text),
        }
    }
}

impl From<AlarmMetric> for Watched {
    fn from(metric: AlarmMetric) -> Self {
        Self::Metric(metric)
    }
}
