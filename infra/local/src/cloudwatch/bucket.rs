//! The samples of one short stretch of time, added up so that every standard statistic and percentiles can be told.

use crate::alarms::Statistic;

/// Distinct values that a bucket keeps exactly; beyond that, values within one percent are kept as one.
const EXACT_VALUES: usize = 512;

/// What is recorded of a metric at one time.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// One value.
    Value(f64),
    /// Values and how often each occurred; percentiles can be told from these.
    Values(Vec<(f64, f64)>),
    /// A statistic set; percentiles cannot be told from it, unless all its samples were equal.
    Set {
        /// The sum of samples.
        sum: f64,
        /// The number of samples.
        count: f64,
        /// The smallest sample.
        min: f64,
        /// The largest sample.
        max: f64,
    },
}

/// Added-up samples.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    count: f64,
    sum: f64,
    min: f64,
    max: f64,
    /// Value and weight, sorted by value; `None` once a statistic set hid the values.
    values: Option<Vec<(f64, f64)>>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { count: 0.0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY, values: Some(Vec::new()) }
    }
}

impl Bucket {
    pub(super) fn add(&mut self, sample: Sample) {
        match sample {
            Sample::Value(value) => self.add_value(value, 1.0),
            Sample::Values(values) => values.into_iter().for_each(|(value, weight)| self.add_value(value, weight)),
            Sample::Set { sum, count, min, max } => self.add_set(sum, count, min, max),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        match &other.values {
            Some(values) => values.iter().for_each(|(value, weight)| self.add_value(*value, *weight)),
            None => self.add_hidden(other.sum, other.count, other.min, other.max),
        }
    }

    /// The statistic, or `None` when there is no sample or no values to take a percentile of.
    pub(super) fn statistic(&self, statistic: Statistic) -> Option<f64> {
        if self.count <= 0.0 {
            return None;
        }
        match statistic {
            Statistic::SampleCount => Some(self.count),
            Statistic::Average => Some(self.sum / self.count),
            Statistic::Sum => Some(self.sum),
            Statistic::Minimum => Some(self.min),
            Statistic::Maximum => Some(self.max),
            Statistic::Percentile(percent) => percentile(self.values.as_deref()?, self.count, percent),
        }
    }

    fn add_value(&mut self, value: f64, weight: f64) {
        if !value.is_finite() || weight <= 0.0 || !weight.is_finite() {
            return;
        }
        self.widen(value * weight, weight, value, value);
        let Some(values) = &mut self.values else { return };
        let kept = if values.len() < EXACT_VALUES { value } else { rounded_to_a_percent(value) };
        match values.binary_search_by(|(known, _)| known.total_cmp(&kept)) {
            Ok(found) => values[found].1 += weight,
            Err(place) => values.insert(place, (kept, weight)),
        }
    }

    fn add_set(&mut self, sum: f64, count: f64, min: f64, max: f64) {
        if min == max || count == 1.0 {
            self.add_value(if count == 1.0 { sum } else { min }, count);
        } else {
            self.add_hidden(sum, count, min, max);
        }
    }

    fn add_hidden(&mut self, sum: f64, count: f64, min: f64, max: f64) {
        if count > 0.0 {
            self.widen(sum, count, min, max);
            self.values = None;
        }
    }

    fn widen(&mut self, sum: f64, count: f64, min: f64, max: f64) {
        self.sum += sum;
        self.count += count;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }
}

fn rounded_to_a_percent(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let step = 1.01_f64.ln();
    value.signum() * ((value.abs().ln() / step).round() * step).exp()
}

/// Linear interpolation between the ranks around `percent`.
fn percentile(values: &[(f64, f64)], count: f64, percent: f64) -> Option<f64> {
    let rank = percent / 100.0 * (count - 1.0).max(0.0);
    let below = value_at(values, rank.floor())?;
    let above = value_at(values, rank.ceil())?;
    Some(below + (above - below) * rank.fract())
}

fn value_at(values: &[(f64, f64)], rank: f64) -> Option<f64> {
    let mut passed = 0.0;
    for (value, weight) in values {
        passed += weight;
        if rank < passed {
            return Some(*value);
        }
    }
    values.last().map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(samples: &[Sample]) -> Bucket {
        let mut bucket = Bucket::default();
        samples.iter().cloned().for_each(|sample| bucket.add(sample));
        bucket
    }

    #[test]
    fn statistics_of_plain_values() {
        let bucket = bucket(&[Sample::Value(1.0), Sample::Value(2.0), Sample::Values(vec![(3.0, 2.0)])]);
        for (statistic, expect) in [
            (Statistic::SampleCount, 4.0),
            (Statistic::Sum, 9.0),
            (Statistic::Average, 2.25),
            (Statistic::Minimum, 1.0),
            (Statistic::Maximum, 3.0),
            (Statistic::Percentile(0.0), 1.0),
            (Statistic::Percentile(50.0), 2.5),
            (Statistic::Percentile(100.0), 3.0),
        ] {
            assert_eq!(bucket.statistic(statistic), Some(expect), "{statistic}");
        }
    }

    #[test]
    fn a_statistic_set_hides_percentiles() {
        let bucket = bucket(&[Sample::Set { sum: 9.0, count: 3.0, min: 1.0, max: 5.0 }]);
        assert_eq!(bucket.statistic(Statistic::Average), Some(3.0));
        assert_eq!(bucket.statistic(Statistic::Percentile(90.0)), None);
        assert_eq!(Bucket::default().statistic(Statistic::Sum), None);
    }

    #[test]
    fn many_values_stay_bounded_and_close() {
        let samples: Vec<_> = (1..=20_000).map(|n| Sample::Value(f64::from(n))).collect();
        let bucket = bucket(&samples);
        assert!(bucket.values.as_ref().is_some_and(|values| values.len() < 4 * EXACT_VALUES));
        let p90 = bucket.statistic(Statistic::Percentile(90.0)).unwrap_or_default();
        assert!((p90 / 18_000.0 - 1.0).abs() < 0.02, "{p90}");
    }
}
