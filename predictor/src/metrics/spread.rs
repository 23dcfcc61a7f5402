//! Numbers that many threads add to. Each thread has a place of its own, so that no core waits for a cache line that
//! another has just written; reading adds the places up.

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Places; threads beyond that share them.
const PLACES: usize = 16;
/// Numbers in a line.
const IN_LINE: usize = 16;

/// As long as the two cache lines that processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Line([AtomicU64; IN_LINE]);

/// Several numbers, spread over the threads that add to them.
#[derive(Debug)]
pub struct Spread {
    lines_each: usize,
    lines: Box<[Line]>,
}

impl Spread {
    /// So many numbers, all zero.
    #[must_use]
    pub fn new(numbers: usize) -> Self {
        let lines_each = numbers.div_ceil(IN_LINE);
        Self { lines_each, lines: (0..lines_each * PLACES).map(|_| Line::default()).collect() }
    }

    /// This thread's place of a number; `None` if there is no such number.
    #[must_use]
    pub fn mine(&self, number: usize) -> Option<&AtomicU64> {
        self.at(my_place(), number)
    }

    /// What all threads have in their places of a number.
    pub fn all(&self, number: usize) -> impl Iterator<Item = u64> {
        (0..PLACES).filter_map(move |place| self.at(place, number)).map(|part| part.load(Ordering::Relaxed))
    }

    fn at(&self, place: usize, number: usize) -> Option<&AtomicU64> {
        let line = (number / IN_LINE < self.lines_each).then_some(place * self.lines_each + number / IN_LINE)?;
        self.lines.get(line)?.0.get(number % IN_LINE)
    }
}

fn my_place() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static MINE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % PLACES);
    MINE.with(|mine| *mine)
}

/// A number that only grows. Clones count together.
#[derive(Debug, Clone)]
pub struct Counter(Arc<Spread>);

impl Default for Counter {
    fn default() -> Self {
        Self(Arc::new(Spread::new(1)))
    }
}

impl Counter {
    /// Adds one.
    pub fn inc(&self) {
        self.inc_by(1);
    }

    /// Adds so many.
    pub fn inc_by(&self, more: u64) {
        if let Some(mine) = self.0.mine(0) {
            mine.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// The number.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.all(0).fold(0, u64::wrapping_add)
    }
}

impl EncodeMetric for Counter {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.encode_counter::<NoLabelSet, _, u64>(&self.get(), None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Counter {
    const TYPE: MetricType = MetricType::Counter;
}

/// How many are under way. Clones count together; who began on one thread may end on another.
#[derive(Debug, Clone, Default)]
pub struct UnderWay(Counter);

impl UnderWay {
    /// One begins.
    pub fn inc(&self) {
        self.0.inc();
    }

    /// One ends.
    pub fn dec(&self) {
        self.0.inc_by(u64::MAX);
    }

    /// The number.
    #[must_use]
    pub fn get(&self) -> i64 {
        // Places wrap around, the sum of all of them with them.
        self.0.get().cast_signed()
    }
}

impl EncodeMetric for UnderWay {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.encode_gauge(&self.get())
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for UnderWay {
    const TYPE: MetricType = MetricType::Gauge;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_between_more_threads_than_places() {
        let (counter, under_way) = (Counter::default(), UnderWay::default());
        under_way.inc();
        std::thread::scope(|scope| {
            for _ in 0..2 * PLACES + 1 {
                scope.spawn(|| (0..1000).for_each(|_| counter.inc()));
                scope.spawn(|| (0..1000).for_each(|_| under_way.inc()));
                scope.spawn(|| (0..1000).for_each(|_| under_way.dec()));
            }
        });
        assert_eq!((counter.get(), under_way.get()), ((2 * PLACES as u64 + 1) * 1000, 1));
        under_way.dec();
        under_way.dec();
        assert_eq!(under_way.get(), -1);
    }

    #[test]
    fn numbers_of_one_spread_do_not_touch() {
        let spread = Spread::new(IN_LINE + 2);
        for number in 0..IN_LINE + 2 {
            spread.mine(number).expect("it is there").store(number as u64, Ordering::Relaxed);
        }
        for number in 0..IN_LINE + 2 {
            assert_eq!(spread.all(number).sum::<u64>(), number as u64);
        }
        assert!(spread.mine(2 * IN_LINE).is_none() && Spread::new(0).mine(0).is_none());
    }
}
