//! The queries of an alarm on metric math: read, and tried out, so that a wrong expression is refused and not silent.

use std::collections::BTreeMap;

use super::{PutMetricAlarmInput, alarm_period, owned_pairs};
use crate::alarms::{AlarmMetric, AlarmQuery, QuerySource, Watched};
use crate::cloudwatch::checks::{at_most, required, validation};
use crate::cloudwatch::math::{Context, Series};
use crate::cloudwatch::queries::{self, Query};
use crate::cloudwatch::shapes::statistic;
use crate::wire::AwsError;

const MAX_QUERIES: usize = 20;

pub(super) fn watched(input: &PutMetricAlarmInput) -> Result<Watched, AwsError> {
    let single = [input.metric_name.is_some(), input.namespace.is_some(), input.period.is_some()];
    let single = single.contains(&true) || input.statistic.is_some() || input.extended_statistic.is_some();
    if single || !input.dimensions.is_empty() {
        return Err(validation(
            "Metrics list cannot be specified together with MetricName, Dimensions, Period, Namespace, Statistic or \
             ExtendedStatistic parameters.",
        ));
    }
    at_most(&input.metrics, MAX_QUERIES, "Metrics")?;
    queries::check(&input.metrics, "Metrics")?;
    let all: Vec<AlarmQuery> =
        (1..).zip(&input.metrics).map(|(position, query)| alarm_query(query, position)).collect::<Result<_, _>>()?;
    if all.iter().filter(|query| query.return_data).count() != 1 {
        return Err(validation("Exactly one element of the metrics list should return data."));
    }
    check_result(&all)?;
    Ok(Watched::Math(all))
}

fn alarm_query(query: &Query, position: usize) -> Result<AlarmQuery, AwsError> {
    let source = match (&query.metric_stat, &query.expression) {
        (Some(stat), _) => {
            let path = format!("Metrics.member.{position}.MetricStat");
            let word = required(stat.stat.as_deref(), &format!("{path}.Stat"))?;
            QuerySource::Stat(AlarmMetric {
                namespace: required(stat.metric.namespace.clone(), &format!("{path}.Metric.Namespace"))?,
                name: required(stat.metric.metric_name.clone(), &format!("{path}.Metric.MetricName"))?,
                dimensions: owned_pairs(&stat.metric.dimensions),
                statistic: statistic(word, &format!("{path}.Stat"))?,
                period_s: alarm_period(required(stat.period, &format!("{path}.Period"))?)?,
                unit: stat.unit.clone(),
            })
        }
        (None, text) => QuerySource::Expression {
            text: text.clone().unwrap_or_default(),
            period_s: query.period.map(alarm_period).transpose()?,
        },
    };
    let return_data = query.return_data.unwrap_or(true);
    Ok(AlarmQuery { id: query.id.clone().unwrap_or_default(), label: query.label.clone(), return_data, source })
}

/// Evaluates the watched expression once, with one datapoint in every metric: it must give one time series.
fn check_result(queries: &[AlarmQuery]) -> Result<(), AwsError> {
    let one = Series { period_ms: 60_000, points: BTreeMap::from([(0, 1.0)]) };
    let stats = queries.iter().filter(|query| query.metric().is_some()).map(|query| (query.id.clone(), one.clone()));
    let stats: BTreeMap<String, Series> = stats.collect();
    let expressions = queries.iter().filter_map(|query| Some((query.id.as_str(), query.expression()?))).collect();
    let context =
        Context { stats: &stats, expressions: &expressions, times: (0, 60_000), asked_period_ms: Some(60_000) };
    for query in queries.iter().filter(|query| query.expression().is_some()) {
        let found = context
            .expression(&query.id)
            .map_err(|problem| validation(format!("Error in expression '{}': {problem}", query.id)))?;
        if query.return_data && found.len() != 1 {
            let message = format!("Error in expression '{}': An alarm needs exactly one time series.", query.id);
            return Err(validation(message));
        }
    }
    Ok(())
}
