//! A histogram that is observed without a lock.

use super::spread::Spread;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Counts by upper bound, and a sum; cheap to clone, all clones count together.
#[derive(Debug, Clone)]
pub struct Histogram(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    bounds: Box<[f64]>,
    /// A count for each bound and one for what is above all of them; behind them the sum, as the bits of an `f64`.
    numbers: Spread,
}

impl Histogram {
    /// Ascending upper bounds, inclusive; the last, infinite one is added.
    #[must_use]
    pub fn new(bounds: &[f64]) -> Self {
        Self(Arc::new(Counts { bounds: bounds.into(), numbers: Spread::new(bounds.len() + 2) }))
    }

    /// Counts a number.
    pub fn observe(&self, number: f64) {
        let Counts { bounds, numbers } = &*self.0;
        if let Some(count) = numbers.mine(bounds.partition_point(|bound| *bound < number)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let add = |sum: u64| Some((f64::from_bits(sum) + number).to_bits());
        if let Some(sum) = numbers.mine(bounds.len() + 1) {
            // It always adds.
            let _ = sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        }
    }

    fn counts(&self) -> impl Iterator<Item = u64> {
        (0..=self.0.bounds.len()).map(|bucket| self.0.numbers.all(bucket).sum())
    }

    fn sum(&self) -> f64 {
        self.0.numbers.all(self.0.bounds.len() + 1).map(f64::from_bits).sum()
    }
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let bounds = self.0.bounds.iter().copied().chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(self.counts()).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        encoder.encode_histogram::<NoLabelSet>(self.sum(), count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Histogram {
    const TYPE: MetricType = MetricType::Histogram;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fall_below_their_bound() {
        let histogram = Histogram::new(&[1.0, 2.0]);
        std::thread::scope(|scope| {
            for number in [0.5, 1.0, 1.5, 9.0] {
                let histogram = &histogram;
                scope.spawn(move || (0..1000).for_each(|_| histogram.observe(number)));
            }
        });
        assert_eq!(histogram.counts().collect::<Vec<_>>(), [2000, 1000, 1000]);
        assert!((histogram.sum() - 12_000.0).abs() < 1e-6);
    }
}
