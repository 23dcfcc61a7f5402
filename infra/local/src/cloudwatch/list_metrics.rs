//! ListMetrics: which metrics have had data in the last two weeks, 500 to a page.

use serde::Deserialize;

use super::checks::{bad_token, validation};
use super::shapes::{Dimension, dimension_values};
use super::store::{Metrics, SeriesKey};
use crate::wire::{AwsError, Output, Value, paging};

const PAGE: usize = 500;
const THREE_HOURS_MS: i64 = 3 * 3_600_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMetricsInput {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    recently_active: Option<String>,
    next_token: Option<String>,
}

impl ListMetricsInput {
    fn wants(&self, key: &SeriesKey) -> bool {
        let has = |wanted: &Dimension| {
            key.dimensions
                .iter()
                .any(|(name, value)| *name == wanted.name && wanted.value.as_ref().is_none_or(|wanted| wanted == value))
        };
        self.namespace.as_ref().is_none_or(|namespace| *namespace == key.namespace)
            && self.metric_name.as_ref().is_none_or(|name| *name == key.name)
            && self.dimensions.iter().all(has)
    }
}

pub(super) fn call(metrics: &Metrics, input: &ListMetricsInput, now_ms: i64) -> Result<Output, AwsError> {
    if input.recently_active.as_deref().is_some_and(|window| window != "PT3H") {
        return Err(validation("The parameter RecentlyActive must be PT3H."));
    }
    let found = metrics
        .series()
        .filter(|(key, _)| input.wants(key))
        .filter(|(_, newest_ms)| input.recently_active.is_none() || *newest_ms >= now_ms - THREE_HOURS_MS)
        .map(|(key, _)| described(key));
    let (page, next) = paging::page(found, input.next_token.as_deref(), PAGE).ok_or_else(bad_token)?;
    Ok(Output::Tree(Value::structure(vec![("Metrics", Some(Value::List(page))), ("NextToken", next.map(Value::Text))])))
}

fn described(key: &SeriesKey) -> Value {
    Value::Map(vec![
        ("Namespace", key.namespace.as_str().into()),
        ("MetricName", key.name.as_str().into()),
        ("Dimensions", dimension_values(&key.dimensions)),
    ])
}
