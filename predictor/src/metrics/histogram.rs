//! A histogram that is observed without a lock.

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts by upper bound, and a sum; cheap to clone, all clones count together.
#[derive(Debug, Clone)]
pub struct Histogram(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    bounds: Box<[f64]>,
    /// One more than bounds.
    counts: Box<[AtomicU64]>,
    /// The bits of an `f64`.
    sum: AtomicU64,
}

impl Histogram {
    /// Ascending upper bounds, inclusive; the last, infinite one is added.
    #[must_use]
    pub fn new(bounds: &[f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self(Arc::new(Counts { bounds: bounds.into(), counts, sum: AtomicU64::new(0) }))
    }

    /// Counts a number.
    pub fn observe(&self, number: f64) {
        let bucket = self.0.bounds.partition_point(|bound| *bound < number);
        if let Some(count) = self.0.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let add = |sum: u64| Some((f64::from_bits(sum) + number).to_bits());
        // It always adds.
        let _ = self.0.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let bounds = self.0.bounds.iter().copied().chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> =
            bounds.zip(self.0.counts.iter().map(|count| count.load(Ordering::Relaxed))).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = f64::from_bits(self.0.sum.load(Ordering::Relaxed));
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
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
        let counts: Vec<u64> = histogram.0.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        assert_eq!(counts, [2000, 1000, 1000]);
        assert!((f64::from_bits(histogram.0.sum.load(Ordering::Relaxed)) - 12_000.0).abs() < 1e-6);
    }
}
