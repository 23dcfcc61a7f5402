//! PutMetricFilter: events that match a pattern become samples of a metric, from now on.

use serde::Deserialize;

use super::checks::{self, invalid, not_found, required, violated};
use super::metric_filters::{MetricFilter, MetricValue, Transformation};
use super::pattern::{Pattern, Selector};
use super::store::Store;
use crate::wire::{AwsError, Output};

const MAX_FILTERS: usize = 100;
const MAX_DIMENSIONS: usize = 3;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutMetricFilterInput {
    log_group_name: Option<String>,
    filter_name: Option<String>,
    filter_pattern: Option<String>,
    metric_transformations: Option<Vec<Transformation>>,
}

pub(super) fn call(store: &mut Store, input: PutMetricFilterInput, now_ms: i64) -> Result<Output, AwsError> {
    let group_name = required(input.log_group_name, "logGroupName")?;
    let name = required(input.filter_name, "filterName")?;
    checks::name(&name, "filterName", |character| !":*".contains(character), "[^:*]*")?;
    let pattern_text = required(input.filter_pattern, "filterPattern")?;
    let pattern = Pattern::parse(&pattern_text).map_err(|error| invalid(error.to_string()))?;
    let [transformation] =
        <[Transformation; 1]>::try_from(required(input.metric_transformations, "metricTransformations")?)
            .map_err(|_| violated("[...]", "metricTransformations", "Member must have length equal to 1"))?;
    let value = value(&transformation.metric_value)?;
    let dimensions = dimensions(&transformation)?;
    let group = store.groups.get_mut(group_name.as_str()).ok_or_else(|| not_found("log group"))?;
    if !group.filters.contains_key(&name) && group.filters.len() >= MAX_FILTERS {
        return Err(AwsError::client("LimitExceededException", "Resource limit exceeded."));
    }
    let created_ms = group.filters.get(&name).map_or(now_ms, |known| known.created_ms);
    group.filters.insert(name, MetricFilter { pattern_text, pattern, transformation, value, dimensions, created_ms });
    Ok(Output::empty())
}

/// A number, or the member of the event that holds it.
fn value(text: &str) -> Result<MetricValue, AwsError> {
    if let Some(number) = text.parse().ok().filter(|number: &f64| number.is_finite()) {
        return Ok(MetricValue::Number(number));
    }
    selector(text).map(MetricValue::Member)
}

fn dimensions(transformation: &Transformation) -> Result<Vec<(String, Selector)>, AwsError> {
    let asked = transformation.dimensions.clone().unwrap_or_default();
    if !asked.is_empty() && transformation.default_value.is_some() {
        return Err(invalid(
            "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
        ));
    }
    if asked.len() > MAX_DIMENSIONS {
        return Err(invalid("Invalid metric transformation: at most 3 dimensions are allowed."));
    }
    asked.into_iter().map(|(name, text)| Ok((name, selector(&text)?))).collect()
}

fn selector(text: &str) -> Result<Selector, AwsError> {
    Selector::parse(text).map_err(|_| {
        invalid(format!(
            "Invalid metric transformation: '{text}' is neither a number nor a selector such as $.latency (columns are \
             not known to the local stack here)."
        ))
    })
}
