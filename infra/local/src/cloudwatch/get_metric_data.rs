//! GetMetricData: many metrics and expressions at once, in pages of datapoints.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::checks::{at_most, bad_token, required, validation};
use super::math::{self, Series};
use super::queries::{self, Query};
use super::shapes::{Seconds, period_ms, statistic};
use super::store::{Metrics, Window};
use crate::wire::{AwsError, Output, Value};

const MAX_QUERIES: usize = 500;
const MAX_DATAPOINTS: i64 = 100_800;
const DAY_S: i64 = 86_400;
const TOKEN: &str = "local-datapoint-";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetMetricDataInput {
    #[serde(default)]
    metric_data_queries: Vec<Query>,
    start_time: Option<Seconds>,
    end_time: Option<Seconds>,
    next_token: Option<String>,
    scan_by: Option<String>,
    max_datapoints: Option<i64>,
}

/// One line of the answer, before paging.
struct Line {
    id: String,
    label: String,
    points: Vec<(i64, f64)>,
}

pub(super) fn call(metrics: &Metrics, input: &GetMetricDataInput) -> Result<Output, AwsError> {
    let (start_ms, end_ms) = times(input)?;
    at_most(&input.metric_data_queries, MAX_QUERIES, "MetricDataQueries")?;
    if input.metric_data_queries.is_empty() {
        return required(None, "MetricDataQueries");
    }
    queries::check(&input.metric_data_queries, "MetricDataQueries")?;
    let mut stats = BTreeMap::new();
    for (position, query) in (1..).zip(&input.metric_data_queries) {
        if let Some(series) = metric_series(metrics, query, position, start_ms, end_ms)? {
            stats.insert(query.id.clone().unwrap_or_default(), series);
        }
    }
    let mut lines = lines(&input.metric_data_queries, &stats, (start_ms, end_ms))?;
    if input.scan_by.as_deref() != Some("TimestampAscending") {
        lines.iter_mut().for_each(|line| line.points.reverse());
    }
    answer(input, &lines)
}

fn times(input: &GetMetricDataInput) -> Result<(i64, i64), AwsError> {
    let start_ms = required(input.start_time, "StartTime")?.ms();
    let end_ms = required(input.end_time, "EndTime")?.ms();
    if start_ms >= end_ms {
        return Err(validation("The parameter StartTime must be less than the parameter EndTime."));
    }
    if let Some(order) = input.scan_by.as_deref().filter(|order| !order.starts_with("Timestamp")) {
        return Err(validation(format!(
            "1 validation error detected: Value '{order}' at 'scanBy' failed to satisfy constraint: Member must satisfy \
             enum value set: [TimestampDescending, TimestampAscending]"
        )));
    }
    Ok((start_ms, end_ms))
}

/// The datapoints of a MetricStat query; periods are aligned to the epoch.
fn metric_series(
    metrics: &Metrics,
    query: &Query,
    position: usize,
    start_ms: i64,
    end_ms: i64,
) -> Result<Option<Series>, AwsError> {
    let Some(stat) = &query.metric_stat else { return Ok(None) };
    let path = format!("MetricDataQueries.member.{position}.MetricStat");
    let period_ms = period_ms(required(stat.period, &format!("{path}.Period"))?, &format!("{path}.Period"))?;
    let word = required(stat.stat.as_deref(), &format!("{path}.Stat"))?;
    let statistic = statistic(word, &format!("{path}.Stat"))?;
    let from_ms = start_ms.div_euclid(period_ms) * period_ms;
    let window = Window { from_ms, to_ms: end_ms, period_ms };
    let points = metrics.points(&stat.metric.key()?, stat.unit.as_deref(), statistic, window);
    Ok(Some(Series { period_ms, points: points.into_iter().map(|point| (point.timestamp_ms, point.value)).collect() }))
}

fn lines(queries: &[Query], stats: &BTreeMap<String, Series>, times: (i64, i64)) -> Result<Vec<Line>, AwsError> {
    let expressions: BTreeMap<&str, &str> =
        queries.iter().filter_map(|query| Some((query.id.as_deref()?, query.expression.as_deref()?))).collect();
    let mut lines = Vec::new();
    for query in queries.iter().filter(|query| query.return_data != Some(false)) {
        let id = query.id.clone().unwrap_or_default();
        let label = query.label.clone().unwrap_or_else(|| default_label(query));
        let found = match stats.get(&id) {
            Some(series) => vec![series.clone()],
            None => {
                let asked_period_ms = query.period.map(|seconds| seconds.clamp(1, DAY_S) * 1_000);
                let context = math::Context { stats, expressions: &expressions, times, asked_period_ms };
                context
                    .expression(&id)
                    .map_err(|problem| validation(format!("Error in expression '{id}': {problem}")))?
            }
        };
        lines.extend(found.into_iter().map(|series| Line {
            id: id.clone(),
            label: label.clone(),
            points: series.points.into_iter().collect(),
        }));
    }
    Ok(lines)
}

fn default_label(query: &Query) -> String {
    let metric_name = query.metric_stat.as_ref().and_then(|stat| stat.metric.metric_name.clone());
    metric_name.or_else(|| query.id.clone()).unwrap_or_default()
}

/// A page of at most `MaxDatapoints`, counted over all lines in order.
fn answer(input: &GetMetricDataInput, lines: &[Line]) -> Result<Output, AwsError> {
    let size = input.max_datapoints.unwrap_or(MAX_DATAPOINTS);
    let size = usize::try_from(size.clamp(1, MAX_DATAPOINTS)).unwrap_or(usize::MAX);
    let mut skip = match input.next_token.as_deref() {
        None => 0,
        Some(token) => token.strip_prefix(TOKEN).and_then(|start| start.parse::<usize>().ok()).ok_or_else(bad_token)?,
    };
    let total: usize = lines.iter().map(|line| line.points.len()).sum();
    let next = skip.saturating_add(size);
    let mut room = size;
    let mut results = Vec::new();
    for line in lines {
        let start = skip.min(line.points.len());
        let end = (start + room).min(line.points.len());
        skip -= start;
        room -= end - start;
        results.push(result(line, &line.points[start..end], end == line.points.len()));
    }
    Ok(Output::Tree(Value::structure(vec![
        ("MetricDataResults", Some(Value::List(results))),
        ("NextToken", (next < total).then(|| Value::Text(format!("{TOKEN}{next}")))),
        ("Messages", Some(Value::List(Vec::new()))),
    ])))
}

fn result(line: &Line, points: &[(i64, f64)], complete: bool) -> Value {
    Value::Map(vec![
        ("Id", line.id.as_str().into()),
        ("Label", line.label.as_str().into()),
        ("Timestamps", Value::List(points.iter().map(|(timestamp_ms, _)| Value::Time(*timestamp_ms)).collect())),
        ("Values", Value::list(points.iter().map(|(_, value)| *value))),
        ("StatusCode", if complete { "Complete" } else { "PartialData" }.into()),
    ])
}
