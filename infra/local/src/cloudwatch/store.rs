//! Metric data by series, bounded: fine for three hours, by the minute for a day, then gone.

use std::collections::BTreeMap;

use super::bucket::{Bucket, Sample};
use crate::alarms::Statistic;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const FINE_MS: i64 = 3 * 60 * MINUTE_MS;
const KEPT_MS: i64 = 24 * 60 * MINUTE_MS;
const MAX_SERIES: usize = 10_000;

/// What names a series: namespace, metric name and the exact set of dimensions (sorted by name).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SeriesKey {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) dimensions: Vec<(String, String)>,
}

impl SeriesKey {
    pub(super) fn new<N: AsRef<str>, V: AsRef<str>>(namespace: &str, name: &str, dimensions: &[(N, V)]) -> Self {
        let mut dimensions: Vec<_> =
            dimensions.iter().map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned())).collect();
        dimensions.sort();
        Self { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }
}

/// The data of one metric: one line of buckets for each unit that samples came in.
#[derive(Debug, Default)]
struct Series {
    units: BTreeMap<String, BTreeMap<i64, Bucket>>,
    newest_ms: i64,
}

/// All metric data.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    series: BTreeMap<SeriesKey, Series>,
}

/// A statistic of one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// The start of the period.
    pub(super) timestamp_ms: i64,
    pub(super) value: f64,
}

/// A stretch of periods: `from_ms` inclusive, `to_ms` exclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) period_ms: i64,
}

impl Metrics {
    pub(super) fn put(&mut self, key: SeriesKey, unit: &str, timestamp_ms: i64, sample: Sample, now_ms: i64) {
        if !self.series.contains_key(&key) && self.series.len() >= MAX_SERIES {
            self.forget_the_stalest();
        }
        let series = self.series.entry(key).or_default();
        series.newest_ms = series.newest_ms.max(timestamp_ms);
        let second = timestamp_ms.div_euclid(SECOND_MS) * SECOND_MS;
        let buckets = series.units.entry(unit.to_owned()).or_default();
        buckets.entry(second).or_default().add(sample);
        compact(buckets, now_ms);
    }

    /// Series and the time of their newest sample.
    pub(super) fn series(&self) -> impl Iterator<Item = (&SeriesKey, i64)> {
        self.series.iter().map(|(key, series)| (key, series.newest_ms))
    }

    /// The statistic of each period that has data, oldest first. Periods are counted from `window.from_ms`.
    pub(super) fn points(
        &self,
        key: &SeriesKey,
        unit: Option<&str>,
        statistic: Statistic,
        window: Window,
    ) -> Vec<Point> {
        self.buckets(key, unit, window)
            .into_iter()
            .filter_map(|(timestamp_ms, bucket)| bucket.statistic(statistic).map(|value| Point { timestamp_ms, value }))
            .collect()
    }

    /// The unit of a series, when all its samples came in one.
    pub(super) fn unit(&self, key: &SeriesKey) -> Option<&str> {
        let mut units = self.series.get(key)?.units.keys();
        let first = units.next()?;
        units.next().is_none().then_some(first)
    }

    /// The added-up samples of each period that has data.
    pub(super) fn buckets(&self, key: &SeriesKey, unit: Option<&str>, window: Window) -> BTreeMap<i64, Bucket> {
        let mut periods: BTreeMap<i64, Bucket> = BTreeMap::new();
        let Some(series) = self.series.get(key) else { return periods };
        if window.from_ms >= window.to_ms || window.period_ms <= 0 {
            return periods;
        }
        for (known, buckets) in &series.units {
            if unit.is_some_and(|wanted| wanted != known) {
                continue;
            }
            for (timestamp_ms, bucket) in buckets.range(window.from_ms..window.to_ms) {
                let passed = (timestamp_ms - window.from_ms).div_euclid(window.period_ms);
                periods.entry(window.from_ms + passed * window.period_ms).or_default().merge(bucket);
            }
        }
        periods
    }

    fn forget_the_stalest(&mut self) {
        let stalest = self.series.iter().min_by_key(|(_, series)| series.newest_ms).map(|(key, _)| key.clone());
        if let Some(key) = stalest {
            self.series.remove(&key);
        }
    }
}

/// Folds what is older than three hours into minutes and drops what is older than a day.
fn compact(buckets: &mut BTreeMap<i64, Bucket>, now_ms: i64) {
    while buckets.first_key_value().is_some_and(|(timestamp, _)| *timestamp < now_ms - KEPT_MS) {
        buckets.pop_first();
    }
    let fold_before = (now_ms - FINE_MS).div_euclid(MINUTE_MS) * MINUTE_MS;
    let fine: Vec<i64> = buckets
        .range(..fold_before)
        .rev()
        .map(|(timestamp, _)| *timestamp)
        .take_while(|timestamp| fold_before - timestamp <= 2 * MINUTE_MS)
        .filter(|timestamp| timestamp.rem_euclid(MINUTE_MS) != 0)
        .collect();
    for timestamp in fine {
        if let Some(bucket) = buckets.remove(&timestamp) {
            buckets.entry(timestamp.div_euclid(MINUTE_MS) * MINUTE_MS).or_default().merge(&bucket);
        }
    }
}
