//! MetricDataQuery, which GetMetricData and PutMetricAlarm share.

use std::collections::HashSet;

use serde::Deserialize;

use super::checks::{required, validation};
use super::math;
use super::shapes::Metric;
use crate::wire::AwsError;

/// A metric or an expression.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Query {
    pub(super) id: Option<String>,
    pub(super) metric_stat: Option<MetricStat>,
    pub(super) expression: Option<String>,
    pub(super) label: Option<String>,
    pub(super) return_data: Option<bool>,
    pub(super) period: Option<i64>,
}

/// A metric, its period and its statistic.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MetricStat {
    pub(super) metric: Metric,
    pub(super) period: Option<i64>,
    pub(super) stat: Option<String>,
    pub(super) unit: Option<String>,
}

/// Ids must be lawful and unique, and each query a metric or an expression. `member` names the list in messages.
pub(super) fn check(queries: &[Query], member: &str) -> Result<(), AwsError> {
    let mut seen = HashSet::new();
    for (position, query) in (1..).zip(queries) {
        let path = format!("{member}.member.{position}");
        let id = required(query.id.as_deref(), &format!("{path}.Id"))?;
        if !math::is_id(id) {
            return Err(validation(format!(
                "The value {id} for parameter {path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        if !seen.insert(id) {
            return Err(validation(format!("The values for parameter id in {member} are not unique.")));
        }
        if query.metric_stat.is_some() == query.expression.is_some() {
            return Err(validation(format!(
                "Exactly one of the parameters {path}.MetricStat and {path}.Expression must be specified."
            )));
        }
    }
    Ok(())
}
