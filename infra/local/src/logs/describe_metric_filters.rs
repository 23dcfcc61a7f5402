//! DescribeMetricFilters: the filters of a group, or those that feed a metric.

use serde::Deserialize;
use serde_json::json;

use super::checks::{invalid, limit, not_found};
use super::metric_filters::MetricFilter;
use super::store::Store;
use crate::wire::{AwsError, Output, paging};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeMetricFiltersInput {
    log_group_name: Option<String>,
    filter_name_prefix: Option<String>,
    metric_name: Option<String>,
    metric_namespace: Option<String>,
    next_token: Option<String>,
    limit: Option<i64>,
}

impl DescribeMetricFiltersInput {
    fn wants(&self, group: &str, name: &str, filter: &MetricFilter) -> bool {
        let is = |asked: &Option<String>, known: &str| asked.as_ref().is_none_or(|asked| asked == known);
        is(&self.log_group_name, group)
            && self.filter_name_prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix.as_str()))
            && is(&self.metric_name, &filter.transformation.metric_name)
            && is(&self.metric_namespace, &filter.transformation.metric_namespace)
    }
}

pub(super) fn call(store: &Store, input: &DescribeMetricFiltersInput) -> Result<Output, AwsError> {
    if input.metric_name.is_some() != input.metric_namespace.is_some() {
        return Err(invalid("The metricName and metricNamespace parameters must be specified together."));
    }
    if input.log_group_name.as_ref().is_some_and(|name| !store.groups.contains_key(name.as_str())) {
        return Err(not_found("log group"));
    }
    let size = limit(input.limit, 50)?;
    let all = store.groups.values().flat_map(|group| group.filters.iter().map(move |filter| (group, filter)));
    let found =
        all.filter(|(group, (name, filter))| input.wants(&group.name, name, filter)).map(|(group, (name, filter))| {
            json!({
                "filterName": name,
                "filterPattern": filter.pattern_text,
                "metricTransformations": [filter.transformation],
                "creationTime": filter.created_ms,
                "logGroupName": &*group.name,
                "applyOnTransformedLogs": false,
            })
        });
    let (page, next) = paging::page(found, input.next_token.as_deref(), size)
        .ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    Ok(Output::members(json!({"metricFilters": page, "nextToken": next})))
}
