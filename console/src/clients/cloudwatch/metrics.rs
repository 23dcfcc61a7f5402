//! Metric data: all measures of a screen in one call, since each requested metric costs money.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_cloudwatch::types::{Dimension, DimensionFilter, Metric, MetricDataQuery, MetricStat};
use aws_smithy_types::DateTime;

use crate::clients::call::{GET_METRIC_DATA, LIST_METRICS};
use crate::clients::gate::{Answer, Gate};
use crate::clients::sdk::Sdk;
use crate::clients::{Partly, Whole, now};
use crate::model::metric::{Measure, ServiceMetrics};
use crate::model::time::{MINUTE, SECOND};
use crate::model::{Point, Series, ServiceId, Timestamp};

/// Most queries that one `GetMetricData` takes.
const QUERIES_PER_CALL: usize = 500;
/// Minutes that a spark shows.
const SPARK_MINUTES: u32 = 30;

const ECS: &str = "AWS/ECS";
const BALANCER: &str = "AWS/ApplicationELB";

/// How one measure is asked for.
struct Source {
    measure: Measure,
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    label: &'static str,
    unit: &'static str,
}

const fn source(
    measure: Measure,
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    label: &'static str,
    unit: &'static str,
) -> Source {
    Source { measure, namespace, metric, statistic, label, unit }
}

const SOURCES: &[Source] = &[
    source(Measure::CpuAverage, ECS, "CPUUtilization", "Average", "CPU average", "Percent"),
    source(Measure::CpuMaximum, ECS, "CPUUtilization", "Maximum", "CPU maximum", "Percent"),
    source(Measure::CpuMinimum, ECS, "CPUUtilization", "Minimum", "CPU minimum", "Percent"),
    source(Measure::MemoryAverage, ECS, "MemoryUtilization", "Average", "memory average", "Percent"),
    source(Measure::MemoryMaximum, ECS, "MemoryUtilization", "Maximum", "memory maximum", "Percent"),
    source(Measure::MemoryMinimum, ECS, "MemoryUtilization", "Minimum", "memory minimum", "Percent"),
    source(Measure::Requests, BALANCER, "RequestCount", "Sum", "requests", "Count"),
    source(Measure::Errors5xx, BALANCER, "HTTPCode_Target_5XX_Count", "Sum", "5xx answers", "Count"),
    source(Measure::LatencyP50, BALANCER, "TargetResponseTime", "p50", "latency p50", "Seconds"),
    source(Measure::LatencyP99, BALANCER, "TargetResponseTime", "p99", "latency p99", "Seconds"),
    source(Measure::HealthyTargets, BALANCER, "HealthyHostCount", "Minimum", "healthy targets", "Count"),
    source(Measure::UnhealthyTargets, BALANCER, "UnHealthyHostCount", "Maximum", "unhealthy targets", "Count"),
];

/// Load balancer by target group, both as metric dimensions, found by asking which metrics exist.
#[derive(Debug, Default)]
pub(crate) struct Balancers(Mutex<BTreeMap<String, String>>);

/// One series to ask for: whose, which, with which dimensions.
struct Wanted<'a> {
    owner: usize,
    source: &'a Source,
    dimensions: Vec<(&'static str, String)>,
}

/// Loads the charts of one service. `resolution` is the service's own metric resolution in seconds, when it has a
/// finer one than a minute.
pub(crate) async fn load(
    sdk: &Sdk,
    gate: &Gate,
    balancers: &Balancers,
    service: &ServiceId,
    target_group: Option<&str>,
    minutes: u32,
    resolution: Option<u32>,
) -> Answer<Partly<ServiceMetrics>> {
    let mut whole = Whole::yes();
    let balancer = match target_group.and_then(target_group_dimension) {
        Some(group) => match balancer_of(sdk, gate, balancers, group).await {
            Ok(balancer) => balancer.map(|balancer| (group.to_owned(), balancer)),
            Err(problem) => {
                whole.lacks(format!("load balancer metrics: {}", problem.line()));
                None
            }
        },
        None => None,
    };
    let wanted = SOURCES.iter().filter_map(|source| {
        let dimensions = match (source.namespace, &balancer) {
            (ECS, _) => service_dimensions(service),
            (_, Some((group, balancer))) => vec![("TargetGroup", group.clone()), ("LoadBalancer", balancer.clone())],
            (_, None) => return None,
        };
        Some(Wanted { owner: 0, source, dimensions })
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let period = period(minutes, resolution);
    let mut all = query(sdk, gate, &wanted, minutes, period, 1, &mut whole).await?;
    Ok(Partly { value: all.pop().unwrap_or_default(), partial: whole.reason() })
}

/// Loads CPU and memory of several services for sparks, in one call per 250 services.
pub(crate) async fn load_sparks(
    sdk: &Sdk,
    gate: &Gate,
    cluster: &str,
    names: &[String],
) -> Answer<Partly<Vec<(String, ServiceMetrics)>>> {
    let shown = |source: &&Source| matches!(source.measure, Measure::CpuAverage | Measure::MemoryAverage);
    let sources: Vec<&Source> = SOURCES.iter().filter(shown).collect();
    let mut wanted = Vec::new();
    for (owner, name) in names.iter().enumerate() {
        let dimensions = service_dimensions(&ServiceId::new(cluster, name));
        wanted.extend(sources.iter().map(|source| Wanted { owner, source, dimensions: dimensions.clone() }));
    }
    let mut whole = Whole::yes();
    let all = query(sdk, gate, &wanted, SPARK_MINUTES, 60, names.len(), &mut whole).await?;
    Ok(Partly { value: names.iter().cloned().zip(all).collect(), partial: whole.reason() })
}

/// Seconds of a period: as fine as stays readable and cheap, and within what CloudWatch keeps (one minute for 15 days,
/// five for 63). Below a minute only for services that publish so.
fn period(minutes: u32, resolution: Option<u32>) -> i32 {
    match (minutes, resolution) {
        (0..=60, Some(fine @ (10 | 20 | 30))) => i32::try_from(fine).unwrap_or(60),
        (0..=360, _) => 60,
        (361..=1_440, _) => 300,
        (1_441..=10_080, _) => 1_800,
        _ => 3_600,
    }
}

fn service_dimensions(service: &ServiceId) -> Vec<(&'static str, String)> {
    vec![("ClusterName", service.cluster.clone()), ("ServiceName", service.service.clone())]
}

/// `targetgroup/NAME/ID` of a target group's ARN.
fn target_group_dimension(arn: &str) -> Option<&str> {
    arn.rsplit(':').next().filter(|last| last.starts_with("targetgroup/"))
}

/// ECS does not tell the load balancer; the metrics that exist for its target group do.
async fn balancer_of(sdk: &Sdk, gate: &Gate, known: &Balancers, group: &str) -> Answer<Option<String>> {
    if let Some(balancer) = known.0.lock().unwrap_or_else(PoisonError::into_inner).get(group) {
        return Ok(Some(balancer.clone()));
    }
    let filter = DimensionFilter::builder().name("TargetGroup").value(group).build();
    let listed = gate
        .read(LIST_METRICS, || {
            let request = sdk.cloudwatch.list_metrics().namespace(BALANCER).metric_name("HealthyHostCount");
            request.dimensions(filter.clone()).send()
        })
        .await?;
    let dimensions = listed.metrics.unwrap_or_default().into_iter().flat_map(|m| m.dimensions.unwrap_or_default());
    let balancer = dimensions.filter(|d| d.name.as_deref() == Some("LoadBalancer")).find_map(|d| d.value);
    if let Some(balancer) = &balancer {
        let mut known = known.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(group.to_owned(), balancer.clone());
    }
    Ok(balancer)
}

/// Asks for all `wanted` series and sorts them by owner. A series without data is there, and empty.
async fn query(
    sdk: &Sdk,
    gate: &Gate,
    wanted: &[Wanted<'_>],
    minutes: u32,
    period: i32,
    owners: usize,
    whole: &mut Whole,
) -> Answer<Vec<ServiceMetrics>> {
    let mut all: Vec<ServiceMetrics> = (0..owners).map(|_| ServiceMetrics::new()).collect();
    for wanted in wanted {
        let empty = Series {
            label: wanted.source.label.to_owned(),
            unit: wanted.source.unit.to_owned(),
            period: i64::from(period) * SECOND,
            points: Vec::new(),
        };
        if let Some(metrics) = all.get_mut(wanted.owner) {
            metrics.insert(wanted.source.measure, empty);
        }
    }
    for wanted in wanted.chunks(QUERIES_PER_CALL) {
        for (index, points) in points(sdk, gate, wanted, minutes, period, whole).await? {
            let Some(wanted) = wanted.get(index) else { continue };
            let series = all.get_mut(wanted.owner).and_then(|metrics| metrics.get_mut(&wanted.source.measure));
            if let Some(series) = series {
                series.points.extend(points);
            }
        }
    }
    for series in all.iter_mut().flat_map(BTreeMap::values_mut) {
        series.points.sort_by_key(|point| point.at);
        series.points.dedup_by_key(|point| point.at);
    }
    Ok(all)
}

/// Points by index into `wanted`, from all pages.
async fn points(
    sdk: &Sdk,
    gate: &Gate,
    wanted: &[Wanted<'_>],
    minutes: u32,
    period: i32,
    whole: &mut Whole,
) -> Answer<Vec<(usize, Vec<Point>)>> {
    let queries: Vec<MetricDataQuery> =
        wanted.iter().enumerate().map(|(i, wanted)| query_for(i, wanted, period)).collect();
    let (from, until) = window(now(), minutes, period);
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let page = gate
            .read(GET_METRIC_DATA, || {
                let request = sdk.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
                request.start_time(from).end_time(until).set_next_token(token.clone()).send()
            })
            .await?;
        for message in page.messages.unwrap_or_default() {
            whole.lacks_if(message.value.map(|words| crate::text::clean(&words).into_owned()));
        }
        for result in page.metric_data_results.unwrap_or_default() {
            let index = result.id.as_deref().and_then(|id| id.strip_prefix('m')?.parse().ok());
            let at = result.timestamps.unwrap_or_default().into_iter().map(|at| at.to_millis().unwrap_or_default());
            let points =
                at.zip(result.values.unwrap_or_default()).map(|(at, value)| Point { at: Timestamp(at), value });
            found.extend(index.map(|index| (index, points.collect())));
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}

fn query_for(index: usize, wanted: &Wanted<'_>, period: i32) -> MetricDataQuery {
    let dimension = |(name, value): &(&str, String)| Dimension::builder().name(*name).value(value).build();
    let metric = Metric::builder()
        .namespace(wanted.source.namespace)
        .metric_name(wanted.source.metric)
        .set_dimensions(Some(wanted.dimensions.iter().map(dimension).collect()))
        .build();
    let statistic = MetricStat::builder().metric(metric).period(period).stat(wanted.source.statistic).build();
    MetricDataQuery::builder().id(format!("m{index}")).metric_stat(statistic).return_data(true).build()
}

/// Begin and end, aligned to whole periods so that CloudWatch answers from its aggregates.
fn window(now: Timestamp, minutes: u32, period: i32) -> (DateTime, DateTime) {
    let period = i64::from(period.max(1)) * SECOND;
    let until = (now.0 / period + 1) * period;
    let from = (now.0 - i64::from(minutes) * MINUTE) / period * period;
    (DateTime::from_millis(from), DateTime::from_millis(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_fit_the_window() {
        for (minutes, resolution, expected) in [
            (30, None, 60),
            (30, Some(20), 20),
            (180, Some(20), 60),
            (360, None, 60),
            (1_440, None, 300),
            (10_080, None, 1_800),
            (40_000, None, 3_600),
            (30, Some(60), 60),
        ] {
            assert_eq!(period(minutes, resolution), expected, "{minutes} {resolution:?}");
        }
    }

    #[test]
    fn dimensions_come_from_the_arn() {
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/api/0123456789abcdef";
        assert_eq!(target_group_dimension(arn), Some("targetgroup/api/0123456789abcdef"));
        assert_eq!(target_group_dimension("nonsense"), None);
    }

    #[test]
    fn windows_are_aligned() {
        let (from, until) = window(Timestamp(10 * MINUTE + 1), 5, 60);
        assert_eq!((from.to_millis().ok(), until.to_millis().ok()), (Some(5 * MINUTE), Some(11 * MINUTE)));
    }
}
